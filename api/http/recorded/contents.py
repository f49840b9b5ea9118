"""What is recorded of a decision, or the problem that it is erased."""

from api.http.problems import ProblemRaised, erased
from api.http.service import Service
from engine.audit.entries.record import LogEntry, Payload
from engine.storage.errors import LogInconsistent


def contents_of(service: Service, entry: LogEntry) -> Payload:
    """Return the contents of a decision.

    Raises `ProblemRaised` for one that is erased, and `LogInconsistent` where nothing says why its
    contents are gone.
    """
    if entry.payload is None:
        check_not_erased(service, entry.id)
        raise LogInconsistent("what was logged of the decision is gone, and no erasure says why")
    return entry.payload


def check_not_erased(service: Service, decision_id: str) -> None:
    """Raise `ProblemRaised` for a decision that is erased."""
    tombstone = service.erasures.tombstone(decision_id)
    if tombstone is not None:
        raise ProblemRaised(erased(tombstone))
