"""Which values of a parameter are the stricter ones, as the rules that read it have it.

Each comparison in which a rule reads a parameter has a sign, as in the check of absence: whether
its truth leads towards denial. It comes true, or ceases to, as the parameter grows. Both together
say whether a greater value lets more pass or less.
"""

from collections.abc import Iterable, Iterator
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
    conditions_below,
    terms_below,
    terms_of,
)

RISES_WITH_LEFT = (
    *(Comparator.AT_LEAST, Comparator.MORE_THAN, Comparator.EXCEEDS),
    *(Comparator.AFTER, Comparator.ON_OR_AFTER),
)
"""The phrases that hold more often as the value to the left rises, and that to the right falls."""

FALLS_WITH_LEFT = (
    *(Comparator.AT_MOST, Comparator.LESS_THAN),
    *(Comparator.BEFORE, Comparator.ON_OR_BEFORE),
)
"""The phrases of which the opposite is so."""


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
    for rule in rules:
        is_permission = rule.effect is Effect.PERMIT
        permits = is_permission or rule.effect is Effect.REQUIRE
        clauses = [(clause.condition, not is_permission) for clause in rule.applicability]
        clauses += [(rule.main.condition, not permits)]
        clauses += [(each.clause.condition, False) for each in rule.exemptions]
        clauses += [(each.scope.condition, False) for each in rule.waivers]
        for condition, towards_denial in clauses:
            yield from _readings(name, condition, towards_denial=towards_denial)


def _readings(
    name: str, condition: Condition, *, towards_denial: bool
) -> Iterator[Direction | None]:
    for place in positions(condition, towards_denial=towards_denial):
        part = place.part
        if not isinstance(part, ComparisonCondition) or not _reads(part, name):
            continue
        rising = _rising(part, name)
        if rising is None:
            yield None
        else:
            yield Direction.HIGHER if rising is place.towards_denial else Direction.LOWER


def _reads(part: ComparisonCondition, name: str) -> bool:
    below = (term for each in conditions_below(part) for term in terms_below(each))
    terms = (*terms_of(part), *below)
    return any(isinstance(term, ParameterTerm) and term.name == name for term in terms)


def _rising(part: ComparisonCondition, name: str) -> bool | None:
    """Whether a comparison comes true as a parameter grows; None where that cannot be told."""
    places = [
        index
        for index, term in enumerate((part.left, *part.right))
        if isinstance(term, ParameterTerm) and term.name == name
    ]
    read = sum(isinstance(t, ParameterTerm) and t.name == name for t in terms_of(part))
    if len(places) != 1 or read != 1:
        return None
    place = places[0]
    match part.comparator:
        case comparator if comparator in RISES_WITH_LEFT:
            return place == 0
        case comparator if comparator in FALLS_WITH_LEFT:
            return place != 0
        case Comparator.BETWEEN if place:
            return place == 2
        case Comparator.WITHIN if place == 1 and part.within:
            return True
        case _:
            return None
