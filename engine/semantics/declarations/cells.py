"""The cells of a table as a grid: whether two cases are meant at once, and which is missing.

Each input is tried with samples: values of which every other has the same cases. Of a closed type
they are its members, of an open one those that a case names, and of an ordered one each limit and
a value on both sides of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import accumulate, pairwise
from math import prod
from operator import and_, xor

from ..tree import Cell, Input, Measure, Reach, Row, Size, measure, size
from ..types import BASE_UNITS, ElementType, EnumerationType, Scalar

MOST_ROWS = 500
"""A table has at most so many cases, counted in each of its editions."""

MOST_INPUTS = 8
"""A table is looked up by at most so many values."""

MOST_SAMPLES = 100_000
"""So many combinations of samples are tried, and no more."""

_DENSE = (Scalar.NUMBER, Scalar.PERCENTAGE, Scalar.DISTANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """A value of an input, how it reads, and the cases that it fits, as bits."""

    words: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cases of an edition, `otherwise` apart."""

    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]
    _columns: tuple[tuple[_Sample, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        columns = tuple(
            tuple(_told_apart(each.type, [row.cells[place] for row in self.rows if row.cells]))
            for place, each in enumerate(self.inputs)
        )
        object.__setattr__(self, "_columns", columns)

    @property
    def samples(self) -> int:
        """How many combinations of samples there are."""
        return prod(map(len, self._columns))

    def overlap(self) -> tuple[int, int, str] | None:
        """Return the first two cases that are meant at once, with an example; None without."""
        beside = [_beside(column, len(self.rows)) for column in self._columns]
        for one, fitting in enumerate(zip(*beside, strict=True)):
            later = reduce(and_, fitting) >> one + 1
            if later:
                other = one + _lowest(later) + 1
                both = 1 << one | 1 << other
                words = (_fitting(column, both) for column in self._columns)
                return one, other, ", ".join(words)
        return None

    def gap(self) -> str | None:
        """Return values for which no case is meant; None where there are none."""
        return self._gap(0, (1 << len(self.rows)) - 1)

    def _gap(self, place: int, fitting: int) -> str | None:
        """Return the values of the inputs from one on for which none of some cases is meant."""
        if place == len(self._columns):
            return None if fitting else ""
        for sample in self._columns[place]:
            rest = self._gap(place + 1, fitting & sample.rows)
            if rest is not None:
                return ", ".join(filter(None, (sample.words, rest)))
        return None


def _beside(column: Sequence[_Sample], count: int) -> list[int]:
    """Return, for each case, the cases that some sample of an input fits as well, as bits."""
    found = [0] * count
    for sample in column:
        rest = sample.rows
        while rest:
            found[_lowest(rest)] |= sample.rows
            rest &= rest - 1
    return found


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _fitting(column: Sequence[_Sample], rows: int) -> str:
    """Return how the first sample reads that fits some cases."""
    return next(each.words for each in column if each.rows & rows == rows)


def _told_apart(kind: ElementType, cells: Sequence[Cell]) -> Iterator[_Sample]:
    """Yield samples of one input, of those that fit the same cases only the first."""
    values = _values(kind, cells)
    always = sum(1 << row for row, cell in enumerate(cells) if cell is None)
    named, reached = _rows_by_member(cells), _rows_by_size(values, cells)
    seen: set[int] = set()
    for value in values:
        rows = always | named.get(value, 0) | (reached[size(value)] if reached else 0)
        if rows not in seen:
            seen.add(rows)
            yield _Sample(words=_words(kind, value), rows=rows)


def _rows_by_member(cells: Sequence[Cell]) -> dict[object, int]:
    """Return the cases that name each of their members, as bits."""
    found: dict[object, int] = defaultdict(int)
    for row, cell in enumerate(cells):
        for member in cell if isinstance(cell, frozenset) else ():
            found[member] |= 1 << row
    return found


def _rows_by_size(values: Sequence[object], cells: Sequence[Cell]) -> dict[Size, int]:
    """Return the cases in whose reach each value lies, as bits; empty where none reaches."""
    reaches = [(row, cell) for row, cell in enumerate(cells) if isinstance(cell, Reach)]
    sizes = sorted({size(value) for value in values}) if reaches else []
    turns = [0] * (len(sizes) + 1)
    for row, reach in reaches:
        first, end = reach.among(sizes)
        turns[first] ^= 1 << row
        turns[end] ^= 1 << row
    return dict(zip(sizes, accumulate(turns, xor), strict=False))


def _values(kind: ElementType, cells: Sequence[Cell]) -> Sequence[object]:
    named = {each for cell in cells if isinstance(cell, frozenset) for each in cell}
    match kind:
        case EnumerationType(members=members):
            return members
        case Scalar.YES_NO:
            return (True, False)
        case (
            Scalar.NUMBER
            | Scalar.WHOLE_NUMBER
            | Scalar.PERCENTAGE
            | Scalar.DATE
            | (Scalar.DAYS | Scalar.MONTHS | Scalar.DISTANCE)
        ):
            reaches = [cell for cell in cells if isinstance(cell, Reach)]
            ends = [end for each in reaches for end in (each.low, each.high) if end is not None]
            return [_value(kind, at) for at in _along({*map(size, named), *ends}, kind)]
        case _:
            # Nobody could list every country or text: where no case names one, none is tried.
            return sorted(map(str, named)) or ("any",)


def _value(kind: ElementType, at: Size) -> object:
    """Return the value of a type that has a size."""
    if isinstance(kind, Scalar) and kind in BASE_UNITS and isinstance(at, Fraction):
        return measure(at, BASE_UNITS[kind])
    return at


def _along(marks: set[Size], kind: ElementType) -> list[Size]:
    """Return sizes on, between and beside marks; where values are whole, the next ones."""
    days = sorted(mark for mark in marks if isinstance(mark, date))
    if kind is Scalar.DATE:
        return [near for day in days for near in _near(day)] or [date(2000, 1, 1)]
    ordered = sorted(Fraction(mark) for mark in marks if not isinstance(mark, date))
    if not ordered:
        return [Fraction(0)]
    if kind in _DENSE:
        between = [(one + other) / 2 for one, other in pairwise(ordered)]
        return [ordered[0] - 1, *ordered, *between, ordered[-1] + 1]
    return [mark + step for mark in ordered for step in (-1, 0, 1)]


def _near(day: date) -> Iterator[date]:
    if day > date.min:
        yield day - timedelta(days=1)
    yield day
    if day < date.max:
        yield day + timedelta(days=1)


def _words(kind: ElementType, value: object) -> str:
    """Return how a sample reads."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Measure(amount=amount, unit=unit):
            return f"{_decimal(amount)} {unit.one if amount == 1 else unit.several}"
        case Fraction() if kind is Scalar.PERCENTAGE:
            return f"{_decimal(value * 100)}%"
        case Fraction():
            return _decimal(value)
        case _:
            return str(value)


def _decimal(number: Fraction) -> str:
    return format(Decimal(number.numerator) / Decimal(number.denominator), "f")
