"""What was proved of rules before, kept with the steps that it took."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from ...source.diagnostic import Diagnostic
from ...source.memory import Memory, Same
from ..tree import Dated
from .proof import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    found: tuple[Diagnostic, ...]
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What is known of rules by the law as some declarations state it."""

    memory: Memory
    law: Same

    @classmethod
    def by(cls, dated: Mapping[str, Dated[Any]], memory: Memory) -> Self:
        """Return what is known by the very same declarations in dated editions."""
        law = memory.recall(("law", *map(Same, dated.values())), object)
        return cls(memory=memory, law=Same(law))

    def of(
        self,
        subjects: tuple[object, ...],
        budget: Budget,
        prove: Callable[[], Iterable[Diagnostic]],
    ) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that `prove` finds of some rules, its steps taken from the budget.

        What is known is returned for the steps that it took before, if as many are left. If not,
        it is proved as far as they go, so that the outcome does not depend on what is known, and
        what a proof without enough steps finds is not kept.
        """
        key = (*map(Same, subjects), self.law)
        known: _Proof | None = self.memory.find(key)
        if known is not None and known.steps <= budget.steps:
            budget.steps -= known.steps
            return known.found
        before = budget.steps
        found = tuple(prove())
        if budget.steps >= 0:
            self.memory.keep(key, _Proof(found=found, steps=before - budget.steps))
        return found
