"""Google's geography: places by the resource name of a constant, and circles.

The number of a constant is not a country's code. The country of a place is told only where the
record holds the constant itself, with its `countryCode`.
"""

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country, put_markets, put_radius

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
    """Tell the places on both sides, and the markets that bound whom the ads are shown to.

    Places may be chosen by the campaign or by its ad groups (`upgradedTargeting` of Demand Gen).
    """
    countries: dict[str | None, list[Found[str] | None]] = {}
    for one in criteria:
        told = _put_places_of(draft, one, resources)
        if told and not one.negative:
            countries.setdefault(one.group, []).extend(told)
    bounds = _bounds(countries, resources)
    if bounds and None not in bounds and _is_by_presence(resources):
        put_markets(draft, bounds)


def _put_places_of(
    draft: Draft, criterion: Criterion, resources: Resources
) -> list[Found[str] | None]:
    """Tell the places of a criterion, and return their countries, None for one not known."""
    path = "targeting.geo.exclude" if criterion.negative else "targeting.geo.include"
    location = criterion.record.record("location")
    proximity = criterion.record.record("proximity")
    told: list[Found[str] | None] = []
    if location is not None:
        told.append(_put_location(draft.element(path, location.pointer), location, resources))
    if proximity is not None:
        told.append(_put_circle(draft.element(path, proximity.pointer), proximity))
    if "locationGroup" in criterion.record:
        # Places of a feed, or of assets: which, is not in the criterion.
        draft.element(path, criterion.record.at("locationGroup"))
        told.append(None)
    return told


def _bounds(
    countries: dict[str | None, list[Found[str] | None]], resources: Resources
) -> list[Found[str] | None]:
    """Return the countries of the campaign, or without places of its own those of its ad groups.

    None of them where an ad group has no places, which is shown everywhere.
    """
    if None in countries:
        return countries[None]
    groups = {group.unread("resourceName") for group in resources.ad_groups}
    if groups != countries.keys():
        return []
    return [country for those in countries.values() for country in those]


def _is_by_presence(resources: Resources) -> bool:
    """Whether the ads are shown only to people who are, or regularly are, in the places.

    By default Google shows them also to whoever is interested in a place, wherever that person is
    (support.google.com/google-ads/answer/1722038).
    """
    campaign = resources.campaign
    setting = campaign.record("geoTargetTypeSetting") if campaign is not None else None
    chosen = setting.filled("positiveGeoTargetType") if setting is not None else None
    if setting is not None and (chosen is None or chosen.value != "PRESENCE"):
        setting.leave("positiveGeoTargetType")
    return chosen is not None and chosen.value == "PRESENCE"


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
    put_radius(area, proximity, "radiusUnits", METRES, "Google")
    address = proximity.record("address")
    country = address.filled("countryCode") if address is not None else None
    return checked_country(country) if country is not None else None
