"""Values as policies state them, each of one kind."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ..syntax.lexis import Unit
from .types import UNITS, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency; amounts of two currencies are never compared."""

    amount: Fraction
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """So many days, months or metres, by `kind`; `unit` is that in which it was stated."""

    kind: Scalar
    size: Fraction
    unit: Unit = field(compare=False)

    @property
    def amount(self) -> Fraction:
        """The number before the unit."""
        return self.size / UNITS[self.unit][1]


def measure(amount: Fraction, unit: Unit) -> Measure:
    """Return an amount of a unit."""
    kind, size = UNITS[unit]
    return Measure(kind=kind, size=amount * size, unit=unit)


Plain = str | bool | int | Fraction | date | Money | Measure
Value = Plain | frozenset[str] | frozenset[Fraction]
