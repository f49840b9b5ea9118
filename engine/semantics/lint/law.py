"""The law of a window of days: what its sets and parameters say there, in any edition or in all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..tree import Constant, Dated, ParameterTerm, SetTerm, ValueTerm, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The sets and parameters as they stand on the days of a window."""

    dated: Mapping[str, Dated[Any]]
    window: Window

    def values(self, term: ValueTerm) -> frozenset[object]:
        """Return the values that policies state for a term: of a parameter that of each edition."""
        match term:
            case Constant(value=value):
                return frozenset({value})
            case ParameterTerm(name=name):
                return frozenset(constant.value for constant in self._editions(name))
            case _:
                return frozenset()

    def members(self, term: ValueTerm, *, widest: bool) -> frozenset[object] | None:
        """Return the members of a set: those of any edition, or those that every edition has.

        None where the term is no set, or has no edition.
        """
        match term:
            case Constant(value=frozenset() as listed):
                return frozenset(listed)
            case SetTerm(name=name) if editions := self._editions(name):
                return frozenset.union(*editions) if widest else frozenset.intersection(*editions)
            case _:
                return None

    def _editions(self, name: str) -> tuple[Any, ...]:
        """Return what a declaration says in each edition that meets the window."""
        editions = self.dated[name].editions
        return tuple(each.content for each in editions if each.window.overlaps(self.window))
