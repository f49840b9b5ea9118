"""When the contents of decisions fall due to be erased, by a schedule of retention."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, case, func, select

from ...audit.entries.retention import RetentionClass, Schedule
from ..databases.database import Database
from ..log.leaf_kinds import IS_DECISION
from ..schema import day_number, day_of_number, erased, log_entry
from .holds import is_held

MOST_MONTHS = 120
"""The most months of one outlook: the earliest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOutlook:
    """Of one class: the decisions that have contents, those of them that are due, and are held.

    `held` counts the due ones. `next_due` is the day on which the next falls due, if any does.
    """

    kept: RetentionClass
    decisions: int
    due: int
    held: int
    next_due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDue:
    """How many decisions fall due in a month, `YYYY-MM`."""

    month: str
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is due on a day, by class in the order of the schedule, and what falls due after it."""

    day: date
    classes: tuple[ClassOutlook, ...]
    months: tuple[MonthDue, ...]
    months_omitted: int

    @property
    def due(self) -> int:
        """How many decisions are due and would be erased."""
        return sum(each.due - each.held for each in self.classes)

    @property
    def held(self) -> int:
        """How many decisions are due and held."""
        return sum(each.held for each in self.classes)


def outlook_of(database: Database, schedule: Schedule, day: date) -> Outlook:
    """Return what is due on a day, and what falls due later. Raises `StorageUnavailable`."""
    tallies = {each.key: _Tally() for each in schedule.classes}
    months = Counter[str]()
    with database.reading() as connection:
        for policy_set, outcome, decided, is_under_hold, count in _counted(connection):
            kept = schedule.class_of(policy_set, outcome)
            due = kept.due_on(decided)
            tallies[kept.key].add(due, day, count, is_under_hold=is_under_hold)
            if due is not None and due > day:
                months[f"{due:%Y-%m}"] += count
    listed = sorted(months.items())
    return Outlook(
        day=day,
        classes=tuple(tallies[each.key].outlook(each) for each in schedule.classes),
        months=tuple(MonthDue(month=m, decisions=n) for m, n in listed[:MOST_MONTHS]),
        months_omitted=max(0, len(listed) - MOST_MONTHS),
    )


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was counted of a class so far."""

    decisions: int = 0
    due: int = 0
    held: int = 0
    next_due: date | None = None

    def add(self, due: date | None, day: date, count: int, *, is_under_hold: bool) -> None:
        self.decisions += count
        if due is None:
            return
        if due <= day:
            self.due += count
            self.held += count if is_under_hold else 0
        elif self.next_due is None or due < self.next_due:
            self.next_due = due

    def outlook(self, kept: RetentionClass) -> ClassOutlook:
        return ClassOutlook(
            kept=kept,
            decisions=self.decisions,
            due=self.due,
            held=self.held,
            next_due=self.next_due,
        )


def _counted(connection: Connection) -> Iterator[tuple[str, str, date, bool, int]]:
    """Yield how many decisions have contents, by policy set, outcome, day, and whether held."""
    columns = log_entry.c
    day = day_number(columns.decided_at).label("day")
    # Once for each row, so that databases group by the column rather than by its subqueries.
    each = (
        select(
            columns.policy_set,
            columns.outcome,
            day,
            case((is_held(), 1), else_=0).label("held"),
        )
        .outerjoin(erased, erased.c.index == columns.index)
        .where(IS_DECISION, erased.c.index.is_(None))
        .subquery()
    )
    key = (each.c.policy_set, each.c.outcome, each.c.day, each.c.held)
    query = select(*key, func.count()).group_by(*key)
    for policy_set, outcome, number, held, count in connection.execute(query):
        yield policy_set, outcome, day_of_number(number), bool(held), count
