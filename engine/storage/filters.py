"""What decisions are found by, and how the database is asked for it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, Select

from ..audit.canonical import CanonicalError, canonical
from ..audit.record import UNREMARKABLE, Outcome, RuleStatus, rfc3339
from ..source.json_text import JSONValue
from .entries import DECISION
from .errors import BeyondLog, InvalidQuery
from .schema import log_entry, log_entry_rule
from .text_query import TextQuery

SEARCHABLE_STATUSES = tuple(sorted(set(get_args(RuleStatus)) - UNREMARKABLE))
"""The statuses that a rule can be searched by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """Which decisions to find: those that meet every member that is not None.

    `since` (inclusive) and `until` (exclusive) are aware times and concern `decided_at`; `rule`
    is `policy/rule`, found with `rule_status`; `text` is read by `TextQuery`; `as_of` is a size of
    the log, and the decisions are those among its first so many entries. Raises `InvalidQuery` for
    what no decision can meet, and for a text that asks for nothing.
    """

    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    conclusive: bool | None = None
    rule: str | None = None
    rule_status: str = "violated"
    campaign: str | None = None
    actor: str | None = None
    policy_digest: str | None = None
    policy_set: str | None = None
    text: str | None = None
    as_of: int | None = None

    def __post_init__(self) -> None:
        """Refuse words and times that the log does not know."""
        if self.outcome is not None and self.outcome not in get_args(Outcome):
            raise InvalidQuery("an outcome is `allow` or `deny`")
        if self.rule_status not in SEARCHABLE_STATUSES:
            raise InvalidQuery(f"a rule is found by {_either(SEARCHABLE_STATUSES)}")
        words = (self.rule, self.campaign, self.actor, self.policy_digest, self.policy_set)
        if any(word is not None and "\0" in word for word in words):
            raise InvalidQuery("a filter cannot hold the character U+0000: nothing in the log does")
        if any(time is not None and time.tzinfo is None for time in (self.since, self.until)):
            raise InvalidQuery("a time needs its offset from UTC, as in `2026-10-05T08:15:00Z`")
        if self.as_of is not None and self.as_of < 0:
            raise InvalidQuery("a log has no size below 0")
        if self.text is not None:
            TextQuery.read(self.text)

    def given(self) -> dict[str, JSONValue]:
        """Return what decisions have to meet, by name, without `as_of`: as JSON has it."""
        members: dict[str, JSONValue] = {
            "since": rfc3339(self.since) if self.since is not None else None,
            "until": rfc3339(self.until) if self.until is not None else None,
            "outcome": self.outcome,
            "conclusive": self.conclusive,
            "rule": self.rule,
            "rule_status": self.rule_status if self.rule is not None else None,
            "campaign": self.campaign,
            "actor": self.actor,
            "policy_digest": self.policy_digest,
            "policy_set": self.policy_set,
            "text": self.text,
        }
        return {name: value for name, value in members.items() if value is not None}

    def digest(self) -> bytes:
        """Return 16 bytes that any other filter has others of."""
        members = {
            "filters": self.given(),
            "as_of": None if self.as_of is None else str(self.as_of),
        }
        try:
            return hashlib.sha256(canonical(members)).digest()[:16]
        except CanonicalError as error:
            raise InvalidQuery(f"a filter cannot be read: {error}") from error


EVERY_DECISION = DecisionFilter()
"""The filter that every decision meets."""


def narrowed(query: Select[Any], filters: DecisionFilter, dialect: str) -> Select[Any]:
    """Return a query of `log_entry` narrowed to what meets a filter, whatever the log's size.

    `dialect` is the kind of database that is asked: each finds text in its own way.
    """
    conditions = _conditions(filters)
    if filters.text is not None:
        place, index, found = TextQuery.read(filters.text).place(dialect)
        query = query.join(place, index == log_entry.c.index)
        conditions.append(found)
    if filters.rule is not None:
        query = query.join(log_entry_rule, log_entry_rule.c.index == log_entry.c.index)
        conditions += [
            log_entry_rule.c.rule == filters.rule,
            log_entry_rule.c.status == filters.rule_status,
        ]
    # Only decisions have anything to be found by; where that is said, the kind would be one more
    # index for a planner to choose wrongly.
    return query.where(*conditions or [log_entry.c.kind == DECISION])


def position(filters: DecisionFilter, dialect: str) -> ColumnElement[int]:
    """Return the column of a narrowed query that has the index of an entry, fit to order by."""
    if filters.text is None:
        return log_entry.c.index
    return TextQuery.read(filters.text).place(dialect)[1]


def _conditions(filters: DecisionFilter) -> list[ColumnElement[bool]]:
    columns = log_entry.c
    equal: Sequence[tuple[ColumnElement[Any], object]] = (
        (columns.outcome, filters.outcome),
        (columns.conclusive, filters.conclusive),
        (columns.campaign, filters.campaign),
        (columns.actor, filters.actor),
        (columns.policy_digest, filters.policy_digest),
        (columns.policy_set, filters.policy_set),
    )
    conditions = [column == value for column, value in equal if value is not None]
    return [*conditions, *decided(filters.since, filters.until)]


def decided(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a time, from its first instant to before its last."""
    if since is not None:
        yield log_entry.c.decided_at >= since
    if until is not None:
        yield log_entry.c.decided_at < until


def size_of(filters: DecisionFilter, reached: int) -> int:
    """Return the size of the log that a filter asks about. Raises `BeyondLog`."""
    if filters.as_of is None:
        return reached
    if filters.as_of > reached:
        raise BeyondLog(f"the log has not reached this size: it has {reached} entries")
    return filters.as_of


def _either(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words[:-1]) + f" or `{words[-1]}`"
