"""What goes wrong behind the requests of a process: counted, and told in the service's own log."""

from collections.abc import Callable

from engine.audit.checkpoints.panel import WitnessState
from engine.audit.checkpoints.timestamp import TimestampError
from engine.audit.checkpoints.witness import Witness
from engine.audit.errors import LogError
from engine.storage.errors import StorageError

from .deciders.worker_processes import WorkerDied
from .journal import ERRORS
from .metrics.instruments import Metrics


def _words_of(failure: Exception) -> str | None:
    """Return what a failure says where those are our words, which quote nothing that was sent."""
    return str(failure) if isinstance(failure, LogError | StorageError | TimestampError) else None


def noting(
    metrics: Metrics, act: str, deed: str, reason: Callable[[Exception], str | None] = _words_of
) -> Callable[[Exception | None], None]:
    """Return what counts a change of an act's failure, and writes it to the service's own log.

    `deed` is what is done to the log by the act: it is `written`.
    """

    def note(failure: Exception | None) -> None:
        metrics.acted(act, failure)
        if failure is None:
            ERRORS.warning(f"the log is {deed} again")
            return
        why = reason(failure)
        fields = {} if why is None else {"reason": why}
        ERRORS.error(f"the log is not {deed}", exc_info=failure, extra={"fields": fields})

    return note


def note_cleaning(failure: Exception | None) -> None:
    """Tell that what was erased is still in the files of the databases, or no longer is."""
    if failure is None:
        ERRORS.warning("what was erased is out of the database's files")
        return
    why = _words_of(failure)
    fields = {} if why is None else {"reason": why}
    ERRORS.error(
        "what was erased is not out of the database's files",
        exc_info=failure,
        extra={"fields": fields},
    )


def note_policies(failure: Exception | None) -> None:
    """Tell that it is not known which policies are in force, or that it is known again."""
    if failure is None:
        ERRORS.warning("it is known again which policies are in force")
    else:
        ERRORS.error("it is not known which policies are in force", exc_info=failure)


def note_unusable(policy_set: str, digest: str, failure: Exception) -> None:
    """Tell that a version of policies cannot be used by this process."""
    fields = {"policy_set": policy_set, "digest": digest, "reason": str(failure)}
    told = (
        "a version of policies cannot be used here, whether it is in force or may come into force"
    )
    ERRORS.error(told, exc_info=failure, extra={"fields": fields})


def note_loss(failure: Exception, records: int) -> None:
    """Tell that a process of a batch failed; what it says of a failure may quote what was sent."""
    fields: dict[str, object] = {"records": records}
    if isinstance(failure, WorkerDied):
        fields["reason"] = failure.how
    ERRORS.error(
        "a process for batches failed, and what it had is decided without it",
        exc_info=failure,
        extra={"fields": fields},
    )


def note_witness(witness: Witness, state: WitnessState) -> None:
    """Tell that a witness does not cosign the log, or does so again."""
    fields = {"witness": witness.key.name, "reason": state.problem}
    if state.is_forked:
        ERRORS.error("a witness has another history of the log", extra={"fields": fields})
    elif state.problem is not None:
        ERRORS.warning("a witness does not cosign the log", extra={"fields": fields})
    else:
        ERRORS.warning("a witness cosigns the log again", extra={"fields": fields})
