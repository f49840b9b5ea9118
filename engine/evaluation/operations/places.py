"""Places against places: where a rule applies, and whether one place lies in another.

A place is a country (ISO 3166-1) or a region of one (ISO 3166-2). A rule for a country applies in
its regions, and a rule for a region applies to a campaign for the whole country, which reaches it.
In a condition, a region *is* its country; whether a country is one of its regions is unknown.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..outcome import Truth


@lru_cache(maxsize=4096)
def matching(markets: tuple[str, ...], places: frozenset[str]) -> tuple[str, ...]:
    """Return the markets that have ground in common with any of the places."""
    reached = _countries_reached(places)
    return tuple(
        market
        for market in markets
        if market in places or market in reached or country_of(market) in places
    )


def ground(market: str, places: frozenset[str] | None) -> tuple[str, ...]:
    """Return the places that a market shares with others; with None, that is all of it."""
    if places is None or lies_within(market, places):
        return (market,)
    return tuple(place for place in sorted(places) if country_of(place) == market)


def lies_within(place: str, places: frozenset[str]) -> bool:
    """Whether all of a place lies in some others."""
    return place in places or country_of(place) in places


def country_of(place: str) -> str:
    """Return the country that a place is, or lies in."""
    return place.partition("-")[0]


def any_among(some: Iterable[str], places: frozenset[str]) -> Truth:
    """Whether any of some places is one of some others or lies in one; None if only a part does."""
    if any(lies_within(place, places) for place in some):
        return True
    return None if any(parts_of(place, places) for place in some) else False


def parts_of(place: str, places: frozenset[str]) -> tuple[str, ...]:
    """Return those of some places that are a part of a place, in order of their codes."""
    return _regions(places).get(place, ())


@lru_cache(maxsize=1024)
def _regions(places: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the regions among some places, by their countries."""
    found: dict[str, tuple[str, ...]] = {}
    for place in sorted(places):
        if (country := country_of(place)) != place:
            found[country] = (*found.get(country, ()), place)
    return found


@lru_cache(maxsize=1024)
def _countries_reached(places: frozenset[str]) -> frozenset[str]:
    """Return the countries of which some ground is among the places."""
    return frozenset(map(country_of, places))
