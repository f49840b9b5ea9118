"""The holds in force at each entry of a log, and the erasures that violate one."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..entries.act_leaves import ErasureLeaf, HoldLeaf, ReleaseLeaf
from ..entries.leaf import Leaf
from ..faults import VerificationFault, fault
from ..merkle.spans import Spans, common, merged


@dataclass(slots=True)
class HoldChecker:
    """Checks erasures against the entries that holds in force name, by the index of each hold.

    A hold on a campaign or an actor also keeps what comes later; no leaf says what that was.
    """

    in_force: dict[int, Spans] = field(default_factory=dict)
    held: Spans | None = ()
    """All entries that holds in force name; None where it must be computed again."""

    def faults(self, index: int, leaf: Leaf) -> Iterator[VerificationFault]:
        """Apply the leaf of the next entry, and yield a fault for each hold that it violates."""
        if isinstance(leaf, HoldLeaf):
            self.in_force[index] = leaf.entries
            self.held = None
        elif isinstance(leaf, ReleaseLeaf):
            for first, beyond in leaf.entries:
                for hold in [each for each in self.in_force if first <= each < beyond]:
                    del self.in_force[hold]
            self.held = None
        elif isinstance(leaf, ErasureLeaf) and self._touches(leaf.entries):
            for hold, held in self.in_force.items():
                broken = next(common(leaf.entries, held), None)
                if broken is not None:
                    message = f"it erases entry {broken[0]}, which entry {hold} holds"
                    yield fault(index, "hold_broken", message)

    def _touches(self, entries: Spans) -> bool:
        """Whether any hold in force names any of the entries, of which there is at least one."""
        if self.held is None:
            self.held = merged(span for spans in self.in_force.values() for span in spans)
        start = max(bisect_left(self.held, entries[0]) - 1, 0)
        return next(common(entries, self.held[start:]), None) is not None
