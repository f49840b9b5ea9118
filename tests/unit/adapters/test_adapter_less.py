"""Of a record without one of its members nothing is told that was not told with it.

Each member of each record is taken out, at every depth. No fact may then appear or change, and a
list may lose only what stood in that member: what is absent is unknown, and half a list is none.
What a platform documents absence to mean is listed here, each with its reason.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from api.adapters import FORMATS, Adaptation, AdapterRefusal, SubmittedRecord, read_records
from engine.source.json_text import JSONValue
from engine.source.quoting import escaped
from tests.unit.adapters.complete import (
    ARCHIVED,
    COMPLETE,
    DEMAND_GEN,
    EXPORTED,
    PERFORMANCE_MAX,
    SMART_PLUS,
    SQUADS,
)

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

Way = tuple[str | int, ...]
Members = dict[str, JSONValue]

DOCUMENTED = {
    ("meta", "genders", "targeting.genders"),  # absent from a specification is all
    ("meta", "facebook_positions", "placements"),  # absent is every position
    ("meta", "instagram_positions", "placements"),
    ("meta", "messenger_positions", "placements"),
    ("meta", "audience_network_positions", "placements"),
    ("meta", "ad", "creatives"),  # the creative alone is told as the ad was
    ("meta", "id", "creatives"),
    ("meta", "authorization_category", "creatives"),  # the creative declares less than the ad
    ("meta", "beneficiary_payers", "advertiser.payer"),  # the disclaimer names a payer too
    ("meta", "payer", "advertiser.payer"),
    ("google-ads", "audience", "audiences"),  # who is in an audience that cannot be looked up
    ("google-ads", "resourceName", "audiences"),
    ("linkedin", "end", "flight.until_stopped"),  # a schedule without an end is open
    ("linkedin", "dailyBudget", "budget.amount"),  # a campaign may have the total only
    ("linkedin", "dailyBudget", "budget.period"),
    ("linkedin", "type", "targeting.detailed"),  # a group in no known shape is a characteristic
    ("linkedin", "type", "targeting.profiling"),
    ("snapchat", "demographics", "targeting.genders"),  # absent is all
    ("snapchat", "gender", "targeting.genders"),
    ("snapchat", "operation", "markets"),  # a place without it is included
    ("snapchat", "operation", "targeting.geo.exclude"),
    ("snapchat", "operation", "targeting.geo.include"),
    ("snapchat", "postal_code", "targeting.geo.exclude"),  # the country of the code
    ("snapchat", "region_id", "targeting.geo.include"),
    ("openrtb", "region", "markets"),  # the country of the region
    ("tiktok", "adgroup_id", "targeting.age.max"),  # an ad group that is about to be created
    ("tiktok", "adgroup_id", "targeting.age.min"),
    ("tiktok", "adgroup_id", "targeting.age.no_maximum"),
}
"""What changes where a member is absent: the format, the member and the fact."""


def members_of(value: JSONValue, way: Way = ()) -> Iterator[Way]:
    """The way to each member of the objects in a value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None:
                yield (*way, name)
                yield from members_of(inner, (*way, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from members_of(inner, (*way, index))


def without(value: JSONValue, way: Way) -> JSONValue:
    """Return a value of which one member is taken out, a copy as far as the way leads."""
    first, *rest = way
    if isinstance(value, list):
        return [without(one, (*rest,)) if at == first else one for at, one in enumerate(value)]
    assert isinstance(value, dict)
    if not rest:
        return {name: inner for name, inner in value.items() if name != first}
    return {n: without(one, (*rest,)) if n == first else one for n, one in value.items()}


def facts(value: JSONValue, path: str = "") -> Iterator[tuple[str, JSONValue]]:
    """Each fact of a campaign by its dotted path; a list is one fact."""
    if isinstance(value, dict) and "currency" not in value:
        for name, inner in value.items():
            yield from facts(inner, f"{path}.{name}" if path else name)
    else:
        yield path, value


def is_weaker(less: JSONValue, full: JSONValue) -> bool:
    """Whether a value tells nothing that another does not tell."""
    if isinstance(less, dict) and isinstance(full, dict):
        return all(name in full and is_weaker(inner, full[name]) for name, inner in less.items())
    if isinstance(less, list) and isinstance(full, list):
        return all(any(is_weaker(inner, one) for one in full) for inner in less)
    return less == full


def lost(less: Adaptation, full: Adaptation, fact: str) -> set[str]:
    """Where the elements stand that a list tells no longer."""
    at = "/" + fact.replace(".", "/") + "/"

    def told(adaptation: Adaptation) -> set[str]:
        found = adaptation.origins.items()
        return {
            origin for path, origin in found if path[: len(at)] == at and "/" not in path[len(at) :]
        }

    return told(full) - told(less)


def differences(form: str, record: Members) -> Iterator[tuple[str, str]]:
    """What is told of a record without a member that was not told with it: member, and fact."""
    full = FORMATS[form](record)
    before = dict(facts(full.campaign))
    for way in members_of(record):
        try:
            less = FORMATS[form](without(record, way))
        except AdapterRefusal:
            continue
        pointer = "".join(f"/{escaped(str(step))}" for step in way)
        for fact, value in facts(less.campaign):
            kept = fact in before and is_weaker(value, before[fact])
            if isinstance(value, list) and fact in before:
                stood = [
                    origin
                    for origin in lost(less, full, fact)
                    if not (origin + "/").startswith(pointer + "/")
                ]
                kept = kept and not stood
            told = "placements" if "placements" in str(value) else fact
            if not kept and (form, str(way[-1]), told) not in DOCUMENTED:
                yield pointer, f"{fact}: {value!r}"


EVERY = [
    *COMPLETE.items(),
    ("meta", ARCHIVED),
    ("meta", EXPORTED),
    ("snapchat", SQUADS),
    ("tiktok", SMART_PLUS),
    ("google-ads", PERFORMANCE_MAX),
    ("google-ads", DEMAND_GEN),
]


@pytest.mark.parametrize(("form", "record"), EVERY)
def test_less_of_a_record_tells_less(form: str, record: Members) -> None:
    assert list(differences(form, record)) == []


def real(folder: Path) -> Iterator[tuple[str, Members]]:
    """Real records of each platform, of the libraries the first few."""
    for name, form, inner, most in (
        ("platform-api-records/records.jsonl", None, "record", 4),
        ("meta-sdk-payloads/payloads.jsonl", "meta", None, 42),
        ("meta-adlib-eu-2019/ads.jsonl", "meta", None, 1),
        ("openrtb-privacy-requests/prebid_server.jsonl", "openrtb", "body", 12),
        ("snapchat-ads-2020/ads.csv", "snapchat", None, 12),
    ):
        for submitted in islice(read_records(folder / name), most):
            assert isinstance(submitted, SubmittedRecord)
            value = submitted.value[inner] if inner else submitted.value
            assert isinstance(value, dict)
            yield form or str(submitted.value["platform"]), value


def test_less_of_real_records_tells_less(data: Path) -> None:
    found: list[tuple[str, str]] = []
    read = 0
    for form, record in real(data):
        try:
            found += differences(form, record)
        except AdapterRefusal:
            continue
        read += 1
    assert found == []
    assert read > 40


def test_less_of_a_joined_record_tells_less(joined: Members, row: Members) -> None:
    assert list(differences("meta", joined)) == []
    assert list(differences("snapchat", row)) == []
