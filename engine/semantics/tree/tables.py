"""Tables of the typed core: cases over the values of some inputs."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from ..types import ElementType
from ..values import Measure
from .declarations import Citation, Dated
from .terms import Constant

Size: TypeAlias = Fraction | date
"""The key that orders values of one type."""


def size(value: object) -> Size:
    """Return the key that orders a value among others of its type: a number or a day."""
    match value:
        case Measure(size=amount):
            return amount
        case date():
            return value
        case _:
            # INVARIANT: the values of every other ordered type are numbers.
            assert isinstance(value, int | Fraction)  # noqa: S101
            return Fraction(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Values from one to another, as sizes; None where it is open."""

    low: Size | None = None
    high: Size | None = None
    low_included: bool = True
    high_included: bool = True

    def __contains__(self, value: object) -> bool:
        """Whether a value of the type lies in it."""
        at = size(value)
        return not (self._is_below(at) or self._is_above(at))

    def among(self, sizes: Sequence[Size]) -> tuple[int, int]:
        """Return the bounds (first, end) of the slice of ascending sizes that lies in it."""
        first, end = 0, len(sizes)
        if self.low is not None:
            find = bisect_left if self.low_included else bisect_right
            first = find(sizes, self.low)
        if self.high is not None:
            find = bisect_right if self.high_included else bisect_left
            end = find(sizes, self.high)
        return first, end

    def _is_below(self, at: Size) -> bool:
        if self.low is None:
            return False
        return at < self.low or (at == self.low and not self.low_included)  # type: ignore[operator]  # both are of one type.

    def _is_above(self, at: Size) -> bool:
        if self.high is None:
            return False
        return at > self.high or (at == self.high and not self.high_included)  # type: ignore[operator]  # likewise.


Cell: TypeAlias = Reach | frozenset[object] | None
"""The values of an input that a case is meant for: a range, some, or all (None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case: a cell for each input, or None for `otherwise`; how it reads, and what it gives."""

    cells: tuple[Cell, ...] | None
    words: tuple[str, ...]
    value: Constant

    def is_meant(self, values: Sequence[object]) -> bool:
        """Whether the case is meant for some values, one for each input."""
        return self.cells is None or all(
            cell is None or value in cell for cell, value in zip(self.cells, values, strict=True)
        )


Rows: TypeAlias = tuple[Row, ...]
"""The cases of an edition, of which at most one is meant at once; `otherwise` stands last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One of the values that a table is looked up by."""

    name: str
    type: ElementType


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Dated[Rows]):
    """What follows from some values, case by case; `sets` are those that its cases name.

    An edition ends where one of a set that it names does, so that members stand in the cells.
    """

    inputs: tuple[Input, ...]
    type: ElementType
    sources: tuple[Citation, ...]
    sets: frozenset[str]
