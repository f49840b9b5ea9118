"""Snapchat's ad squads: the forms of a record, and whom they are aimed at."""

import pytest

from api.adapters import FORMATS, Adaptation
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import SQUADS
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import Payload, at, refusal

adapt = FORMATS["snapchat"]
US: Payload = {"geos": [{"country_code": "us"}]}


def aimed(**targeting: JSONValue) -> Adaptation:
    return adapt({"campaign_id": "c-1", "placement_v2": {}, "targeting": targeting})


def test_markets_stand_in_the_order_in_which_the_record_first_names_them() -> None:
    geos: list[JSONValue] = [{"country_code": code} for code in ("us", "fr", "us")]
    assert at(aimed(geos=geos), "markets") == ["US", "FR"]


def people(*demographics: JSONValue, **beside: JSONValue) -> Adaptation:
    return aimed(demographics=list(demographics), **beside)


def test_squads_are_told(judge: Judge) -> None:
    told = adapt(SQUADS)
    assert judge(told.campaign) == []
    assert at(told, "id") == "c-1"
    assert at(told, "flight") == {
        "start": "2026-07-30",
        "end": "2026-08-08",
        "until_stopped": False,
        "timezone": "UTC",
    }
    assert at(told, "budget.total") == {"amount": "500.5", "currency": "EUR"}
    assert at(told, "markets") == ["DE", "GB"]
    assert at(told, "targeting.age") == {"min": 18, "max": 34, "no_maximum": False}
    assert at(told, "targeting.genders") == ["female"]
    assert at(told, "targeting.geo.include.2.radius_m") == 2000
    assert at(told, "targeting.geo.exclude.0") == {"kind": "postal_code", "code": "80331"}
    assert at(told, "audiences") == [{"id": "77", "excluded": True}]
    assert at(told, "automation.audience_expansion") is False


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        ({"campaign_id": "7", "placement_v2": {"config": "AUTOMATIC"}}, "id", "7"),
        ({"campaign_id": "7", "targeting": US}, "markets", ["US"]),
        (
            {"id": "7", "daily_budget_micro": 5000000, "ad_account_id": "a"},
            "budget.period",
            "daily",
        ),
        ({"id": "7", "daily_budget_micro": 5, "ad_account_id": "a"}, "platforms.0.account_id", "a"),
        ({"campaign": {"id": "7"}, "adsquad": {"targeting": US}}, "markets", ["US"]),
        ({"adsquads": [{"campaign_id": "7"}, {"campaign_id": "7"}]}, "id", "7"),
    ],
)
def test_forms_of_a_record(record: JSONValue, path: str, value: JSONValue) -> None:
    assert at(adapt(record), path) == value


@pytest.mark.parametrize(
    ("demographics", "ages"),
    [
        ([{"min_age": 25, "max_age": 25}], {"min": 25, "max": 25, "no_maximum": False}),
        ([{"age_groups": ["21-24", "35+"]}], {"min": 21, "no_maximum": True}),
        ([{"min_age": "18", "max_age": "50"}], {"min": 18}),
        ([{"min_age": "18", "max_age": "50+"}], {"min": 18, "no_maximum": True}),
        ([{"min_age": "18"}], {"min": 18}),
        ([{"min_age": 21, "max_age": 34}, {"gender": "MALE"}], None),
        ([{"min_age": 21, "max_age": 34, "operation": "EXCLUDE"}], None),
        ([], None),
    ],
)
def test_ages_bound_where_every_group_has_them(
    demographics: list[JSONValue], ages: JSONValue
) -> None:
    assert at(people(*demographics), "targeting.age") == ages


@pytest.mark.parametrize(
    ("demographics", "genders"),
    [
        ([{"gender": "MALE"}, {"gender": ["FEMALE"]}], ["male", "female"]),
        ([{"gender": "MALE"}, {"min_age": 21}], ["all"]),
        ([{"gender": "UNSURE"}], None),
        ([{"min_age": 21, "genders": ["MALE"]}], None),
        ([{"gender": "MALE", "operation": "EXCLUDE"}], None),
        ([], ["all"]),
    ],
)
def test_genders_are_all_where_a_group_leaves_them_out(
    demographics: list[JSONValue], genders: JSONValue
) -> None:
    assert at(people(*demographics), "targeting.genders") == genders


def test_ages_that_snapchat_may_widen_bound_nobody() -> None:
    women: Payload = {"min_age": 25, "gender": "FEMALE"}
    on: Payload = {"enabled": True}
    told = people(women, auto_expansion_options={"demographic_expansion_option": on})
    assert at(told, "targeting") is None
    assert at(told, "automation.audience_expansion") is True
    known = people(women, auto_expansion_options={"interest_expansion_option": on})
    assert at(known, "targeting.age.min") == 25
    assert at(people(women, enable_targeting_expansion=False), "automation") is None
    assert at(people(women, enable_targeting_expansion=True), "automation") == {
        "audience_expansion": True
    }


@pytest.mark.parametrize(("sort", "widened"), [("SMART_TARGETING", True), ("SOMETHING", None)])
def test_a_sort_of_expansion_may_go_beyond_ages(sort: str, widened: JSONValue) -> None:
    women: Payload = {"min_age": 25, "gender": "FEMALE"}
    options: Payload = {"auto_expansion_type": sort}
    told = people(women, enable_targeting_expansion=False, auto_expansion_options=options)
    assert at(told, "targeting") is None
    assert at(told, "automation.audience_expansion") == widened
    unsaid = people(women, auto_expansion_options={"demographic_expansion_option": {}})
    assert at(unsaid, "targeting") is None


def test_a_member_of_a_group_that_is_not_known_is_a_characteristic() -> None:
    told = people({"min_age": 25, "star_sign": "LEO"})
    assert at(told, "targeting.detailed") == [{"excluded": False}]
    assert at(told, "targeting.profiling") is True


def test_people_of_a_sort_that_is_not_known_are_a_characteristic() -> None:
    told = aimed(
        interests=[{"category_id": "SLC_7", "operation": "EXCLUDE"}],
        star_signs=[{"sign": "LEO"}],
        segments=[{"segment_id": ["7"]}, {}],
        devices=[{"os_type": "iOS"}],
    )
    assert at(told, "targeting.detailed") == [
        {"kind": "interest", "excluded": True},
        {"excluded": False},
    ]
    assert at(told, "audiences") == [{"id": "7"}, {}], "which side they are on is not said"
    assert at(told, "targeting.profiling") is True


def test_places_of_a_sort_that_is_not_known_are_places() -> None:
    told = aimed(geos=[{"country_code": "us", "crater_id": ["7"]}, {"country_code": "de"}])
    assert at(told, "targeting.geo.include") == [{}, {"kind": "country", "place": "DE"}]
    assert at(told, "markets") == ["US", "DE"]
    assert at(aimed(geos=[{"region_id": ["3"]}, {"country_code": "de"}]), "markets") is None


def test_several_budgets_are_none() -> None:
    squads: list[JSONValue] = [{"daily_budget_micro": 5}, {"daily_budget_micro": 6}]
    told = adapt({"campaign": {"id": "7"}, "adsquads": squads})
    assert at(told, "budget") is None


def test_the_budget_of_one_of_several_squads_is_not_that_of_the_campaign() -> None:
    squads: list[JSONValue] = [{"daily_budget_micro": 5_000_000}, {"id": "8"}]
    account: JSONValue = {"id": "1", "currency": "EUR"}
    told = adapt({"ad_account": account, "campaign": {"id": "7"}, "adsquads": squads})
    assert at(told, "budget") is None
    assert told.unmapped["/adsquads/0/daily_budget_micro"] == 5_000_000
    capped: JSONValue = {"id": "7", "daily_budget_micro": 9_000_000}
    told = adapt(
        {"ad_account": account, "campaign": capped, "adsquads": [{"id": "8"}, {"id": "9"}]}
    )
    assert at(told, "budget.amount") == {"amount": "9", "currency": "EUR"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"adsquad": {"start_time": "2026-07-29"}}, "`2026-07-29` is no moment"),
        ({"adsquad": {"start_time": "soon"}}, "`soon` is no moment"),
        ({"adsquad": {"end_time": "0001-01-01T00:00:00+14:00"}}, "`0001-01-01T00:00:00+14:00` is"),
        ({"adsquad": {"daily_budget_micro": -1}}, "an amount is below zero"),
        ({"adsquad": {"targeting": {"geos": [{"country_code": "zz"}]}}}, "`ZZ` is no country"),
        ({"adsquad": {"targeting": {"geos": [{"operation": "MAYBE"}]}}}, "`MAYBE` is no operation"),
        (
            {"adsquad": {"targeting": {"demographics": [{"age_groups": ["young"]}]}}},
            "`young` cannot be read as ages",
        ),
        (
            {"adsquad": {"targeting": {"demographics": [{"min_age": 30, "max_age": 20}]}}},
            "`max_age` is below `min_age`",
        ),
        ({"adsquad": {"targeting": {"segments": [{"segment_id": [None]}]}}}, "an element of"),
        (
            {"adsquad": {"targeting": {"locations": [{"circles": [{"latitude": 91}]}]}}},
            "91 degrees",
        ),
        ({"adsquad": {"name": "x"}}, "no member of the record tells anything"),
    ],
)
def test_record_is_refused(record: JSONValue, reason: str) -> None:
    assert refusal("snapchat", record).reason.startswith(reason)


def test_circle_without_a_unit_has_no_radius() -> None:
    told = aimed(locations=[{"circles": [{"latitude": 1, "longitude": 2, "radius": 3}]}])
    assert at(told, "targeting.geo.include") == [{"kind": "radius", "latitude": 1, "longitude": 2}]
    assert "/targeting/locations/0/circles/0/radius" in told.unmapped
