"""Places and languages by their ISO 3166 and ISO 639 codes, and places by name (pycountry)."""

import unicodedata
from collections import Counter
from functools import cache

import pycountry


def is_country(code: str) -> bool:
    """Whether a text is an ISO 3166-1 alpha-2 code."""
    return code in _codes()


def country_named(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country by its English name, however capitalised."""
    return _countries().get(_folded(name))


def region_named(country: str, name: str) -> str | None:
    """Return the ISO 3166-2 code of the one subdivision of a country that has this name.

    A name that no subdivision has, or several have, is no code; accents and capitals do not count.
    """
    return _regions().get(country, {}).get(_folded(name))


@cache
def _codes() -> frozenset[str]:
    return frozenset(str(country.alpha_2) for country in pycountry.countries)


@cache
def _countries() -> dict[str, str]:
    return {
        _folded(str(getattr(country, kind))): str(country.alpha_2)
        for country in pycountry.countries
        for kind in ("official_name", "common_name", "name")
        if hasattr(country, kind)
    }


@cache
def _regions() -> dict[str, dict[str, str]]:
    """Return, by country, the codes of the subdivisions whose name no other there has."""
    named: dict[str, list[tuple[str, str]]] = {}
    for region in pycountry.subdivisions:
        told = (_folded(str(region.name)), str(region.code))
        named.setdefault(str(region.country_code), []).append(told)
    return {country: _alone(regions) for country, regions in named.items()}


def _alone(regions: list[tuple[str, str]]) -> dict[str, str]:
    times = Counter(name for name, _ in regions)
    return {name: code for name, code in regions if times[name] == 1}


def _folded(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name.strip()).casefold()
    return "".join(character for character in parts if not unicodedata.combining(character))


def country_of(code: str) -> str | None:
    """Return the alpha-2 code of a country by its ISO 3166-1 code of two or of three letters."""
    return code if is_country(code) else _by_three_letters().get(code)


def region_of(country: str, code: str) -> str | None:
    """Return an ISO 3166-2 code by a country and by what follows the hyphen, or by the whole."""
    whole = code if code.startswith(f"{country}-") else f"{country}-{code}"
    return whole if whole in _region_codes() else None


def language_of(code: str) -> str | None:
    """Return an ISO 639 code that is written with or without a country after it (`en_US`)."""
    language = code.replace("_", "-").partition("-")[0].lower()
    return language if language in _languages() else None


@cache
def _by_three_letters() -> dict[str, str]:
    return {str(country.alpha_3): str(country.alpha_2) for country in pycountry.countries}


@cache
def _region_codes() -> frozenset[str]:
    return frozenset(str(region.code) for region in pycountry.subdivisions)


@cache
def _languages() -> frozenset[str]:
    return frozenset(
        str(getattr(language, "alpha_2", language.alpha_3)) for language in pycountry.languages
    )
