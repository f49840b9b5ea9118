"""Decisions as lists and counts show them, to whoever asks the service or the command line."""

from base64 import b64encode

from engine.audit.entries.record import QueryColumns
from engine.audit.instants import rfc3339
from engine.storage.log.listing import LoggedDecision
from engine.storage.search.samples import Sample
from engine.storage.search.saved_queries import SavedQuery
from engine.storage.search.statistics import OutcomeCount, Statistics


def listed_document(decision: LoggedDecision) -> dict[str, object]:
    """Return a decision as a list shows it."""
    columns = decision.columns
    return {
        "id": columns.decision_id,
        "decision": columns.outcome,
        "conclusive": columns.conclusive,
        "campaign": columns.campaign,
        "advertiser": columns.advertiser,
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


def saved_query_document(saved: SavedQuery) -> dict[str, object]:
    """Return a saved query, with the entry of the log that saved it."""
    return {
        "name": saved.name,
        "filters": saved.filters.given(),
        "index": saved.index,
        "actor": saved.actor,
        "saved_at": rfc3339(saved.saved_at),
    }


def sample_document(made: Sample) -> dict[str, object]:
    """Return a sample, with what it takes to draw it again."""
    return {
        "size": made.head.size,
        "root": b64encode(made.head.root).decode(),
        "filters": made.filters,
        "seed": made.seed.hex(),
        "population": made.population,
        "unsearched": made.unsearched,
        "items": [
            {"position": each.position, **listed_document(each.decision)} for each in made.decisions
        ],
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
        "unsearched": made.unsearched,
    }


def _outcome_document(each: OutcomeCount) -> dict[str, object]:
    return {"decision": each.outcome, "conclusive": each.conclusive, "count": each.count}


def origin_document(columns: QueryColumns) -> dict[str, object]:
    """Return who asked for a decision, and when it was made."""
    return {"actor": columns.actor, "decided_at": rfc3339(columns.decided_at)}
