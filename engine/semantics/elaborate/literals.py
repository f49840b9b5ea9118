"""Values as they are written."""

# mypy: disable-error-code="func-returns-value"
# Reason: `return tell(…)` reports a fault and gives up in one statement.

import unicodedata
from decimal import Context, Decimal
from fractions import Fraction

from ...source.text import Span
from .. import faults
from ..tree import Constant
from ..types import CODES, Scalar, Type, codes, is_code
from .scope import Scope, constant, tell

_EXACTLY = Context(prec=80)
"""A number has at most 34 digits before its point, and as many behind it."""


def number(value: Decimal) -> int | Fraction:
    """Return the exact number that a literal states."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def number_constant(
    scope: Scope, span: Span, literal: Decimal, expected: Type | None
) -> Constant | None:
    """Return a number; where a percentage is expected it lacks its sign."""
    if expected is Scalar.PERCENTAGE:
        # Nobody writes 20 for twenty times the whole, but 0.5 for half of it.
        is_share = 0 < literal <= 1 or literal % 1 != 0
        share = f"{_EXACTLY.scaleb(literal, 2).normalize(_EXACTLY):f}%" if is_share else None
        return tell(scope, faults.number_for_percentage(span, scope.words(span), share))
    return constant(scope, span, Scalar.NUMBER, number(literal))


def text_constant(scope: Scope, span: Span, text: str, expected: Type | None) -> Constant | None:
    """Return a text, or the code that it states where a code is expected."""
    if not isinstance(expected, Scalar) or expected not in CODES:
        return constant(scope, span, Scalar.TEXT, unicodedata.normalize("NFC", text))
    if not is_code(expected, text):
        return tell(scope, faults.unknown_member(span, text, expected, codes(expected)))
    return Constant(span=span, type=expected, value=text, text=text)
