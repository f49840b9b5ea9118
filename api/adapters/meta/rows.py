"""A row of the table that Meta's Ads Manager exports for editing: an ad, with its ad set.

The columns are those of the export, in English. Every cell is a text, and an empty one says that
nothing was chosen; an absent column says nothing. Amounts are in whole units of a currency that the
table does not name, moments in the time zone of the account.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from api.adapters.adaptation import Draft
from api.adapters.reading import Found, Record
from api.adapters.telling import amount_in, put_flight, put_money, require_told
from engine.source.quoting import excerpt

from .campaign import CATEGORIES, OBJECTIVES, are_declared_everywhere
from .row_lists import cells_of, put_people, put_places
from .targeting import DEFAULT_LEAST_AGE, GREATEST_AGE, LEAST_AGE, MOST_LEAST_AGE

MARKS = frozenset(["Ad Set ID", "Ad Set Name", "Ad Set Run Status", "Ad Set Time Start"])
"""The columns by which a row is known."""

GENDERS: Mapping[str, str] = MappingProxyType(
    {"": "all", "All": "all", "Men": "male", "Women": "female"}
)
"""The genders by `Gender`."""

_IDENTIFIER = re.compile(r"(?:a|c|cg):(\d+)", re.ASCII)
# A spreadsheet that writes days as its own country does, the day first, drops the `pm`.
_MOMENT = re.compile(r"(\d{2}/\d{2}/\d{4}) \d{1,2}:\d{2}(?::\d{2})? ?[AaPp][Mm]", re.ASCII)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_DECLARED_FOR = "Special Ad Category Country"
_BUDGETS = (
    ("Campaign Daily Budget", "daily"),
    ("Campaign Lifetime Budget", "lifetime"),
    ("Ad Set Daily Budget", "daily"),
    ("Ad Set Lifetime Budget", "lifetime"),
)
_POSITIONS: Mapping[str, str] = MappingProxyType(
    {
        "audience_network": "Audience Network Positions",
        "facebook": "Facebook Positions",
        "instagram": "Instagram Positions",
        "messenger": "Messenger Positions",
    }
)


def put_row(draft: Draft, platform: Draft, row: Record) -> None:
    """Tell a row."""
    draft.put_found("id", _identifier(row, "Campaign ID"))
    draft.put_found("name", row.filled("Campaign Name"))
    _put_objective(draft, row)
    put_flight(draft, row, _day(row, "Ad Set Time Start"), _day(row, "Ad Set Time Stop"))
    _put_budget(draft, row)
    draft.put_found("advertiser.beneficiary", row.filled("Beneficiary"))
    draft.put_found("advertiser.payer", row.filled("Payer"))
    suggested = _put_expansion(draft, row)
    _put_ages(draft, row, suggested=suggested)
    _put_gender(draft, row, suggested=suggested)
    put_places(draft, row)
    _put_categories(draft, row)
    put_people(draft, row)
    _put_placements(platform, row)
    ad = _identifier(row, "Ad ID")
    text = row.filled("Body")
    if ad is not None or text is not None:
        told = draft.element("creatives", "")
        told.put_found("id", ad)
        told.put_found("text", text)
    draft.put_found("landing.url", row.filled("Link"))
    require_told(draft, "send the rows that the Ads Manager exports for editing, in English")


def _identifier(row: Record, name: str) -> Found[str] | None:
    """Return an identifier without the letters that the export puts before it."""
    found = row.filled(name)
    written = _IDENTIFIER.fullmatch(found.value) if found is not None else None
    if found is None or written is None:
        return found
    return Found(value=written[1], pointer=found.pointer)


def _word(value: str) -> str:
    """Return a word of the export as the API writes it: `Outcome Sales` is `OUTCOME_SALES`."""
    return re.sub(r"\W+", "_", value.strip()).upper()


def _put_objective(draft: Draft, row: Record) -> None:
    objective = row.filled("Campaign Objective")
    if objective is not None and _word(objective.value) in OBJECTIVES:
        draft.put("objective", OBJECTIVES[_word(objective.value)], objective.pointer)
    else:
        row.leave("Campaign Objective")


def _put_categories(draft: Draft, row: Record) -> None:
    """Tell the declared categories; an empty cell may be one that nobody has filled in yet."""
    declared = row.filled("Special Ad Categories")
    if declared is None:
        row.leave("Special Ad Categories")
        return
    words = [_word(word) for word in declared.value.strip("[]").replace('"', "").split(",")]
    chosen = [word for word in words if word not in ("", "NONE")]
    unknown = next((word for word in chosen if word not in CATEGORIES), None)
    if unknown is not None or (chosen and "NONE" in words):
        row.refuse(
            "Special Ad Categories",
            f"{excerpt(unknown or 'NONE')} is no special ad category that is known here",
            f"known are {', '.join(f'`{known}`' for known in CATEGORIES)}, or `NONE` alone",
        )
    if "ISSUES_ELECTIONS_POLITICS" in chosen:
        draft.put("political.is_political", value=True, origin=declared.pointer)
    countries = [each.value.strip('[]" ') for each in cells_of(row, _DECLARED_FOR, ",")]
    row.leave(_DECLARED_FOR)
    if chosen and not are_declared_everywhere(countries, draft.facts().get("markets")):
        row.leave("Special Ad Categories")
        return
    told = [Found(value=CATEGORIES[word], pointer=declared.pointer) for word in chosen]
    draft.put_all("declared_special_categories", told, declared.pointer)


def _day(row: Record, name: str) -> Found[date] | None:
    """Return the day of a moment, whose month comes first whatever the language of the account."""
    found = row.filled(name)
    if found is None:
        return None
    written = _MOMENT.fullmatch(found.value)
    try:
        day = datetime.strptime(written[1], "%m/%d/%Y").date() if written else None  # noqa: DTZ007 - the zone is the account's.
    except ValueError:
        day = None
    if day is None:
        row.refuse(
            name,
            f"{excerpt(found.value)} is no moment",
            "write it as Meta does, month first: `07/29/2026 5:54:57 pm`",
        )
    return Found(value=day, pointer=found.pointer)


def _put_budget(draft: Draft, row: Record) -> None:
    """Tell the only budget of the row, in the currency that stands beside it."""
    given = [
        (name, period, amount)
        for name, period in _BUDGETS
        if (cell := row.filled(name)) is not None
        and _NUMBER.fullmatch(cell.value)
        and (amount := amount_in(row, name)) is not None
        and amount.value
    ]
    for name, _ in _BUDGETS:
        row.leave(name)
    if len(given) != 1:
        return
    name, period, amount = given[0]
    row.text(name)
    draft.put("budget.period", period, amount.pointer)
    currency = row.filled("Currency")
    code = None if currency is None else currency.value
    if not put_money(draft, "budget.amount", amount, code):
        row.leave(name)
        row.leave("Currency")
    elif period == "lifetime":
        put_money(draft, "budget.total", amount, code)


# --- whom it is aimed at ------------------------------------------------------------------------


def _put_expansion(draft: Draft, row: Record) -> bool:
    """Tell whether Meta may widen the audience, and return whether what is chosen may suggest.

    Where the column is absent or empty, Advantage+ audience may be on.
    """
    chosen = row.filled("Advantage Audience")
    relaxed = row.filled("Targeting Relaxation")
    on = chosen is not None and chosen.value == "1"
    if chosen is not None and on:
        draft.put("automation.audience_expansion", value=True, origin=chosen.pointer)
    elif relaxed is not None and re.search(r": *On\b", relaxed.value):
        draft.put("automation.audience_expansion", value=True, origin=relaxed.pointer)
    if not on:
        row.leave("Advantage Audience")
    alone = row.filled("Individual Setting")
    row.leave("Individual Setting")
    return alone is not None or chosen is None or chosen.value != "0"


def _put_ages(draft: Draft, row: Record, *, suggested: bool) -> None:
    least, greatest = _age(row, "Age Min"), _age(row, "Age Max")
    if least is not None and greatest is not None and greatest.value < least.value:
        row.refuse("Age Max", "`Age Max` is below `Age Min`", "exchange the two")
    publishers = cells_of(row, "Publisher Platforms", ",")
    if any(one.value.casefold() == "whatsapp" for one in publishers):
        # People there whose age nobody knows see the ads too: no column is known that says no.
        row.leave("Age Min")
        row.leave("Age Max")
        return
    kept = MOST_LEAST_AGE if row.unread("Age Range") else DEFAULT_LEAST_AGE
    if least is not None and (not suggested or least.value <= kept):
        draft.put_found("targeting.age.min", least)
    else:
        row.leave("Age Min")
    if greatest is not None and greatest.value == GREATEST_AGE:
        draft.put("targeting.age.no_maximum", value=True, origin=greatest.pointer)
    elif greatest is not None and not suggested:
        draft.put_found("targeting.age.max", greatest)
        draft.put("targeting.age.no_maximum", value=False, origin=greatest.pointer)
    else:
        row.leave("Age Max")


def _age(row: Record, name: str) -> Found[int] | None:
    found = row.filled(name)
    if found is None:
        return None
    written = found.value.removesuffix("+")
    if not written.isdecimal() or not LEAST_AGE <= int(written) <= GREATEST_AGE:
        row.refuse(
            name,
            f"{excerpt(found.value)} is no age that Meta lets one choose",
            f"ages go from {LEAST_AGE} to {GREATEST_AGE}, which stands for all ages above",
        )
    return Found(value=int(written), pointer=found.pointer)


def _put_gender(draft: Draft, row: Record, *, suggested: bool) -> None:
    gender = row.text("Gender")
    if gender is None:
        return
    if gender.value not in GENDERS:
        row.refuse(
            "Gender",
            f"{excerpt(gender.value)} is no gender that Meta exports",
            "it writes `Men`, `Women`, or nothing for all genders",
        )
    if GENDERS[gender.value] != "all" and suggested:
        row.leave("Gender")
        return
    told = [Found(value=GENDERS[gender.value], pointer=gender.pointer)]
    draft.put_all("targeting.genders", told, gender.pointer)


def _put_placements(platform: Draft, row: Record) -> None:
    publishers = cells_of(row, "Publisher Platforms", ",")
    columns = [_POSITIONS[one.value] for one in publishers if one.value in _POSITIONS]
    if not publishers or not all(column in row for column in columns):
        row.leave("Publisher Platforms")
        return
    told: list[Found[str]] = []
    for publisher in publishers:
        positions = cells_of(row, _POSITIONS.get(publisher.value, ""), ",")
        told += [
            Found(value=f"{publisher.value} {position.value}", pointer=position.pointer)
            for position in positions
        ] or [publisher]
    platform.put_all("placements", told, row.at("Publisher Platforms"))
