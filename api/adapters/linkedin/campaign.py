"""What LinkedIn's campaigns tell: subject, declarations, budget, flight, automation."""

from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import amount_in, day_of_epoch, put_flight, put_money, put_word

from .facets import Entities
from .objects import Objects
from .targeting import put_targeting

OBJECTIVES = MappingProxyType(
    {
        "BRAND_AWARENESS": "awareness",
        "CREATIVE_ENGAGEMENT": "engagement",
        "ENGAGEMENT": "engagement",
        "JOB_APPLICANT": "jobs",
        "JOB_APPLICANTS": "jobs",
        "LEAD_GENERATION": "leads",
        "TALENT_LEADS": "jobs",
        "WEBSITE_TRAFFIC": "traffic",
        "WEBSITE_VISIT": "traffic",
        "WEBSITE_VISITS": "traffic",
    }
)
"""The objectives that stand for one word of the vocabulary; any other is left unmapped."""

DECLARATIONS = MappingProxyType({"NOT_POLITICAL": "does_not_contain", "POLITICAL": "contains"})
"""What `politicalIntent` declares; `NOT_DECLARED` declares nothing."""

_AUTOMATIC = ("CAP_COST", "MAX_", "TARGET_COST")


def campaign_part(campaign: Record, objects: Objects, entities: Entities) -> Draft:
    """Return what one campaign tells; of several, the group that they are in is the campaign."""
    draft = Draft()
    if objects.group is None:
        alone = len(objects.campaigns) == 1
        draft.put_found("id", campaign.identifier("id" if alone else "campaignGroup"))
        if alone:
            draft.put_found("name", campaign.filled("name"))
    put_word(draft, "objective", campaign, "objectiveType", OBJECTIVES)
    _put_declaration(draft, campaign)
    entity = campaign.record("associatedEntityInfo")
    if entity is not None:
        draft.put_found("advertiser.beneficiary", entity.filled("localizedName"))
    _put_flight(draft, campaign)
    if len(objects.campaigns) == 1:
        _put_budget(draft, campaign)
    put_targeting(draft, campaign, entities)
    draft.put_found("automation.audience_expansion", campaign.yes_no("audienceExpansionEnabled"))
    _put_bidding(draft, campaign)
    _put_placements(draft, campaign)
    return draft


def _put_declaration(draft: Draft, campaign: Record) -> None:
    put_word(draft, "political.eu_declaration", campaign, "politicalIntent", DECLARATIONS)
    if draft.facts().get("political.eu_declaration") == "contains":
        origin = campaign.at("politicalIntent")
        draft.put("political.is_political", value=True, origin=origin)


def _put_flight(draft: Draft, campaign: Record) -> None:
    """Tell the flight: its end is the first moment after it, and without one it is open."""
    schedule = campaign.record("runSchedule")
    if schedule is None:
        return
    start, end = (
        day_of_epoch(schedule, "start"),
        day_of_epoch(schedule, "end", exclusive=True),
    )
    put_flight(draft, schedule, start, end)
    if start is not None:
        draft.put("flight.timezone", "UTC", start.pointer)
        if end is None:
            draft.put("flight.until_stopped", value=True, origin=schedule.pointer)


def _put_budget(draft: Draft, campaign: Record) -> None:
    """Tell the budgets; a campaign may have one for each day and one for the whole time.

    What is for each day is then the amount. One that cannot be read is not made up for by the
    other.
    """
    daily, total = _sum(campaign, "dailyBudget"), _sum(campaign, "totalBudget")
    if total is not None:
        _put_amount(draft, total, "budget.total")
    main, period = (total, "lifetime") if daily is None else (daily, "daily")
    if main is not None and amount_in(main, "amount") is not None:
        draft.put("budget.period", period, main.pointer)
        _put_amount(draft, main, "budget.amount")


def _sum(campaign: Record, name: str) -> Record | None:
    """Return a budget; one of zero is none."""
    money = campaign.record(name)
    amount = amount_in(money, "amount") if money is not None else None
    if money is None or amount is None or amount.value:
        return money
    money.leave("amount")
    return None


def _put_amount(draft: Draft, money: Record, fact: str) -> None:
    """Tell an amount; one without a known currency is not told."""
    amount, currency = amount_in(money, "amount"), money.filled("currencyCode")
    code = None if currency is None else currency.value
    if amount is None or not put_money(draft, fact, amount, code):
        money.leave("amount")
        money.leave("currencyCode")


def _put_bidding(draft: Draft, campaign: Record) -> None:
    target = campaign.filled("optimizationTargetType")
    if target is not None and target.value.startswith(_AUTOMATIC):
        draft.put("automation.bidding", "automatic", target.pointer)
        return
    words = {"ENHANCED_CONVERSION": "assisted", "NONE": "manual"}
    put_word(draft, "automation.bidding", campaign, "optimizationTargetType", words)


def _put_placements(draft: Draft, campaign: Record) -> None:
    """Tell whether the ads may stand outside LinkedIn, on its Audience Network."""
    outside = campaign.yes_no("offsiteDeliveryEnabled")
    if outside is not None:
        names = ["linkedin", "audience network"] if outside.value else ["linkedin"]
        places = [Found(value=name, pointer=outside.pointer) for name in names]
        draft.put_all("placements", places, outside.pointer)
