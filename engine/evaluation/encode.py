"""Typed values back to the JSON of a descriptor: the inverse of `decode`."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from ..semantics.tree import Money
from ..semantics.types import ListType, Scalar, Type
from ..source.json_fault import JSONValue
from .values import Group, decimal_text


def encode(value: object, kind: Type) -> JSONValue:
    """Return the JSON value that decodes to a value of a type; None is null."""
    if isinstance(kind, ListType):
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
        case datetime() | date():
            return value.isoformat()
        case Group(shape=shape, values=values):
            pairs = zip(shape.facts.values(), values, strict=True)
            known = ((fact, inner) for fact, inner in pairs if inner is not None)
            return {fact.name: encode(inner, fact.type) for fact, inner in known}
    raise AssertionError(value, kind)
