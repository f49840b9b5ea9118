"""The columns of recorded decisions, one row for each decision, the same in every format."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.storage.log.listing import LoggedDecision

Row: TypeAlias = dict[str, Any]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "index": "where the decision lies in the log, from 0",
        "id": "the id of the decision, a UUID",
        "decided_at": "when it was decided, in UTC",
        "logged_at": "when it was logged, in UTC",
        "decision": "what was decided: allow or deny",
        "conclusive": "whether all facts were there that the decision hung on",
        "campaign": "the id of the campaign; nothing where it has none, and once erased",
        "advertiser": "the advertiser; nothing where the record does not say, and once erased",
        "actor": "the name of the key that asked; nothing once erased",
        "policy_set": "the name of the policies that decided",
        "policy_version": "their version",
        "policy_digest": "the digest of their text",
        "rules": "the rules that came to violated, undetermined, excepted or waived",
        "erased": "whether the contents are erased",
    }
)
"""What each column means, in their order."""


def row_of(decision: LoggedDecision) -> Row:
    """Return the row of a decision; times are aware, and rules are pairs of rule and status."""
    columns = decision.columns
    return {
        "index": decision.index,
        "id": columns.decision_id,
        "decided_at": columns.decided_at,
        "logged_at": decision.logged_at,
        "decision": columns.outcome,
        "conclusive": columns.conclusive,
        "campaign": columns.campaign,
        "advertiser": columns.advertiser,
        "actor": columns.actor,
        "policy_set": columns.policy_set,
        "policy_version": columns.policy_version,
        "policy_digest": columns.policy_digest,
        "rules": columns.rules,
        "erased": decision.is_erased,
    }
