"""The retention schedule in force at each entry of a log, and the erasures that violate it.

Leaves alone tell that an erasure for age had a schedule before it. That it erased nothing before
its time is told by the leaves of what it erased, which an export has beside it.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from sys import intern

from ...evaluation.operations.days import day_of
from ..entries.act_leaves import ErasureLeaf, ScheduleLeaf
from ..entries.acts import Ground
from ..entries.leaf import Leaf
from ..entries.record import Envelope
from ..entries.retention import Schedule
from ..faults import VerificationFault, fault
from ..instants import instant


@dataclass(frozen=True, slots=True, kw_only=True)
class _ErasedDecision:
    """The retention class and the day of an erased decision, by its leaf."""

    policy_set: str
    outcome: str
    day: date


@dataclass(slots=True)
class RetentionChecker:
    """Checks erasures by age against the schedule in force.

    `indexes` and `erased` are the decisions without contents that no erasure has named yet.
    """

    in_force: Schedule | None = None
    indexes: list[int] = field(default_factory=list)
    erased: list[_ErasedDecision] = field(default_factory=list)

    def note_erased(self, index: int, leaf: object) -> None:
        """Record that the decision of the next entry has no contents."""
        if isinstance(leaf, Envelope):
            self.indexes.append(index)
            self.erased.append(
                _ErasedDecision(
                    policy_set=intern(leaf.policy_set.name),
                    outcome=intern(leaf.outcome),
                    day=day_of(instant(leaf.decided_at)),
                )
            )

    def faults(self, index: int, leaf: Leaf) -> Iterator[VerificationFault]:
        """Apply the leaf of the next entry, and yield a fault for each entry erased too early."""
        if isinstance(leaf, ScheduleLeaf):
            self.in_force = leaf.schedule
        if not isinstance(leaf, ErasureLeaf):
            return
        is_for_age = leaf.ground is Ground.RETENTION
        if is_for_age and self.in_force is None:
            message = "it erases for age, and no schedule is declared before it"
            yield fault(index, "retention_undeclared", message)
        for each, decision in self._taken(leaf):
            if is_for_age and self.in_force is not None:
                yield from _early(index, leaf, each, decision, self.in_force)

    def _taken(self, erasure: ErasureLeaf) -> Iterator[tuple[int, _ErasedDecision]]:
        """Take out what an erasure names: whatever was erased was erased once."""
        for first, beyond in erasure.entries:
            start, end = bisect_left(self.indexes, first), bisect_left(self.indexes, beyond)
            named = list(zip(self.indexes[start:end], self.erased[start:end], strict=True))
            del self.indexes[start:end], self.erased[start:end]
            yield from named


def _early(
    index: int, erasure: ErasureLeaf, each: int, decision: _ErasedDecision, schedule: Schedule
) -> Iterator[VerificationFault]:
    kept = schedule.class_of(decision.policy_set, decision.outcome)
    due = kept.due_on(decision.day)
    if due is None or day_of(instant(erasure.logged_at)) < due:
        until = "for ever" if due is None else f"until {due}"
        message = f"it erases entry {each}, which the class `{kept.name}` keeps {until}"
        yield fault(index, "erased_early", message)
