"""Codes that were meant: by what people write for a country, a region, a language or a currency.

A code list says which codes there are (`types.codes`). Here stands what else is written for them:
small letters, the codes of three letters, English names as `pycountry` has them, and the few words
that no list has. Nothing of it is accepted anywhere; it is for messages, and made when the first
of them is told.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import pycountry

from ..source.suggest import did_you_mean, nearest
from .types import Scalar, codes, is_code, language_tag

_COUNTRIES = {
    "uk": "GB",
    "el": "GR",
    "en": "GB",
    "great britain": "GB",
    "britain": "GB",
    "america": "US",
    "holland": "NL",
    "russia": "RU",
    "turkey": "TR",
}
"""Words that are often written for a country, and are no codes or names of ISO 3166 for it."""

_AMBIGUOUS = frozenset({"georgia"})
"""Names of a country that as many people write for a region elsewhere."""

_GROUPS = frozenset(
    [
        "all",
        "any",
        "apac",
        "dach",
        "eea",
        "efta",
        "emea",
        "eu",
        "europe",
        "european union",
        "global",
        "latam",
        "world",
        "worldwide",
    ]
)
"""Words for several countries, each of which has a code of its own."""

_LONGEST_NEAR = 12

CODE_ADVICE: Mapping[Scalar, str] = {
    Scalar.PLACE: "use a code of ISO 3166, such as `DE` for a country or `US-CA` for a region",
    Scalar.COUNTRY: "use a two-letter country code of ISO 3166-1, such as `DE`",
    Scalar.LANGUAGE: "use a language code, such as `de` or `de-AT`",
    Scalar.CURRENCY: "use a currency code of ISO 4217, such as `EUR`",
}
"""What to write where a code is wanted."""

GROUP_ADVICE = "a group of countries has no code: name each country by its own, such as `DE`"


def code_meant(kind: Scalar, word: str) -> str | None:
    """Return the code for which a word certainly stands, as `DE` for `Germany`; None without one.

    `kind` is one of `CODES`. A word that is itself a code stands for that.
    """
    joined = word.replace("_", "-")
    tag = _tag_meant(joined) if kind is Scalar.LANGUAGE else None
    for written in (joined, tag or joined.upper(), joined.lower()):
        if is_code(kind, written):
            return written
    return None if _is_group(kind, word) else _names(kind).get(_folded(word))


def _tag_meant(word: str) -> str | None:
    """Return the language tag of a word, as `en-GB` for `en-UK`."""
    language, dash, region = word.rpartition("-")
    country = _COUNTRIES.get(region.lower(), region)
    return language_tag(word) or (language_tag(f"{language}-{country}") if dash else None)


def near_code(kind: Scalar, word: str) -> str | None:
    """Return the code that was probably meant: for which a word stands, or that it is near to."""
    meant = code_meant(kind, word)
    if meant is not None or len(word) > _LONGEST_NEAR or _is_group(kind, word):
        return meant
    first = word[:1].lower()
    return nearest(word, [code for code in codes(kind) if code[0].lower() == first])


def code_advice(kind: Scalar, word: str) -> str:
    """Return what to write in place of a word that is no code."""
    if _is_group(kind, word):
        return GROUP_ADVICE
    near = near_code(kind, word)
    return did_you_mean(near, CODE_ADVICE[kind])


def _is_group(kind: Scalar, word: str) -> bool:
    return kind in (Scalar.PLACE, Scalar.COUNTRY) and _folded(word) in _GROUPS


def _folded(word: str) -> str:
    return " ".join(word.replace("_", " ").split()).casefold()


@cache
def _names(kind: Scalar) -> dict[str, str]:
    """Return the code of each name, case folded; names of several codes stand for none."""
    match kind:
        case Scalar.COUNTRY:
            return _unique(_of_countries()) | _COUNTRIES
        case Scalar.PLACE:
            regions = ((region.name, region.code) for region in pycountry.subdivisions)
            return {**_unique(regions), **_names(Scalar.COUNTRY)}
        case Scalar.CURRENCY:
            return _unique((each.name, each.alpha_3) for each in pycountry.currencies)
        case _:
            return _unique(_of_languages())


def _unique(named: Iterator[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, code in named:
        found.setdefault(name.casefold(), set()).add(code)
    return {
        name: next(iter(known))
        for name, known in found.items()
        if len(known) == 1 and name not in _AMBIGUOUS
    }


def _of_countries() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for part in ("alpha_3", "name", "common_name", "official_name"):
            if name := getattr(country, part, None):
                yield name, country.alpha_2


def _of_languages() -> Iterator[tuple[str, str]]:
    for language in pycountry.languages:
        code = getattr(language, "alpha_2", None) or language.alpha_3
        for part in ("alpha_3", "bibliographic", "name"):
            if name := getattr(language, part, None):
                yield name, code
