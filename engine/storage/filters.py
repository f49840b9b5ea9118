"""What decisions are found by, and how the database is asked for it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, Select, select

from ..audit.canonical import CanonicalError, canonical
from ..audit.facets import article_facet, market_facet, platform_facet, policy_facet
from ..audit.record import UNREMARKABLE, Outcome, RuleStatus, rfc3339
from ..source.json_text import JSONValue
from .entries import DECISION
from .errors import BeyondLog, InvalidQuery
from .facet_query import check_article, check_length, check_market, check_policy
from .schema import log_entry, log_entry_facet, log_entry_rule
from .text_query import TextQuery

SEARCHABLE_STATUSES = tuple(sorted(set(get_args(RuleStatus)) - UNREMARKABLE))
"""The statuses that a rule can be searched by."""

UNCITED_STATUSES = ("excepted",)
"""Those of rules of which a record does not say what they cite."""

_MONTH = timedelta(days=31)
_CHECKED = {"policy": check_policy, "article": check_article, "market": check_market}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """Which decisions to find: those that meet every member that is not None.

    `since` (inclusive) and `until` (exclusive) are aware times and concern `decided_at`. `rule` is
    `policy/rule` and found with `rule_status`, and so is a `policy` by any rule of it, and an
    `article` by any finding that cites it or what lies within it. `market` is one that was decided
    for, or the country of one; `platform` and `advertiser` are of those that the campaign was for.
    `text` is read by `TextQuery`; `as_of` is a size of the log, and the decisions are those among
    its first so many entries. Raises `InvalidQuery` for what no decision can meet, and for a text
    that asks for nothing.
    """

    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    conclusive: bool | None = None
    rule: str | None = None
    rule_status: str = "violated"
    policy: str | None = None
    article: str | None = None
    campaign: str | None = None
    advertiser: str | None = None
    market: str | None = None
    platform: str | None = None
    actor: str | None = None
    policy_set: str | None = None
    policy_version: str | None = None
    policy_digest: str | None = None
    text: str | None = None
    as_of: int | None = None

    def __post_init__(self) -> None:
        """Refuse words and times that the log does not know."""
        if self.outcome is not None and self.outcome not in get_args(Outcome):
            raise InvalidQuery("an outcome is `allow` or `deny`")
        if self.rule_status not in SEARCHABLE_STATUSES:
            raise InvalidQuery(f"a rule is found by {_either(SEARCHABLE_STATUSES)}")
        if any("\0" in word for word in self._words().values()):
            raise InvalidQuery("a filter cannot hold the character U+0000: nothing in the log does")
        if any(time is not None and time.tzinfo is None for time in (self.since, self.until)):
            raise InvalidQuery("a time needs its offset from UTC, as in `2026-10-05T08:15:00Z`")
        if self.as_of is not None and self.as_of < 0:
            raise InvalidQuery("a log has no size below 0")
        self._check_facets()
        if self.text is not None:
            TextQuery.read(self.text)

    def _check_facets(self) -> None:
        for name in ("policy", "article", "market", "platform", "advertiser"):
            value = getattr(self, name)
            if value is not None:
                check_length(name, value)
                if name in _CHECKED:
                    _CHECKED[name](value)
        if self.article is not None and self.rule_status in UNCITED_STATUSES:
            told = f"the record of a rule that is {self.rule_status} does not say what it cites"
            raise InvalidQuery(told, name="article")

    def _words(self) -> dict[str, str]:
        """Return the texts that are compared as they are, by name."""
        words = {
            "rule": self.rule,
            "policy": self.policy,
            "article": self.article,
            "campaign": self.campaign,
            "advertiser": self.advertiser,
            "market": self.market,
            "platform": self.platform,
            "actor": self.actor,
            "policy_set": self.policy_set,
            "policy_version": self.policy_version,
            "policy_digest": self.policy_digest,
        }
        return {name: word for name, word in words.items() if word is not None}

    def is_by_status(self) -> bool:
        """Whether anything is asked for that is found with the status of a rule."""
        return (self.rule, self.policy, self.article) != (None, None, None)

    def facets(self) -> tuple[str, ...]:
        """Return the facets that a decision must have, the rarest first as far as can be told."""
        made = []
        if self.article is not None:
            made.append(article_facet(self.rule_status, self.article))
        if self.policy is not None:
            made.append(policy_facet(self.rule_status, self.policy))
        if self.platform is not None:
            made.append(platform_facet(self.platform))
        if self.market is not None:
            made.append(market_facet(self.market))
        return tuple(made)

    def given(self) -> dict[str, JSONValue]:
        """Return what decisions have to meet, by name, without `as_of`: as JSON has it."""
        members: dict[str, JSONValue] = {
            "since": rfc3339(self.since) if self.since is not None else None,
            "until": rfc3339(self.until) if self.until is not None else None,
            "outcome": self.outcome,
            "conclusive": self.conclusive,
            "rule": self.rule,
            "rule_status": self.rule_status if self.is_by_status() else None,
            **self._words(),
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
    leading, others = _facets(filters)
    if leading is not None:
        query = query.join(log_entry_facet, log_entry_facet.c.index == log_entry.c.index)
        conditions.append(log_entry_facet.c.facet == leading)
    conditions += map(_has_facet, others)
    # Only decisions have anything to be found by; where that is said, the kind would be one more
    # index for a planner to choose wrongly.
    return query.where(*conditions or [log_entry.c.kind == DECISION])


def position(filters: DecisionFilter, dialect: str) -> ColumnElement[int]:
    """Return the column of a narrowed query that has the index of an entry, fit to order by."""
    if filters.text is not None:
        return TextQuery.read(filters.text).place(dialect)[1]
    if filters.rule is not None:
        return log_entry_rule.c.index
    leading, _ = _facets(filters)
    return log_entry.c.index if leading is None else log_entry_facet.c.index


def _facets(filters: DecisionFilter) -> tuple[str | None, Sequence[str]]:
    """Return the facet whose entries a search goes through, if it does, and those it looks up.

    Where something is asked for that few decisions meet, the search goes through these, and looks
    every facet up: half of all decisions may be for one market.
    """
    facets = filters.facets()
    few = (filters.text, filters.rule, filters.campaign, filters.advertiser)
    if not facets or _is_short(filters) or any(each is not None for each in few):
        return None, facets
    return facets[0], facets[1:]


def _is_short(filters: DecisionFilter) -> bool:
    since, until = filters.since, filters.until
    return since is not None and until is not None and until - since <= _MONTH


def _has_facet(facet: str) -> ColumnElement[bool]:
    table = log_entry_facet.alias().c
    return select(1).where(table.index == log_entry.c.index, table.facet == facet).exists()


def _conditions(filters: DecisionFilter) -> list[ColumnElement[bool]]:
    columns = log_entry.c
    equal: Sequence[tuple[ColumnElement[Any], object]] = (
        (columns.outcome, filters.outcome),
        (columns.conclusive, filters.conclusive),
        (columns.campaign, filters.campaign),
        (columns.advertiser, filters.advertiser),
        (columns.actor, filters.actor),
        (columns.policy_set, filters.policy_set),
        (columns.policy_version, filters.policy_version),
        (columns.policy_digest, filters.policy_digest),
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
