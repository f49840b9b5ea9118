"""Google's geography: places by the resource name of a constant, and circles.

The number of a constant is not a country's code. The country of a place is told only where the
record holds the constant itself, with its `countryCode`.
"""

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country

from .criterion import Criterion
from .objects import Resources

METRES = MappingProxyType({"KILOMETERS": Decimal(1000), "MILES": Decimal("1609.344")})
"""The units of a radius, in metres."""

KINDS = MappingProxyType(
    {
        "City": "city",
        "Congressional District": "electoral_district",
        "Country": "country",
        "DMA Region": "metro",
        "Postal Code": "postal_code",
        "Province": "region",
        "Region": "region",
        "State": "region",
    }
)
"""The sorts of place by `targetType` of a constant; any other is left unmapped."""

_MICROS = 1_000_000


def put_places(draft: Draft, criteria: Sequence[Criterion], resources: Resources) -> None:
    """Tell the places of a campaign on both sides, and the markets of those that are included."""
    countries: list[Found[str] | None] = []
    for one in criteria:
        path = "targeting.geo.exclude" if one.negative else "targeting.geo.include"
        location, proximity = one.record.record("location"), one.record.record("proximity")
        told: list[Found[str] | None] = []
        if location is not None:
            told.append(_put_location(draft.element(path, location.pointer), location, resources))
        if proximity is not None:
            told.append(_put_circle(draft.element(path, proximity.pointer), proximity))
        if "locationGroup" in one.record:
            # Places of a feed, or of assets: which, is not in the criterion.
            draft.element(path, one.record.at("locationGroup"))
            told.append(None)
        if not one.negative:
            countries += told
    if countries and None not in countries:
        distinct: dict[str, Found[str]] = {}
        for country in filter(None, countries):
            distinct.setdefault(country.value, country)
        told_in_order = list(distinct.values())
        draft.put_all("markets", told_in_order, told_in_order[0].pointer)


def _put_location(area: Draft, location: Record, resources: Resources) -> Found[str] | None:
    reference = location.filled("geoTargetConstant")
    area.put_found("code", reference)
    found = resources.named("geoTargetConstant")
    constant = found.get(reference.value) if reference is not None else None
    if constant is None:
        return None
    constant.filled("resourceName")
    area.put_found("name", constant.filled("name"))
    country = constant.filled("countryCode")
    kind = constant.filled("targetType")
    if kind is not None and kind.value in KINDS:
        area.put("kind", KINDS[kind.value], kind.pointer)
        if kind.value == "Country" and country is not None:
            area.put_found("place", checked_country(country))
    else:
        constant.leave("targetType")
    return checked_country(country) if country is not None else None


def _put_circle(area: Draft, proximity: Record) -> Found[str] | None:
    area.put("kind", "radius", proximity.pointer)
    point = proximity.record("geoPoint")
    if point is not None:
        for name, most in (("latitude", 90), ("longitude", 180)):
            micros = point.whole_number(f"{name}InMicroDegrees")
            if micros is None:
                continue
            degrees = Decimal(micros.value) / _MICROS
            if abs(degrees) > most:
                point.refuse(
                    f"{name}InMicroDegrees",
                    f"{degrees} degrees are no {name}",
                    f"degrees go from -{most} to {most}, in millionths",
                )
            area.put(name, degrees, micros.pointer)
    _put_radius(area, proximity)
    address = proximity.record("address")
    country = address.filled("countryCode") if address is not None else None
    return checked_country(country) if country is not None else None


def _put_radius(area: Draft, proximity: Record) -> None:
    radius, unit = proximity.number("radius"), proximity.filled("radiusUnits")
    if radius is None or unit is None or unit.value not in METRES:
        proximity.leave("radius")
        proximity.leave("radiusUnits")
        return
    if radius.value < 0:
        proximity.refuse("radius", "a radius is below zero", "send the record as Google gives it")
    metres = (radius.value * METRES[unit.value]).normalize()
    area.put("radius_m", metres if metres % 1 else int(metres), radius.pointer)
