"""Receipts for whoever asks the service for one (`api.log.receipts`)."""

from api.http.problems import UNSIGNED, ProblemRaised, retry_later
from api.http.service import Service
from api.log.receipts import receipt_of
from engine.audit.entries.record import LogEntry
from engine.audit.errors import LogError
from engine.audit.merkle.tree import ProofError
from engine.storage.errors import StorageError


def receipt_file(service: Service, entry: LogEntry) -> bytes:
    """Return the receipt of a logged decision, by a checkpoint that is signed now if need be.

    Raises `ProblemRaised` where the log cannot be signed. The decision is recorded all the same.
    """
    try:
        return receipt_of(service.tiles, service.publisher.covering(entry.index + 1), entry)
    except (LogError, StorageError, ProofError) as error:
        named = entry.columns.decision_id
        detail = f"the decision `{named}` is recorded, and has no receipt yet: {error}"
        raise ProblemRaised(retry_later(UNSIGNED, detail)) from error
