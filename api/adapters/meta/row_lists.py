"""Lists in a row of the Ads Manager: places, characteristics and audiences, several to a cell.

A list is told where all columns are there that hold some of it: half of it would read as all.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import checked_country, put_markets
from engine.source.json_fault import JSONFault
from engine.source.json_text import JSONValue, read_json

from .audiences import REFERENCES
from .targeting import CHARACTERISTICS

_BOTH_SIDES: Mapping[str, str | None] = MappingProxyType(
    {
        "Addresses": "radius",
        "Cities": "city",
        "Countries": "country",
        "Electoral Districts": "electoral_district",
        "Geo Markets (DMA)": "metro",
        "Global Regions": None,
        "Large Geo Areas": None,
        "Location Cluster IDs": None,
        "Medium Geo Areas": None,
        "Metro Areas": "metro",
        "Neighborhoods": None,
        "Regions": "region",
        "Small Geo Areas": None,
        "Subcities": None,
        "Subneighborhoods": None,
        "Zip": "postal_code",
    }
)
PLACES: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "include": {**_BOTH_SIDES, "Location Set IDs": None},
        "exclude": {f"Excluded {name}": kind for name, kind in _BOTH_SIDES.items()},
    }
)
"""The columns of places on each side, and what sort of place each holds."""

GROUPS: Mapping[str, bool] = MappingProxyType(
    {
        "Connections": False,
        "Custom Audiences": False,
        "Dynamic Audiences": False,
        "Excluded Connections": True,
        "Excluded Custom Audiences": True,
        "Excluded Dynamic Audiences": True,
        "Excluded Product Audience Specs": True,
        "Friends of Connections": False,
        "Product Audience Specs": False,
    }
)
"""The columns of groups of people, and whether they are kept from the ads."""

DETAILED: Mapping[str, str | None] = MappingProxyType(
    {
        "Behaviors": "behaviour",
        "Broad Category Clusters": None,
        "College End Year": "demographic",
        "College Start Year": "demographic",
        "Education Schools": "demographic",
        "Education Status": "demographic",
        "Excluded User AdClusters": None,
        "Family Statuses": "demographic",
        "Fields of Study": "demographic",
        "Household Composition": "demographic",
        "Income": "income",
        "Industries": "demographic",
        "Interested In": "demographic",
        "Life Events": "life_event",
        "Multicultural Affinity": "demographic",
        "Relationship": "demographic",
        "Targeting Categories - ALL OF": None,
        "Unified Interests": "interest",
        "Work Employers": "employer",
        "Work Job Titles": "demographic",
    }
)
"""The columns of one sort of characteristic each."""

_FLEXIBLE = (("Flexible Inclusions", False), ("Flexible Exclusions", True))
_NEXT_AUDIENCE = re.compile(r",\s*(?=\d{6,}:)", re.ASCII)
_AUDIENCE = re.compile(r"(\d{6,}):(.*)", re.ASCII | re.DOTALL)


def cells_of(row: Record, name: str, mark: str) -> list[Found[str]]:
    """Return the entries of a cell; none where it is empty or absent."""
    cell = row.filled(name)
    entries = [] if cell is None else [entry.strip() for entry in cell.value.split(mark)]
    return [Found(value=entry, pointer=row.at(name)) for entry in entries if entry]


def put_places(draft: Draft, row: Record) -> None:
    """Tell the places on both sides; markets where nothing but countries is chosen."""
    for side, columns in PLACES.items():
        path, whole = f"targeting.geo.{side}", all(name in row for name in columns)
        filled = [name for name in columns if row.filled(name)]
        for name in filled if whole else ():
            if name.endswith("Countries"):
                countries = [checked_country(code) for code in cells_of(row, name, ",")]
                _put_countries(draft, path, countries)
                if filled == ["Countries"]:
                    put_markets(draft, countries)
            else:
                _put_entries(draft, path, cells_of(row, name, ";"), columns[name])
        if whole and not filled and side == "exclude":
            draft.put_none(path, "")
        if not whole:
            for name in columns:
                row.leave(name)


def _put_countries(draft: Draft, path: str, countries: list[Found[str]]) -> None:
    for country in countries:
        area = draft.element(path, country.pointer)
        area.put("kind", "country", country.pointer)
        area.put_found("place", country)


def _put_entries(draft: Draft, path: str, entries: list[Found[str]], kind: str | None) -> None:
    for entry in entries:
        area = draft.element(path, entry.pointer)
        area.put_found("name", entry)
        if kind is not None:
            area.put("kind", kind, entry.pointer)


# --- people -------------------------------------------------------------------------------------


def put_people(draft: Draft, row: Record) -> None:
    """Tell characteristics and audiences, and whether people are profiled by any."""
    flexible = [name for name, _ in _FLEXIBLE]
    aimed = [name for name in (*GROUPS, *DETAILED, *flexible) if row.unread(name)]
    if aimed:
        draft.put("targeting.profiling", value=True, origin=row.at(aimed[0]))
    told = Draft()
    told.put_none("audiences", "")
    told.put_none("targeting.detailed", "")
    for name, excluded in GROUPS.items():
        _put_group(told, row, name, excluded=excluded)
    for name, kind in DETAILED.items():
        for entry in cells_of(row, name, ";"):
            _put_one(told, entry, kind, excluded=name.startswith("Excluded"))
    for name, excluded in _FLEXIBLE:
        _put_flexible(told, row, name, excluded=excluded)
    for fact, columns in (("audiences", GROUPS), ("targeting.detailed", DETAILED)):
        needed = (*columns, *flexible)
        if all(name in row for name in needed):
            draft.absorb(fact, told)
        else:
            for name in needed:
                row.leave(name)


def _put_group(draft: Draft, row: Record, name: str, *, excluded: bool) -> None:
    cell = row.filled(name)
    for entry in _NEXT_AUDIENCE.split(cell.value) if cell is not None else ():
        told = draft.element("audiences", row.at(name))
        told.put("excluded", excluded, row.at(name))
        written = _AUDIENCE.fullmatch(entry.strip())
        if written is None:
            row.leave(name)
            continue
        told.put("id", written[1], row.at(name))
        if written[2].strip():
            told.put("name", written[2].strip(), row.at(name))


def _put_one(draft: Draft, name: Found[str], kind: str | None, *, excluded: bool) -> None:
    told = draft.element("targeting.detailed", name.pointer)
    told.put_found("name", name)
    if kind is not None:
        told.put("kind", kind, name.pointer)
    told.put("excluded", excluded, name.pointer)


def _put_flexible(draft: Draft, row: Record, name: str, *, excluded: bool) -> None:
    """Tell the groups in a cell that holds them as the JSON of the API."""
    cell, at = row.filled(name), row.at(name)
    for kind, entry in _entries(_groups(row, name, cell)) if cell is not None else ():
        told = draft.element("audiences" if kind in REFERENCES else "targeting.detailed", at)
        told.put("excluded", excluded or REFERENCES.get(kind, False), at)
        if kind in CHARACTERISTICS:
            told.put("kind", CHARACTERISTICS[kind], at)
        match entry:
            case {"id": str() | int() as identifier} if kind in REFERENCES:
                told.put("id", str(identifier), at)
        match entry:
            case {"name": str(word)} if word.strip():
                told.put("name", word.strip(), at)
            case _:
                row.leave(name)


def _groups(row: Record, name: str, cell: Found[str]) -> JSONValue:
    try:
        return read_json(cell.value)
    except JSONFault as fault:
        row.refuse(
            name,
            f"the cell is not the JSON of its groups: {fault.message}",
            "export the table again, and leave the quotes in the cell as they are",
        )


def _entries(groups: JSONValue) -> Iterator[tuple[str, JSONValue]]:
    """Yield the members of each group, one by one, with the sort that they stand under."""
    for group in groups if isinstance(groups, list) else [groups]:
        members = group if isinstance(group, dict) else {"": group}
        for kind, entries in members.items():
            for entry in entries if isinstance(entries, list) else [entries]:
                yield kind, entry
