"""TikTok's Business API: which object a record is, what each tells, and a real ad group."""

from decimal import Decimal
from pathlib import Path

import pytest

from api.adapters import FORMATS, SubmittedRecord, read_records
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import SMART_PLUS
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import at, complete, edited, refusal

adapt = FORMATS["tiktok"]
GROUP: dict[str, JSONValue] = {
    "adgroup_id": 2,
    "campaign_id": 1,
    "campaign_automation_type": "MANUAL",
}
NOBODY: dict[str, JSONValue] = {
    "interest_category_ids": [],
    "interest_keyword_ids": [],
    "purchase_intention_keyword_ids": [],
    "actions": [],
    "household_income": [],
    "spending_power": "ALL",
    "audience_ids": [],
    "excluded_audience_ids": [],
}
"""What TikTok answers of an ad group for which no people were chosen."""


def test_complete_record_is_told(judge: Judge) -> None:
    told = adapt(complete("tiktok"))
    assert judge(told.campaign) == []
    assert at(told, "declared_special_categories") == ["housing", "less_healthy_food"]
    assert at(told, "budget") == {
        "period": "lifetime",
        "amount": {"amount": "500.5", "currency": "GBP"},
        "total": {"amount": "500.5", "currency": "GBP"},
    }
    assert at(told, "targeting.age") == {"min": 18, "max": 34, "no_maximum": False}
    assert at(told, "targeting.device_price_ranges") == ["0 to 300 US dollars"]
    assert at(told, "creatives.0.platform_ai_declaration") == "synthetic"
    assert at(told, "markets") is None
    assert told.origin_of("/audiences/1/id") == "/adgroup/excluded_audience_ids/0"


def test_campaign_of_smart_plus_is_told(judge: Judge) -> None:
    told = adapt(SMART_PLUS)
    assert judge(told.campaign) == []
    assert at(told, "targeting.age") == {"min": 18, "no_maximum": True}
    assert at(told, "targeting.genders") is None
    assert told.unmapped["/adgroup/targeting_spec/age_groups"] == ["AGE_25_34"]
    all_of_them: dict[str, JSONValue] = {"adgroup.targeting_spec.gender": "GENDER_UNLIMITED"}
    assert at(adapt(edited(SMART_PLUS, all_of_them)), "targeting.genders") == ["all"]
    assert at(told, "targeting.profiling") is True
    assert at(told, "automation.audience_expansion") is True
    assert at(told, "automation.creative_generation") == [
        "TRANSLATE_AND_DUB",
        "creative_auto_add_toggle",
    ]
    assert at(told, "creatives.0.platform_ai_declaration") == "synthetic"
    assert at(told, "creatives.1.text") == "Come and see"
    assert at(told, "audiences") == [{"excluded": False}, {"excluded": True}]


def test_manual_targeting_of_smart_plus_bounds_the_ages() -> None:
    manual: dict[str, JSONValue] = {"adgroup.targeting_optimization_mode": "MANUAL"}
    told = adapt(edited(SMART_PLUS, manual))
    assert at(told, "targeting.age") == {"min": 25, "max": 34, "no_maximum": False}
    assert at(told, "targeting.genders") == ["female"]
    assert told.unmapped["/adgroup/targeting_optimization_mode"] == "MANUAL"
    unsaid = adapt(edited(SMART_PLUS, {"adgroup.targeting_optimization_mode": None}))
    assert at(unsaid, "targeting.age.min") == 18


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        ({"campaign_automation_type": "MANUAL"}, True),
        ({"campaign_automation_type": "UPGRADED_SMART_PLUS"}, False),
        ({"campaign_automation_type": "SMART_PLUS"}, False),
        ({"is_smart_performance_campaign": True}, False),
        ({"is_smart_performance_campaign": False}, False),  # of Smart+ as it is today, too
        ({"campaign_automation_type": "MANUAL", "targeting_optimization_mode": "AUTOMATIC"}, False),
        ({"campaign_automation_type": "MANUAL", "targeting_optimization_mode": "NEW"}, False),
        ({"targeting_optimization_mode": "MANUAL"}, True),
        ({"campaign_automation_type": "MANUAL", "spc_audience_age": "18+"}, False),
        ({}, False),
        ({"adgroup_id": None}, True),  # about to be created
        ({"adgroup_id": None, "campaign_automation_type": "SMART_PLUS"}, False),
    ],
)
def test_ages_bound_only_where_tiktok_does_not_choose_the_people(
    said: dict[str, JSONValue],
    bound: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    chosen: dict[str, JSONValue] = {"age_groups": ["AGE_25_34"], "gender": "GENDER_MALE"}
    told = adapt({"adgroup_id": 2, "campaign_id": 1} | chosen | said)
    assert (at(told, "targeting.genders") == ["male"]) is bound
    assert ("/age_groups" not in told.unmapped) is bound
    least = 18 if "spc_audience_age" in said else None
    assert at(told, "targeting.age.min") == (25 if bound else least)
    of_campaign: JSONValue = {"campaign": said | {"objective_type": "REACH"}, "adgroup": chosen}
    if "campaign_automation_type" in said and len(said) == 1:
        assert (at(adapt(of_campaign), "targeting.age") is not None) is bound


@pytest.mark.parametrize(
    ("written", "least"),
    [("ALL", 13), ("18+", 18), ("OVER_TWENTY_FIVE", 25), ("OVER_NINETY", None)],
)
def test_age_of_smart_plus(written: str, least: int | None) -> None:
    told = adapt(edited(SMART_PLUS, {"adgroup.targeting_spec.spc_audience_age": written}))
    assert at(told, "targeting.age.min") == least


def test_audiences_of_pangle_are_audiences() -> None:
    group = GROUP | NOBODY | {"included_pangle_audience_package_ids": ["5"]}
    told = adapt(group | {"excluded_pangle_audience_package_ids": [6]})
    included, excluded = {"id": "5", "excluded": False}, {"id": "6", "excluded": True}
    assert at(told, "audiences") == [included, excluded]
    assert at(told, "targeting.profiling") is True


def test_markets_are_told_by_the_regions_that_are_joined() -> None:
    told = adapt(SMART_PLUS)
    assert at(told, "markets") == ["DE", "FR", "US"]
    assert told.origin_of("/markets/0") == "/region_info/1/region_code"
    berlin = {"code": "2950157", "name": "Berlin", "kind": "region"}
    assert at(told, "targeting.geo.include.0") == berlin
    assert at(told, "targeting.geo.include.1.place") == "FR"
    assert at(told, "targeting.geo.include.2.kind") == "metro"
    assert not any(pointer.startswith("/region_info") for pointer in told.unmapped)


def test_a_sort_of_area_that_is_not_documented_is_kept() -> None:
    told = adapt(edited(SMART_PLUS, {"region_info.0.area_type": "ELECTORAL"}))
    assert at(told, "targeting.geo.include.0") == {"code": "2950157", "name": "Berlin"}
    assert told.unmapped["/region_info/0/area_type"] == "ELECTORAL"


@pytest.mark.parametrize(
    "change",
    [
        {"region_info": None},
        {"region_info.1.location_id": "9"},
        {"adgroup.targeting_spec.zipcode_ids": ["80331"]},
        {"region_info.1.parent_id": "2950157", "region_info.1.level": "CITY"},
    ],
)
def test_no_country_is_told_that_no_region_has(change: dict[str, JSONValue]) -> None:
    assert at(adapt(edited(SMART_PLUS, change)), "markets") is None


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        ({"campaign_id": 7, "objective_type": "REACH"}, "objective", "awareness"),
        ({"campaign_id": 7, "adgroup_id": 8}, "id", "7"),
        ({"campaign_id": 7, "adgroup_id": 8, "ad_id": 9}, "creatives.0.id", "9"),
        ({"adgroup_id": 8, "creatives": [{"ad_text": "Tea"}]}, "creatives.0.text", "Tea"),
        ({"ad": {"ad_id": 9}}, "creatives.0.id", "9"),
        ({"adgroups": [{"campaign_id": 7}]}, "id", "7"),
    ],
)
def test_object_is_known_by_its_members(record: JSONValue, path: str, value: JSONValue) -> None:
    assert at(adapt(record), path) == value


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        ({"name": "x"}, "nothing in the record shows which of TikTok's objects it is", ""),
        ({"code": 0, "data": {"list": []}}, "the record is an answer of the API", "/data"),
        ({"adgroup_id": 5}, "no member of the record tells anything about a campaign", ""),
        (
            {"campaign_id": 1, "special_industries": ["DATING"]},
            "`DATING` is no special ad category that is known here",
            "/special_industries",
        ),
        (
            GROUP | {"age_groups": ["AGE_OLD"]},
            "`AGE_OLD` cannot be read as ages without guessing",
            "/age_groups",
        ),
        (
            GROUP | {"age_groups": ["AGE_34_25"]},
            "`AGE_34_25` cannot be read as ages without guessing",
            "/age_groups",
        ),
        (
            GROUP | {"schedule_start_time": "29.7.2026"},
            "`29.7.2026` is no moment",
            "/schedule_start_time",
        ),
        (
            GROUP | {"schedule_end_time": "2026-02-30 00:00:00"},
            "`2026-02-30 00:00:00` is no moment",
            "/schedule_end_time",
        ),
        (
            GROUP
            | {
                "schedule_start_time": "2026-02-02 00:00:00",
                "schedule_end_time": "2026-02-01 00:00:00",
            },
            "the end is before the start",
            "/schedule_end_time",
        ),
        (GROUP | {"budget": -1}, "an amount is below zero", "/budget"),
        (
            GROUP | {"location_ids": [True], "zipcode_ids": []},
            "`location_ids` should be a list of identifiers, and is `true`",
            "/location_ids/0",
        ),
        (GROUP | {"gender": 1}, "`gender` should be a text, and is the number `1`", "/gender"),
    ],
)
def test_record_is_refused(record: JSONValue, reason: str, pointer: str | None) -> None:
    refused = refusal("tiktok", record)
    assert refused.reason.startswith(reason)
    assert pointer is None or refused.pointer == pointer


@pytest.mark.parametrize(
    ("groups", "age"),
    [
        (["AGE_55_100", "AGE_45_54"], {"min": 45, "no_maximum": True}),
        (["AGE_13_17"], {"min": 13, "max": 17, "no_maximum": False}),
        ([], None),
        (None, None),
    ],
)
def test_ages(groups: JSONValue, age: JSONValue) -> None:
    assert at(adapt(GROUP | {"age_groups": groups}), "targeting.age") == age


def test_end_that_tiktok_sets_by_itself_is_none() -> None:
    told = adapt(
        GROUP
        | {
            "schedule_type": "SCHEDULE_FROM_NOW",
            "schedule_start_time": "2022-03-28 13:02:23",
            "schedule_end_time": "2032-03-25 13:02:23",
        }
    )
    flight: JSONValue = {"start": "2022-03-28", "until_stopped": True, "timezone": "UTC"}
    assert at(told, "flight") == flight
    assert told.unmapped["/schedule_end_time"] == "2032-03-25 13:02:23"


def test_end_by_a_sort_of_schedule_that_is_not_known_is_none() -> None:
    told = adapt(GROUP | {"schedule_type": "NEW", "schedule_end_time": "2032-03-25 13:02:23"})
    assert at(told, "flight") == {"timezone": "UTC"}
    assert {"/schedule_type", "/schedule_end_time"} <= set(told.unmapped)


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        (
            {"budget_mode": "BUDGET_MODE_DAY", "budget": 20, "currency": "EUR"},
            {"period": "daily", "amount": {"amount": "20", "currency": "EUR"}},
        ),
        (
            {"budget_mode": "BUDGET_MODE_DAY", "budget": "20.50", "currency": "EUR"},
            {"period": "daily", "amount": {"amount": "20.50", "currency": "EUR"}},
        ),
        ({"budget_mode": "BUDGET_MODE_DAY", "budget": 20}, {"period": "daily"}),
        ({"budget_mode": "BUDGET_MODE_DAY", "budget": 20, "currency": "1€"}, {"period": "daily"}),
        ({"budget_mode": "BUDGET_MODE_DYNAMIC_DAILY_BUDGET", "budget": 20}, None),
        ({"budget_mode": "BUDGET_MODE_INFINITE", "budget": Decimal(0)}, None),
    ],
)
def test_budget_is_in_whole_units_of_a_stated_currency(
    budget: dict[str, JSONValue], told: JSONValue
) -> None:
    adaptation = adapt(GROUP | budget)
    assert at(adaptation, "budget") == told
    assert ("/budget" in adaptation.unmapped) == (told is None or told == {"period": "daily"})


def test_budget_of_the_campaign_goes_before_that_of_the_ad_group() -> None:
    group: JSONValue = {"budget_mode": "BUDGET_MODE_DAY", "budget": 1}
    told = adapt(complete("tiktok", {"adgroup.budget_mode": "BUDGET_MODE_DAY"}))
    assert at(told, "budget.period") == "lifetime"
    changed = complete("tiktok", {"campaign.budget_mode": "BUDGET_MODE_INFINITE"})
    changed["adgroup"] = group
    assert at(adapt(changed), "budget.period") == "daily"


def test_placements_that_tiktok_ignores_are_not_told() -> None:
    placements: dict[str, JSONValue] = {"placements": ["PLACEMENT_TIKTOK"]}
    told = adapt(GROUP | placements | {"placement_type": "PLACEMENT_TYPE_AUTOMATIC"})
    assert at(told, "platforms") == [{"name": "tiktok"}]
    assert {"/placements", "/placement_type"} <= told.unmapped.keys()


@pytest.mark.parametrize(
    ("switches", "widened"),
    [
        ({"auto_targeting_enabled": "true"}, True),
        ({"targeting_expansion": {"expansion_enabled": True}}, True),
        ({"auto_targeting_enabled": False}, None),
        ({"targeting_expansion": {"expansion_enabled": False}}, None),
        (
            {
                "auto_targeting_enabled": False,
                "smart_audience_enabled": False,
                "smart_interest_behavior_enabled": False,
            },
            False,
        ),
    ],
)
def test_expansion(switches: dict[str, JSONValue], widened: JSONValue) -> None:
    told = adapt(GROUP | switches)
    assert at(told, "automation.audience_expansion") == widened
    assert bool(told.unmapped.keys() - {f"/{name}" for name in GROUP}) == (widened is None)


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ([0, 250], ["0 to 300 US dollars"]),
        ([400, 10000], ["400 US dollars up"]),
        ([], None),
        ([250, 0], None),
        ([True, 250], None),
        ([0, True], None),
    ],
)
def test_prices_of_devices(prices: JSONValue, told: JSONValue) -> None:
    assert at(adapt(GROUP | {"device_price_ranges": prices}), "targeting.device_price_ranges") == (
        told
    )


def test_languages_are_told_where_all_are_known() -> None:
    assert at(adapt(GROUP | {"languages": ["zh-Hant", "en"]}), "targeting.languages") == [
        "zh",
        "en",
    ]
    told = adapt(GROUP | {"languages": ["en", "xx"]})
    assert at(told, "targeting.languages") is None
    assert told.unmapped["/languages"] == ["en", "xx"]


def test_everyone_is_no_characteristic() -> None:
    told = adapt(GROUP | NOBODY | {"spending_power": "ALL", "interest_keywords": [""]})
    assert at(told, "targeting.detailed") == [{"kind": "interest", "excluded": False}]
    assert told.unmapped["/spending_power"] == "ALL"


@pytest.mark.parametrize("absent", [name for name in NOBODY if name != "interest_category_ids"])
def test_half_of_a_list_is_no_list(absent: str) -> None:
    chosen: dict[str, JSONValue] = {"interest_category_ids": [15], "audience_ids": ["7"]}
    assert at(adapt(GROUP | NOBODY | chosen), "targeting.detailed.0.kind") == "interest"
    told = adapt(GROUP | NOBODY | chosen | {absent: None})
    of_people = absent.endswith("audience_ids")
    assert at(told, "audiences" if of_people else "targeting.detailed") is None
    assert at(told, "targeting.profiling") is True
    left = "excluded_audience_ids" if absent == "audience_ids" else "audience_ids"
    assert f"/{left if of_people else 'interest_category_ids'}" in told.unmapped


@pytest.mark.parametrize("name", ["zipcode_ids", "location_ids"])
def test_one_list_of_places_alone_is_half_of_them(name: str) -> None:
    told = adapt(GROUP | {name: ["80331"], "gender": "GENDER_UNLIMITED"})
    assert at(told, "targeting.geo") is None
    assert told.unmapped[f"/{name}"] == ["80331"]
    markets = adapt(edited(SMART_PLUS, {"adgroup.targeting_spec.zipcode_ids": None}))
    assert at(markets, "markets") is None


def test_a_list_that_is_not_known_is_a_characteristic() -> None:
    spec: dict[str, JSONValue] = {**NOBODY, "star_signs": ["LEO"], "empty": [], "isp_ids": ["1"]}
    told = adapt({"adgroup": {"targeting_spec": spec}})
    assert at(told, "targeting.detailed") == [{}]
    assert at(told, "targeting.profiling") is True
    assert told.unmapped["/adgroup/targeting_spec/star_signs"] == ["LEO"]
    assert at(adapt(GROUP | NOBODY | {"star_signs": ["LEO"]}), "targeting") is None


def test_rule_of_an_audience_is_told_on_both_sides() -> None:
    rule: JSONValue = {"inclusions": {"operator": "OR"}, "exclusions": {"operator": "OR"}}
    told = adapt(GROUP | NOBODY | {"audience_rule": rule})
    assert at(told, "audiences") == [{"excluded": False}, {"excluded": True}]
    assert told.unmapped["/audience_rule/exclusions"] == {"operator": "OR"}


def test_nothing_is_told_beside_a_saved_audience() -> None:
    beside: dict[str, JSONValue] = {"age_groups": ["AGE_18_24"], "gender": "GENDER_MALE"}
    told = adapt(GROUP | NOBODY | beside | {"saved_audience_id": "9"})
    assert at(told, "targeting") == {"profiling": True}
    assert told.unmapped["/saved_audience_id"] == "9"
    none = adapt(GROUP | NOBODY | beside | {"saved_audience_id": "0"})
    assert at(none, "targeting.age.min") == 18


def test_end_without_the_sort_of_schedule_may_be_tiktoks_own() -> None:
    moments: dict[str, JSONValue] = {
        "schedule_start_time": "2026-02-01 00:00:00",
        "schedule_end_time": "2036-01-30 00:00:00",
    }
    told = adapt(GROUP | moments)
    assert at(told, "flight") == {"start": "2026-02-01", "timezone": "UTC"}
    assert "/schedule_end_time" in told.unmapped


def test_real_ad_group_is_told(data: Path, judge: Judge) -> None:
    for submitted in read_records(data / "platform-api-records/records.jsonl"):
        assert isinstance(submitted, SubmittedRecord)
        if submitted.value["platform"] == "tiktok":
            told = adapt(submitted.value["record"])
            assert judge(told.campaign) == []
            assert at(told, "flight.until_stopped") is True
            assert told.unmapped["/age_groups"] == ["AGE_25_34", "AGE_35_44"]
            assert at(told, "targeting.genders") == ["all"]
            assert told.unmapped["/location_ids"] == [6252001]
            assert at(told, "markets") is None
            assert told.unmapped["/is_hfss"] is False
