"""Receipts: a decision's entry, with the proof that a signed log has it (C2SP tlog-proof)."""

from engine.audit.export import line_of
from engine.audit.log_proof import LogProof
from engine.audit.record import LogEntry, LogError
from engine.audit.tree import ProofError, check_record, leaf_hash
from engine.storage.errors import StorageError

from .answers import encoded
from .problems import UNSIGNED, ProblemRaised, retry_later
from .service import Service


def receipt_file(service: Service, entry: LogEntry) -> bytes:
    """Return the receipt of a logged decision, by a checkpoint that is signed now if need be.

    Raises `ProblemRaised` where the log cannot be signed. The decision is recorded all the same.
    """
    try:
        checkpoint = service.publisher.covering(entry.index + 1)
        head = checkpoint.head
        hashes = service.tiles.prove(index=entry.index, size=head.size)
        # A database that was put back, or altered, makes no receipt that nobody could verify.
        leaf = leaf_hash(entry.leaf)
        check_record(size=head.size, root=head.root, index=entry.index, leaf=leaf, proof=hashes)
    except (LogError, StorageError, ProofError) as error:
        named = entry.columns.decision_id
        detail = f"the decision `{named}` is recorded, and has no receipt yet: {error}"
        raise ProblemRaised(retry_later(UNSIGNED, detail)) from error
    return LogProof(
        index=entry.index,
        hashes=hashes,
        checkpoint=checkpoint.note,
        extra=encoded(line_of(entry)),
    ).encode()
