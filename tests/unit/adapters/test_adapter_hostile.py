"""Whatever a stranger sends, an adapter answers with a campaign or with a refusal."""

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.adapters import FORMATS, AdapterRefusal
from engine.source.json_text import JSONValue, read_json
from tests.unit.adapters.complete import ARCHIVED, COMPLETE, EXPORTED, PERFORMANCE_MAX, SQUADS
from tests.unit.adapters.test_adapter_less import EVERY

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.


def names_in(value: JSONValue) -> Iterator[str]:
    """The names of the members of a value, and of what is in it."""
    if isinstance(value, dict):
        yield from value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from names_in(inner)


NAMES = [
    "campaign",
    "adset",
    "adsets",
    "ad",
    "ads",
    "creative",
    "creatives",
    "custom_audiences",
    "account",
    "currency",
    "call",
    "object",
    "params",
    "id",
    "name",
    "objective",
    "special_ad_categories",
    "daily_budget",
    "lifetime_budget",
    "spend_cap",
    "start_time",
    "end_time",
    "stop_time",
    "targeting",
    "targeting_spec",
    "age_min",
    "age_max",
    "genders",
    "countries",
    "geo_locations",
    "excluded_geo_locations",
    "regions",
    "cities",
    "zips",
    "custom_locations",
    "key",
    "country",
    "radius",
    "distance_unit",
    "latitude",
    "longitude",
    "flexible_spec",
    "exclusions",
    "interests",
    "behaviors",
    "targeting_automation",
    "advantage_audience",
    "publisher_platforms",
    "device_platforms",
    "user_os",
    "authorization_category",
    "object_story_spec",
    "link_data",
    "child_attachments",
    "subtype",
    "rule",
    "inclusions",
    "rules",
    "event_sources",
    "type",
    "lookalike_spec",
    "origin",
    "ratio",
    "retention_days",
    "customer_file_source",
    "degrees_of_freedom_spec",
    "creative_features_spec",
    "enroll_status",
    "ADID",
    "CountryCode",
    "AgeBracket",
    "Gender",
    "StartDate",
    "EndDate",
    "Interests",
    "Segments",
]
OTHERS = (ARCHIVED, EXPORTED, PERFORMANCE_MAX, SQUADS)
NAMES += sorted(
    {name for record in (*COMPLETE.values(), *OTHERS) for name in names_in(record)} - set(NAMES)
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**4000),
    st.floats(),
    st.decimals(),
    st.text(max_size=8),
    st.sampled_from(
        ["US", "create_ad", "update", "HOUSING", "\x1b", "\ud800", "2026-01-01T00:00Z"]
    ),
    st.sampled_from([(1,), b"x", object()]),
)
NAME = st.one_of(st.sampled_from(NAMES), st.text(max_size=4))
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAME, inner, max_size=5)),
    max_leaves=25,
)
ADAPTERS = pytest.mark.parametrize("adapt", FORMATS.values(), ids=FORMATS)


def answered(adapt: Callable[[object], object], record: object) -> None:
    refused: AdapterRefusal | None = None
    try:
        adapt(record)
    except AdapterRefusal as refusal:
        refused = refusal
    if refused is not None:
        assert refused.reason[0].islower() or refused.reason[0] in "`-0123456789"
        assert not refused.reason.endswith(".")
        assert refused.help
        assert refused.pointer == "" or refused.pointer.startswith("/")


@ADAPTERS
@given(record=ANYTHING)
def test_anything_is_answered(adapt: Callable[[object], object], record: object) -> None:
    """Any value, JSON or not, ends in an adaptation or a refusal."""
    answered(adapt, record)


@st.composite
def mutated(draw: st.DrawFn, record: JSONValue) -> object:
    """A record in which some members are exchanged for anything."""
    holds = (
        isinstance(record, dict | list) and record and draw(st.sampled_from([True] * 9 + [False]))
    )
    if holds and isinstance(record, dict):
        chosen = draw(st.sets(st.sampled_from(sorted(record)), max_size=3))
        return {
            name: draw(mutated(value)) if name in chosen else value
            for name, value in record.items()
        }
    if holds and isinstance(record, list):
        return [draw(mutated(value)) for value in record]
    return draw(ANYTHING)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(choice=st.data())
def test_broken_records_are_answered(
    choice: st.DataObject, row: dict[str, JSONValue], joined: dict[str, JSONValue]
) -> None:
    """A record of which some members are exchanged ends in an adaptation or a refusal."""
    answered(FORMATS["snapchat"], choice.draw(mutated(row)))
    answered(FORMATS["meta"], choice.draw(mutated(joined)))
    answered(FORMATS["meta"], choice.draw(mutated(ARCHIVED)))
    answered(FORMATS["meta"], choice.draw(mutated(EXPORTED)))
    answered(FORMATS["google-ads"], choice.draw(mutated(PERFORMANCE_MAX)))
    answered(FORMATS["snapchat"], choice.draw(mutated(SQUADS)))


@pytest.mark.parametrize("name", COMPLETE)
@given(choice=st.data())
def test_broken_complete_records_are_answered(name: str, choice: st.DataObject) -> None:
    """A record that uses every member, of which some are exchanged, is answered too."""
    answered(FORMATS[name], choice.draw(mutated(COMPLETE[name])))


def exchanged(value: JSONValue) -> Iterator[JSONValue]:
    """A value with one thing in it, at any depth, put into a list or into an object."""
    yield [value]
    yield {"value": value}
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: other} for other in exchanged(inner))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in exchanged(inner))


@pytest.mark.parametrize(("name", "record"), EVERY)
def test_each_value_of_another_type_is_answered(name: str, record: JSONValue) -> None:
    for other in exchanged(record):
        answered(FORMATS[name], other)


MANY = 20_000
BID: JSONValue = {"cid": "1", "crid": "2", "ext": {"dsa": {"transparency": [{"dsaparams": [1]}]}}}
GROUPS: list[JSONValue] = [{"or": {"ageRanges": ["urn:li:ageRange:(25,34)"]}}] * MANY
ROW: dict[str, JSONValue] = {
    "campaignCriterion": {"negative": False, "userList": {"userList": "customers/1/userLists/2"}}
}


@pytest.mark.no_cover  # Long records take the ways of short ones.
@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("snapchat", {"Interests": "," * 65_000, "AdvancedDemographics": "(," * 30_000}),
        ("snapchat", {"Interests": "a,(" * 20_000, "AdvancedDemographics": ")" * 60_000}),
        (
            "meta",
            {"targeting": {"geo_locations": {"country_groups": [str(n) for n in range(MANY)]}}},
        ),
        (
            "meta",
            {
                "targeting": {
                    "publisher_platforms": ["facebook"] * MANY,
                    "facebook_positions": ["feed"] * MANY,
                }
            },
        ),
        (
            "meta",
            {
                "adset": {"targeting": {"custom_audiences": [{"id": "1"}] * MANY}},
                "custom_audiences": [
                    {"id": "1", "lookalike_spec": {"origin": [{"id": "2"}] * MANY}}
                ],
            },
        ),
        (
            "meta",
            {
                "ads": [{"creative": {"id": str(n)}} for n in range(MANY)],
                "creatives": [{"id": str(n)} for n in reversed(range(MANY))],
            },
        ),
        (
            "meta",
            {"adsets": [{"targeting": {"interests": [{"name": str(n)}]}} for n in range(5000)]},
        ),
        ("openrtb", {"seatbid": [{"seat": str(n), "bid": [BID]} for n in range(5000)]}),
        ("openrtb", {"seatbid": [{"bid": [BID] * MANY}]}),
        ("tiktok", {"adgroups": [{"audience_ids": [n]} for n in range(MANY)]}),
        ("tiktok", {"location_ids": list(range(MANY)), "zipcode_ids": [1] * MANY}),
        (
            "linkedin",
            {"targetingCriteria": {"exclude": {"or": {"skills": ["urn:li:skill:1"] * MANY}}}},
        ),
        (
            "linkedin",
            {
                "audienceExpansionEnabled": False,
                "targetingCriteria": {"include": {"and": GROUPS}},
            },
        ),
        ("google-ads", {"results": [ROW | {"campaign": {"id": "1", "name": "x"}}] * MANY}),
        ("google-ads", {"campaignCriteria": [ROW["campaignCriterion"]] * MANY}),
        ("google-ads", {"userLists": [{"resourceName": f"u/{n}"} for n in range(MANY)]}),
    ],
)
def test_work_grows_no_faster_than_the_record(name: str, record: dict[str, object]) -> None:
    """Each record would take minutes if the work grew with the square of its length."""
    started = time.process_time()
    FORMATS[name]({"ADID": "1", "CountryCode": "france"} | record if name == "snapchat" else record)
    assert time.process_time() - started < 20


@ADAPTERS
def test_fetched_text_is_answered(adapt: Callable[[object], object]) -> None:
    answered(adapt, read_json('{"ADID": "1", "CountryCode": "france", "objective": "X"}'))
