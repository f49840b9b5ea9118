"""How values of the scalar types stand in JSON: each is read by itself, or is None."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial

from ...semantics.tree import Measure, Money, measure
from ...semantics.types import Scalar, is_code
from ...source.characters import stated
from ...source.instants import INSTANT_FORM, read_instant
from ...source.json_fault import GREATEST_NUMBER, MOST_DIGITS
from ...syntax.lexis import Unit
from ..values import Datum

_DECIMAL = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_PERCENT = re.compile(r"(-?\d{1,18}(?:\.\d{1,18})?)\s*%", re.ASCII)
_LENGTH = re.compile(r"P(\d{1,9})([DWMY])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

TIME_UNITS = {"D": Unit.DAY, "W": Unit.WEEK, "M": Unit.MONTH, "Y": Unit.YEAR}
"""The letters of ISO 8601 for units of time."""

DISTANCE_UNITS = {"m": Unit.METRE, "km": Unit.KILOMETRE, "mi": Unit.MILE}


def read_code(kind: Scalar, value: object) -> str | None:
    """Return a code of a kind, be it of countries, places, currencies or languages."""
    return str.__str__(value) if isinstance(value, str) and is_code(kind, value) else None


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    plain = str.__str__(value)  # A subclass may read otherwise than it compares.
    if "\0" in plain:
        return None  # PostgreSQL has no texts with it, so that no record could ever hold it.
    try:
        plain.encode()
    except UnicodeEncodeError:
        return None  # Half of a surrogate pair: no record could ever hold it.
    return stated(plain)


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | Fraction | None:
    exact: int | Fraction
    match value:
        case bool():
            return None
        case int():
            exact = value
        case Decimal() if _is_moderate(value):
            exact = Fraction(value)
        case float() if math.isfinite(value) and abs(value) <= GREATEST_NUMBER:
            # An embedder's own reader stood before us; the shortest form is what was written.
            exact = Fraction(float.__repr__(value))
        case _:
            return None
    if not -GREATEST_NUMBER <= exact <= GREATEST_NUMBER:
        return None
    return exact.numerator if exact.denominator == 1 else exact


def _is_moderate(value: Decimal) -> bool:
    """Whether a decimal is finite and has no more places than the JSON reader lets through."""
    if not value.is_finite() or not -GREATEST_NUMBER <= value <= GREATEST_NUMBER:
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS


def _whole(value: object) -> int | None:
    made = _number(value)
    return made if isinstance(made, int) else None


def _percentage(value: object) -> Fraction | None:
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    return Fraction(match[1]) / 100 if match else None


def _money(value: object) -> Money | None:
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        return None
    exact, currency = read_amount(value["amount"]), value["currency"]
    if exact is None or not isinstance(currency, str) or not is_code(Scalar.CURRENCY, currency):
        return None
    return Money(amount=Fraction(exact), currency=currency)


def read_amount(value: object) -> int | Fraction | None:
    """Return a number, or a decimal in quotation marks, which no reader of JSON rounds."""
    if not isinstance(value, str):
        return _number(value)
    return Fraction(value) if _DECIMAL.fullmatch(value) else None


def _length(value: object, *, kind: Scalar) -> Measure | None:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    made = measure(Fraction(match[1]), TIME_UNITS[match[2]])
    return made if made.kind is kind else None


def _distance(value: object) -> Measure | None:
    if not isinstance(value, dict) or set(value) != {"amount", "unit"}:
        return None
    exact, unit = read_amount(value["amount"]), value["unit"]
    if exact is None or exact < 0 or not isinstance(unit, str) or unit not in DISTANCE_UNITS:
        return None
    return measure(Fraction(exact), DISTANCE_UNITS[unit])


def _date(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _instant(value: object) -> datetime | None:
    return read_instant(value) if isinstance(value, str) else None


SCALARS: Mapping[Scalar, tuple[Callable[[object], Datum | None], str, str | None]] = {
    Scalar.TEXT: (
        _text,
        "a text",
        "write it in double quotes; it holds whole characters, and not U+0000",
    ),
    Scalar.YES_NO: (_yes_no, "yes or no", "write `true` or `false`, without quotes"),
    Scalar.NUMBER: (_number, "a number", "write a number between -10^18 and 10^18, without quotes"),
    Scalar.WHOLE_NUMBER: (_whole, "a whole number", "write a number without decimals or quotes"),
    Scalar.PERCENTAGE: (_percentage, "a percentage", 'write it as a text with its sign: `"12.5%"`'),
    Scalar.MONEY: (
        _money,
        "an amount of money",
        'write `{"amount": "5000.00", "currency": "EUR"}`, with a currency code of ISO 4217',
    ),
    Scalar.DATE: (_date, "a day that exists", 'write it as YYYY-MM-DD: `"2026-11-23"`'),
    Scalar.INSTANT: (
        _instant,
        "an instant with its offset",
        f'write it after {INSTANT_FORM}: `"2026-11-23T09:00:00Z"`',
    ),
    Scalar.DAYS: (
        partial(_length, kind=Scalar.DAYS),
        "a number of days or weeks",
        'write it after ISO 8601: `"P30D"`, `"P2W"`',
    ),
    Scalar.MONTHS: (
        partial(_length, kind=Scalar.MONTHS),
        "a number of months or years",
        'write it after ISO 8601: `"P13M"`, `"P2Y"`',
    ),
    Scalar.DISTANCE: (
        _distance,
        "a distance",
        'write `{"amount": 15, "unit": "mi"}`, with `mi`, `km` or `m`',
    ),
}
"""How a value of each type is read, other than codes; what it is called, and how it is written."""
