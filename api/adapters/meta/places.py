"""Meta's geography: the places an ad set is shown in, and the markets that they are in.

Markets are told only where the country of every place is: a city by its key alone may be anywhere.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.places import is_country, region_named
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country, put_markets, put_radius

from .automation import Suggested

METRES: Mapping[str, Decimal] = MappingProxyType(
    {"kilometer": Decimal(1000), "mile": Decimal("1609.344")}
)
"""The units of a radius, in metres."""

_KINDS: Mapping[str, str | None] = MappingProxyType(
    {
        "regions": "region",
        "cities": "city",
        "zips": "postal_code",
        "custom_locations": "radius",
        "electoral_districts": "electoral_district",
        "political_districts": "electoral_district",
        "geo_markets": "metro",
        "metro_areas": "metro",
        "places": None,
        "neighborhoods": None,
        "subcities": None,
        "subneighborhoods": None,
        "small_geo_areas": None,
        "medium_geo_areas": None,
        "large_geo_areas": None,
    }
)
_OTHERS = frozenset(["countries", "country_groups", "location_types"])
"""The members that are read by themselves, or are no places."""

_SIDES = {"include": "geo_locations", "exclude": "excluded_geo_locations"}


def put_geography(draft: Draft, targeting: Record, suggestions: Suggested) -> None:
    """Tell the places on both sides, and the markets of those that are included."""
    for side, name in _SIDES.items():
        locations = targeting.record(name)
        if locations is None:
            continue
        if side == "include" and suggestions.places:
            targeting.leave(name)
            continue
        countries = _put_areas(draft, f"targeting.geo.{side}", locations)
        if side == "include":
            put_markets(draft, countries)


def _put_areas(draft: Draft, path: str, locations: Record) -> list[Found[str] | None]:
    """Tell the places, and return the country of each, None where it is not stated."""
    countries: list[Found[str] | None] = []
    for country in locations.texts("countries") or ():
        area = draft.element(path, country.pointer)
        area.put("kind", "country", country.pointer)
        area.put_found("place", checked_country(country))
        countries.append(country)
    for group in locations.texts("country_groups") or ():
        draft.element(path, group.pointer).put_found("code", group)
        countries.append(None)
    for name, kind in _KINDS.items():
        countries += [
            _put_area(draft.element(path, place.pointer), place, kind)
            for place in locations.records(name) or ()
        ]
    return [*countries, *_put_unknown(draft, path, locations)]


def _put_unknown(draft: Draft, path: str, locations: Record) -> list[None]:
    """Tell places of a sort that is not known: a list without them would read as whole."""
    told: list[None] = []
    for name in locations:
        if name not in _KINDS and name not in _OTHERS:
            written = locations.unread(name)
            for _ in written if isinstance(written, list) else [written]:
                draft.element(path, locations.at(name))
                told.append(None)
    return told


def _put_area(area: Draft, place: Record, kind: str | None) -> Found[str] | None:
    key, name = place.identifier("key"), place.filled("name")
    country = place.filled("country")
    if kind is not None:
        area.put("kind", kind, place.pointer)
    area.put_found("code", key)
    area.put_found("name", name)
    _put_circle(area, place)
    if country is not None:
        checked_country(country)
        region = region_named(country.value, name.value) if kind == "region" and name else None
        if region is not None and name is not None:
            area.put("place", region, name.pointer)
        return country
    if kind == "postal_code" and key is not None and is_country(key.value.partition(":")[0]):
        return Found(value=key.value.partition(":")[0], pointer=key.pointer)
    return None


def _put_circle(area: Draft, place: Record) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        degrees = place.number(name)
        if degrees is None:
            continue
        if abs(degrees.value) > most:
            place.refuse(
                name,
                f"{degrees.value} degrees are no {name}",
                f"degrees go from -{most} to {most}",
            )
        area.put(name, degrees.value, degrees.pointer)
    put_radius(area, place, "distance_unit", METRES, "Meta")
