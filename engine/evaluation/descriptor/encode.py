"""Typed values back to the JSON of a descriptor: the inverse of `decode`."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from ...semantics.tree import Measure, Money
from ...semantics.types import ListType, Scalar, Type
from ...source.json_fault import JSONValue
from ...syntax.lexis import Unit
from ..values import Group, decimal_text
from .scalars import DISTANCE_UNITS, TIME_UNITS

_DISTANCES: Mapping[Unit, str] = {unit: word for word, unit in DISTANCE_UNITS.items()}
_TIMES: Mapping[Unit, str] = {unit: letter for letter, unit in TIME_UNITS.items()}


def encode(value: object, kind: Type) -> JSONValue:
    """Return the JSON value that decodes to a value of a type; None is null."""
    if value is not None and isinstance(kind, ListType):
        assert isinstance(value, tuple | frozenset)  # noqa: S101 - what a list decodes to.
        elements = sorted(value, key=str) if isinstance(value, frozenset) else value
        return [encode(element, kind.element) for element in elements]
    if kind is Scalar.PERCENTAGE and isinstance(value, int | Fraction):
        return f"{decimal_text(Fraction(value) * 100, places=18)}%"
    match value:
        case None | bool() | int() | str():
            return value
        case Fraction():
            return Decimal(decimal_text(value, places=18))
        case Money(amount=amount, currency=currency):
            return {"amount": decimal_text(amount, places=18), "currency": currency}
        case Measure(amount=amount, unit=unit) if unit in _DISTANCES:
            return {"amount": decimal_text(amount, places=18), "unit": _DISTANCES[unit]}
        case Measure(amount=amount, unit=unit):
            return f"P{decimal_text(amount)}{_TIMES[unit]}"
        case datetime() | date():
            return value.isoformat()
        case Group(shape=shape, values=values):
            pairs = zip(shape.facts.values(), values, strict=True)
            known = ((fact, inner) for fact, inner in pairs if inner is not None)
            return {fact.name: encode(inner, fact.type) for fact, inner in known}
    raise AssertionError(value, kind)
