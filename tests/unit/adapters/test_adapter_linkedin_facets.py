"""LinkedIn: the shapes of criteria, what values are called, and which countries they are in."""

import pytest

from api.adapters import FORMATS
from engine.source.json_text import JSONValue
from tests.unit.adapters.telling import Payload, at, complete, refusal

adapt = FORMATS["linkedin"]
FACET = "urn:li:adTargetingFacet:"
ARRAS: Payload = {"urn": "urn:li:geo:1", "name": "Arras, Hauts-de-France, France"}
SPAIN: Payload = {"urn": "urn:li:geo:2", "name": "Spain", "facetUrn": f"{FACET}locations"}
NURSE: Payload = {"urn": "urn:li:title:9", "name": "Nurse"}


def within(*groups: JSONValue, exclude: JSONValue = None) -> Payload:
    return {"targetingCriteria": {"include": {"and": list(groups)}, "exclude": exclude}}


def located(*places: JSONValue) -> JSONValue:
    return {"or": {f"{FACET}locations": list(places)}}


def test_joined_entities_tell_markets_and_names() -> None:
    record = within(
        located("urn:li:geo:1", "urn:li:geo:2"),
        {"or": {f"{FACET}titles": ["urn:li:title:9", "urn:li:title:8"]}},
        exclude={"or": {f"{FACET}locations": ["urn:li:geo:2"]}},
    )
    told = adapt(record | {"adTargetingEntities": [ARRAS, SPAIN, NURSE, {"name": "None"}]})
    assert at(told, "markets") == ["FR", "ES"]
    assert at(told, "targeting.geo") == {
        "include": [
            {"code": "urn:li:geo:1", "name": "Arras, Hauts-de-France, France"},
            {"code": "urn:li:geo:2", "name": "Spain", "kind": "country", "place": "ES"},
        ],
        "exclude": [{"code": "urn:li:geo:2", "name": "Spain", "kind": "country", "place": "ES"}],
    }
    assert at(told, "targeting.detailed") == [
        {"name": "Nurse", "kind": "demographic", "excluded": False},
        {"kind": "demographic", "excluded": False},
    ]
    assert told.origin_of("/markets/0") == "/adTargetingEntities/0/name"
    assert not any(at.startswith("/adTargetingEntities") for at in told.unmapped)


@pytest.mark.parametrize(
    ("places", "markets"),
    [
        (["urn:li:country:us", "urn:li:state:(urn:li:country:de,by)"], ["US", "DE"]),
        ([ARRAS, "urn:li:geo:3"], None),
        ([ARRAS | {"name": "Greater Paris Metropolitan Region"}], None),
        ([ARRAS | {"name": "Georgia, United States"}], ["US"]),
        (["urn:li:country:zz"], None),
        ([{}], None),
    ],
)
def test_markets_where_every_place_tells_its_country(places: JSONValue, markets: JSONValue) -> None:
    assert isinstance(places, list)
    assert at(adapt(within(located(*places)) | {"id": 7}), "markets") == markets


def test_places_beside_a_title_bound_nobody() -> None:
    mixed: JSONValue = {"or": {f"{FACET}locations": [SPAIN], f"{FACET}titles": [NURSE]}}
    told = adapt(within(mixed))
    assert at(told, "markets") is None
    assert at(told, "targeting.geo") is None
    assert at(adapt(within(mixed, located(ARRAS))), "markets") == ["FR"]


def test_criteria_of_the_campaign_manager_are_read() -> None:
    group: JSONValue = {
        "or": [
            {"facet": {"urn": f"{FACET}profileLocations"}, "segments": [SPAIN | {"ancestors": []}]}
        ]
    }
    told = adapt(within(group))
    assert at(told, "markets") == ["ES"]
    assert at(adapt(within({"facet": {}, "segments": [NURSE]})), "targeting.detailed") == [
        {"name": "Nurse", "excluded": False}
    ]


def test_a_group_in_a_shape_that_is_not_known_is_a_characteristic() -> None:
    told = adapt(within({"or": {f"{FACET}skills": ["urn:li:skill:1"]}}, {"nor": [{}]}))
    assert at(told, "targeting.detailed") == [
        {"kind": "demographic", "excluded": False},
        {"excluded": False},
    ]
    assert told.unmapped["/targetingCriteria/include/and/1/nor"] == [{}]
    alone: Payload = {"targetingCriteria": {"include": located(SPAIN), "exclude": {"nor": {}}}}
    assert at(adapt(alone), "markets") == ["ES"]
    assert at(adapt(alone), "targeting.detailed") == [{"excluded": True}]


def test_values_that_are_objects_are_not_passed_over() -> None:
    ages: JSONValue = {"or": {f"{FACET}ageRanges": ["urn:li:ageRange:(25,34)", {"from": 13}]}}
    people: JSONValue = {"or": {f"{FACET}dynamicSegments": [{"urn": "urn:li:adSegment:7"}]}}
    told = adapt(within(ages, people))
    assert at(told, "targeting.age") is None
    assert at(told, "audiences") == [{"id": "urn:li:adSegment:7", "excluded": False}]
    fault = refusal("linkedin", within({"or": {f"{FACET}skills": [7]}}))
    assert fault.pointer.endswith(f"{FACET}skills/0")


@pytest.mark.parametrize(
    ("changes", "budget"),
    [
        ({}, {"period": "daily", "amount": "10.50", "total": "500"}),
        ({"campaign.dailyBudget": None}, {"period": "lifetime", "amount": "500", "total": "500"}),
        (
            {"campaign.dailyBudget.amount": "0"},
            {"period": "lifetime", "amount": "500", "total": "500"},
        ),
        ({"campaign.dailyBudget.amount": None}, {"total": "500"}),
        ({"campaign.dailyBudget.currencyCode": None}, {"period": "daily", "total": "500"}),
        ({"campaign.totalBudget.amount": None}, {"period": "daily", "amount": "10.50"}),
    ],
)
def test_one_budget_does_not_make_up_for_the_other(changes: Payload, budget: JSONValue) -> None:
    told = at(adapt(complete("linkedin", changes)), "budget")
    assert isinstance(told, dict)
    amounts = {k: v["amount"] if isinstance(v, dict) else v for k, v in told.items()}
    assert amounts == budget
