"""Values in words: days, numbers, money, members of lists, countries and regions (ISO 3166)."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from typing import assert_never

import pycountry

from ..semantics.tree import Constant, Measure, Money, Plain
from ..semantics.types import EnumerationType, ListType, Scalar, Type
from ..source.quoting import joined

_SIGNS = {"EUR": "€", "USD": "US$", "GBP": "£", "JPY": "¥", "CHF": "CHF\u00a0"}
_MEMBER = re.compile(r'"([^"]*)"|([^\s,{}]+)')
_MOST_DIGITS = 80


def day(value: date) -> str:
    """Return a day as it is written out: `17 February 2024`."""
    return f"{value.day} {value:%B} {value.year}"


def number(value: int | Fraction) -> str:
    """Return an exact decimal number, its thousands set apart by commas."""
    exact = Fraction(value)
    with localcontext() as context:
        context.prec = _MOST_DIGITS
        return f"{Decimal(exact.numerator) / Decimal(exact.denominator):,f}"


def money(value: Money) -> str:
    """Return an amount with the sign of its currency, or the code where it has none."""
    sign = _SIGNS.get(value.currency, f"{value.currency}\u00a0")
    written = number(value.amount)
    whole, point, cents = written.partition(".")
    return f"{sign}{whole}{point}{cents.ljust(2, '0') if point else ''}"


@cache
def _countries() -> dict[str, str]:
    known = pycountry.countries
    return {each.alpha_2: str(getattr(each, "common_name", each.name)) for each in known}


@cache
def _regions() -> dict[str, str]:
    return {each.code: str(each.name) for each in pycountry.subdivisions}


def place(code: str) -> str:
    """Return the name of a country, or of a region with its country."""
    if code in _countries():
        return _countries()[code]
    if code in _regions():
        return f"{_regions()[code]} ({place(code[:2])})"
    return code


@cache
def _languages() -> dict[str, str]:
    known = pycountry.languages
    return {each.alpha_2: str(each.name) for each in known if hasattr(each, "alpha_2")}


@cache
def _currencies() -> dict[str, str]:
    return {each.alpha_3: str(each.name) for each in pycountry.currencies}


def word(value: str, kind: Type) -> str:
    """Return a member of a list, a code or a text as it stands in a sentence."""
    match kind:
        case Scalar.PLACE | Scalar.COUNTRY:
            return place(value)
        case Scalar.LANGUAGE:
            return _languages().get(value, f"“{value}”")
        case Scalar.CURRENCY:
            return _currencies()[value]
        case EnumerationType():
            return f"“{value.replace('_', ' ')}”"
        case _:
            return f"“{value}”"


def constant(term: Constant) -> str:
    """Return a value that a policy states; of several, the alternatives."""
    return joined(members(term), "or")


def members(term: Constant) -> tuple[str, ...]:
    """Return the members that a policy lists, in the order in which they were written."""
    if not isinstance(term.value, frozenset):
        return (single(term.value, term.type, is_share="%" in term.text),)
    kind = term.type.element if isinstance(term.type, ListType) else term.type
    written = [quoted or plain for quoted, plain in _MEMBER.findall(term.text)]
    return words_of(term.value, kind, written)


def words_of(values: Iterable[Plain], kind: Type, order: Sequence[str] = ()) -> tuple[str, ...]:
    """Return values in words: in an order of their texts, or else that of their names."""
    ranks = {text: rank for rank, text in enumerate(order)}
    made = [(ranks.get(str(value), len(ranks)), single(value, kind)) for value in values]
    return tuple(text for _, text in sorted(made))


def single(value: Plain, kind: Type, *, is_share: bool = False) -> str:
    """Return one value; a number that was written as a share is told as one."""
    match value:
        case bool():
            return "“yes”" if value else "“no”"
        case str():
            return word(value, kind)
        case date():
            return day(value)
        case Money():
            return money(value)
        case int() | Fraction():
            if is_share or kind is Scalar.PERCENTAGE:
                return f"{number(value * 100)}%"
            return number(value)
        case Measure(amount=amount, unit=unit):
            return f"{number(amount)} {unit.one if amount == 1 else unit.several}"
    assert_never(value)
