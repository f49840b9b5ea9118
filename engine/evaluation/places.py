"""Where a rule applies: the markets of a campaign against the places of the law.

A place is a country (ISO 3166-1) or a region of one (ISO 3166-2). A rule for a country applies in
its regions, and a rule for a region applies to a campaign for the whole country, which reaches it.
"""

from functools import lru_cache


@lru_cache(maxsize=4096)
def matching(markets: tuple[str, ...], places: frozenset[str]) -> tuple[str, ...]:
    """Return the markets that have ground in common with any of the places."""
    reached = _countries_reached(places)
    return tuple(
        market
        for market in markets
        if market in places or market in reached or market.partition("-")[0] in places
    )


def ground(market: str, places: frozenset[str] | None) -> tuple[str, ...]:
    """Return the places that a market shares with others; with None, that is all of it."""
    if places is None or lies_within(market, places):
        return (market,)
    return tuple(place for place in sorted(places) if place.partition("-")[0] == market)


def lies_within(place: str, places: frozenset[str]) -> bool:
    """Whether all of a place lies in some others."""
    return place in places or place.partition("-")[0] in places


@lru_cache(maxsize=1024)
def _countries_reached(places: frozenset[str]) -> frozenset[str]:
    """Return the countries of which some ground is among the places."""
    return frozenset(place.partition("-")[0] for place in places)
