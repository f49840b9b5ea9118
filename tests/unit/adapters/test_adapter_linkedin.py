"""LinkedIn's Marketing API: which object a record is, what each tells, and a real campaign."""

from copy import deepcopy
from pathlib import Path

import pytest

from api.adapters import FORMATS, SubmittedRecord, read_records
from engine.source.json_text import JSONValue
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import at, complete, refusal

adapt = FORMATS["linkedin"]
FACET = "urn:li:adTargetingFacet:"
CAMPAIGN: dict[str, JSONValue] = {
    "id": 7,
    "costType": "CPC",
    "audienceExpansionEnabled": False,
}


def aimed(
    *groups: dict[str, JSONValue], exclude: dict[str, JSONValue] | None = None
) -> dict[str, JSONValue]:
    """A campaign with groups of facets, by their short names."""
    included: list[JSONValue] = [{"or": named(group)} for group in groups]
    excluded: JSONValue = None if exclude is None else {"or": named(exclude)}
    criteria: JSONValue = {"include": {"and": included}, "exclude": excluded}
    return CAMPAIGN | {"targetingCriteria": criteria}


def named(facets: dict[str, JSONValue]) -> dict[str, JSONValue]:
    return {f"{FACET}{name}": values for name, values in facets.items()}


AGES: JSONValue = ["urn:li:ageRange:(25,34)", "urn:li:ageRange:(55,2147483647)"]


def test_complete_record_is_told(judge: Judge) -> None:
    told = adapt(complete("linkedin"))
    assert judge(told.campaign) == []
    assert at(told, "id") == "168387646"
    assert at(told, "budget") == {
        "period": "daily",
        "amount": {"amount": "10.50", "currency": "EUR"},
        "total": {"amount": "500", "currency": "EUR"},
    }
    assert at(told, "political") == {"eu_declaration": "contains", "is_political": True}
    assert at(told, "flight.end") == "2026-08-08", "the end is the first moment after it"
    assert at(told, "targeting.age") == {"min": 25, "max": 34, "no_maximum": False}
    assert at(told, "targeting.geo.exclude.0.code") == "urn:li:geo:1"
    assert at(told, "markets") == ["US"]
    assert at(told, "targeting.detailed.0.name") == "Nurse"
    assert at(told, "targeting.detailed.1") == {"kind": "employer", "excluded": True}
    assert told.unmapped["/campaign/locale"] == {"country": "US", "language": "en"}


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        (CAMPAIGN | {"name": "x"}, "id", "7"),
        ({"content": {"textAd": {"headline": "Tea"}}}, "creatives.0.text", "Tea"),
        ({"id": "urn:li:sponsoredCreative:4", "intendedStatus": "DRAFT"}, "id", None),
        ({"campaigns": [CAMPAIGN]}, "id", "7"),
        ({"campaignGroup": {"id": 5, "name": "g"}, "campaign": CAMPAIGN}, "name", "g"),
        ({"creative": {"id": "4"}}, "creatives.0.id", "4"),
    ],
)
def test_object_is_known_by_its_members(record: JSONValue, path: str, value: JSONValue) -> None:
    assert at(adapt(record), path) == value


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        ({"name": "x"}, "nothing in the record shows which of LinkedIn's objects it is", ""),
        ({"elements": []}, "the record is an answer of the API", "/elements"),
        ({"costType": "CPC"}, "no member of the record tells anything about a campaign", ""),
        (
            CAMPAIGN | {"runSchedule": {"start": 1785369297000, "end": 1785196497000}},
            "the end is before the start",
            "/runSchedule/end",
        ),
        (
            CAMPAIGN | {"runSchedule": {"start": 1785369297, "end": 1785369298}},
            "1785369297 is no moment that a campaign may have",
            "/runSchedule/start",
        ),
        (
            CAMPAIGN | {"runSchedule": {"start": 10**18}},
            "1000000000000000000 is no moment that a campaign may have",
            "/runSchedule/start",
        ),
        (
            CAMPAIGN | {"dailyBudget": {"amount": "-5"}},
            "an amount is below zero",
            "/dailyBudget/amount",
        ),
        (
            CAMPAIGN | {"dailyBudget": {"amount": "ten"}},
            "`amount` should be a number, and is the text `ten`",
            "/dailyBudget/amount",
        ),
        (
            aimed({"ageRanges": ["urn:li:ageRange:(34,25)"]}),
            "`urn:li:ageRange:(34,25)` cannot be read as ages without guessing",
            "/targetingCriteria/include/and/0/or/urn:li:adTargetingFacet:ageRanges",
        ),
        (
            aimed({"genders": "MALE"}),
            f"`{FACET}genders` should be a list, and is the text `MALE`",
            "/targetingCriteria/include/and/0/or/urn:li:adTargetingFacet:genders",
        ),
    ],
)
def test_record_is_refused(record: JSONValue, reason: str, pointer: str) -> None:
    refused = refusal("linkedin", record)
    assert refused.reason.startswith(reason)
    assert refused.pointer == pointer


def test_schedule_without_an_end_is_open() -> None:
    told = adapt(CAMPAIGN | {"runSchedule": {"start": 1785369297000}})
    flight: JSONValue = {"start": "2026-07-29", "until_stopped": True, "timezone": "UTC"}
    assert at(told, "flight") == flight
    assert at(adapt(CAMPAIGN | {"runSchedule": {}}), "flight") is None


@pytest.mark.parametrize(
    ("intent", "declared", "political"),
    [
        ("POLITICAL", "contains", True),
        ("NOT_POLITICAL", "does_not_contain", None),
        ("NOT_DECLARED", None, None),
    ],
)
def test_declaration(intent: JSONValue, declared: JSONValue, political: JSONValue) -> None:
    told = adapt(CAMPAIGN | {"politicalIntent": intent})
    assert at(told, "political.eu_declaration") == declared
    assert at(told, "political.is_political") == political


@pytest.mark.parametrize(
    ("target", "bidding"),
    [
        ("NONE", "manual"),
        ("ENHANCED_CONVERSION", "assisted"),
        ("CAP_COST_X", "automatic"),
        ("NEW", None),
    ],
)
def test_bidding(target: JSONValue, bidding: JSONValue) -> None:
    told = adapt(CAMPAIGN | {"optimizationTargetType": target})
    assert at(told, "automation.bidding") == bidding


def test_budget_without_a_known_currency_is_none() -> None:
    told = adapt(CAMPAIGN | {"totalBudget": {"amount": "5", "currencyCode": "???"}})
    assert at(told, "budget") == {"period": "lifetime"}
    assert {"/totalBudget/amount", "/totalBudget/currencyCode"} <= told.unmapped.keys()
    nothing = adapt(CAMPAIGN | {"dailyBudget": {"amount": "0", "currencyCode": "EUR"}})
    assert at(nothing, "budget") is None


# --- whom it is aimed at --------------------------------------------------------------------------


def test_age_that_has_no_end() -> None:
    assert at(adapt(aimed({"ageRanges": AGES})), "targeting.age") == {
        "min": 25,
        "no_maximum": True,
    }


@pytest.mark.parametrize("expanded", [True, None])
def test_ages_and_genders_bound_nobody_where_the_audience_may_be_expanded(
    expanded: JSONValue,
) -> None:
    men: dict[str, JSONValue] = {"genders": ["urn:li:gender:MALE"]}
    english: dict[str, JSONValue] = {"interfaceLocales": ["urn:li:locale:en_US"]}
    place: dict[str, JSONValue] = {"locations": ["urn:li:geo:1"]}
    criteria = aimed({"ageRanges": AGES}, men, english, place)
    told = adapt(criteria | {"audienceExpansionEnabled": expanded})
    assert at(told, "targeting") == {
        "geo": {"include": [{"code": "urn:li:geo:1"}]},
        "languages": ["en"],
    }
    group = "/targetingCriteria/include/and"
    assert {f"{group}/0/or/{FACET}ageRanges", f"{group}/1/or/{FACET}genders"} <= set(told.unmapped)
    beside = adapt(aimed(place | {"ageRanges": AGES}) | {"audienceExpansionEnabled": expanded})
    assert at(beside, "targeting") is None


def test_age_beside_a_title_narrows_nobody_down() -> None:
    told = adapt(aimed({"ageRanges": AGES, "titles": ["urn:li:title:9"]}))
    assert at(told, "targeting.age") is None
    assert at(told, "targeting.detailed") == [{"kind": "demographic", "excluded": False}]
    group = "/targetingCriteria/include/and/0/or"
    assert {f"{group}/{FACET}ageRanges", f"{group}/{FACET}titles"} <= told.unmapped.keys()


def test_places_of_both_sorts_are_places() -> None:
    both = {"locations": ["urn:li:geo:1"], "profileLocations": ["urn:li:geo:2"]}
    told = adapt(aimed({name: list(codes) for name, codes in both.items()}))
    assert at(told, "targeting.geo.include") == [
        {"code": "urn:li:geo:1"},
        {"code": "urn:li:geo:2"},
    ]
    mixed = adapt(aimed({"locations": ["urn:li:geo:1"], "skills": ["urn:li:skill:2"]}))
    assert at(mixed, "targeting.geo") is None


def test_second_group_of_ages_is_left() -> None:
    told = adapt(aimed({"ageRanges": AGES}, {"ageRanges": ["urn:li:ageRange:(18,24)"]}))
    assert at(told, "targeting.age.min") == 25
    assert f"/targetingCriteria/include/and/1/or/{FACET}ageRanges" in told.unmapped


def test_facet_that_is_not_known_is_a_characteristic_all_the_same() -> None:
    told = adapt(aimed({"somethingNew": ["urn:li:x:1"]}, {"skills": ["urn:li:skill:1"]}))
    assert at(told, "targeting.detailed") == [
        {"excluded": False},
        {"kind": "demographic", "excluded": False},
    ]
    assert at(told, "targeting.profiling") is True


@pytest.mark.parametrize("facet", ["ageRanges", "genders"])
def test_excluded_age_or_gender_is_left(facet: str) -> None:
    told = adapt(aimed(exclude={facet: ["urn:li:x:1"]}))
    assert at(told, "targeting") is None
    assert f"/targetingCriteria/exclude/or/{FACET}{facet}" in told.unmapped


def test_what_is_chosen_and_excluded_as_well_is_left() -> None:
    both: JSONValue = ["urn:li:gender:FEMALE", "urn:li:gender:MALE"]
    told = adapt(
        aimed(
            {"genders": both},
            {"ageRanges": AGES},
            exclude={"genders": ["urn:li:gender:FEMALE"]},
        )
    )
    assert at(told, "targeting") == {"age": {"min": 25, "no_maximum": True}}
    assert f"/targetingCriteria/include/and/0/or/{FACET}genders" in told.unmapped


def test_gender_that_is_not_known_is_left() -> None:
    told = adapt(aimed({"genders": ["urn:li:gender:MALE", "urn:li:gender:X"]}))
    assert at(told, "targeting.genders") is None
    assert f"/targetingCriteria/include/and/0/or/{FACET}genders" in told.unmapped


def test_excluded_audience_is_excluded() -> None:
    told = adapt(aimed(exclude={"dynamicSegments": ["urn:li:adSegment:7"]}))
    assert at(told, "audiences") == [{"id": "urn:li:adSegment:7", "excluded": True}]
    assert at(told, "targeting.profiling") is True


def test_facets_with_type_and_values_are_read() -> None:
    values: JSONValue = {"type": f"{FACET}skills", "values": ["urn:li:skill:1"]}
    criteria: JSONValue = {"include": {"and": [values]}, "exclude": {"or": [values]}}
    told = adapt(CAMPAIGN | {"targetingCriteria": criteria})
    assert at(told, "targeting.detailed") == [
        {"kind": "demographic", "excluded": False},
        {"kind": "demographic", "excluded": True},
    ]


def test_former_facets_are_read() -> None:
    former: JSONValue = {
        "includedTargetingFacets": {
            "genders": ["urn:li:gender:FEMALE"],
            "interfaceLocales": [{"country": "US", "language": "en"}],
        },
        "excludingTargetingFacets": {"employers": ["urn:li:organization:1"]},
    }
    told = adapt(CAMPAIGN | {"targeting": former})
    assert at(told, "targeting.genders") == ["female"]
    assert at(told, "targeting.detailed") == [{"kind": "employer", "excluded": True}]
    assert "/targeting/includedTargetingFacets/interfaceLocales" in told.unmapped
    half: JSONValue = {"includedTargetingFacets": {}}
    assert at(adapt(CAMPAIGN | {"targeting": half}), "targeting") is None


def test_campaigns_of_a_group_are_one() -> None:
    first = complete("linkedin")["campaign"]
    assert isinstance(first, dict)
    second = deepcopy(first) | {"id": 8, "objectiveType": "ENGAGEMENT", "format": "CAROUSEL"}
    told = adapt({"campaigns": [first, second], "creatives": [{"id": "1"}]})
    assert at(told, "id") == "urn:li:sponsoredCampaignGroup:6"
    assert at(told, "objective") is None
    assert at(told, "budget") is None
    assert at(told, "creatives") == [{"id": "1"}]
    assert told.unmapped["/campaigns/1/objectiveType"] == "ENGAGEMENT"
    assert told.unmapped["/campaigns/1/format"] == "CAROUSEL"


def test_real_campaign_is_told(data: Path, judge: Judge) -> None:
    for submitted in read_records(data / "platform-api-records/records.jsonl"):
        assert isinstance(submitted, SubmittedRecord)
        if submitted.value["platform"] == "linkedin":
            told = adapt(submitted.value["record"])
            assert judge(told.campaign) == []
            assert at(told, "budget.amount") == {"amount": "10", "currency": "USD"}
            assert at(told, "targeting.languages") == ["en"]
            assert at(told, "targeting.geo.include") == [{"code": "urn:li:geo:103644278"}]
            assert at(told, "markets") is None
