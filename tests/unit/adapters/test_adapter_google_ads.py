"""Google Ads: the forms of a record, and what its resources and criteria tell."""

import pytest

from api.adapters import FORMATS, Adaptation
from engine.source.json_text import JSONValue
from tests.unit.adapters.conftest import Judge
from tests.unit.adapters.telling import at, complete, refusal

adapt = FORMATS["google-ads"]
CUSTOMER = "customers/1234567890"
CAMPAIGN: dict[str, JSONValue] = {"resourceName": f"{CUSTOMER}/campaigns/11", "name": "Spring"}
GROUP = f"{CUSTOMER}/adGroups/12"
RESTRICTING: dict[str, JSONValue] = {"targetingSetting": {"targetRestrictions": []}}
SEARCH = CAMPAIGN | RESTRICTING | {"advertisingChannelType": "SEARCH"}


def aimed(*criteria: dict[str, JSONValue], group: str | None = GROUP) -> Adaptation:
    """What criteria tell that say that they are positive, of an ad group or of a campaign."""
    listed: list[JSONValue] = [{"negative": False, "adGroup": group, **one} for one in criteria]
    name = "campaignCriteria" if group is None else "adGroupCriteria"
    named = {str(one.get("adGroup", group)) for one in criteria} - {"None"}
    groups: list[JSONValue] = [{"resourceName": each, **RESTRICTING} for each in sorted(named)]
    return adapt({"campaign": SEARCH, "adGroups": groups, name: listed})


def criterion(**told: JSONValue) -> dict[str, JSONValue]:
    return {"adGroup": GROUP, "negative": False, **told}


def age(word: str) -> dict[str, JSONValue]:
    return {"ageRange": {"type": f"AGE_RANGE_{word}"}}


def gender(word: str) -> dict[str, JSONValue]:
    return {"gender": {"type": word}}


def test_complete_record_is_told(judge: Judge) -> None:
    told = adapt(complete("google-ads"))
    assert judge(told.campaign) == []
    assert at(told, "political") == {"eu_declaration": "contains", "is_political": True}
    assert at(told, "budget.total") == {"amount": "500.5", "currency": "EUR"}
    assert at(told, "markets") == ["DE"]
    assert at(told, "targeting.age") == {"min": 18, "max": 34, "no_maximum": False}
    assert at(told, "targeting.geo.include.1.radius_m") == 2500
    assert at(told, "automation.creative_generation") == ["TEXT_ASSET_AUTOMATION", "AI_MAX"]
    assert at(told, "audiences.0.seed") == "70"
    assert at(told, "creatives.0.platform_ai_declaration") == "synthetic"
    assert at(told, "creatives.1") == {"id": "14", "format": "image"}
    assert told.origin_of("/audiences/0/source") == ("/userLists/0/crmBasedUserList/dataSourceType")


# --- the forms of a record ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "path", "value"),
    [
        (CAMPAIGN, "id", "11"),
        (CAMPAIGN | {"resourceName": f"{CUSTOMER}/campaigns/-1"}, "id", None),
        ({"advertisingChannelType": "SEARCH", "name": "x"}, "name", "x"),
        (
            {"resourceName": GROUP, "campaign": f"{CUSTOMER}/campaigns/11"},
            "id",
            "11",
        ),
        ({"resourceName": GROUP, "optimizedTargetingEnabled": False}, "automation", None),
        (
            {"resourceName": f"{CUSTOMER}/userLists/7", "name": "x"},
            "audiences.0.id",
            f"{CUSTOMER}/userLists/7",
        ),
        ({"userList": {"id": 7, "name": "x"}}, "audiences.0.id", "7"),
        ({"consent": {"adUserData": "UNSPECIFIED"}}, "consent.google.ad_user_data", "unspecified"),
    ],
)
def test_forms_of_a_record(record: JSONValue, path: str, value: JSONValue) -> None:
    told = adapt(record)
    if path == "automation":
        assert at(told, "automation.audience_expansion") is False
    else:
        assert at(told, path) == value


def test_rows_of_a_search_are_one_campaign() -> None:
    rows: list[JSONValue] = [
        {
            "campaign": SEARCH,
            "adGroup": RESTRICTING | {"resourceName": GROUP},
            "adGroupCriterion": one,
        }
        for one in (
            criterion(resourceName="a", **age("18_24")),
            criterion(resourceName="b", **age("65_UP")),
            criterion(resourceName="b", **age("65_UP")) | {"negative": True},
        )
    ]
    told = adapt({"results": rows, "fieldMask": "campaign.name"})
    assert at(told, "id") == "11"
    assert at(told, "targeting.age") == {"min": 18, "no_maximum": True}
    assert "/results/1/campaign/name" not in told.unmapped
    assert told.unmapped["/results/2/adGroupCriterion/negative"] is True
    assert told.unmapped["/fieldMask"] == "campaign.name"


def test_rows_of_two_campaigns_are_refused() -> None:
    other: JSONValue = {"resourceName": f"{CUSTOMER}/campaigns/12"}
    refused = refusal("google-ads", {"results": [{"campaign": CAMPAIGN}, {"campaign": other}]})
    assert refused.reason == "the record holds several resources `campaign`"
    assert refused.pointer == "/results/1/campaign"


def test_operations_that_create_are_told() -> None:
    operations: list[JSONValue] = [
        {"campaignOperation": {"create": CAMPAIGN}},
        {"campaignCriterionOperation": {"create": {"location": {"geoTargetConstant": "g/1"}}}},
        {"adGroupOperation": {"update": {"optimizedTargetingEnabled": True}}},
        {"somethingOperation": {"create": {}}},
    ]
    told = adapt({"mutateOperations": operations})
    assert at(told, "targeting.geo.include") == [{"code": "g/1"}]
    assert at(told, "automation") is None
    assert "/mutateOperations/2/adGroupOperation/update" in told.unmapped
    assert "/mutateOperations/3/somethingOperation" in told.unmapped


@pytest.mark.parametrize(
    ("record", "reason", "pointer"),
    [
        ({"name": "x"}, "nothing in the record shows which resource", ""),
        ({"campaign": "x"}, "nothing in the record shows which resource", ""),
        ({"campaignCriterion": {}}, "no member of the record tells anything", ""),
        ({"results": []}, "no member of the record tells anything", ""),
        (
            {"campaign": {"resource_name": "customers/1/campaigns/2", "id": "2"}},
            "`resource_name` is not written as REST gives it",
            "/campaign/resource_name",
        ),
        (
            {"userLists": [{"resourceName": []}]},
            "`resourceName` should be a text, and is a list",
            "/userLists/0/resourceName",
        ),
        ({"campaign": [1]}, "`campaign` should be an object, and is a list", "/campaign"),
        (
            CAMPAIGN | {"startDateTime": "2026-08-01 00:00:00", "endDateTime": "2026-07-01"},
            "the end is before the start",
            "/endDateTime",
        ),
        (
            {"campaignBudget": {"period": "DAILY", "amountMicros": -1}},
            "an amount is below zero",
            "/campaignBudget/amountMicros",
        ),
        (
            {"campaign": SEARCH, "campaignCriteria": [{"negative": False} | age("OLD")]},
            "`AGE_RANGE_OLD` cannot be read as ages without guessing",
            "/campaignCriteria/0/ageRange/type",
        ),
        (
            complete("google-ads", {"userLists.0.lookalikeUserList.seedUserListIds": [True]}),
            "`seedUserListIds` should be a list of identifiers, and is `true`",
            "/userLists/0/lookalikeUserList/seedUserListIds/0",
        ),
        (
            complete("google-ads", {"adGroupCriteria.0.adGroup": {}}),
            "`adGroup` should be a text, and is an object",
            "/adGroupCriteria/0/adGroup",
        ),
    ],
)
def test_record_is_refused(record: JSONValue, reason: str, pointer: str) -> None:
    refused = refusal("google-ads", record)
    assert refused.reason.startswith(reason)
    assert refused.pointer == pointer


# --- the campaign and its budget ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "declared", "political"),
    [
        ("CONTAINS_EU_POLITICAL_ADVERTISING", "contains", True),
        ("DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING", "does_not_contain", None),
        ("UNSPECIFIED", None, None),
        (None, None, None),
    ],
)
def test_declaration(word: JSONValue, declared: JSONValue, political: JSONValue) -> None:
    told = adapt(CAMPAIGN | {"containsEuPoliticalAdvertising": word})
    assert at(told, "political.eu_declaration") == declared
    assert at(told, "political.is_political") == political


def test_last_day_of_earlier_versions_is_none() -> None:
    told = adapt(CAMPAIGN | {"startDate": "2026-07-29", "endDate": "2037-12-30"})
    assert at(told, "flight") == {"start": "2026-07-29", "until_stopped": True}
    assert at(adapt(CAMPAIGN | {"startDate": "2026-07-29"}), "flight") == {"start": "2026-07-29"}


def test_budget_of_a_day_is_in_millionths() -> None:
    budget: dict[str, JSONValue] = {"amountMicros": "12340000", "period": "DAILY"}
    told = adapt({"campaignBudget": budget, "customer": {"currencyCode": "JPY"}})
    assert at(told, "budget") == {
        "period": "daily",
        "amount": {"amount": "12.34", "currency": "JPY"},
    }
    whole = adapt({"campaignBudget": budget | {"amountMicros": 100 * 10**6}})
    assert at(whole, "budget") == {"period": "daily"}
    assert whole.unmapped == {"/campaignBudget/amountMicros": 100_000_000}
    silent = adapt(
        {"campaign": CAMPAIGN, "campaignBudget": {}, "customer": {"currencyCode": "EUR"}}
    )
    assert at(silent, "budget") is None
    assert silent.unmapped["/customer/currencyCode"] == "EUR"
    nothing = adapt({"campaign": CAMPAIGN, "campaignBudget": {"amountMicros": 0}})
    assert at(nothing, "budget") is None
    hundred = adapt(
        {
            "campaignBudget": budget | {"amountMicros": 100 * 10**6},
            "customer": {"currencyCode": "EUR"},
        }
    )
    assert at(hundred, "budget.amount") == {"amount": "100", "currency": "EUR"}


def test_features_that_are_off_are_not_all() -> None:
    told = adapt(CAMPAIGN | {"aiMaxSetting": {"enableAiMax": False}})
    assert at(told, "automation") is None
    assert told.unmapped["/aiMaxSetting/enableAiMax"] is False


def test_networks_that_are_off_are_no_placements() -> None:
    told = adapt(CAMPAIGN | {"networkSettings": {"targetYoutube": False, "targetX": "yes"}})
    assert at(told, "platforms") == [{"name": "google"}]


# --- criteria -------------------------------------------------------------------------------------


def test_criterion_that_does_not_say_whether_it_is_negative_is_left() -> None:
    told = aimed({"negative": None, "userList": {"userList": "u"}}, age("18_24"))
    assert at(told, "audiences") is None
    assert at(told, "targeting.age.min") == 18
    half = aimed({"negative": None, "userList": {"userList": "u"}}, {"audience": {"audience": "a"}})
    assert at(half, "audiences") is None
    assert at(half, "targeting.profiling") is None
    removed = aimed({"status": "REMOVED", "userList": {"userList": "u"}})
    assert at(removed, "audiences") is None
    assert "/adGroupCriteria/0/negative" in removed.unmapped


def test_one_criterion_alone_says_nothing_of_the_others() -> None:
    told = adapt({"campaign": CAMPAIGN, "adGroupCriterion": {"negative": False} | age("18_24")})
    assert at(told, "targeting") is None
    assert "/adGroupCriterion" in told.unmapped


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (("18_24", "25_34"), {"min": 18, "max": 34, "no_maximum": False}),
        (("65_UP",), {"min": 65, "no_maximum": True}),
        (("18_24", "UNDETERMINED"), None),
    ],
)
def test_ages(chosen: tuple[str, ...], told: JSONValue) -> None:
    assert at(aimed(*map(age, chosen)), "targeting.age") == told


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (("FEMALE",), ["female"]),
        (("FEMALE", "MALE"), ["female", "male"]),
        (("FEMALE", "MALE", "UNDETERMINED"), ["all"]),
        (("UNDETERMINED",), None),
    ],
)
def test_genders(chosen: tuple[str, ...], told: JSONValue) -> None:
    assert at(aimed(*map(gender, chosen)), "targeting.genders") == told


def test_ages_of_one_ad_group_are_not_those_of_another() -> None:
    told = aimed(age("18_24"), {"adGroup": f"{GROUP}3", **gender("MALE")})
    assert at(told, "targeting.age") is None
    assert at(told, "targeting.genders") is None
    assert told.unmapped["/adGroupCriteria/0/ageRange/type"] == "AGE_RANGE_18_24"
    for name, value in (("resourceName", f"{GROUP}3"), ("name", "no resource name")):
        groups: list[JSONValue] = [{name: value}]
        criteria: list[JSONValue] = [criterion(**age("18_24"))]
        told = adapt({"campaign": CAMPAIGN, "adGroups": groups, "adGroupCriteria": criteria})
        assert at(told, "targeting.age") is None
    assert at(aimed(age("18_24"), group=None), "targeting.age.min") == 18


def test_ages_that_are_kept_from_the_ads_are_left() -> None:
    told = aimed({"negative": True} | age("18_24"))
    assert at(told, "targeting.age") is None
    assert "/adGroupCriteria/0/ageRange/type" in told.unmapped


def test_place_by_its_resource_name_is_in_no_known_country() -> None:
    location: dict[str, JSONValue] = {"location": {"geoTargetConstant": "geoTargetConstants/2276"}}
    told = aimed(location, group=None)
    assert at(told, "targeting.geo.include") == [{"code": "geoTargetConstants/2276"}]
    assert at(told, "markets") is None
    assert at(aimed({"location": {}}, group=None), "markets") is None


def test_constant_of_another_sort_tells_its_country() -> None:
    record = complete("google-ads", {"geoTargetConstants.0.targetType": "Airport"})
    told = adapt(record)
    assert at(told, "markets") == ["DE"]
    assert at(told, "targeting.geo.include.0.kind") is None
    assert told.unmapped["/geoTargetConstants/0/targetType"] == "Airport"
    silent = adapt(complete("google-ads", {"geoTargetConstants.0.countryCode": None}))
    assert at(silent, "markets") is None
    refused = refusal(
        "google-ads", complete("google-ads", {"geoTargetConstants.0.countryCode": "X"})
    )
    assert refused.pointer == "/geoTargetConstants/0/countryCode"


@pytest.mark.parametrize(
    ("circle", "reason"),
    [
        ({"geoPoint": {"latitudeInMicroDegrees": 91 * 10**6}}, "91 degrees are no latitude"),
        ({"radius": -1, "radiusUnits": "MILES"}, "a radius is below zero"),
    ],
)
def test_circle_that_is_none_is_refused(circle: JSONValue, reason: str) -> None:
    record: JSONValue = {"campaignCriteria": [{"negative": False, "proximity": circle}]}
    assert refusal("google-ads", record).reason == reason


def test_circle_without_a_unit_has_no_radius() -> None:
    told = aimed(
        {"proximity": {"radius": 2, "geoPoint": {"longitudeInMicroDegrees": 1}}}, group=None
    )
    area = at(told, "targeting.geo.include.0")
    assert isinstance(area, dict)
    assert area.keys() == {"kind", "longitude"}
    assert told.unmapped["/campaignCriteria/0/proximity/radius"] == 2


def test_lists_are_told_once(judge: Judge) -> None:
    reference: dict[str, JSONValue] = {"userList": {"userList": "u"}}
    lists: list[JSONValue] = [
        {"resourceName": "u", "name": "Ours", "type": "RULE_BASED", "membershipLifeSpan": 10000},
        {"resourceName": "v", "lookalikeUserList": {"seedUserListIds": ["1", "2"]}},
    ]
    criteria: list[JSONValue] = [{"negative": True} | reference]
    told = adapt({"campaign": CAMPAIGN, "campaignCriteria": criteria, "userLists": lists})
    assert judge(told.campaign) == []
    assert at(told, "audiences") == [
        {"excluded": True, "id": "u", "name": "Ours"},
        {"id": "v"},
    ]
    assert {"/userLists/0/type", "/userLists/0/membershipLifeSpan"} <= told.unmapped.keys()
    assert "/userLists/1/lookalikeUserList/seedUserListIds" in told.unmapped
    assert at(aimed({"userList": {}}), "audiences") == [{"excluded": False}]


def test_ads_that_lead_to_several_pages_lead_to_none() -> None:
    ads: list[JSONValue] = [
        {"ad": {"id": "1", "finalUrls": ["https://a.example", "https://b.example"]}},
        {"status": "PAUSED"},
    ]
    told = adapt({"adGroupAds": ads})
    assert at(told, "landing") is None
    assert at(told, "creatives") == [{"id": "1"}, {}]
    assert "/adGroupAds/0/ad/finalUrls" in told.unmapped
    alone: JSONValue = {"ad": {"id": "1", "finalUrls": ["https://a.example"]}}
    beside = adapt({"adGroupAds": [alone, {}]})
    assert at(beside, "landing") is None
