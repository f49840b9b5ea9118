"""Snapchat's ad squads: objects of the Marketing API, told as a campaign.

A record is an ad squad or a campaign, or several joined as `ad_account`, `campaign`, `adsquads`.
Amounts are in millionths of the account's currency, moments in UTC. A member that is absent is
unknown, except a gender, which Snapchat documents to be left out for all.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from api.adapters.adaptation import Draft
from api.adapters.agreement import put_agreed
from api.adapters.reading import Found, Record
from api.adapters.telling import put_flight, put_money, require_told
from engine.source.quoting import excerpt

from .squad_targeting import put_targeting

_MARKS = frozenset(
    [
        *("ad_account", "adsquad", "adsquads", "daily_budget_micro", "lifetime_budget_micro"),
        *("lifetime_spend_cap_micro", "objective_v2_properties", "placement_v2"),
        "targeting_reach_status",
    ]
)
"""The members by which objects of the API are known."""

_AIMED = frozenset(["demographics", "geos", "segments"])
"""The members by which a targeting specification of Snapchat's is known."""

_JOINED = frozenset(["ad_account", "adsquad", "adsquads"])
_MICROS = 1_000_000
_BUDGETS = (("daily_budget_micro", "daily"), ("lifetime_budget_micro", "lifetime"))


def is_of_the_api(root: Record) -> bool:
    """Whether a record shows that it holds objects of the Marketing API, and no row."""
    targeting = root.unread("targeting")
    aimed = isinstance(targeting, dict) and bool(_AIMED & targeting.keys())
    return "ADID" not in root and (aimed or bool(_MARKS & set(root)))


def put_squads(draft: Draft, platform: Draft, root: Record) -> tuple[str, ...]:
    """Tell the objects in a record; returns where stands what several of them differ in."""
    names = set(root)
    joined = bool(names & _JOINED) or isinstance(root.unread("campaign"), dict)
    account = root.record("ad_account") if joined else None
    campaign = root.record("campaign") if joined else None
    if joined:
        squads = list(_squads(root))
    elif "campaign_id" in names or "targeting" in names:
        squads = [root]
    else:
        campaign, squads = root, []
    currency = account.filled("currency") if account is not None else None
    if account is not None:
        platform.put_found("account_id", account.identifier("id"))
    if campaign is not None:
        draft.put_found("id", campaign.identifier("id"))
        draft.put_found("name", campaign.filled("name"))
        if account is None:
            platform.put_found("account_id", campaign.identifier("ad_account_id"))
    untold = put_agreed(draft, [[_part(squad, campaign) for squad in squads]])
    _put_budget(draft, campaign, squads, currency)
    if account is not None and "budget.amount" not in draft.facts():
        account.leave("currency")
    require_told(draft, "send an ad squad with its `targeting`, or several with their campaign")
    return untold


def _squads(root: Record) -> Iterator[Record]:
    """Yield the ad squads, each of which an answer of the API wraps."""
    single = root.record("adsquad")
    if single is not None:
        yield single
    for squad in root.records("adsquads") or ():
        wrapped = squad.record("adsquad")
        yield squad if wrapped is None else wrapped


def _part(squad: Record, campaign: Record | None) -> Draft:
    draft = Draft()
    if campaign is None or "id" not in campaign:
        draft.put_found("id", squad.identifier("campaign_id"))
    start, end = _day(squad, "start_time"), _day(squad, "end_time")
    put_flight(draft, squad, start, end)
    moment = start or end
    if moment is not None:
        draft.put("flight.timezone", "UTC", moment.pointer)
    targeting = squad.record("targeting")
    if targeting is not None:
        put_targeting(draft, targeting)
    return draft


def _day(holder: Record, name: str) -> Found[date] | None:
    found = holder.filled(name)
    if found is None:
        return None
    try:
        written = datetime.fromisoformat(found.value)
        moment = written.astimezone(UTC) if written.tzinfo is not None else None
    except (OverflowError, ValueError):
        moment = None
    if moment is None:
        holder.refuse(
            name,
            f"{excerpt(found.value)} is no moment",
            "write it as `2026-07-29T17:54:57.000Z`",
        )
    return Found(value=moment.date(), pointer=found.pointer)


def _put_budget(
    draft: Draft, campaign: Record | None, squads: list[Record], currency: Found[str] | None
) -> None:
    """Tell the only budget, which is in millionths: of the campaign, or of its only ad squad.

    Of several ad squads one that has none in the record may have one all the same.
    """
    given = []
    for holder in (*squads, *([] if campaign is None else [campaign])):
        for name, period in _BUDGETS:
            amount = holder.whole_number(name)
            if amount is not None and amount.value < 0:
                holder.refuse(name, "an amount is below zero", "send the record as Snapchat does")
            if amount is not None and amount.value:
                given.append((holder, name, period, amount))
            holder.leave(name)
    if len(given) != 1 or (len(squads) > 1 and given[0][0] is not campaign):
        return
    holder, name, period, micros = given[0]
    draft.put("budget.period", period, micros.pointer)
    whole = (Decimal(micros.value) / _MICROS).normalize()
    told: Found[Decimal] = Found(value=whole, pointer=micros.pointer)
    code = None if currency is None else currency.value
    if put_money(draft, "budget.amount", told, code):
        holder.whole_number(name)
        if period == "lifetime":
            put_money(draft, "budget.total", told, code)
