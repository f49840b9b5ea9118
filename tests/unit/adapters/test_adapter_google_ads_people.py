"""Google Ads: whom criteria bound, whom they only hint at, and what no list here has."""

import pytest

from api.adapters import FORMATS, Adaptation
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import PERFORMANCE_MAX
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import Payload, at, edited

adapt = FORMATS["google-ads"]
CUSTOMER = "customers/1234567890"
CAMPAIGN: Payload = {
    "resourceName": f"{CUSTOMER}/campaigns/11",
    "advertisingChannelType": "SEARCH",
    "geoTargetTypeSetting": {"positiveGeoTargetType": "PRESENCE"},
}
GROUP, OTHER = f"{CUSTOMER}/adGroups/12", f"{CUSTOMER}/adGroups/13"
WOMEN: Payload = {"gender": {"type": "FEMALE"}}
ADULTS: Payload = {"ageRange": {"type": "AGE_RANGE_25_34"}}
DE: Payload = {"location": {"geoTargetConstant": "geoTargetConstants/2276"}}
FR: Payload = {"location": {"geoTargetConstant": "geoTargetConstants/2250"}}
GERMANY: Payload = {"resourceName": "geoTargetConstants/2276", "countryCode": "DE"}
FRANCE: Payload = {"resourceName": "geoTargetConstants/2250", "countryCode": "FR"}


def group(told: Payload | None = None, name: str = GROUP) -> Payload:
    """An ad group that is shown to whom it chooses."""
    setting: Payload = {"targetingSetting": {"targetRestrictions": []}}
    return {"resourceName": name, **setting, **(told or {})}


def aimed(*criteria: Payload, **beside: JSONValue) -> Adaptation:
    listed: list[JSONValue] = [{"negative": False, "adGroup": GROUP, **one} for one in criteria]
    whole: Payload = {"campaign": CAMPAIGN, "adGroups": [group()], "adGroupCriteria": listed}
    return adapt(whole | beside)


@pytest.mark.parametrize(
    ("restriction", "ages", "genders"),
    [
        ({"targetingDimension": "AGE_RANGE", "bidOnly": True}, None, ["female"]),
        ({"targetingDimension": "GENDER", "bidOnly": True}, 25, None),
        ({"targetingDimension": "AGE_RANGE"}, None, ["female"]),
        ({"targetingDimension": "AGE_RANGE", "bidOnly": False}, 25, ["female"]),
        ({"targetingDimension": "AUDIENCE", "bidOnly": True}, 25, ["female"]),
        ({"targetingDimension": "UNKNOWN", "bidOnly": True}, None, None),
        ({"bidOnly": True}, None, None),
    ],
)
def test_what_google_only_bids_by_bounds_nobody(
    restriction: Payload, ages: JSONValue, genders: JSONValue
) -> None:
    setting: Payload = {"targetingSetting": {"targetRestrictions": [restriction]}}
    told = aimed(ADULTS, WOMEN, adGroups=[group(setting)])
    assert at(told, "targeting.age.min") == ages
    assert at(told, "targeting.genders") == genders
    assert ("/adGroupCriteria/0/ageRange/type" in told.unmapped) is (ages is None)
    of_the_campaign = aimed(ADULTS, WOMEN, campaign=CAMPAIGN | setting)
    assert at(of_the_campaign, "targeting.age.min") == ages


def test_a_search_that_did_not_ask_what_google_only_bids_by_tells_no_ages() -> None:
    told = aimed(ADULTS, WOMEN, adGroups=[{"resourceName": GROUP}])
    assert at(told, "targeting") is None
    assert "/adGroupCriteria/0/ageRange/type" in told.unmapped
    operations: list[JSONValue] = [
        {"campaignOperation": {"create": CAMPAIGN}},
        {"adGroupOperation": {"create": {"resourceName": GROUP}}},
        {"adGroupCriterionOperation": {"create": ADULTS | {"adGroup": GROUP}}},
    ]
    assert at(adapt({"mutateOperations": operations}), "targeting.age.min") == 25


@pytest.mark.parametrize(
    ("channel", "optimized", "kept", "told"),
    [
        ("DISPLAY", True, None, None),
        ("DISPLAY", True, False, None),
        ("DISPLAY", True, True, 25),
        ("DISPLAY", False, None, 25),
        ("DISPLAY", None, None, None),
        ("VIDEO", None, None, None),
        (None, None, None, None),
        ("SEARCH", None, None, 25),
        ("SEARCH", True, None, None),
    ],
)
def test_optimized_targeting_goes_beyond_ages_and_genders(
    channel: str | None, optimized: JSONValue, kept: JSONValue, told: JSONValue
) -> None:
    switches = group({"optimizedTargetingEnabled": optimized, "excludeDemographicExpansion": kept})
    record = aimed(
        ADULTS,
        WOMEN,
        campaign=CAMPAIGN | {"advertisingChannelType": channel},
        adGroups=[switches],
    )
    assert at(record, "targeting.age.min") == told
    assert at(record, "targeting.genders") == (["female"] if told else None)
    assert ("/adGroupCriteria/0/ageRange/type" in record.unmapped) is (told is None)


@pytest.mark.parametrize(
    ("ages", "told"),
    [
        (("-18_24", "-UNDETERMINED"), {"min": 25, "no_maximum": True}),
        (("-65_UP", "-UNDETERMINED"), {"min": 18, "max": 64, "no_maximum": False}),
        (("-18_24",), None),
        (("-12_17", "-UNDETERMINED"), None),
        (("18_24", "25_34", "-18_24"), {"min": 25, "max": 34, "no_maximum": False}),
        (("18_24", "-18_24"), None),
    ],
)
def test_ages_are_those_that_are_left(ages: tuple[str, ...], told: JSONValue) -> None:
    criteria: list[Payload] = [
        {"ageRange": {"type": f"AGE_RANGE_{word.strip('-')}"}, "negative": word[0] == "-"}
        for word in ages
    ]
    assert at(aimed(*criteria), "targeting.age") == told


def test_what_the_campaign_excludes_is_excluded_in_each_ad_group() -> None:
    unknown: Payload = {"gender": {"type": "UNDETERMINED"}, "negative": True}
    men: Payload = {"gender": {"type": "MALE"}, "negative": True, "adGroup": GROUP}
    groups: list[JSONValue] = [group(), group(name=OTHER)]
    record: Payload = {"campaign": CAMPAIGN, "campaignCriteria": [unknown], "adGroups": groups}
    assert at(adapt(record), "targeting.genders") == ["female", "male"]
    assert at(adapt(record | {"adGroups": groups[:1], "adGroupCriteria": [men]}), "targeting") == {
        "genders": ["female"]
    }
    stranger = adapt(record | {"adGroupCriteria": [men | {"adGroup": f"{GROUP}9"}]})
    assert at(stranger, "targeting.genders") is None


def test_what_was_removed_tells_nothing() -> None:
    ads: list[JSONValue] = [
        {"adGroup": name, "status": status, "ad": {"id": number}}
        for name, status, number in (
            (GROUP, "ENABLED", "1"),
            (GROUP, "REMOVED", "2"),
            (OTHER, "ENABLED", "3"),
        )
    ]
    groups: list[JSONValue] = [
        group(),
        group({"status": "REMOVED", "optimizedTargetingEnabled": True}, OTHER),
    ]
    men: Payload = {"gender": {"type": "MALE"}, "adGroup": OTHER}
    told = aimed(ADULTS, WOMEN, men, adGroups=groups, adGroupAds=ads)
    assert at(told, "targeting") == {
        "age": {"min": 25, "max": 34, "no_maximum": False},
        "genders": ["female"],
    }
    assert at(told, "automation") is None
    assert at(told, "creatives") == [{"id": "1"}]
    assert {"/adGroupAds/1/ad", "/adGroupCriteria/2/gender", "/adGroups/1/status"} <= set(
        told.unmapped
    )
    gone = adapt(edited(PERFORMANCE_MAX, {"assetGroups.0.status": "REMOVED"}))
    assert at(gone, "targeting") is None


def test_a_criterion_that_does_not_say_what_it_is_leaves_the_others_open() -> None:
    told = aimed(ADULTS, {"ageRange": {}}, WOMEN, {"gender": {}}, {"userList": {}})
    assert at(told, "targeting.age") is None
    assert at(told, "targeting.genders") is None
    assert at(told, "audiences") == [{"excluded": False}]
    assert "/adGroupCriteria/0/ageRange/type" in told.unmapped


def test_half_of_the_audiences_tells_none_of_the_lists() -> None:
    lists: list[JSONValue] = [{"resourceName": "u", "name": "Ours"}]
    told = aimed({"userList": {"userList": "u"}, "negative": None}, userLists=lists)
    assert at(told, "audiences") is None
    assert told.unmapped["/userLists/0/name"] == "Ours"


@pytest.mark.parametrize("chosen", ["PRESENCE_OR_INTEREST", "SEARCH_INTEREST", "UNKNOWN", None])
def test_places_that_people_need_only_be_interested_in_are_no_markets(chosen: JSONValue) -> None:
    record: Payload = {
        "campaign": CAMPAIGN | {"geoTargetTypeSetting": {"positiveGeoTargetType": chosen}},
        "campaignCriteria": [DE | {"negative": False}],
        "geoTargetConstants": [GERMANY],
    }
    told = adapt(record)
    assert at(told, "markets") is None
    assert at(told, "targeting.geo.include") == [{"code": "geoTargetConstants/2276"}]
    at_setting = "/campaign/geoTargetTypeSetting/positiveGeoTargetType"
    assert told.unmapped.get(at_setting) == chosen


def test_places_of_ad_groups_are_told_beside_those_of_the_campaign() -> None:
    groups: list[JSONValue] = [group(), group(name=OTHER)]
    of_one: list[JSONValue] = [DE | {"negative": False, "adGroup": GROUP}]
    of_both = [*of_one, FR | {"negative": False, "adGroup": OTHER}]
    record: Payload = {
        "campaign": CAMPAIGN,
        "adGroups": groups,
        "geoTargetConstants": [GERMANY, FRANCE],
    }
    assert at(adapt(record | {"adGroupCriteria": of_both}), "markets") == ["DE", "FR"]
    open_beside = adapt(record | {"adGroupCriteria": of_one})
    assert at(open_beside, "markets") is None
    assert at(open_beside, "targeting.geo.include") == [{"code": "geoTargetConstants/2276"}]
    france: list[JSONValue] = [FR | {"negative": False}]
    within = adapt(record | {"adGroupCriteria": of_one, "campaignCriteria": france})
    assert at(within, "markets") == ["FR"]
    assert at(within, "targeting.geo.include.1") == {"code": "geoTargetConstants/2276"}


def test_places_of_a_feed_leave_the_markets_open() -> None:
    criteria: list[JSONValue] = [DE | {"negative": False}]
    record: Payload = {"campaign": CAMPAIGN, "geoTargetConstants": [GERMANY]}
    assert at(adapt(record | {"campaignCriteria": criteria}), "markets") == ["DE"]
    criteria.append({"locationGroup": {"radius": "5"}, "negative": False})
    told = adapt(record | {"campaignCriteria": criteria})
    assert at(told, "markets") is None
    assert at(told, "targeting.geo.include") == [{"code": "geoTargetConstants/2276"}, {}]
    assert told.unmapped["/campaignCriteria/1/locationGroup"] == {"radius": "5"}
    unsaid: JSONValue = {"locationGroup": {"radius": "5"}}
    half = adapt(record | {"campaignCriteria": [criteria[0], unsaid]})
    assert at(half, "targeting.geo") is None


def test_a_criterion_of_a_sort_that_is_not_known_is_a_characteristic() -> None:
    told = aimed(
        {"userInterest": {"userInterestCategory": "i"}},
        {"starSign": {"type": "LEO"}, "negative": True},
        {"customAffinity": {"customAffinity": "a"}},
        {"keyword": {"text": "tea"}, "qualityInfo": {"qualityScore": 5}},
    )
    assert at(told, "targeting.detailed") == [
        {"excluded": False, "kind": "interest"},
        {"excluded": True},
    ]
    assert at(told, "audiences") == [{"excluded": False, "id": "a"}]
    assert told.unmapped["/adGroupCriteria/1/starSign/type"] == "LEO"
    assert at(aimed({"starSign": {}, "negative": None}, WOMEN), "targeting.detailed") is None


@pytest.mark.parametrize(
    ("blank", "untold"),
    [
        ({"type": "AGE_RANGE"}, {"targeting.age"}),
        ({"type": "GENDER"}, {"targeting.genders"}),
        ({"type": "PARENTAL_STATUS"}, {"targeting.detailed"}),
        ({"type": "SOMETHING_NEW"}, {"targeting.detailed"}),
        ({"type": "USER_LIST"}, {"audiences"}),
        ({"type": "KEYWORD", "qualityInfo": {"qualityScore": 5}}, set()),
        ({}, {"targeting.age", "targeting.genders", "targeting.detailed", "audiences"}),
    ],
)
def test_a_criterion_that_the_search_did_not_ask_for_leaves_its_list_open(
    blank: Payload, untold: set[str]
) -> None:
    income: Payload = {"incomeRange": {"type": "INCOME_RANGE_90_UP"}}
    told = aimed(ADULTS, WOMEN, income, {"userList": {"userList": "u"}}, blank)
    every = ("targeting.age", "targeting.genders", "targeting.detailed", "audiences")
    assert {fact for fact in every if at(told, fact) is None} == untold


def test_a_blank_place_leaves_the_markets_open() -> None:
    criteria: list[JSONValue] = [DE | {"negative": False}, {"type": "LOCATION", "negative": False}]
    record: Payload = {"campaign": CAMPAIGN, "geoTargetConstants": [GERMANY]}
    assert at(adapt(record | {"campaignCriteria": criteria}), "markets") is None


def test_lists_beside_a_campaign_without_a_reference_are_not_its_audiences() -> None:
    lists: list[JSONValue] = [{"resourceName": "u", "name": "Ours"}]
    assert at(adapt({"campaign": CAMPAIGN, "userLists": lists}), "audiences") is None
    assert at(adapt({"userLists": lists}), "audiences") == [{"id": "u", "name": "Ours"}]


@pytest.mark.parametrize(
    "other",
    [
        {"assetAutomationStatus": None},
        {"assetAutomationType": None},
        {"assetAutomationStatus": "UNKNOWN"},
    ],
)
def test_half_of_the_features_tells_none(other: Payload) -> None:
    on: Payload = {"assetAutomationType": "T", "assetAutomationStatus": "OPTED_IN"}
    settings: list[JSONValue] = [on, on | other]
    told = adapt(
        CAMPAIGN | {"assetAutomationSettings": settings, "aiMaxSetting": {"enableAiMax": 1}}
    )
    assert at(told, "automation") is None
    assert {"/assetAutomationSettings/0/assetAutomationType", "/aiMaxSetting/enableAiMax"} <= set(
        told.unmapped
    )


# --- Performance Max ------------------------------------------------------------------------------


def test_performance_max_is_told(judge: Judge) -> None:
    told = adapt(PERFORMANCE_MAX)
    assert judge(told.campaign) == []
    assert at(told, "id") == "21"
    assert at(told, "landing.url") == "https://example.org/"
    assert at(told, "automation.audience_expansion") is True
    assert at(told, "creatives") == [{"id": "24", "format": "text"}]
    assert at(told, "targeting") == {
        "detailed": [
            {"name": "INCOME_RANGE_90_UP", "kind": "income", "excluded": False},
            {"kind": "interest", "excluded": False},
        ],
        "profiling": True,
    }
    assert at(told, "audiences") == [
        {"excluded": False, "id": f"{CUSTOMER}/audiences/23", "name": "Readers"},
        {"excluded": False, "id": f"{CUSTOMER}/userLists/77", "name": "Customers"},
        {"excluded": True, "id": f"{CUSTOMER}/userLists/78"},
    ]
    assert "/audiences/0/dimensions/0/age" in told.unmapped
    assert "/audiences/0/dimensions/1/gender" in told.unmapped


def test_signal_whose_audience_is_not_in_the_record_is_an_audience() -> None:
    told = adapt(edited(PERFORMANCE_MAX, {"audiences": None}))
    assert at(told, "audiences.0") == {"excluded": False, "id": f"{CUSTOMER}/audiences/23"}
    assert at(told, "targeting") == {"profiling": True}


def test_asset_that_is_shown_and_not_in_the_record_is_a_creative() -> None:
    links: list[JSONValue] = [
        {"asset": f"{CUSTOMER}/assets/{number}", "status": status}
        for number, status in ((24, "ENABLED"), (25, "ENABLED"), (26, "REMOVED"))
    ]
    told = adapt(edited(PERFORMANCE_MAX, {"assetGroupAssets": links}))
    assert at(told, "creatives") == [{"id": "24", "format": "text"}, {}]


def test_asset_groups_that_lead_to_several_pages_lead_to_none() -> None:
    one, other = (
        {"resourceName": f"{CUSTOMER}/assetGroups/{number}", "finalUrls": [page]}
        for number, page in ((1, "https://a.example/"), (2, "https://b.example/"))
    )
    told = adapt({"campaign": CAMPAIGN, "assetGroups": [one, other]})
    assert at(told, "landing") is None
    assert told.unmapped["/assetGroups/1/finalUrls/0"] == "https://b.example/"
    left = adapt({"assetGroups": [one, other | {"status": "REMOVED"}]})
    assert at(left, "landing.url") == "https://a.example/"
    both = {"finalUrls": ["https://a.example/", "https://b.example/"]}
    assert at(adapt({"campaign": CAMPAIGN, "assetGroups": [both]}), "landing") is None
    alone = {"resourceName": f"{CUSTOMER}/assetGroups/1", "campaign": f"{CUSTOMER}/campaigns/21"}
    assert at(adapt(alone), "id") == "21"


def test_who_is_in_an_audience_that_is_kept_from_the_ads_is_excluded() -> None:
    criterion: Payload = {"audience": {"audience": f"{CUSTOMER}/audiences/23"}, "negative": True}
    segments: Payload = {"segments": [{"lifeEvent": {"lifeEvent": "l"}}, {"starSign": {}}]}
    audience: Payload = {
        "resourceName": f"{CUSTOMER}/audiences/23",
        "dimensions": [{"audienceSegments": segments}, {"shoeSize": {}}],
        "exclusionDimension": {"exclusions": [{"userList": {"userList": "u"}}]},
    }
    told = aimed(criterion, audiences=[audience])
    assert at(told, "audiences") == [{"excluded": True, "id": f"{CUSTOMER}/audiences/23"}]
    assert at(told, "targeting.detailed") == [
        {"kind": "life_event", "excluded": True},
        {"excluded": True},
        {"excluded": True},
    ]
