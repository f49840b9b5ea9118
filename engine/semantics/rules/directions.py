"""Which values of a parameter are the stricter ones, as the rules that read it have it.

Each comparison in which a rule reads a parameter has a sign, as in the check of absence: whether
its truth leads towards denial. It comes true, or ceases to, as the parameter grows. Both together
say whether a greater value lets more pass or less.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import Enum
from fractions import Fraction

from ...syntax.lexis import Comparator
from ..polarity import positions
from ..tree import (
    ComparisonCondition,
    Condition,
    Constant,
    Effect,
    Measure,
    Money,
    ParameterTerm,
    Rule,
    ValueTerm,
    terms_of,
)

IsTerm = Callable[[ValueTerm], bool]
"""Whether a value is the one that is asked about."""


class Direction(Enum):
    """Which values of a parameter are the stricter ones."""

    LOWER = "lower"
    HIGHER = "higher"


def is_as_strict(new: Constant, old: Constant, direction: Direction) -> bool:
    """Whether a value is at least as strict as another; what cannot be compared never is."""
    one, other = _size(new), _size(old)
    if one is None or other is None or one[0] != other[0]:
        return False
    return one[1] <= other[1] if direction is Direction.LOWER else one[1] >= other[1]


def _size(constant: Constant) -> tuple[str, Fraction] | None:
    """Return the kind of a value and how great it is, or None where it has no order."""
    match constant.value:
        case bool():
            return None
        case int() | Fraction() as number:
            return "", Fraction(number)
        case date() as day:
            return "date", Fraction(day.toordinal())
        case Money(amount=amount, currency=currency):
            return currency, amount
        case Measure(kind=kind, size=size):
            return kind.value, size
        case _:
            return None


def directions_of(name: str, rules: Iterable[Rule]) -> Iterator[Direction | None]:
    """Yield for each reading of a parameter which values make it stricter; None where unclear."""

    def is_it(term: ValueTerm) -> bool:
        return isinstance(term, ParameterTerm) and term.name == name

    for rule in rules:
        is_permission = rule.effect is Effect.PERMIT
        permits = is_permission or rule.effect is Effect.REQUIRE
        clauses = [(clause.condition, not is_permission) for clause in rule.applicability]
        clauses += [(rule.main.condition, not permits)]
        clauses += [(each.clause.condition, False) for each in rule.exemptions]
        clauses += [(each.scope.condition, False) for each in rule.waivers]
        for condition, towards_denial in clauses:
            yield from _readings(is_it, condition, towards_denial=towards_denial)


def _readings(
    is_it: IsTerm, condition: Condition, *, towards_denial: bool
) -> Iterator[Direction | None]:
    for place in positions(condition, towards_denial=towards_denial):
        part = place.part
        if isinstance(part, ComparisonCondition) and any(map(is_it, terms_of(part))):
            rising = comes_true(part, is_it)
            is_higher = rising is place.towards_denial
            yield None if rising is None else Direction.HIGHER if is_higher else Direction.LOWER


def comes_true(part: ComparisonCondition, is_it: IsTerm) -> bool | None:
    """Whether a comparison comes true as a value grows, or ceases to; None if that is not clear.

    A value that is calculated with, or that is read twice, moves it neither way for sure.
    """
    places = [index for index, term in enumerate((part.left, *part.right)) if is_it(term)]
    if len(places) != 1 or sum(map(is_it, terms_of(part))) != 1:
        return None
    [place] = places
    match part.comparator:
        case comparator if comparator.rises is not None:
            return comparator.rises is (place == 0)
        case Comparator.BETWEEN if place:
            return place == 2
        case Comparator.WITHIN if place == 1 and part.within:
            return True
        case _:
            return None
