"""Decisions as lists and counts show them, to whoever asks the service or the command line."""

from engine.audit.record import QueryColumns, rfc3339
from engine.storage.decisions import LoggedDecision
from engine.storage.statistics import OutcomeCount, Statistics


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


def statistics_document(made: Statistics) -> dict[str, object]:
    """Return the counts of decisions."""
    return {
        "size": made.size,
        "decisions": made.decisions,
        "outcomes": [_outcome_document(each) for each in made.outcomes],
        "rules": [
            {"rule": each.rule, "status": each.status, "count": each.count} for each in made.rules
        ],
        "rules_omitted": made.rules_omitted,
        "months": [
            {
                "month": each.month,
                "outcomes": [_outcome_document(one) for one in each.outcomes],
            }
            for each in made.months
        ],
        "months_omitted": made.months_omitted,
    }


def _outcome_document(each: OutcomeCount) -> dict[str, object]:
    return {"decision": each.outcome, "conclusive": each.conclusive, "count": each.count}


def origin_document(columns: QueryColumns) -> dict[str, object]:
    """Return who asked for a decision, and when it was made."""
    return {"actor": columns.actor, "decided_at": rfc3339(columns.decided_at)}
