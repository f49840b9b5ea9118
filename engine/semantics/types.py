"""The types of values, and which code lists stand behind them.

Code lists are those of ISO 3166-1 and -2 (places), ISO 4217 (currencies) and ISO 639 (languages)
as `pycountry` publishes them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cache, lru_cache
from itertools import takewhile
from typing import TypeVar, assert_never

import pycountry

from ..syntax.lexis import Unit


class Scalar(Enum):
    """The types that need no declaration; the value is the name in a vocabulary."""

    TEXT = "text"
    YES_NO = "yes_no"
    NUMBER = "number"
    WHOLE_NUMBER = "whole_number"
    PERCENTAGE = "percentage"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    PLACE = "place"
    COUNTRY = "country"
    LANGUAGE = "language"
    CURRENCY = "currency"
    DAYS = "days"
    MONTHS = "months"
    DISTANCE = "distance"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumerationType:
    """A closed list of words; `name` is the declared name, or the fact that lists them."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordType:
    """A group of facts, by its name in the vocabulary."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListType:
    """A list of values of one type."""

    element: "ElementType"


ElementType = Scalar | EnumerationType | RecordType
Type = ElementType | ListType
Kind = TypeVar("Kind", Type, Type | None)

_LONGEST_TAG = 35
_SUBTAG = re.compile(r"[A-Za-z0-9]{1,8}")
MEASURES = (Scalar.DAYS, Scalar.MONTHS, Scalar.DISTANCE)
LENGTHS = (Scalar.DAYS, Scalar.MONTHS)
"""Lengths of time. A month has no number of days, so the two are never compared."""

UNITS: Mapping[Unit, tuple[Scalar, Fraction]] = {
    Unit.DAY: (Scalar.DAYS, Fraction(1)),
    Unit.WEEK: (Scalar.DAYS, Fraction(7)),
    Unit.MONTH: (Scalar.MONTHS, Fraction(1)),
    Unit.YEAR: (Scalar.MONTHS, Fraction(12)),
    Unit.METRE: (Scalar.DISTANCE, Fraction(1)),
    Unit.KILOMETRE: (Scalar.DISTANCE, Fraction(1000)),
    Unit.MILE: (Scalar.DISTANCE, Fraction(1_609_344, 1000)),
}
"""What a unit measures, and how many days, months or metres it has (the mile is that of 1959)."""

BASE_UNITS: Mapping[Scalar, Unit] = {
    kind: unit for unit, (kind, size) in UNITS.items() if size == 1
}
"""The unit in which each measure is reckoned."""

HAVING_PARTS = frozenset((Scalar.PLACE, Scalar.LANGUAGE))
"""Codes of which one may be a part of another: a region of a country, `de-AT` of `de`."""

CODES = (Scalar.PLACE, Scalar.COUNTRY, Scalar.LANGUAGE, Scalar.CURRENCY)

_DESCRIPTIONS = {
    Scalar.TEXT: "a text",
    Scalar.YES_NO: "yes or no",
    Scalar.NUMBER: "a number",
    Scalar.WHOLE_NUMBER: "a whole number",
    Scalar.PERCENTAGE: "a percentage",
    Scalar.MONEY: "an amount of money",
    Scalar.DATE: "a date",
    Scalar.INSTANT: "an instant",
    Scalar.PLACE: "a country or region",
    Scalar.COUNTRY: "a country",
    Scalar.LANGUAGE: "a language",
    Scalar.CURRENCY: "a currency",
    Scalar.DAYS: "a number of days or weeks",
    Scalar.MONTHS: "a number of months or years",
    Scalar.DISTANCE: "a distance",
}


def element_type(kind: Kind) -> Kind:
    """Return the type of the elements of a list; any other type as it is."""
    return kind.element if isinstance(kind, ListType) else kind


def describe(kind: Type) -> str:
    """Return a type in the words of a message."""
    match kind:
        case Scalar():
            return _DESCRIPTIONS[kind]
        case EnumerationType(name=name):
            return f"one of `{name}`"
        case RecordType(name=name):
            return f"a group of facts (`{name}`)"
        case ListType(element=element):
            return f"a list of {describe(element).removeprefix('a ').removeprefix('an ')}"
    assert_never(kind)


@cache
def codes(kind: Scalar) -> frozenset[str]:
    """Return the codes of a code-list type; regions count as places beside countries."""
    match kind:
        case Scalar.COUNTRY:
            return frozenset(country.alpha_2 for country in pycountry.countries)
        case Scalar.PLACE:
            regions = frozenset(region.code for region in pycountry.subdivisions)
            return codes(Scalar.COUNTRY) | regions
        case Scalar.CURRENCY:
            return frozenset(currency.alpha_3 for currency in pycountry.currencies)
        case Scalar.LANGUAGE:
            return frozenset(
                code
                for language in pycountry.languages
                if (code := getattr(language, "alpha_2", None) or language.alpha_3)
            )
        case _:
            raise ValueError(kind)


@lru_cache(maxsize=8192)
def wholes_of(code: str) -> tuple[str, ...]:
    """Return the places or languages of which one is a part, the nearest first.

    Those of a country are none. ISO 3166-2 has regions of regions: Paris lies in the Île-de-France,
    and that in France. A language with further subtags is a part of the one without the last of
    them (RFC 4647, section 3.4): `zh-Hant-TW` of `zh-Hant`, and that of `zh`.
    """
    shorter, dash, _ = code.rpartition("-")
    if not dash:
        return ()
    whole = _regions_around().get(code, shorter)
    return (whole, *wholes_of(whole))


@cache
def parts_of(place: str) -> tuple[str, ...]:
    """Return the regions that lie in a place, be it in a region of it."""
    return tuple(sorted(code for code in codes(Scalar.PLACE) if place in wholes_of(code)))


@cache
def _regions_around() -> Mapping[str, str]:
    """Return the region in which each region lies that lies in another."""
    regions = pycountry.subdivisions
    return {region.code: region.parent_code for region in regions if region.parent_code}


def is_code(kind: Scalar, word: str) -> bool:
    """Whether a word is in the code list; a language may carry a region: `en-GB` (BCP 47)."""
    return language_tag(word) == word if kind is Scalar.LANGUAGE else word in codes(kind)


def language_tag(word: str) -> str | None:
    """Return a language tag in the letters that it is written in (RFC 5646, section 2.1.1).

    None for a word that is none, or that names a country or a script that does not exist. A tag has
    at most 35 characters, as many as there must be room for (section 4.4.1).
    """
    if len(word) > _LONGEST_TAG:
        return None
    language, *subtags = word.split("-")
    if language.lower() not in codes(Scalar.LANGUAGE) or not all(map(_SUBTAG.fullmatch, subtags)):
        return None
    # Behind a single letter stands what others define, or what is private (section 2.2.6, 2.2.7).
    named = [_written(each) for each in takewhile(lambda subtag: len(subtag) > 1, subtags)]
    others = [each.lower() for each in subtags[len(named) :]]
    return "-".join((language.lower(), *named, *others)) if all(map(_exists, named)) else None


def _exists(subtag: str) -> bool:
    match len(subtag):
        case 2:
            return subtag in codes(Scalar.COUNTRY)
        case 4 if subtag.isalpha():
            return subtag in _scripts()
        case _:
            return True


@cache
def _scripts() -> frozenset[str]:
    return frozenset(script.alpha_4 for script in pycountry.scripts)


def _written(subtag: str) -> str:
    match len(subtag):
        case 2:
            return subtag.upper()
        case 4:
            return subtag.title()
        case _:
            return subtag.lower()
