"""Places against places: where a rule applies, and whether one place lies in another.

A place is a country (ISO 3166-1), a region of one or a region of a region (ISO 3166-2). A rule for
a place applies in its regions, and a rule for a region applies to a campaign for the whole, which
reaches it. In a condition, a region *is* its country; whether a country is one of its regions is
unknown. Languages are compared likewise: `de-AT` *is* `de`, and whether `de` is `de-AT` is unknown.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ...semantics.types import wholes_of
from ..outcome import Truth


@lru_cache(maxsize=4096)
def overlapping_markets(markets: tuple[str, ...], places: frozenset[str]) -> tuple[str, ...]:
    """Return the markets that have ground in common with any of the places."""
    reached = _wholes(places)
    return tuple(market for market in markets if market in reached or lies_within(market, places))


def ground(market: str, places: frozenset[str] | None) -> tuple[str, ...]:
    """Return the places that a market shares with others; with None, that is all of it."""
    if places is None or lies_within(market, places):
        return (market,)
    return tuple(place for place in sorted(places) if market in wholes_of(place))


def lies_within(place: str, places: frozenset[str]) -> bool:
    """Whether all of a place lies in some others."""
    return place in places or any(whole in places for whole in wholes_of(place))


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
    """Return the regions among some places, by each place in which they lie."""
    found: dict[str, tuple[str, ...]] = {}
    for place in sorted(places):
        for whole in wholes_of(place):
            found[whole] = (*found.get(whole, ()), place)
    return found


@lru_cache(maxsize=1024)
def _wholes(places: frozenset[str]) -> frozenset[str]:
    """Return the places of which some are a part."""
    return frozenset(whole for place in places for whole in wholes_of(place))
