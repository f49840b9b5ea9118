"""How many decisions meet a filter: by outcome, by rule and status, and by month.

All counts of one answer are of one state of the database, in an order that depends on nothing else,
and of bounded length. What is counted are the query columns: the index holds a rule only where it
came to something else than satisfied or not applicable.
"""

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, func, select

from ..databases.database import Database
from ..log.log_store import read_head
from ..schema import day_number, day_of_number, log_entry, log_entry_rule
from .due_facets import unsearched
from .filters import EVERY_DECISION, DecisionFilter, size_of
from .query_planner import narrowed

MOST_RULES = 500
"""The most rules and statuses of one answer: those with the highest counts."""

MOST_MONTHS = 120
"""The most months of one answer: the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    """How many decisions had an outcome, conclusively or not."""

    outcome: str
    conclusive: bool
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCount:
    """The counts of a month in UTC, `YYYY-MM`; months without decisions have none."""

    month: str
    outcomes: tuple[OutcomeCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """In how many decisions a rule came to a status."""

    rule: str
    status: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The counts of the decisions that meet a filter in a log of `size` entries.

    `outcomes` and `months` ascend; `rules` descend by count. `rules_omitted` and `months_omitted`
    say how many more there are. `unsearched` is as in `due_facets.unsearched`.
    """

    size: int
    decisions: int
    outcomes: tuple[OutcomeCount, ...]
    rules: tuple[RuleCount, ...]
    rules_omitted: int
    months: tuple[MonthCount, ...]
    months_omitted: int
    unsearched: int


_Kind = tuple[str, str, bool]
"""A month, an outcome, and whether it is conclusive."""


def count_decisions(database: Database, filters: DecisionFilter = EVERY_DECISION) -> Statistics:
    """Return the counts of a filter.

    Raises `BeyondLog` where the log has not reached the size of `as_of`, and `StorageUnavailable`.
    """
    with database.reading() as connection:
        size = size_of(filters, read_head(connection).frontier.size)
        kinds = _kinds(connection, filters, size)
        rules, rules_omitted = _rules(connection, filters, size)
        beyond = unsearched(connection, filters, size)
    outcomes = Counter[tuple[str, bool]]()
    for (_, outcome, conclusive), count in kinds.items():
        outcomes[outcome, conclusive] += count
    months = [
        MonthCount(
            month=month,
            outcomes=_outcomes({(kind[1], kind[2]): kinds[kind] for kind in of_month}),
        )
        for month, of_month in groupby(sorted(kinds), key=lambda kind: kind[0])
    ]
    return Statistics(
        size=size,
        decisions=kinds.total(),
        outcomes=_outcomes(outcomes),
        rules=rules,
        rules_omitted=rules_omitted,
        months=tuple(months[-MOST_MONTHS:]),
        months_omitted=max(0, len(months) - MOST_MONTHS),
        unsearched=beyond,
    )


def _outcomes(counts: Mapping[tuple[str, bool], int]) -> tuple[OutcomeCount, ...]:
    return tuple(
        OutcomeCount(outcome=outcome, conclusive=conclusive, count=count)
        for (outcome, conclusive), count in sorted(counts.items())
    )


def _kinds(connection: Connection, filters: DecisionFilter, size: int) -> Counter[_Kind]:
    columns = log_entry.c
    day = day_number(columns.decided_at).label("day")
    counted = select(day, columns.outcome, columns.conclusive, func.count())
    query = narrowed(counted, filters, connection.dialect.name).where(columns.index < size)
    rows = connection.execute(query.group_by(day, columns.outcome, columns.conclusive))
    found = Counter[_Kind]()
    for number, outcome, conclusive, count in rows:
        found[f"{day_of_number(number):%Y-%m}", outcome, conclusive] += count
    return found


def _rules(
    connection: Connection, filters: DecisionFilter, size: int
) -> tuple[tuple[RuleCount, ...], int]:
    """Return the most frequent rules and statuses, and how many more there are."""
    named = log_entry_rule.alias()
    counted = select(named.c.rule, named.c.status, func.count()).join_from(
        log_entry, named, named.c.index == log_entry.c.index
    )
    query = narrowed(counted, filters, connection.dialect.name).where(log_entry.c.index < size)
    rows = connection.execute(query.group_by(named.c.rule, named.c.status)).all()
    # Sorted here: databases put texts in the order of their collations.
    ranked = heapq.nsmallest(MOST_RULES, ((-count, rule, status) for rule, status, count in rows))
    rules = tuple(RuleCount(rule=rule, status=status, count=-less) for less, rule, status in ranked)
    return rules, len(rows) - len(rules)
