"""Values as they are decided about: exact, frozen, and decoded once.

Numbers are integers or fractions, never binary floats. None stands for *unknown*: a fact that is
absent, null, or whose group of facts is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from typing import TypeAlias

import msgspec

from ..semantics.tree import FactTerm, Measure, Money
from ..semantics.types import ListType, Scalar, Type
from ..semantics.vocabulary import RecordShape


class Group(msgspec.Struct, frozen=True, eq=False):
    """A record of facts; `values` are in the order of the fields of its type.

    One is made for each record of each campaign: access by position takes half the time.
    """

    shape: RecordShape
    values: "tuple[Datum | None, ...]"

    def __eq__(self, other: object) -> bool:
        """Whether the same is known; the shape takes no part."""
        return isinstance(other, Group) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values)

    def __repr__(self) -> str:
        return f"Group(values={self.values!r})"

    @classmethod
    def unknown(cls, shape: RecordShape) -> "Group":
        """Return a group of which no fact is known."""
        return cls(shape, (None,) * len(shape.facts))

    def with_facts(self, facts: "Mapping[str, Datum | None]") -> "Group":
        """Return the group with some facts in place of what it has, by name."""
        values = list(self.values)
        for name, value in facts.items():
            values[self.shape.positions[name]] = value
        return Group(self.shape, tuple(values))

    def get(self, name: str) -> "Datum | None":
        """Return a fact by name, or None where it is unknown."""
        return self.values[self.shape.positions[name]]


Datum: TypeAlias = (
    str | bool | int | Fraction | date | datetime | Money | Measure | Group | tuple["Datum", ...]
)


def stated_fact(group: Datum | None, name: str) -> Datum | None:
    """Return a fact of a group; None where there is no group, or it declares no such fact."""
    if isinstance(group, Group) and name in group.shape.facts:
        return group.get(name)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign descriptor, decoded against a vocabulary."""

    facts: Group

    def text(self, *path: str) -> str | None:
        """Return the text at a path, or None where it is unknown."""
        found = self.at(*path)
        return found if isinstance(found, str) else None

    def day(self, *path: str) -> date | None:
        """Return the day at a path, or None where it is unknown."""
        found = self.at(*path)
        return found if isinstance(found, date) else None

    def at(self, *path: str) -> Datum | None:
        """Return the value at a path of names through groups, or None where it is unknown."""
        current: Datum | None = self.facts
        for name in path:
            if not isinstance(current, Group):
                return None
            current = current.get(name)
        return current

    def states(self, *path: str) -> bool:
        """Whether something stands at a path, which its vocabulary need not declare."""
        current: Datum | None = self.facts
        for name in path:
            if not isinstance(current, Group) or name not in current.shape.facts:
                return False
            current = current.get(name)
        return current is not None

    @property
    def id(self) -> str | None:
        """The identifier in the advertiser's own system."""
        return self.text("id")

    @property
    def markets(self) -> tuple[str, ...] | None:
        """The places where the ads may be shown, in the order given; None where unknown."""
        found = self.at("markets")
        if not isinstance(found, tuple):
            return None
        return tuple(dict.fromkeys(map(str, found)))


def show(value: object) -> str:
    """Return a value as a person reads it; unknown is `unknown`."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return decimal_text(value)
        case Money(amount=amount, currency=currency):
            return f"{currency} {decimal_text(amount)}"
        case Measure(amount=amount, unit=unit):
            return f"{decimal_text(amount)} {unit.one if amount == 1 else unit.several}"
        case datetime():
            return value.isoformat()
        case tuple():
            return ", ".join(show(element) for element in value) or "none"
        case Group(shape=RecordShape(name="period"), values=(start, end)):
            return f"{show(start)} to {show(end)}"
        case Group(shape=shape, values=values):
            pairs = zip(values, shape.facts.values(), strict=True)
            known = [
                SENSITIVE if fact.sensitive else show_typed(inner, fact.type)
                for inner, fact in pairs
                if inner is not None
            ]
            return "; ".join(known) or "unknown"
        case _:
            return str(value)


def show_typed(value: object, kind: Type) -> str:
    """Return a value as a person reads it, with the percent sign where its type has one."""
    if kind is Scalar.PERCENTAGE and isinstance(value, int | Fraction):
        return f"{decimal_text(Fraction(value) * 100)}%"
    if isinstance(kind, ListType) and isinstance(value, tuple):
        return ", ".join(show_typed(element, kind.element) for element in value) or "none"
    return show(value)


SENSITIVE = "(sensitive)"
"""How the value of a sensitive fact reads."""


def show_fact(fact: FactTerm, value: object) -> str:
    """Return the value of a fact as a person may read it."""
    if type(value) is str and not fact.sensitive:
        return value
    return SENSITIVE if fact.sensitive and value is not None else show_typed(value, fact.type)


def compile_show_fact(fact: FactTerm) -> Callable[[object], str]:
    """Return the function that does for one fact what `show_fact` does."""
    kind = fact.type
    if fact.sensitive or kind not in _PLAINLY_SHOWN:
        return partial(show_fact, fact)
    return lambda value: str(value) if type(value) in _AS_STRINGS else show_typed(value, kind)


_AS_STRINGS = (str, int, date)
_PLAINLY_SHOWN = (Scalar.TEXT, Scalar.NUMBER, Scalar.WHOLE_NUMBER, Scalar.DATE)


def decimal_text(number: Fraction | int, places: int = 6) -> str:
    """Return an exact decimal where there is one, else one rounded half even to `places`."""
    exact = Fraction(number)
    scale = _scale(exact)
    shown = exact if scale is not None else round(exact, places)
    scale = _scale(shown) or 0
    digits = str(abs(int(shown * 10**scale))).rjust(scale + 1, "0")
    sign = "-" if shown < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def _scale(number: Fraction) -> int | None:
    """Return how many decimal places state a number exactly, or None where none do."""
    rest, powers = number.denominator, [0, 0]
    for index, prime in enumerate((2, 5)):
        while rest % prime == 0:
            rest //= prime
            powers[index] += 1
    return max(powers) if rest == 1 else None
