"""Where a Snapchat ad is shown: six sorts of place, each included or excluded.

A radius has no unit in the library, and some lists of postal codes have run together into one
long number: such a place is told with what can be read of it, and its cell is kept as unmapped.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.places import region_named
from api.adapters.reading import AdapterRefusal, Found, Record
from engine.source.quoting import excerpt

from .cells import listed

__all__ = ["put_places"]

MOST_POSTAL_DIGITS = 8
"""The most digits of a postal code that is digits only."""

_CIRCLE = re.compile(
    r"latitude (-?\d{1,2}(?:\.\d{1,30})?);longitude (-?\d{1,3}(?:\.\d{1,30})?);"
    r"radius \d{1,9}(?:\.\d{1,9})?",
    re.ASCII,
)
_NO_CIRCLE = "the library writes `latitude 39.73;longitude -104.96;radius 16.0`"


def put_places(draft: Draft, row: Record, country: Found[str]) -> None:
    """Tell where the ad is shown, and where not; a side of which a column is absent is unknown."""
    for side, suffix in (("include", " (Included)"), ("exclude", " (Excluded)")):
        cells = {column: row.text(column + suffix) for column in _TELLERS}
        known = {column: cell for column, cell in cells.items() if cell is not None}
        path = f"targeting.geo.{side}"
        if len(known) < len(_TELLERS):
            # Half a list would read as all of it.
            for column in known:
                row.leave(column + suffix)
        elif any(cell.value for cell in known.values()):
            for column, cell in known.items():
                if not _put_cell(draft, path, column, cell, country.value):
                    row.leave(column + suffix)
        elif side == "include":
            whole = draft.element(path, country.pointer)
            whole.put("kind", "country", country.pointer)
            whole.put_found("place", country)
        else:
            draft.put_none(path, "")


def _put_cell(draft: Draft, path: str, column: str, cell: Found[str], country: str) -> bool:
    """Tell the places in a cell, and return whether they have been told entirely."""
    tell = _TELLERS[column]
    told = [tell(draft.element(path, entry.pointer), entry, country) for entry in listed(cell)]
    return all(told)


# --- each returns whether the entry has been told entirely ---------------------------------------


def _tell_region(area: Draft, entry: Found[str], country: str) -> bool:
    area.put("kind", "region", entry.pointer)
    area.put_found("name", entry)
    code = region_named(country, entry.value)
    if code is not None:
        area.put("place", code, entry.pointer)
    return True


def _tell_circle(area: Draft, entry: Found[str], _country: str) -> bool:
    form = _CIRCLE.fullmatch(entry.value)
    latitude, longitude = (
        (Decimal(form[1]), Decimal(form[2])) if form else (Decimal(91), Decimal(0))
    )
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise AdapterRefusal(
            f"{excerpt(entry.value)} is no circle on the map",
            pointer=entry.pointer,
            help=_NO_CIRCLE,
        )
    area.put("kind", "radius", entry.pointer)
    area.put("latitude", latitude, entry.pointer)
    area.put("longitude", longitude, entry.pointer)
    return False


def _tell_postal_code(area: Draft, entry: Found[str], _country: str) -> bool:
    area.put("kind", "postal_code", entry.pointer)
    if entry.value.isdigit() and len(entry.value) > MOST_POSTAL_DIGITS:
        return False
    area.put_found("code", entry)
    return True


def _named(kind: str) -> "Callable[[Draft, Found[str], str], bool]":
    def tell(area: Draft, entry: Found[str], _country: str) -> bool:
        area.put("kind", kind, entry.pointer)
        area.put_found("name", entry)
        return True

    return tell


_TELLERS: Mapping[str, Callable[[Draft, Found[str], str], bool]] = MappingProxyType(
    {
        "Regions": _tell_region,
        "Electoral Districts": _named("electoral_district"),
        "Radius Targeting": _tell_circle,
        "Metros": _named("metro"),
        "Postal Codes": _tell_postal_code,
        "Location Categories": _named("place_category"),
    }
)
