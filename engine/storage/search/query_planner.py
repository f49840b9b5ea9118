"""Plans the query of a search: which index to scan, by the most selective filter.

A page scans one index, in the order of the log, and checks each entry against the other filters, so
its speed depends on how selective that index is. PostgreSQL has statistics, and chooses among
columns itself. SQLite keeps none, and of two indexes of one shape uses the newer one; so the query
names the column to scan, and a `+` disqualifies the indexes of the others:
https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_

A search is bounded by the first and the last entry with what is asked for, where an index gives
both at once: a version of policies decides for some weeks, and a day is a short range of the log.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    case,
    func,
    literal_column,
    select,
    union_all,
)

from ..log.entries import DECISION
from ..schema import log_entry, log_entry_facet, log_entry_rule
from .filters import Criteria, DecisionFilter
from .text_query import TextQuery

_EQUAL = tuple(each.name for each in fields(Criteria) if each.name in log_entry.c)
"""The criteria that are equal to a column of the same name."""

_MUCH = 100_000
_TEXT, _RULE, _FACET, _LOG = "text", "rule", "facet", "index"


def narrowed(query: Select[Any], filters: DecisionFilter, dialect: str) -> Select[Any]:
    """Return a query of `log_entry` narrowed to what meets a filter, whatever the log's size.

    `dialect` is the kind of database that is asked: each finds text in its own way.
    """
    leading, facets = _leading(filters), filters.facets()
    conditions = list(_conditions(filters, leading, dialect))
    if leading == _TEXT and filters.text is not None:
        place, index, found = TextQuery.read(filters.text).place(dialect)
        query = query.join(place, index == log_entry.c.index)
        conditions.append(found)
    if leading == _RULE:
        query = query.join(log_entry_rule, log_entry_rule.c.index == log_entry.c.index)
        conditions += _is_rule(log_entry_rule.c, filters)
    elif filters.rule is not None:
        rule = log_entry_rule.alias().c
        is_of = rule.index == log_entry.c.index
        conditions.append(select(1).where(is_of, *_is_rule(rule, filters)).exists())
    if leading == _FACET:
        query = query.join(log_entry_facet, log_entry_facet.c.index == log_entry.c.index)
        (first,) = led = next(each for each in facets if len(each) == 1)
        conditions.append(log_entry_facet.c.facet == first)
        facets = tuple(each for each in facets if each is not led)
    conditions += map(_has_facet, facets)
    # Only decisions have anything to be found by; where that is said, the kind would be one more
    # index for a planner to choose wrongly.
    return query.where(
        *conditions or [log_entry.c.kind == DECISION],
        *_bounds(filters, leading, position(filters, dialect)),
    )


def position(filters: DecisionFilter, dialect: str) -> ColumnElement[int]:
    """Return the column of a narrowed query that has the index of an entry, fit to order by."""
    leading = _leading(filters)
    if leading == _TEXT and filters.text is not None:
        return TextQuery.read(filters.text).place(dialect)[1]
    if leading == _RULE:
        return log_entry_rule.c.index
    return log_entry_facet.c.index if leading == _FACET else log_entry.c.index


def decided(
    since: datetime | None,
    until: datetime | None,
    column: ColumnElement[Any] = log_entry.c.decided_at,
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a time, from its first instant to before its last."""
    if since is not None:
        yield column >= since
    if until is not None:
        yield column < until


def _leading(filters: DecisionFilter) -> str:
    """Return what a search goes by: what few decisions can be expected to have.

    A decision has one campaign, a key may ask for all of them, and half may be for one market.
    """
    few = (
        (_TEXT, filters.text is not None),
        ("campaign", filters.campaign is not None),
        ("advertiser", filters.advertiser is not None),
        (_RULE, filters.rule is not None),
        (_FACET, bool(filters.facets())),
        ("conclusive", filters.conclusive is False),
        ("policy_digest", filters.policy_digest is not None),
        ("policy_version", filters.policy_version is not None),
        ("actor", filters.actor is not None),
        ("outcome", filters.outcome is not None),
        ("conclusive", filters.conclusive is not None),
        ("policy_set", filters.policy_set is not None),
    )
    return next((name for name, is_asked in few if is_asked), _LOG)


def _conditions(
    filters: DecisionFilter, leading: str, dialect: str
) -> Iterator[ColumnElement[bool]]:
    for name in _EQUAL:
        value = getattr(filters, name)
        if value is not None:
            yield _column(name, leading, dialect) == value
    if filters.policy_sets is not None:
        yield _column("policy_set", leading, dialect).in_(sorted(filters.policy_sets))
    yield from decided(filters.since, filters.until, _column("decided_at", leading, dialect))


def _column(name: str, leading: str, dialect: str) -> ColumnElement[Any]:
    """Return a column, without its index for SQLite unless the search goes by it."""
    column = log_entry.c[name]
    if dialect != "sqlite" or name == leading:
        return column
    return literal_column(f"+{log_entry.name}.{name}", column.type)


def _bounds(
    filters: DecisionFilter, leading: str, index: ColumnElement[int]
) -> Iterator[ColumnElement[bool]]:
    """Yield that an entry is none before the first or behind the last that has what is asked for.

    Where nothing has it, they are null, and nothing is found. The `0` keeps databases from going
    through the log to the first entry of a time, instead of through the entries of that time.
    """
    for name in _EQUAL:
        value = getattr(filters, name)
        if value is not None and name != leading:
            same = log_entry.alias().c
            within = same[name] == value
            yield index >= select(func.min(same.index)).where(within).scalar_subquery()
            yield index <= select(func.max(same.index)).where(within).scalar_subquery()
    if filters.policy_sets:
        yield index >= _end_of(filters.policy_sets, func.min)
        yield index <= _end_of(filters.policy_sets, func.max)
    same = log_entry.alias().c
    during = tuple(decided(filters.since, filters.until, same.decided_at))
    if filters.until is not None:
        yield index <= select(func.max(same.index + 0)).where(*during).scalar_subquery()
        if filters.since is not None:
            yield index >= select(func.min(same.index + 0)).where(*during).scalar_subquery()
    elif filters.since is not None:
        # Whatever is since then lies at the end, where a search begins: where that is much, a page
        # is full before the bound.
        few = select(same.index).where(*during).limit(_MUCH).subquery().c.index
        first = case((func.count(few) < _MUCH, func.min(few)), else_=0)
        yield index >= select(first).scalar_subquery()


def _end_of(policy_sets: Collection[str], extreme: Callable[..., Any]) -> ScalarSelect[Any]:
    """Return the first or the last entry of some policy sets.

    Each set is looked up by itself: the index has its ends at once, and those of several not.
    """
    same = log_entry.alias().c
    end = extreme(same.index).label("end")
    ends = union_all(*(select(end).where(same.policy_set == each) for each in sorted(policy_sets)))
    return select(extreme(ends.subquery().c.end)).scalar_subquery()


def _is_rule(columns: Any, filters: DecisionFilter) -> Sequence[ColumnElement[bool]]:
    return columns.rule == filters.rule, columns.status == filters.status


def _has_facet(facets: Collection[str]) -> ColumnElement[bool]:
    """Return that an entry has one of some facets.

    Of many, none is looked for in an index: an entry has a dozen facets, and a region more parts.
    """
    table = log_entry_facet.alias().c
    facet = table.facet if len(facets) == 1 else table.facet.concat("")
    return select(1).where(table.index == log_entry.c.index, facet.in_(facets)).exists()
