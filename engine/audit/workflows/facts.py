"""The workflow of standing facts: the versions of each, in order, until it is withdrawn.

The statement of a fact is stored beside the log, and the leaf commits to it. A decision that uses a
standing fact names the entry and the commitment, and has the statement in its own input.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..entries.act_leaves import FactLeaf
from ..entries.acts import FactTransition
from ..faults import VerificationFault, fault
from ..merkle.spans import Spans, spans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _FactHistory:
    version: int = 0
    last: Spans = ()
    is_withdrawn: bool = False


@dataclass(slots=True, kw_only=True)
class FactChecker:
    """Checks the order of acts on standing facts; its size grows with the number of facts."""

    facts: dict[str, _FactHistory] = field(default_factory=dict)

    def faults(self, index: int, leaf: FactLeaf) -> Iterator[VerificationFault]:
        """Apply the leaf of the next act on standing facts, and yield its faults."""
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
            version=leaf.version, last=spans_of([index]), is_withdrawn=withdraws
        )
