"""Meta's Marketing API: which object a record is, what each tells, and 42 real payloads."""

from collections import Counter
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import pytest

from api.adapters import FORMATS, Adaptation, AdapterRefusal, SubmittedRecord, read_records
from engine.source.json_text import JSONValue

adapt = FORMATS["meta"]
Payload = dict[str, JSONValue]


def at(adaptation: Adaptation, path: str) -> JSONValue:
    value: JSONValue = adaptation.campaign
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def refusal(record: JSONValue) -> AdapterRefusal:
    with pytest.raises(AdapterRefusal) as raised:
        adapt(record)
    assert raised.value.help
    return raised.value


def targeted(**targeting: JSONValue) -> Payload:
    return {"targeting": targeting}


# --- which object it is ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        ({"objective": "OUTCOME_SALES"}, "objective", "sales"),
        ({"billing_event": "IMPRESSIONS", "campaign_id": 7}, "id", "7"),
        ({"campaign_id": 7}, "id", "7"),
        ({"adset_id": "1", "creative": {"id": "4"}}, "creatives.0.id", "4"),
        ({"creative": {"id": "4"}, "name": "x"}, "creatives.0.id", "4"),
        ({"authorization_category": "POLITICAL"}, "political.is_political", True),
        ({"video_id": "1"}, "creatives.0.format", "video"),
        ({"subtype": "APP"}, "audiences.0.kind", "app"),
        ({"ads": [{"id": "3"}]}, "creatives.0.id", "3"),
        ({"creatives": [{"id": "4"}]}, "creatives.0.id", "4"),
        ({"custom_audiences": [{"id": "5"}]}, "audiences.0.id", "5"),
        ({"call": "update", "object": "Ad", "params": {"id": "3"}}, "creatives.0.id", "3"),
        (
            {"call": "get_reach_estimate", "params": {"targeting_spec": {"age_min": 20}}},
            "targeting.age.min",
            20,
        ),
    ],
)
def test_object_is_known_by_its_members_or_its_call(
    record: JSONValue, path: str, value: JSONValue
) -> None:
    assert at(adapt(record), path) == value


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        ({"name": "x"}, "nothing in the record shows which of Meta's objects it is", ""),
        ({}, "nothing in the record shows which of Meta's objects it is", ""),
        (
            {"objective": "X", "targeting": {}, "adset_id": "1"},
            "the record has members of a campaign, an ad set and an ad side by side",
            "",
        ),
        (
            {"call": "get_insights", "object": "Ad", "params": {}},
            "the call `get_insights` neither creates nor changes a part of a campaign",
            "/call",
        ),
        (
            {"call": "update", "params": {"name": "x"}},
            "the call `update` neither creates nor changes a part of a campaign",
            "/call",
        ),
        (
            {"call": "create_ad", "params": []},
            "`params` should be an object, and is a list",
            "/params",
        ),
        (
            {"call": "update", "object": "Ad", "params": {"name": "x"}},
            "no member of the record tells anything about a campaign",
            "",
        ),
        ({"object_story_id": "1_2"}, "no member of the record tells anything", ""),
    ],
)
def test_record_that_shows_or_tells_nothing_is_refused(
    record: JSONValue, reason: str, pointer: str
) -> None:
    refused = refusal(record)
    assert refused.reason.startswith(reason)
    assert refused.pointer == pointer


# --- campaign and ad set --------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [[], ["NONE"]])
def test_none_declared_is_known_to_be_none(declared: JSONValue) -> None:
    told = adapt({"special_ad_categories": declared, "special_ad_category_country": ["MX"]})
    assert at(told, "declared_special_categories") == []
    assert at(told, "markets") is None
    assert told.unmapped == {"/special_ad_category_country": ["MX"]}


@pytest.mark.parametrize(
    ("countries", "told"),
    [
        (["US", "CA"], ["housing"]),
        (["US"], None),
        ([], ["housing"]),
        (None, ["housing"]),
    ],
)
def test_a_category_that_is_declared_for_some_markets_is_not_declared(
    countries: JSONValue, told: JSONValue
) -> None:
    ad_set: JSONValue = {"targeting": {"geo_locations": {"countries": ["US", "CA"]}}}
    campaign = {"special_ad_categories": ["HOUSING"], "special_ad_category_country": countries}
    record = adapt({"campaign": campaign, "adset": ad_set})
    assert at(record, "markets") == ["US", "CA"]
    assert at(record, "declared_special_categories") == told
    assert ("/campaign/special_ad_categories" in record.unmapped) is (told is None)


def test_a_category_is_not_declared_for_markets_that_are_not_told() -> None:
    """Whoever adds the markets would have it for those that the declaration leaves out."""
    campaign: JSONValue = {
        "objective": "OUTCOME_LEADS",
        "special_ad_categories": ["HOUSING"],
        "special_ad_category_country": ["US"],
    }
    home: JSONValue = {"targeting": {"geo_locations": {"countries": ["US"]}}}
    away: JSONValue = {"targeting": {"geo_locations": {"cities": [{"key": "777"}]}}}
    for ad_sets in ([], [away], [home, away]):
        record = adapt({"campaign": campaign, "adsets": ad_sets})
        assert at(record, "markets") is None
        assert at(record, "declared_special_categories") is None
        assert record.unmapped["/campaign/special_ad_categories"] == ["HOUSING"]


def test_nothing_declared_is_unknown() -> None:
    told = adapt({"objective": "OUTCOME_SALES", "name": "x"})
    assert at(told, "declared_special_categories") is None
    assert at(told, "special_categories") is None


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        (
            {"special_ad_categories": ["PETS"]},
            "`PETS` is no special ad category",
            "/special_ad_categories",
        ),
        (
            {"special_ad_categories": ["NONE", "HOUSING"]},
            "`NONE` stands beside a special ad category",
            "/special_ad_categories",
        ),
        ({"objective": ["X"]}, "`objective` should be a text", "/objective"),
        (
            {"billing_event": "X", "daily_budget": "1", "lifetime_budget": "1"},
            "there is a budget for each day",
            "/lifetime_budget",
        ),
        ({"billing_event": "X", "daily_budget": "-1"}, "an amount is below zero", "/daily_budget"),
        ({"billing_event": "X", "start_time": "soon"}, "`soon` is no moment", "/start_time"),
        ({"end_time": "2026-02-30T00:00:00Z"}, "`2026-02-30T00:00:00Z` is no moment", "/end_time"),
        ({"end_time": "9" * 18}, f"`{'9' * 18}` is no moment", "/end_time"),
        ({"start_time": "0" * 5000, "end_time": 0}, f"`{'0' * 39}…` is no moment", "/start_time"),
        ({"end_time": 20261201}, "`20261201` is no moment", "/end_time"),
        (
            {"start_time": 1796083201, "end_time": 1796083200},
            "the end is before the start",
            "/end_time",
        ),
        (targeted(age_min=12), "12 is no age that Meta lets one choose", "/targeting/age_min"),
        (targeted(age_max=66), "66 is no age that Meta lets one choose", "/targeting/age_max"),
        (targeted(age_min=30, age_max=20), "`age_max` is below `age_min`", "/targeting/age_max"),
        (targeted(genders=[0]), "a gender is the number `0`, and neither", "/targeting/genders"),
        (targeted(genders=[True]), "a gender is `true`, and neither", "/targeting/genders"),
        ({"data": []}, "the record is an answer of the API", "/data"),
        ({"adsets": {"data": []}}, "`adsets` is an edge of the Graph API", "/adsets"),
        (targeted(interests=[True]), "an entry of `interests` is neither", "/targeting/interests"),
        (targeted(interests=[None]), "an entry of `interests` is neither", "/targeting/interests"),
        (
            targeted(geo_locations={"countries": ["UK"]}),
            "`UK` is no country that ISO 3166-1 knows",
            "/targeting/geo_locations/countries/0",
        ),
        (
            targeted(geo_locations={"cities": [{"key": 1, "country": "de"}]}),
            "`de` is no country that ISO 3166-1 knows",
            "/targeting/geo_locations/cities/0/country",
        ),
        (
            targeted(geo_locations={"custom_locations": [{"latitude": 91}]}),
            "91 degrees are no latitude",
            "/targeting/geo_locations/custom_locations/0/latitude",
        ),
        (
            targeted(geo_locations={"cities": [{"radius": -1, "distance_unit": "mile"}]}),
            "a radius is below zero",
            "/targeting/geo_locations/cities/0/radius",
        ),
    ],
)
def test_contradiction_or_unknown_word_is_refused(
    record: Payload, reason: str, pointer: str
) -> None:
    refused = refusal(record)
    assert refused.reason.startswith(reason)
    assert refused.pointer == pointer


def test_older_objective_is_left() -> None:
    told = adapt({"objective": "CONVERSIONS", "name": "x"})
    assert at(told, "objective") is None
    assert told.unmapped == {"/objective": "CONVERSIONS"}


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("EUR", {"amount": "30.05", "currency": "EUR"}),
        ("JPY", {"amount": "3005", "currency": "JPY"}),
        ("HUF", {"amount": "3005", "currency": "HUF"}),
        ("JOD", {"amount": "30.05", "currency": "JOD"}),
        ("XTS", None),
        (None, None),
    ],
)
def test_budget_is_an_amount_where_the_currency_is_known(
    currency: str | None, amount: JSONValue
) -> None:
    told = adapt({"adset": {"daily_budget": "3005"}, "currency": currency})
    assert at(told, "budget.period") == "daily"
    assert at(told, "budget.amount") == amount
    assert ("/adset/daily_budget" in told.unmapped) is (amount is None)
    assert ("/currency" in told.unmapped) is (amount is None and currency is not None)


def test_spend_cap_is_the_total() -> None:
    campaign: Payload = {"daily_budget": 100, "lifetime_budget": "0", "spend_cap": "50000"}
    told = adapt({"campaign": campaign, "currency": "USD", "adset": {"daily_budget": "7"}})
    assert at(told, "budget.total") == {"amount": "500.00", "currency": "USD"}
    assert at(told, "budget.amount") == {"amount": "1.00", "currency": "USD"}
    assert told.unmapped == {"/adset/daily_budget": "7"}
    none = adapt({"spend_cap": 922337203685478, "objective": "OUTCOME_SALES"})
    assert at(none, "budget") is None


@pytest.mark.parametrize(
    ("times", "flight"),
    [
        (
            {"start_time": 1_785_000_000, "end_time": "0"},
            {"start": "2026-07-25", "until_stopped": True, "timezone": "UTC"},
        ),
        (
            {"start_time": "2026-03-01T00:00:00+0100", "end_time": "2026-04-01T00:00+02:00"},
            {"start": "2026-03-01", "end": "2026-04-01", "until_stopped": False},
        ),
        (
            {"end_time": "1969-12-31T16:00:00-0800"},
            {"until_stopped": True},
        ),
    ],
)
def test_times_are_told_as_days(times: Payload, flight: JSONValue) -> None:
    assert at(adapt({"adset": times}), "flight") == flight


def test_times_of_the_campaign_count_where_there_is_no_ad_set() -> None:
    campaign: Payload = {"start_time": "2026-03-01T00:00:00Z", "stop_time": "2026-03-09T00:00:00Z"}
    assert at(adapt({"campaign": campaign}), "flight.end") == "2026-03-09"
    beside = adapt({"campaign": campaign, "adset": {"campaign_id": "1"}})
    assert at(beside, "flight") is None
    assert "/campaign/stop_time" in beside.unmapped


# --- targeting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "is_bounded"),
    [
        ({"publisher_platforms": ["facebook", "whatsapp"]}, False),
        ({"publisher_platforms": ["whatsapp"], "user_age_unknown": True}, False),
        ({"publisher_platforms": ["whatsapp"], "user_age_unknown": False}, True),
        ({"publisher_platforms": ["facebook"], "user_age_unknown": True}, True),
        ({"user_age_unknown": True}, False),
        ({}, True),
    ],
)
def test_ages_bound_nobody_whose_age_is_unknown(
    members: dict[str, JSONValue], *, is_bounded: bool
) -> None:
    told = adapt(targeted(age_min=18, age_max=40, **members))
    assert at(told, "targeting.age.min") == (18 if is_bounded else None)
    assert ("/targeting/age_max" in told.unmapped) is not is_bounded


def test_greatest_age_means_all_above() -> None:
    told = adapt(targeted(age_min=18, age_max=65))
    assert at(told, "targeting.age") == {"min": 18, "no_maximum": True}
    assert at(adapt(targeted(age_min=18)), "targeting.age") == {"min": 18}


def test_genders_are_all_only_where_a_specification_leaves_them_out() -> None:
    assert at(adapt(targeted()), "targeting.genders") == ["all"]
    assert at(adapt(targeted(genders=[1, "2"])), "targeting.genders") == ["male", "female"]
    unclear = adapt(targeted(genders=[], age_min=18))
    assert at(unclear, "targeting.genders") is None
    assert unclear.unmapped == {"/targeting/genders": []}
    assert at(adapt({"campaign_id": "1"}), "targeting") is None


def test_markets_are_told_where_every_country_is() -> None:
    places: Payload = {
        "countries": ["US"],
        "cities": [{"key": 9, "name": "Lyon", "country": "FR"}, {"key": 8, "country": "US"}],
        "zips": [{"key": "US:94304"}],
        "places": [{"key": "3", "country": "IT"}],
    }
    assert at(adapt(targeted(geo_locations=places)), "markets") == ["US", "FR", "IT"]
    unclear: list[Payload] = [
        {"cities": [{"key": 7}]},
        {"zips": [{"key": "94304"}]},
        {"zips": [{"name": "x"}]},
        {"country_groups": ["worldwide"]},
    ]
    for more in unclear:
        places = {"countries": ["US"], **more}
        told = adapt(targeted(geo_locations=places))
        assert at(told, "markets") is None
        assert at(told, "targeting.geo.include.0") == {"kind": "country", "place": "US"}
    assert at(adapt(targeted(geo_locations={})), "markets") is None


def test_radius_without_a_known_unit_is_left() -> None:
    cities: JSONValue = [
        {"key": 1, "radius": 10, "distance_unit": "mile"},
        {"key": 2, "radius": 10},
        {"key": 3, "radius": 10, "distance_unit": "league"},
    ]
    told = adapt(targeted(geo_locations={"cities": cities}))
    assert at(told, "targeting.geo.include.0.radius_m") == Decimal("16093.44")
    assert at(told, "targeting.geo.include.1") == {"kind": "city", "code": "2"}
    assert "/targeting/geo_locations/cities/2/distance_unit" in told.unmapped


def test_characteristics_are_included_or_excluded() -> None:
    told = adapt(
        targeted(
            behaviors=[{"id": 6, "name": "All travelers"}],
            relationship_statuses=[1],
            flexible_spec=[{"interests": ["600"], "income": [{"id": "7", "name": " "}]}],
            exclusions={"work_employers": [{"name": "Example"}]},
        )
    )
    assert at(told, "targeting.detailed") == [
        {"kind": "behaviour", "excluded": False, "name": "All travelers"},
        {"kind": "demographic", "excluded": False},
        {"kind": "interest", "excluded": False},
        {"kind": "income", "excluded": False},
        {"kind": "employer", "excluded": True, "name": "Example"},
    ]
    assert told.unmapped == {
        "/targeting/behaviors/0/id": 6,
        "/targeting/relationship_statuses/0": 1,
        "/targeting/flexible_spec/0/interests/0": "600",
        "/targeting/flexible_spec/0/income/0/id": "7",
        "/targeting/flexible_spec/0/income/0/name": " ",
    }
    assert at(told, "targeting.profiling") is True
    assert at(adapt(targeted(age_min=18)), "targeting.profiling") is None


def test_unknown_devices_and_bare_positions_are_left() -> None:
    told = adapt(targeted(device_platforms=["mobile", "fridge"], facebook_positions=["feed"]))
    assert at(told, "targeting.devices") is None
    assert told.unmapped == {
        "/targeting/device_platforms": ["mobile", "fridge"],
        "/targeting/facebook_positions": ["feed"],
    }


# --- audiences, ads, creatives --------------------------------------------------------------------


def rule(*sorts: JSONValue) -> JSONValue:
    sources: list[JSONValue] = [{"id": "1", "type": sort} for sort in sorts]
    return {"inclusions": {"operator": "or", "rules": [{"event_sources": sources}, 7]}}


@pytest.mark.parametrize(
    ("audience", "kind"),
    [
        ({"rule": rule("pixel", "pixel")}, "website"),
        ({"rule": rule("page")}, "engagement"),
        ({"rule": rule("pixel", "page")}, None),
        ({"rule": rule("lead")}, None),
        ({"rule": rule(5)}, None),
        ({"rule": "{}"}, None),
        ({"rule": {}}, None),
        ({"subtype": "OFFLINE_CONVERSION", "rule": rule("pixel")}, None),
        ({"subtype": "CUSTOM"}, "custom_list"),
    ],
)
def test_sort_of_audience(audience: Payload, kind: str | None) -> None:
    assert (
        at(
            adapt(audience | {"subtype": audience.get("subtype"), "prefill": 1, "name": "x"}),
            "audiences.0.kind",
        )
        == kind
    )


def test_source_of_a_list() -> None:
    partner = adapt({"customer_file_source": "PARTNER_PROVIDED_ONLY", "retention_days": 0})
    assert partner.campaign["audiences"] == [{"source": "partner", "collected_from_subject": False}]
    assert partner.unmapped == {"/retention_days": 0}
    both = adapt({"name": "x", "customer_file_source": "BOTH_USER_AND_PARTNER_PROVIDED"})
    assert both.campaign["audiences"] == [{"name": "x"}]


def test_model_of_a_lookalike() -> None:
    spec: JSONValue = {"ratio": Decimal("0.20"), "origin": [{"id": "1"}, {"id": "2"}]}
    told = adapt({"subtype": "LOOKALIKE", "lookalike_spec": spec})
    assert told.campaign["audiences"] == [{"kind": "lookalike", "similarity": "20%"}]
    odd = adapt({"origin_audience_id": 5, "lookalike_spec": {"ratio": 2}})
    assert odd.campaign["audiences"] == [{"seed": "5"}]
    assert odd.unmapped == {"/lookalike_spec/ratio": 2}


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ({"object_story_spec": {"video_data": {"message": "m"}}}, "video"),
        ({"object_story_spec": {"photo_data": {"caption": "m"}}}, "image"),
        ({"object_story_spec": {"text_data": {"message": "m"}}}, "text"),
        (
            {"object_story_spec": {"link_data": {"message": "m", "child_attachments": []}}},
            "carousel",
        ),
        ({"object_story_spec": {"link_data": {"message": "m", "picture": "p"}}}, "image"),
        ({"object_story_spec": {"link_data": {"message": "m"}}}, None),
        ({"body": "m", "image_url": "u"}, "image"),
        ({"body": "m", "image_url": "u", "video_id": "v"}, None),
        ({"body": "m", "image_url": "u", "asset_feed_spec": {}}, None),
    ],
)
def test_format_and_text_of_a_creative(content: Payload, form: str | None) -> None:
    told = adapt({"creative": content})
    assert at(told, "creatives.0.format") == form
    assert at(told, "creatives.0.text") == "m"


def test_first_text_and_link_are_told_and_others_left() -> None:
    story: JSONValue = {"link_data": {"message": "second", "link": "https://b.example"}}
    told = adapt({"body": "first", "link_url": "https://a.example", "object_story_spec": story})
    assert at(told, "creatives.0.text") == "first"
    assert at(told, "landing.url") == "https://a.example"
    assert set(told.unmapped) == {
        "/object_story_spec/link_data/message",
        "/object_story_spec/link_data/link",
    }


def test_declaration_of_none_tells_nothing() -> None:
    told = adapt({"authorization_category": "NONE", "video_id": "1"})
    assert at(told, "political") is None
    assert told.unmapped == {"/authorization_category": "NONE", "/video_id": "1"}


def test_features_that_are_all_off_are_not_all_features() -> None:
    spec: JSONValue = {"creative_features_spec": {"music": {"enroll_status": "OPT_OUT"}}}
    told = adapt({"video_id": "1", "degrees_of_freedom_spec": spec})
    assert at(told, "automation") is None
    told = adapt({"video_id": "1", "degrees_of_freedom_spec": {"degrees_of_freedom_type": "X"}})
    assert at(told, "automation") is None


@pytest.mark.parametrize("other", [{}, {"enroll_status": "NEW"}])
def test_half_of_the_features_tells_none(other: dict[str, JSONValue]) -> None:
    features: JSONValue = {"music": {"enroll_status": "OPT_IN"}, "text": other}
    told = adapt({"degrees_of_freedom_spec": {"creative_features_spec": features}, "video_id": "1"})
    assert at(told, "automation") is None
    assert len(told.unmapped) == 2 + len(other)


def test_creative_joins_the_ad_that_it_belongs_to() -> None:
    alone = adapt({"ad": {"id": "3"}, "creative": {"id": "4", "video_id": "1"}})
    assert alone.campaign["creatives"] == [{"id": "3", "format": "video"}]
    assert alone.unmapped == {"/creative/id": "4", "/creative/video_id": "1"}
    apart = adapt({"ad": {"creative": {"id": "5"}}, "creative": {"id": "4", "video_id": "1"}})
    assert apart.campaign["creatives"] == [{"id": "5"}, {"id": "4", "format": "video"}]
    two: JSONValue = {"ads": [{"id": "1"}, {"id": "2"}], "creative": {"id": "4"}}
    assert adapt(two).campaign["creatives"] == [{"id": "1"}, {"id": "2"}, {"id": "4"}]


# --- joined ---------------------------------------------------------------------------------------


def test_joined_record_is_told_as_one_campaign(joined: Payload, judge: object) -> None:
    assert callable(judge)
    told = adapt(joined)
    assert judge(told.campaign) == []
    assert at(told, "platforms") == [
        {
            "name": "meta",
            "placements": ["facebook feed", "facebook story", "instagram"],
            "account_id": "act_1",
        }
    ]
    assert at(told, "creatives.0.platform_ai_declaration") == "synthetic"
    assert at(told, "audiences.0.seed") == "70"
    assert told.origin_of("/audiences/0/kind") == "/custom_audiences/0/subtype"
    assert told.origin_of("/markets/0") == "/adset/targeting/geo_locations/countries/0"
    assert told.unmapped["/campaign/status"] == "PAUSED"


def test_ad_sets_tell_what_they_agree_on(joined: Payload) -> None:
    first = joined.pop("adset")
    second = deepcopy(first)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    targeting = second["targeting"]
    assert isinstance(targeting, dict)
    second["dsa_payor"] = "Somebody Else"
    targeting |= {
        "age_min": 25,
        "geo_locations": {"countries": ["FR", "DE"]},
    }
    del targeting["targeting_relaxation_types"]
    del targeting["custom_audiences"], targeting["excluded_custom_audiences"]
    told = adapt(joined | {"adsets": [first, second]})
    assert at(told, "advertiser") == {"beneficiary": "Example gGmbH"}
    assert at(told, "targeting.age") == {"max": 40, "no_maximum": False}
    assert at(told, "markets") == ["DE", "FR"]
    assert at(told, "automation.audience_expansion") is True
    assert at(told, "audiences") is None
    assert told.unmapped["/adsets/1/dsa_payor"] == "Somebody Else"
    assert told.unmapped["/adsets/0/targeting/age_min"] == 18
    assert told.unmapped["/adsets/0/targeting/custom_audiences/1/name"] == "Readers"
    assert told.origin_of("/markets/1") == "/adsets/1/targeting/geo_locations/countries/0"


def test_every_real_payload_is_told_or_refused(data: Path, judge: object) -> None:
    assert callable(judge)
    outcomes: Counter[str] = Counter()
    for submitted in read_records(data / "meta-sdk-payloads/payloads.jsonl"):
        assert isinstance(submitted, SubmittedRecord)
        try:
            told = adapt(submitted.value)
        except AdapterRefusal as refused:
            outcomes["calls" if refused.pointer == "/call" else "tells nothing"] += 1
        else:
            assert judge(told.campaign) == []
            assert "/file" in told.unmapped
            outcomes["told"] += 1
    assert outcomes == {"told": 26, "calls": 12, "tells nothing": 4}


def test_bare_and_wrapped_payloads_tell_the_same(data: Path) -> None:
    for submitted in read_records(data / "meta-sdk-payloads/payloads.jsonl"):
        assert isinstance(submitted, SubmittedRecord)
        params = submitted.value["params"]
        if submitted.value["call"] in ("create_ad_set", "create_campaign"):
            assert adapt(params).campaign == adapt(submitted.value).campaign
