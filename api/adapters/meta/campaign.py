"""What Meta's campaigns and ad sets tell: subject, declarations, payer, flight, targeting."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import EARLIEST, LATEST, put_word
from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

from .audiences import Audiences
from .money import put_budget
from .objects import Objects
from .targeting import put_targeting

OBJECTIVES = {
    "OUTCOME_APP_PROMOTION": "app",
    "OUTCOME_AWARENESS": "awareness",
    "OUTCOME_ENGAGEMENT": "engagement",
    "OUTCOME_LEADS": "leads",
    "OUTCOME_SALES": "sales",
    "OUTCOME_TRAFFIC": "traffic",
}
"""The objectives of today; an older one stands for several of them, and is left unmapped."""

CATEGORIES = {
    "CREDIT": "credit",
    "EMPLOYMENT": "employment",
    "FINANCIAL_PRODUCTS_SERVICES": "financial_products",
    "HOUSING": "housing",
    "ISSUES_ELECTIONS_POLITICS": "politics",
    "ONLINE_GAMBLING_AND_GAMING": "gambling",
}
"""The special ad categories; `NONE`, and an empty list, declare that there is none."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_NEVER = datetime.fromtimestamp(0, UTC)


def campaign_part(objects: Objects, currency: Found[str] | None, markets: JSONValue) -> Draft:
    """Return what the campaign object tells; its own times only where there is no ad set.

    `markets` are the countries in which its ad sets are shown, None where they do not tell them.
    """
    draft = Draft()
    campaign = objects.campaign
    if campaign is None:
        return draft
    draft.put_found("id", campaign.identifier("id"))
    draft.put_found("name", campaign.filled("name"))
    objective = campaign.filled("objective")
    if objective is not None and objective.value in OBJECTIVES:
        draft.put("objective", OBJECTIVES[objective.value], objective.pointer)
    else:
        campaign.leave("objective")
    _put_categories(draft, campaign, markets)
    put_budget(draft, campaign, currency)
    state = campaign.record("advantage_state_info")
    if state is not None:
        name = "advantage_audience_state"
        put_word(draft, "automation.audience_expansion", state, name, {"ENABLED": True})
    if not objects.ad_sets:
        _put_flight(draft, campaign, "stop_time")
    return draft


def ad_set_part(
    ad_set: Record,
    objects: Objects,
    currency: Found[str] | None,
    audiences: Audiences,
) -> Draft:
    """Return what one ad set tells; `audiences` are the objects it may refer to."""
    draft = Draft()
    campaign = objects.campaign
    if campaign is None or "id" not in campaign:
        draft.put_found("id", ad_set.identifier("campaign_id"))
    draft.put_found("advertiser.beneficiary", ad_set.filled("dsa_beneficiary"))
    draft.put_found("advertiser.payer", ad_set.filled("dsa_payor"))
    _put_flight(draft, ad_set, "end_time")
    has_budget = campaign is not None and (
        "daily_budget" in campaign or "lifetime_budget" in campaign
    )
    if len(objects.ad_sets) == 1 and not has_budget:
        put_budget(draft, ad_set, currency)
    for name in ("targeting", "targeting_spec"):
        targeting = ad_set.record(name)
        if targeting is not None:
            put_targeting(draft, ad_set, targeting, audiences, widened=_widened(campaign))
    return draft


def _widened(campaign: Record | None) -> bool:
    """Whether the campaign says that Meta chooses the audience of its ad sets."""
    state = campaign.record("advantage_state_info") if campaign is not None else None
    return state is not None and state.unread("advantage_audience_state") == "ENABLED"


def account_of(objects: Objects) -> Found[str] | None:
    """Return the identifier of the advertising account, where an object states it."""
    places = [(objects.account, "id"), (objects.account, "account_id")]
    holders = (objects.campaign, *objects.ad_sets, *objects.ads)
    places += [(holder, "account_id") for holder in holders]
    found = (holder.identifier(name) for holder, name in places if holder is not None)
    return next((identifier for identifier in found if identifier is not None), None)


def are_declared_everywhere(countries: Collection[str], markets: JSONValue) -> bool:
    """Whether what is declared for some countries, or for any, is declared for all markets.

    Where the markets are not told, it is known only of what is declared for any.
    """
    return not countries or (isinstance(markets, list) and set(markets) <= set(countries))


def _put_categories(draft: Draft, campaign: Record, markets: JSONValue) -> None:
    """Tell the declared categories, where they are known to be declared for all markets."""
    declared = campaign.texts("special_ad_categories")
    if declared is None:
        return
    origin = campaign.at("special_ad_categories")
    words = [word for word in declared if word.value != "NONE"]
    if len(words) not in (0, len(declared)):
        campaign.refuse(
            "special_ad_categories",
            "`NONE` stands beside a special ad category",
            "leave `NONE` out where there is a category",
        )
    for word in words:
        if word.value not in CATEGORIES:
            campaign.refuse(
                "special_ad_categories",
                f"{excerpt(word.value)} is no special ad category that is known here",
                f"known are {', '.join(f'`{known}`' for known in CATEGORIES)} and `NONE`",
            )
        if word.value == "ISSUES_ELECTIONS_POLITICS":
            draft.put("political.is_political", value=True, origin=word.pointer)
    countries = [each.value for each in campaign.texts("special_ad_category_country") or ()]
    campaign.leave("special_ad_category_country")
    if words and not are_declared_everywhere(countries, markets):
        campaign.leave("special_ad_categories")
        return
    told = [Found(value=CATEGORIES[word.value], pointer=word.pointer) for word in words]
    draft.put_all("declared_special_categories", told, origin)


# --- when -------------------------------------------------------------------------------------


def _put_flight(draft: Draft, holder: Record, end_name: str) -> None:
    start, end = moment(holder, "start_time"), moment(holder, end_name, never=True)
    if start is not None:
        draft.put("flight.start", start.value.date().isoformat(), start.pointer)
    if end is None:
        moments = [start]
    elif end.value == _NEVER:
        # Meta documents an end of 0 as running until stopped.
        draft.put("flight.until_stopped", value=True, origin=end.pointer)
        moments = [start]
    else:
        if start is not None and end.value < start.value:
            holder.refuse(end_name, "the end is before the start", "correct the one or the other")
        draft.put("flight.end", end.value.date().isoformat(), end.pointer)
        draft.put("flight.until_stopped", value=False, origin=end.pointer)
        moments = [start, end]
    zones = {str(one.value.tzinfo): one for one in moments if one is not None}
    if len(zones) == 1:
        zone, one = zones.popitem()
        draft.put("flight.timezone", zone, one.pointer)


def moment(holder: Record, name: str, *, never: bool = False) -> Found[datetime] | None:
    """Return a moment with its offset, or refuse what is none; seconds are in UTC.

    `never` is whether a 0 is a moment too, by which Meta writes an end that does not come.
    """
    value = holder.identifier(name)
    if value is None:
        return None
    read = _read_moment(value.value)
    if read is None or (read == _NEVER and not never):
        holder.refuse(
            name,
            f"{excerpt(value.value)} is no moment",
            "write it as `2026-07-29T17:54:57-0700`, or in seconds since 1970",
        )
    return Found(value=read, pointer=value.pointer)


def _read_moment(value: str) -> datetime | None:
    if value.isdecimal() and value.isascii():
        seconds = Decimal(value)
        known = seconds == 0 or EARLIEST <= seconds <= LATEST
        return datetime.fromtimestamp(int(seconds), UTC) if known else None
    if _MOMENT.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
