"""TikTok's places: identifiers of its own list, which may be joined to the record.

`region_info` is what TikTok answers for its regions. A region that is no country is in the one that
it names, or in that of its parents; the code of a province is not taken for that of a country.
"""

from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country

KINDS = MappingProxyType({"CITY": "city", "COUNTRY": "country", "PROVINCE": "region"})
"""The sorts of place by `level`; of a metropolitan area it is told by `area_type`."""

_MOST_PARENTS = 8

Regions = dict[str, Record]


def put_region(area: Draft, region: Record) -> None:
    """Tell the name and the sort of a place."""
    area.put_found("name", region.filled("name"))
    level, sort = region.filled("level"), region.filled("area_type")
    if sort is not None and sort.value == "METROPOLITAN_OR_DMA":
        area.put("kind", "metro", sort.pointer)
    elif sort is not None and sort.value != "ADMIN":
        region.leave("area_type")
    elif level is not None and level.value in KINDS and (sort or level.value == "COUNTRY"):
        area.put("kind", KINDS[level.value], level.pointer)
    if level is not None and level.value == "COUNTRY":
        area.put_found("place", _own_country(region))


def country_in(regions: Regions, place: str) -> Found[str] | None:
    """Return the country that a place is in, as far as the joined regions tell."""
    for _ in range(_MOST_PARENTS):
        region = regions.get(place)
        if region is None:
            return None
        country = _own_country(region)
        if country is not None:
            return country
        parent = region.identifier("parent_id")
        place = parent.value if parent is not None else ""
    return None


def _own_country(region: Record) -> Found[str] | None:
    level = region.filled("level")
    country = region.filled("country_code")
    if country is None and level is not None and level.value == "COUNTRY":
        country = region.filled("region_code")
    return None if country is None else checked_country(country)
