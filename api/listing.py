"""Decisions as lists show them, to whoever asks the service or the command line."""

from engine.audit.record import QueryColumns, rfc3339
from engine.storage.decisions import LoggedDecision


def listed_document(decision: LoggedDecision) -> dict[str, object]:
    """Return a decision as a list shows it."""
    columns = decision.columns
    return {
        "id": columns.decision_id,
        "decision": columns.outcome,
        "conclusive": columns.conclusive,
        "campaign": columns.campaign,
        "policy_set": {
            "name": columns.policy_set,
            "version": columns.policy_version,
            "digest": columns.policy_digest,
        },
        "rules": [{"rule": rule, "status": status} for rule, status in columns.rules],
        "erased": decision.is_erased,
        "index": decision.index,
        **origin_document(columns),
        "logged_at": rfc3339(decision.logged_at),
    }


def origin_document(columns: QueryColumns) -> dict[str, object]:
    """Return who asked for a decision, and when it was made."""
    return {"actor": columns.actor, "decided_at": rfc3339(columns.decided_at)}
