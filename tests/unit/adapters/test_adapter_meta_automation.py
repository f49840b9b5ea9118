"""What Meta chooses by itself, and what is in a specification that no list here has."""

import pytest

from api.adapters import FORMATS
from engine.source.json_text import JSONValue
from tests.unit.adapters.telling import Payload, at, refusal

adapt = FORMATS["meta"]
CHOSEN: Payload = {"targeting_automation": {"advantage_audience": 1}}
NOT_CHOSEN: Payload = {"targeting_automation": {"advantage_audience": 0}}


def targeted(**targeting: JSONValue) -> Payload:
    return {"targeting": targeting}


@pytest.mark.parametrize(
    ("targeting", "ages", "genders"),
    [
        (NOT_CHOSEN, {"min": 24, "max": 40, "no_maximum": False}, ["female"]),
        (CHOSEN, None, None),
        (CHOSEN | {"age_range": [24, 40]}, {"min": 24}, None),
        (CHOSEN | {"age_min": 26, "age_range": [26, 40]}, None, None),
        (CHOSEN | {"age_min": 18}, {"min": 18}, None),
        (CHOSEN | {"age_max": 65, "age_min": 16}, {"min": 16, "no_maximum": True}, None),
        (
            {"targeting_automation": {"individual_setting": {"age": 0, "gender": 1}}},
            {"min": 24, "max": 40, "no_maximum": False},
            None,
        ),
        ({"targeting_automation": {"individual_setting": {"age": 1}}}, None, ["female"]),
    ],
)
def test_what_meta_takes_as_a_suggestion_bounds_nobody(
    targeting: Payload, ages: JSONValue, genders: JSONValue
) -> None:
    chosen: Payload = {"age_min": 24, "age_max": 40, "genders": [2]}
    told = adapt(targeted(**(chosen | targeting)))
    assert at(told, "targeting.age") == ages
    assert at(told, "targeting.genders") == genders
    assert ("/targeting/genders" in told.unmapped) is (genders is None)


def test_suggested_places_are_no_markets() -> None:
    places: Payload = {"geo_locations": {"countries": ["DE"]}}
    assert at(adapt(targeted(**places, **CHOSEN)), "markets") == ["DE"]
    suggested: Payload = {"targeting_automation": {"individual_setting": {"geo": 1}}}
    told = adapt(targeted(**places, **suggested))
    assert at(told, "markets") is None
    assert at(told, "targeting.geo") is None
    assert told.unmapped["/targeting/geo_locations"] == {"countries": ["DE"]}


def test_what_the_campaign_leaves_to_meta_is_so_for_its_ad_sets() -> None:
    campaign: Payload = {"advantage_state_info": {"advantage_audience_state": "ENABLED"}}
    told = adapt({"campaign": campaign, "adset": targeted(age_min=30, genders=[1])})
    assert at(told, "targeting.age") is None
    assert at(told, "targeting.genders") is None
    assert at(told, "automation.audience_expansion") is True
    disabled = adapt({"id": "1", "advantage_state_info": {"advantage_audience_state": "DISABLED"}})
    assert at(disabled, "automation") is None


@pytest.mark.parametrize(
    ("ad_set", "expansion"),
    [
        (targeted(**CHOSEN), True),
        (targeted(**NOT_CHOSEN, targeting_relaxation_types={"lookalike": 1}), True),
        (targeted(targeting_optimization="expansion_all"), True),
        (targeted(targeting_automation={"individual_setting": {"gender": 1}}), True),
        (targeted(**NOT_CHOSEN) | {"targeting_optimization_types": [{"lookalike": 1}]}, True),
        (
            targeted(**NOT_CHOSEN)
            | {"targeting_optimization_types": [{"key": "detailed_targeting", "value": 0}]},
            False,
        ),
        (targeted(**NOT_CHOSEN) | {"targeting_optimization_types": {"lookalike": 0}}, False),
        (targeted(**NOT_CHOSEN), None),
        (targeted(targeting_relaxation_types={"lookalike": 0}), None),
        (targeted(targeting_optimization="none"), None),
        (targeted(), None),
    ],
)
def test_expansion_is_told_as_far_as_meta_says_it(ad_set: Payload, *, expansion: bool) -> None:
    assert at(adapt(ad_set), "automation.audience_expansion") is expansion


# --- what no list here has ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unread",
    [
        {"location_cluster_ids": [{"key": "7"}]},
        {"location_set_ids": ["7"]},
        {"moon_craters": [{"key": "7"}]},
        {"everywhere": True},
    ],
)
def test_places_of_a_sort_that_is_not_known_leave_the_markets_open(unread: Payload) -> None:
    known: Payload = {"countries": ["DE"], "location_types": ["home"]}
    told = adapt(targeted(geo_locations=known | unread))
    assert at(told, "markets") is None
    assert at(told, "targeting.geo.include") == [{"kind": "country", "place": "DE"}, {}]
    name = next(iter(unread))
    assert told.unmapped[f"/targeting/geo_locations/{name}"] == unread[name]
    excluded = adapt(targeted(excluded_geo_locations=unread))
    assert at(excluded, "targeting.geo.exclude") == [{}]


def test_every_group_of_people_is_an_audience() -> None:
    told = adapt(
        targeted(
            connections=[{"id": "1", "name": "Our page"}],
            excluded_connections=["2"],
            product_audience_specs=[{"product_set_id": "3"}],
            flexible_spec=[{"custom_audiences": [{"id": "4"}], "friends_of_connections": [5]}],
            exclusions={"custom_audiences": [{"id": "6"}]},
        )
    )
    assert at(told, "audiences") == [
        {"excluded": False, "id": "1", "name": "Our page"},
        {"excluded": True, "id": "2"},
        {"excluded": False},
        {"excluded": False, "id": "4"},
        {"excluded": False, "id": "5"},
        {"excluded": True, "id": "6"},
    ]
    assert at(told, "targeting.profiling") is True
    assert told.unmapped == {"/targeting/product_audience_specs/0/product_set_id": "3"}
    fault = refusal("meta", targeted(connections=[None]))
    assert fault.pointer == "/targeting/connections"


def test_what_is_of_a_sort_that_is_not_known_is_a_characteristic() -> None:
    told = adapt(
        targeted(
            interests=[{"name": "Tea"}],
            star_signs=[{"id": "9", "name": "Leo"}],
            universe={"id": "8"},
            catalog_based_targeting={"geo_targeting_type": "home"},
            exclusions={"shoe_sizes": [43]},
            effective_publisher_platforms=["facebook"],
            locales=[6],
            brand_safety_content_filter_levels=["FACEBOOK_STANDARD"],
        )
    )
    assert at(told, "targeting.detailed") == [
        {"kind": "interest", "excluded": False, "name": "Tea"},
        {"excluded": False, "name": "Leo"},
        {"excluded": False},
        {"excluded": True},
    ]
    assert {"/targeting/exclusions/shoe_sizes/0", "/targeting/universe"} <= set(told.unmapped)


def test_audiences_of_half_the_ad_sets_are_not_made_up_for_by_others() -> None:
    some = targeted(excluded_custom_audiences=[{"id": "1"}])
    objects: list[JSONValue] = [{"id": "1"}, {"id": "2", "name": "Readers"}]
    told = adapt({"adsets": [some, targeted(age_min=18)], "custom_audiences": objects})
    assert at(told, "audiences") is None
    assert told.unmapped["/custom_audiences/1/name"] == "Readers"
    both = adapt({"adsets": [some, some], "custom_audiences": objects})
    assert at(both, "audiences.1") == {"id": "2", "name": "Readers"}
