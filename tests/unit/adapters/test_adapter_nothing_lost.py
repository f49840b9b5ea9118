"""Nothing that was submitted is lost: it is told, or kept as unmapped, or tells how to read on."""

from collections.abc import Iterator

import pytest

from api.adapters import FORMATS
from engine.source.json_text import JSONValue
from engine.source.quoting import escaped
from tests.unit.adapters.complete import (
    ARCHIVED,
    COMPLETE,
    DEMAND_GEN,
    PERFORMANCE_MAX,
    SMART_PLUS,
    SQUADS,
)

READ_WITH_ANOTHER = frozenset(
    [
        "age_groups",  # the lowest and the highest of several
        "assetAutomationStatus",  # whether the feature beside it is on
        "country",  # of the region that is told
        "countryCode",  # of the circle that is in it
        "currency",
        "currencyCode",
        "device_price_ranges",  # both ends, told at the first
        "country_code",  # of the region that is told
        "enabled",  # whether one of several options is on
        "excluded",  # which side a place is on
        "gender",  # of one of several groups
        "languages",  # likewise
        "max_age",  # likewise
        "min_age",  # likewise
        "negative",  # likewise
        "operation",  # likewise
        "placement_type",  # whether the placements count
        "positiveGeoTargetType",  # whether the places bound anybody
        "radiusUnits",
        "resourceName",  # by which a resource was found
        "unit",
        "type",  # of one of several age ranges
    ]
)
"""The members that only say how another one is to be read."""

TABLES = frozenset(["adTargetingEntities", "region_info"])
"""What a platform answers of its places and words, of which a campaign names a few."""


def leaves(value: JSONValue, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The pointer of each value that holds no other, and the name that it stands under."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, f"{pointer}/{escaped(name)}")
        case list():
            for index, inner in enumerate(value):
                yield from leaves(inner, f"{pointer}/{index}")
        case None:
            return
        case _:
            names = [token for token in pointer.split("/") if not token.isdecimal()]
            yield pointer, names[-1]


@pytest.mark.parametrize(
    ("name", "record"),
    [
        *COMPLETE.items(),
        ("meta", ARCHIVED),
        ("tiktok", SMART_PLUS),
        ("google-ads", PERFORMANCE_MAX),
        ("google-ads", DEMAND_GEN),
        ("snapchat", SQUADS),
    ],
    ids=[*COMPLETE, "archived", "smart plus", "performance max", "demand gen", "ad squads"],
)
def test_every_value_is_told_or_kept(name: str, record: dict[str, JSONValue]) -> None:
    told = FORMATS[name](record)
    origins = set(told.origins.values())
    for pointer, member in leaves({name: record[name] for name in record if name not in TABLES}):
        kept = any(pointer == at or pointer.startswith(f"{at}/") for at in told.unmapped)
        assert pointer in origins or kept or member in READ_WITH_ANOTHER, pointer
