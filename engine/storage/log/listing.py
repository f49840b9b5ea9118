"""Decisions as lists have them: where they lie in the log, and their query columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ...audit.entries.record import QueryColumns
from ..schema import erased, log_entry
from .entries import among, read_rules

_C = log_entry.c
LISTED = select(
    _C.index,
    _C.logged_at,
    _C.id,
    _C.decided_at,
    _C.outcome,
    _C.conclusive,
    _C.campaign,
    _C.policy_set,
    _C.policy_version,
    _C.policy_digest,
    _C.actor,
    _C.advertiser,
)
"""The query whose rows `listed_decisions` reads, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """A decision as a list shows it: where it lies in the log, and its query columns."""

    index: int
    logged_at: datetime
    columns: QueryColumns
    is_erased: bool


def listed_decisions(
    connection: Connection, rows: Sequence[Sequence[Any]]
) -> tuple[LoggedDecision, ...]:
    """Return the decisions of some rows of `LISTED`, in their order."""
    indexes = [row[0] for row in rows]
    rules = read_rules(connection, indexes)
    gone = select(erased.c.index).where(among(erased.c.index, indexes))
    erasures = set(connection.execute(gone).scalars())
    return tuple(
        LoggedDecision(
            index=index,
            logged_at=logged_at,
            columns=_columns(searched, tuple(rules.get(index, ()))),
            is_erased=index in erasures,
        )
        for index, logged_at, *searched in rows
    )


def _columns(searched: Sequence[Any], rules: tuple[tuple[str, str], ...]) -> QueryColumns:
    decision_id, decided_at, outcome, conclusive, campaign, *rest = searched
    policy_set, policy_version, policy_digest, actor, advertiser = rest
    return QueryColumns(
        decision_id=decision_id,
        decided_at=decided_at,
        outcome=outcome,
        conclusive=conclusive,
        campaign=campaign,
        policy_set=policy_set,
        policy_version=policy_version,
        policy_digest=policy_digest,
        actor=actor,
        advertiser=advertiser,
        rules=rules,
    )
