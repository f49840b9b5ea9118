"""The filters of a search (`Criteria`); `query_planner` plans the query for them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import get_args

from ...audit.canonical import CanonicalError, canonical
from ...audit.entries.facets import article_facet, market_facet, platform_facet, policy_facet
from ...audit.entries.record import UNREMARKABLE, Outcome, RuleStatus
from ...audit.exhibits.unsearched import FACETED
from ...audit.instants import rfc3339
from ...semantics.types import parts_of
from ...source.json_text import JSONValue
from ...source.quoting import series
from ..errors import BeyondLog, InvalidQuery
from .facet_query import (
    check_article,
    check_digest,
    check_length,
    check_market,
    check_period,
    check_policy,
    check_rule,
)
from .text_query import TextQuery

SEARCHABLE_STATUSES = tuple(sorted(set(get_args(RuleStatus)) - UNREMARKABLE))
"""The statuses that a rule can be searched by."""

UNCITED_STATUSES = ("excepted",)
"""Those of rules of which a record does not say what they cite."""

_CHECKED = {
    "rule": check_rule,
    "policy": check_policy,
    "article": check_article,
    "market": check_market,
    "policy_digest": check_digest,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """The filters by which decisions are searched: all that are not None must match.

    A criterion is declared here. The parsers of queries and of saved queries derive their members
    from this class; command-line options and client parameters are written out, since they have
    help texts, and a test compares them with it.

    `since` (inclusive) and `until` (exclusive) are aware times and apply to `decided_at`. `rule` is
    `policy/rule`, matched with `rule_status` (default: `violated`); so is a `policy`, by any of its
    rules, and an `article`, by any finding that cites it or a provision within it. `market` matches
    a market of the decision, or a place that one lies in; `platform` and `advertiser` those of the
    campaign. `text` is parsed by `TextQuery`.
    """

    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    conclusive: bool | None = None
    rule: str | None = None
    rule_status: str | None = None
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

    def is_by_status(self) -> bool:
        """Whether anything is asked for that is found with the status of a rule."""
        return (self.rule, self.policy, self.article) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter(Criteria):
    """Which decisions to find: those that meet the criteria, as the log can be asked for them.

    `policy_sets` are those that the search is limited to, whatever else it asks for. `as_of` is a
    size of the log, and the decisions are those among its first so many entries. Raises
    `InvalidQuery` for what no decision can meet, and for a text that asks for nothing.
    """

    policy_sets: frozenset[str] | None = None
    as_of: int | None = None

    def __post_init__(self) -> None:
        """Refuse words and times that the log does not know."""
        if self.outcome is not None and self.outcome not in get_args(Outcome):
            raise InvalidQuery("an outcome is `allow` or `deny`")
        if self.status not in SEARCHABLE_STATUSES:
            raise InvalidQuery(f"a rule is found by {series(SEARCHABLE_STATUSES, 'or')}")
        if self.rule_status is not None and not self.is_by_status():
            told = "a status is searched together with its rule, policy or article"
            raise InvalidQuery(told, name="rule_status")
        if any(time is not None and time.tzinfo is None for time in (self.since, self.until)):
            raise InvalidQuery("a time needs its offset from UTC, as in `2026-10-05T08:15:00Z`")
        if self.as_of is not None and self.as_of < 0:
            raise InvalidQuery("a log has no size below 0")
        check_period(self.since, self.until)
        self._check_words()
        if self.article is not None and self.status in UNCITED_STATUSES:
            told = f"the record of a rule that is {self.status} does not say what it cites"
            raise InvalidQuery(told, name="article")
        if self.text is not None:
            TextQuery.read(self.text)

    def _check_words(self) -> None:
        words = self._words()
        if any("\0" in word for word in (*words.values(), *(self.policy_sets or ()))):
            raise InvalidQuery("a filter cannot hold the character U+0000: nothing in the log does")
        for name, word in words.items():
            if name in FACETED:
                check_length(name, word)
            if name in _CHECKED:
                _CHECKED[name](word)

    def _words(self) -> dict[str, str]:
        """Return the texts that are asked for, by name."""
        return {name: value for name, value in self._members() if isinstance(value, str)}

    def _members(self) -> Iterator[tuple[str, object]]:
        return ((each.name, getattr(self, each.name)) for each in fields(self))

    @property
    def status(self) -> str:
        """The status that a rule, a policy or an article is found with."""
        return "violated" if self.rule_status is None else self.rule_status

    def facets(self) -> tuple[tuple[str, ...], ...]:
        """Return the facets that a decision must have: of each group one.

        The rarest are first as far as can be told, and one group at least has a single facet.
        """
        made: list[tuple[str, ...]] = []
        if self.article is not None:
            made.append((article_facet(self.status, self.article),))
        if self.policy is not None:
            made.append((policy_facet(self.status, self.policy),))
        if self.platform is not None:
            made.append((platform_facet(self.platform),))
        if self.market is not None:
            within = market_facets(self.market)
            made.append(within)
            if len(within) > 1:  # All of them are of one country, which is a facet of each.
                made.append((market_facet(self.market.partition("-")[0]),))
        return tuple(made)

    def given(self) -> dict[str, JSONValue]:
        """Return what decisions have to meet, by name, without `as_of`: as JSON has it."""
        members = {
            **dict(self._members()),
            "rule_status": self.status if self.is_by_status() else None,
            "as_of": None,
        }
        return {name: _as_json(value) for name, value in members.items() if value is not None}

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


def market_facets(code: str) -> tuple[str, ...]:
    """Return the facets of which a decision for a market, or for a part of it, has one.

    A region is a facet with its country. What lies between the two is by a list that changes, so
    that it is told when it is asked for, and not by what was logged.
    """
    parts = parts_of(code) if "-" in code else ()
    return tuple(map(market_facet, (code, *parts)))


EVERY_DECISION = DecisionFilter()
"""The filter that every decision meets."""


def size_of(filters: DecisionFilter, reached: int) -> int:
    """Return the size of the log that a filter asks about. Raises `BeyondLog`."""
    if filters.as_of is None:
        return reached
    if filters.as_of > reached:
        told = f"the log has not reached this size: it has {reached} entries"
        raise BeyondLog(told, name="as_of")
    return filters.as_of


def _as_json(value: object) -> JSONValue:
    match value:
        case datetime():
            return rfc3339(value)
        case frozenset():
            return [*sorted(value)]
        case str() | bool():
            return value
    raise AssertionError(value)
