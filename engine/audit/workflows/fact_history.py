"""What a log says of standing facts: the versions of each, in order, until it is withdrawn.

What is stated lies beside the log, and the leaf commits to it; a decision that rests on a standing
fact names the entry and the commitment, and has what was stated in its own input.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..entries.act_leaves import FactLeaf
from ..entries.acts import FactTransition
from ..faults import VerificationFault, fault
from ..merkle.spans import Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactHistory:
    version: int = 0
    last: Spans = ()
    is_withdrawn: bool = False


@dataclass(slots=True, kw_only=True)
class FactChecker:
    """The standing facts as a log is read; it grows with their number."""

    facts: dict[str, _FactHistory] = field(default_factory=dict)

    def faults(self, index: int, leaf: FactLeaf) -> Iterator[VerificationFault]:
        """Take in the leaf of the next act on standing facts, and yield what should not be."""
        story = self.facts.get(leaf.fact, _FactHistory())
        withdraws = leaf.transition is FactTransition.WITHDRAW
        if story.is_withdrawn:
            yield fault(index, "fact_out_of_order", "the standing fact was withdrawn before")
        elif withdraws and story.version == 0:
            yield fault(index, "fact_out_of_order", "it withdraws what was never recorded")
        elif leaf.version != story.version + 1 or leaf.entries != story.last:
            message = f"version {leaf.version} does not follow version {story.version}"
            yield fault(index, "fact_out_of_order", message)
        self.facts[leaf.fact] = _FactHistory(
            version=leaf.version, last=((index, index + 1),), is_withdrawn=withdraws
        )
