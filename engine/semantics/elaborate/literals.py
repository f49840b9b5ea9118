"""Values as they are written."""

import re
from decimal import Decimal
from fractions import Fraction

from ...source.characters import stated
from ...source.text import Span
from .. import faults
from ..tree import Constant, Money
from ..types import CODES, Scalar, Type, codes, is_code
from .scope import Scope, constant

_GROUPED = re.compile(r"[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A number as half of Europe groups thousands: `50.000`, which is fifty here."""

_OF_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies whose smallest unit is a thousandth (ISO 4217)."""


def number(value: Decimal) -> int | Fraction:
    """Return the exact number that a literal states."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def number_constant(
    scope: Scope, span: Span, literal: Decimal, expected: Type | None
) -> Constant | None:
    """Return a number; where a percentage is expected it lacks its sign."""
    words = scope.words(span)
    if expected is Scalar.PERCENTAGE:
        return scope.refuse(faults.values.number_for_percentage(span, words))
    if expected is Scalar.WHOLE_NUMBER and _GROUPED.fullmatch(words):
        return scope.refuse(faults.values.grouped_thousands(span, words, words))
    return constant(scope, span, Scalar.NUMBER, number(literal))


def money_constant(scope: Scope, span: Span, currency: str, amount: Decimal) -> Constant | None:
    """Return an amount of money; one that reads as thousands elsewhere is refused."""
    words = scope.words(span)
    if not is_code(Scalar.CURRENCY, currency):
        place = Span(source=span.source, start=span.start, end=span.start + len(currency))
        return scope.refuse(faults.names.unknown_member(place, currency, Scalar.CURRENCY, ()))
    written = words.rpartition(" ")[2]  # In front of it a comment may stand.
    if currency not in _OF_THOUSANDTHS and _GROUPED.fullmatch(written):
        return scope.refuse(faults.values.grouped_thousands(span, words, f"{currency} {written}"))
    return constant(scope, span, Scalar.MONEY, Money(amount=Fraction(amount), currency=currency))


def text_constant(scope: Scope, span: Span, text: str, expected: Type | None) -> Constant | None:
    """Return a text, or the code that it states where a code is expected."""
    if not isinstance(expected, Scalar) or expected not in CODES:
        return constant(scope, span, Scalar.TEXT, stated(text))
    if not is_code(expected, text):
        return scope.refuse(faults.names.unknown_member(span, text, expected, codes(expected)))
    return Constant(span=span, type=expected, value=text, text=text)
