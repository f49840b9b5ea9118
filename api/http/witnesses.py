"""What readiness tells of the witnesses: for operators, and for whatever watches the service."""

from engine.audit.checkpoints.publishing import CheckpointPublisher, NotWitnessed
from engine.audit.checkpoints.signing import LogForked


def witnesses_of(publisher: CheckpointPublisher) -> dict[str, object]:
    """Return members of `log`: none where there are no witnesses.

    `published` is the size that a quorum has cosigned, null where there is none yet. `alarm` is
    the first thing that says that the log has two histories: null in every ordinary case. Raises
    `StorageUnavailable` where nobody can tell.
    """
    policy = publisher.policy
    if policy is None:
        return {}
    states = publisher.states()
    published, alarm = _published(publisher)
    for witness, state in states.items():
        if state.is_forked:
            alarm = alarm or f"the witness `{witness.key.name}` has another history of this log"
    if isinstance(publisher.failure, LogForked):
        alarm = alarm or str(publisher.failure)
    return {
        "published": published,
        "quorum": policy.quorum,
        "witnesses": [
            {"name": witness.key.name, "size": state.size, "problem": state.problem}
            for witness, state in states.items()
        ],
        "alarm": alarm,
    }


def _published(publisher: CheckpointPublisher) -> tuple[int | None, str | None]:
    """Return the size that is published, and what is wrong with that."""
    try:
        return publisher.latest().head.size, None
    except NotWitnessed:
        return None, None
    except LogForked as error:
        return None, str(error)
