"""Retention: what is kept no longer than a schedule says.

A schedule is an entry of the log before anything is erased by it, so that everybody can tell what
was promised when, and that nothing was erased before its time. Erasing goes in steps of at most 256
decisions, each a transaction of its own with an erasure of the ground `retention`: killed at any
moment, what is erased is accounted for, and the next run goes on. What a hold covers is passed
over, and falls to the first run after the hold is lifted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from ...audit.entries.act_leaves import ScheduleLeaf
from ...audit.entries.acts import Declaration, Ground
from ...audit.entries.record import read_envelope
from ...audit.entries.retention import RetentionClass, Schedule
from ...audit.errors import RecordError
from ...audit.instants import instant, utc_now
from ...audit.log import Receipt, receipt_of
from ..databases.database import Database
from ..errors import Conflict, LogInconsistent
from ..log.entries import act_leaf
from ..log.leaf_kinds import IS_ACT, IS_DECISION, is_act
from ..log.register import Register
from ..schema import log_entry
from ..sealed.contents import check_bound
from .cleaning import finish
from .erasures import STEP, erase_within
from .holds import check_found, check_kept, is_held
from .outlook import outlook_of
from .subjects import not_erased


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassErased:
    """How many decisions of a class were erased."""

    kept: RetentionClass
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRun:
    """What a run did: the decisions erased by class, the entries that say so, and what was held.

    `declared` is the entry of the schedule, where it was not in force before. `is_purged` is as in
    `erasures.ErasureSummary`.
    """

    classes: tuple[ClassErased, ...]
    entries: tuple[Receipt, ...]
    held: int
    declared: Receipt | None
    is_purged: bool

    @property
    def decisions(self) -> int:
        """How many decisions were erased."""
        return sum(each.decisions for each in self.classes)


class Retention(Register):
    """The retention of a database by a schedule. Every method raises `StorageUnavailable`."""

    def __init__(
        self,
        database: Database,
        schedule: Schedule,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(database, clock=clock)
        self._schedule = schedule

    def declare(self, *, actor: str) -> Receipt | None:
        """Have the log say that the schedule is in force; None where it says so already.

        Raises `RecordError` for an actor that the log cannot name, and `LogInconsistent`.
        """
        with self._database.reading() as connection:
            if _in_force(connection) == self._schedule:
                return None
        with self._appending() as log:
            if _in_force(log.connection) == self._schedule:  # Another process was faster.
                return None
            act = Declaration(schedule=self._schedule, actor=actor)
            entry = log.append(act)
        return receipt_of(entry)

    def run(self, day: date, *, actor: str) -> RetentionRun:
        """Erase what is due on a day, which must have begun; declares the schedule before.

        Raises `Conflict` where another schedule is declared meanwhile: the steps before stay done.
        Raises what `declare` does.
        """
        if day > self._clock().astimezone(UTC).date():
            raise ValueError("a day to come")
        with self._database.reading() as connection:
            check_kept(connection)
            check_bound(connection, self._database.contents)
        declared = self.declare(actor=actor)
        erased_by_class, entries = [], list[Receipt]()
        for kept in self._schedule.classes:
            count = 0
            for step in self._steps(kept, day, actor):
                count += step[0]
                entries.append(step[1])
            erased_by_class.append(ClassErased(kept=kept, decisions=count))
        purged = finish(self._database, self._clock())
        return RetentionRun(
            classes=tuple(erased_by_class),
            entries=tuple(entries),
            held=outlook_of(self._database, self._schedule, day).held,
            declared=declared,
            is_purged=purged,
        )

    def _steps(self, kept: RetentionClass, day: date, actor: str) -> Iterator[tuple[int, Receipt]]:
        """Erase what is due of a class; yields how many, and by which entry."""
        if kept.period is None:
            return
        before = datetime.combine(kept.period.earliest_kept(day), time(), tzinfo=UTC)
        due = and_(self._of(kept), log_entry.c.decided_at < before, not_(is_held()))
        beyond = 0
        while indexes := self._found(due & (log_entry.c.index >= beyond)):
            beyond = indexes[-1] + 1
            step = self._step(due & log_entry.c.index.in_(indexes), actor)
            if step is not None:
                yield step

    def _found(self, condition: ColumnElement[bool]) -> Sequence[int]:
        """Return the next decisions of a condition, found while others may write."""
        with self._database.reading() as connection:
            return connection.execute(not_erased(condition).limit(STEP)).scalars().all()

    def _step(self, condition: ColumnElement[bool], actor: str) -> tuple[int, Receipt] | None:
        """Erase those of a condition that are still to be erased, if any are."""
        with self._appending() as log:
            if _in_force(log.connection) != self._schedule:
                raise Conflict("another schedule of retention was declared meanwhile")
            indexes = log.connection.execute(not_erased(condition)).scalars().all()
            if not indexes:
                return None
            _check_classed(log.connection, indexes)
            check_found(log.connection, indexes, self._database.contents)
            receipt = erase_within(log, indexes, ground=Ground.RETENTION, actor=actor)
            return len(indexes), receipt

    def _of(self, kept: RetentionClass) -> ColumnElement[bool]:
        """Return the condition on `log_entry` for the decisions of a class, and of no narrower."""
        classes = self._schedule.classes
        narrower = map(_covered, classes[: classes.index(kept)])
        return and_(_covered(kept), not_(or_(*narrower, IS_ACT)))


def _covered(kept: RetentionClass) -> ColumnElement[bool]:
    """Return the condition on `log_entry` for what a class is of, whatever else is narrower."""
    columns = log_entry.c
    equal = ((columns.policy_set, kept.policy_set), (columns.outcome, kept.outcome))
    return and_(IS_DECISION, *(c == value for c, value in equal if value is not None))


def _check_classed(connection: Connection, indexes: Sequence[int]) -> None:
    """Raise `LogInconsistent` where a decision is of another class or time than its leaf says."""
    columns = log_entry.c
    kept = (columns.policy_set, columns.outcome, columns.decided_at)
    query = select(columns.index, columns.leaf, *kept).where(columns.index.in_(indexes))
    for index, leaf, *found in connection.execute(query.order_by(columns.index)):
        try:
            said = read_envelope(leaf)
        except RecordError as error:
            raise LogInconsistent(f"nothing is erased: entry {index} cannot be read") from error
        if [said.policy_set.name, said.outcome, instant(said.decided_at)] != found:
            raise LogInconsistent(
                f"nothing is erased: entry {index} is kept as of another time, outcome or policy"
                " set than was logged; `assent verify` of the database says more"
            )


def _in_force(connection: Connection) -> Schedule | None:
    """Return the schedule that the log declares last. Raises `LogInconsistent`."""
    query = select(log_entry.c.index, log_entry.c.leaf).where(is_act("schedule"))
    row = connection.execute(query.order_by(log_entry.c.index.desc()).limit(1)).one_or_none()
    return None if row is None else act_leaf(*row, ScheduleLeaf, "a schedule").schedule
