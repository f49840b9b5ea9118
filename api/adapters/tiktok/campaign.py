"""What TikTok's campaigns and ad groups tell: subject, declarations, budget, flight."""

from collections.abc import Iterator

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import amount_in, day_in, put_flight, put_money, put_word
from engine.source.quoting import excerpt

from .objects import Objects
from .regions import Regions
from .targeting import put_targeting

OBJECTIVES = {
    "APP_INSTALL": "app",
    "APP_PROMOTION": "app",
    "ENGAGEMENT": "engagement",
    "LEAD_GENERATION": "leads",
    "PRODUCT_SALES": "sales",
    "REACH": "awareness",
    "RF_REACH": "awareness",
    "SHOP_PURCHASES": "sales",
    "TRAFFIC": "traffic",
}
"""The objectives that stand for one word of the vocabulary; any other is left unmapped."""

INDUSTRIES = {"CREDIT": "credit", "EMPLOYMENT": "employment", "HOUSING": "housing"}
"""The special ad categories of TikTok (`special_industries`)."""

PERIODS = {"BUDGET_MODE_DAY": "daily", "BUDGET_MODE_TOTAL": "lifetime"}
"""The budget modes with a period; a dynamic daily budget is an average over a week, and is left."""

_MOMENT = "2026-07-29 17:54:57"


def campaign_part(objects: Objects, currency: str | None) -> Draft:
    """Return what the campaign object tells."""
    draft = Draft()
    campaign = objects.campaign
    if campaign is None:
        return draft
    draft.put_found("id", campaign.identifier("campaign_id"))
    draft.put_found("name", campaign.filled("campaign_name"))
    put_word(draft, "objective", campaign, "objective_type", OBJECTIVES)
    _put_categories(draft, campaign, objects)
    _put_budget(draft, campaign, currency)
    return draft


def ad_group_part(
    ad_group: Record, objects: Objects, currency: str | None, regions: Regions
) -> Draft:
    """Return what one ad group tells; its budget only where it is the campaign's only one."""
    draft = Draft()
    campaign = objects.campaign
    if campaign is None:
        draft.put_found("id", ad_group.identifier("campaign_id"))
        draft.put_found("name", ad_group.filled("campaign_name"))
    _put_flight(draft, ad_group)
    if len(objects.ad_groups) == 1 and not (campaign is not None and _has_budget(campaign)):
        _put_budget(draft, ad_group, currency)
    _put_placements(draft, ad_group)
    put_targeting(draft, ad_group, campaign, regions)
    put_word(
        draft,
        "automation.creative_generation",
        ad_group,
        "creative_material_mode",
        {mode: [mode] for mode in ("DYNAMIC", "SMART_CREATIVE")},
    )
    return draft


def _put_categories(draft: Draft, campaign: Record, objects: Objects) -> None:
    """Tell the declared categories; foods of the ad groups stand among them, where all say."""
    declared = campaign.texts("special_industries")
    if declared is None:
        return
    for word in declared:
        if word.value not in INDUSTRIES:
            campaign.refuse(
                "special_industries",
                f"{excerpt(word.value)} is no special ad category that is known here",
                f"known are {', '.join(f'`{known}`' for known in INDUSTRIES)}",
            )
    told = [Found(value=INDUSTRIES[word.value], pointer=word.pointer) for word in declared]
    told += list(_foods(objects))[:1]
    draft.put_all("declared_special_categories", told, campaign.at("special_industries"))


def _foods(objects: Objects) -> Iterator[Found[str]]:
    for ad_group in objects.ad_groups:
        food = ad_group.yes_no("is_hfss")
        if food is not None and food.value:
            yield Found(value="less_healthy_food", pointer=food.pointer)


# --- how much, when and where -----------------------------------------------------------------


def _has_budget(holder: Record) -> bool:
    mode = holder.unread("budget_mode")
    return isinstance(mode, str) and mode != "BUDGET_MODE_INFINITE" and "budget" in holder


def _put_budget(draft: Draft, holder: Record, currency: str | None) -> None:
    """Tell a budget, which is in whole units of the currency; a budget of zero is none."""
    mode, amount = holder.filled("budget_mode"), amount_in(holder, "budget")
    if mode is None or mode.value not in PERIODS or amount is None or amount.value == 0:
        holder.leave("budget_mode")
        holder.leave("budget")
        return
    draft.put("budget.period", PERIODS[mode.value], mode.pointer)
    told = put_money(draft, "budget.amount", amount, currency)
    if not told:
        holder.leave("budget")
    elif PERIODS[mode.value] == "lifetime":
        put_money(draft, "budget.total", amount, currency)


def _put_flight(draft: Draft, ad_group: Record) -> None:
    start = day_in(ad_group, "schedule_start_time", _MOMENT)
    end = day_in(ad_group, "schedule_end_time", _MOMENT)
    sort = ad_group.filled("schedule_type")
    if sort is not None and sort.value == "SCHEDULE_FROM_NOW":
        # TikTok sets such an end by itself, ten years after the start.
        put_flight(draft, ad_group, start, None)
        draft.put("flight.until_stopped", value=True, origin=sort.pointer)
        ad_group.leave("schedule_end_time")
    elif sort is not None and sort.value == "SCHEDULE_START_END":
        put_flight(draft, ad_group, start, end)
        ad_group.leave("schedule_type")
    else:
        # The end may be one that TikTok has set by itself.
        put_flight(Draft(), ad_group, start, end)
        put_flight(draft, ad_group, start, None)
        ad_group.leave("schedule_type")
        ad_group.leave("schedule_end_time")
    moment = start or end
    if moment is not None:
        draft.put("flight.timezone", "UTC", moment.pointer)


def _put_placements(draft: Draft, ad_group: Record) -> None:
    """Tell the chosen placements, which TikTok ignores where it chooses them itself."""
    sort, placements = ad_group.filled("placement_type"), ad_group.texts("placements")
    if placements and sort is not None and sort.value == "PLACEMENT_TYPE_NORMAL":
        draft.put_all("placements", placements, ad_group.at("placements"))
        return
    ad_group.leave("placement_type")
    ad_group.leave("placements")
