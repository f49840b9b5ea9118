"""What Google's accounts, campaigns and budgets tell: declarations, flight, money, automation."""

from decimal import Decimal
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import day_in, put_flight, put_money, put_word

from .objects import Resources

DECLARATIONS = MappingProxyType(
    {
        "CONTAINS_EU_POLITICAL_ADVERTISING": "contains",
        "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING": "does_not_contain",
    }
)
"""What `containsEuPoliticalAdvertising` declares; `UNSPECIFIED` and `UNKNOWN` declare nothing."""

BIDDING = MappingProxyType(
    {
        "ENHANCED_CPC": "assisted",
        "MANUAL_CPA": "manual",
        "MANUAL_CPC": "manual",
        "MANUAL_CPM": "manual",
        "MANUAL_CPV": "manual",
    }
    | dict.fromkeys(
        [
            "MAXIMIZE_CONVERSIONS",
            "MAXIMIZE_CONVERSION_VALUE",
            "TARGET_CPA",
            "TARGET_CPC",
            "TARGET_CPM",
            "TARGET_CPV",
            "TARGET_IMPRESSION_SHARE",
            "TARGET_ROAS",
            "TARGET_SPEND",
        ],
        "automatic",
    )
)
"""How far bidding is automated, by `biddingStrategyType`."""

CONSENT = MappingProxyType({"DENIED": "denied", "GRANTED": "granted", "UNSPECIFIED": "unspecified"})
"""What `adUserData` and `adPersonalization` say."""

_FOREVER = frozenset(["2037-12-30"])
"""The last day that earlier versions of the API wrote for a campaign without one."""

_MICROS = 1_000_000


def put_account(platform: Draft, resources: Resources) -> None:
    """Tell the account."""
    customer = resources.one("customer")
    if customer is not None:
        platform.put_found("account_id", customer.identifier("id"))


def put_campaign(draft: Draft, platform: Draft, resources: Resources) -> None:
    """Tell what the campaign, its budget and the consent tell."""
    campaign = resources.campaign
    if campaign is not None:
        draft.put_found("id", resources.identifier(campaign))
        draft.put_found("name", campaign.filled("name"))
        _put_declaration(draft, campaign)
        _put_flight(draft, campaign, resources.one("customer"))
        put_word(draft, "automation.bidding", campaign, "biddingStrategyType", BIDDING)
        _put_features(draft, campaign)
        # Performance Max looks for people beyond the signals that it is given.
        channels = {"PERFORMANCE_MAX": True}
        put_word(
            draft, "automation.audience_expansion", campaign, "advertisingChannelType", channels
        )
        _put_networks(platform, campaign)
    _put_budget(draft, resources)
    consent = resources.one("consent")
    if consent is not None:
        for fact, name in (
            ("ad_user_data", "adUserData"),
            ("ad_personalization", "adPersonalization"),
        ):
            put_word(draft, f"consent.google.{fact}", consent, name, CONSENT)


def _put_declaration(draft: Draft, campaign: Record) -> None:
    name = "containsEuPoliticalAdvertising"
    put_word(draft, "political.eu_declaration", campaign, name, DECLARATIONS)
    if draft.facts().get("political.eu_declaration") == "contains":
        draft.put("political.is_political", value=True, origin=campaign.at(name))


def _put_flight(draft: Draft, campaign: Record, customer: Record | None) -> None:
    """Tell the flight, whose moments are in the time zone of the account."""
    days = [
        day_in(campaign, later if later in campaign else former, "2026-07-29 17:54:57")
        for later, former in (("startDateTime", "startDate"), ("endDateTime", "endDate"))
    ]
    start, end = days
    if end is not None and end.value.isoformat() in _FOREVER:
        put_flight(draft, campaign, start, None)
        draft.put("flight.until_stopped", value=True, origin=end.pointer)
    else:
        put_flight(draft, campaign, start, end)
    if customer is not None and (start or end) is not None:
        draft.put_found("flight.timezone", customer.filled("timeZone"))


def _put_features(draft: Draft, campaign: Record) -> None:
    """Tell the features that are on; others may be on by default, and then are not known of.

    Where it is not said whether one is on, or which, none is told: the others would read as all.
    """
    settings = campaign.records("assetAutomationSettings") or ()
    chosen: list[Found[str]] = []
    whole = True
    for setting in settings:
        status = setting.filled("assetAutomationStatus")
        feature = setting.filled("assetAutomationType")
        known = status is not None and status.value in ("OPTED_IN", "OPTED_OUT")
        whole = whole and known and feature is not None
        if status is not None and status.value == "OPTED_IN" and feature is not None:
            chosen.append(feature)
        else:
            _leave_feature(setting)
    ai_max = campaign.record("aiMaxSetting")
    enabled = ai_max.yes_no("enableAiMax") if ai_max is not None else None
    if enabled is not None and enabled.value:
        chosen.append(Found(value="AI_MAX", pointer=enabled.pointer))
    elif ai_max is not None:
        ai_max.leave("enableAiMax")
    if chosen and whole:
        draft.put_all("automation.creative_generation", chosen, campaign.pointer)
    elif chosen:
        for setting in settings:
            _leave_feature(setting)
        if ai_max is not None:
            ai_max.leave("enableAiMax")


def _leave_feature(setting: Record) -> None:
    setting.leave("assetAutomationStatus")
    setting.leave("assetAutomationType")


def _put_networks(platform: Draft, campaign: Record) -> None:
    settings = campaign.record("networkSettings")
    if settings is None:
        return
    chosen = []
    for name in settings:
        if name.startswith("target") and settings.unread(name) is True:
            settings.yes_no(name)
            chosen.append(Found(value=name.removeprefix("target"), pointer=settings.at(name)))
    if chosen:
        platform.put_all("placements", chosen, settings.pointer)


# --- money --------------------------------------------------------------------------------------


def _put_budget(draft: Draft, resources: Resources) -> None:
    """Tell the budget, which is in millionths; what is for the whole time is not for each day."""
    budget, customer = resources.one("campaignBudget"), resources.one("customer")
    if budget is None:
        return
    written = customer.filled("currencyCode") if customer is not None else None
    currency = None if written is None else written.value
    period = budget.filled("period")
    lifetime = period is not None and period.value == "CUSTOM_PERIOD"
    name = "totalAmountMicros" if lifetime else "amountMicros"
    amount = _amount(budget, name)
    told = False
    if period is not None and period.value in ("CUSTOM_PERIOD", "DAILY") and amount is not None:
        draft.put("budget.period", "lifetime" if lifetime else "daily", period.pointer)
        told = put_money(draft, "budget.amount", amount, currency)
        if lifetime:
            put_money(draft, "budget.total", amount, currency)
    else:
        budget.leave("period")
    if not told:
        budget.leave(name)
        if customer is not None:
            customer.leave("currencyCode")


def _amount(budget: Record, name: str) -> Found[Decimal] | None:
    found = budget.whole_number(name)
    if found is not None and found.value < 0:
        budget.refuse(name, "an amount is below zero", "send the record as Google gives it")
    if found is None or not found.value:
        return None
    amount = (Decimal(found.value) / _MICROS).normalize()
    return Found(value=amount, pointer=found.pointer)
