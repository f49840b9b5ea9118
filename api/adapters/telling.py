"""What several adapters tell in the same way: words of a list, amounts, flights, places."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

import pycountry

from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

from .adaptation import Draft
from .places import is_country
from .reading import Found, Record
from .refusal import AdapterRefusal

EARLIEST, LATEST = 946_684_800, 253_402_300_799
"""The first second of the year 2000 and the last of 9999, in seconds since 1970.

No platform is older. A moment that was written in another unit lies in 1970, or beyond the last
year; read as it stands, it would be judged by the law of a time in which there was none.
"""

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)?", re.ASCII)


def put_word(
    draft: Draft, fact: str, record: Record, name: str, words: Mapping[str, JSONValue]
) -> None:
    """Tell a member that is a word of the platform; a word that is not in the list is left."""
    found = record.filled(name)
    if found is not None and found.value in words:
        told = words[found.value]
        draft.put(fact, list(told) if isinstance(told, list) else told, found.pointer)
    else:
        record.leave(name)


def put_money(draft: Draft, fact: str, amount: Found[Decimal], currency: str | None) -> bool:
    """Tell an amount, and whether it was told: without a known currency there is none."""
    if currency is None or currency not in _currencies():
        return False
    written = f"{amount.value:f}"
    draft.put(fact, {"amount": written, "currency": currency}, amount.pointer)
    return True


def amount_in(record: Record, name: str) -> Found[Decimal] | None:
    """Return an amount that may be written as a decimal text; an amount below zero is refused."""
    value = record.unread(name)
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,15}\.\d{1,9}\s*", value, re.ASCII):
        record.text(name)
        return Found(value=Decimal(value.strip()), pointer=record.at(name))
    found = record.number(name)
    if found is not None and found.value < 0:
        record.refuse(name, "an amount is below zero", "send the record as the platform gives it")
    return found


@cache
def _currencies() -> frozenset[str]:
    return frozenset(str(currency.alpha_3) for currency in pycountry.currencies)


def day_in(record: Record, name: str, example: str) -> Found[date] | None:
    """Return the day of a moment that is written without an offset, as in the example."""
    found = record.filled(name)
    if found is None:
        return None
    written = _DAY.fullmatch(found.value)
    try:
        day = date.fromisoformat(written[1]) if written is not None else None
    except ValueError:
        day = None
    if day is None:
        record.refuse(name, f"{excerpt(found.value)} is no moment", f"write it as `{example}`")
    return Found(value=day, pointer=found.pointer)


def day_of_epoch(record: Record, name: str, *, exclusive: bool = False) -> Found[date] | None:
    """Return the day, in UTC, of a moment in milliseconds since 1970, or of what is just before."""
    found = record.whole_number(name)
    if found is None:
        return None
    seconds = (found.value - exclusive) // 1000
    if not EARLIEST <= seconds <= LATEST:
        record.refuse(
            name,
            f"{found.value} is no moment that a campaign may have",
            "write it in milliseconds since 1970",
        )
    return Found(value=datetime.fromtimestamp(seconds, UTC).date(), pointer=found.pointer)


def put_flight(
    draft: Draft, holder: Record, start: Found[date] | None, end: Found[date] | None
) -> None:
    """Tell the first and the last day; with a last day, the ads do not run until stopped."""
    if start is not None:
        draft.put("flight.start", start.value.isoformat(), start.pointer)
    if end is None:
        return
    if start is not None and end.value < start.value:
        raise AdapterRefusal(
            "the end is before the start",
            pointer=end.pointer,
            help=f"correct the one or the other in {excerpt(holder.pointer or '/')}",
        )
    draft.put("flight.end", end.value.isoformat(), end.pointer)
    draft.put("flight.until_stopped", value=False, origin=end.pointer)


def put_radius(
    area: Draft, circle: Record, unit_name: str, metres: Mapping[str, Decimal], whose: str
) -> None:
    """Tell the radius of a circle, whose unit has so many metres; in an unknown one it is left."""
    radius, unit = circle.number("radius"), circle.filled(unit_name)
    if radius is None or unit is None or unit.value not in metres:
        circle.leave("radius")
        circle.leave(unit_name)
        return
    if radius.value < 0:
        circle.refuse("radius", "a radius is below zero", f"send the record as {whose} gives it")
    told = (radius.value * metres[unit.value]).normalize()
    area.put("radius_m", told if told % 1 else int(told), radius.pointer)


def put_markets(draft: Draft, countries: Sequence[Found[str] | None]) -> None:
    """Tell the markets, in the order in which the record first names them.

    None is a place whose country is unknown: it may be any other market, so that none is told.
    """
    distinct: dict[str, Found[str]] = {}
    for country in countries:
        if country is None:
            return
        distinct.setdefault(country.value, country)
    told = list(distinct.values())
    if told:
        draft.put_all("markets", told, told[0].pointer)


def checked_country(country: Found[str]) -> Found[str]:
    """Return an ISO 3166-1 alpha-2 code, or refuse what is none."""
    if not is_country(country.value):
        raise AdapterRefusal(
            f"{excerpt(country.value)} is no country that ISO 3166-1 knows",
            pointer=country.pointer,
            help="write its two-letter code in capitals, such as `DE`",
        )
    return country


def require_told(draft: Draft, advice: str) -> None:
    """Refuse a record that tells nothing but the platform that it comes from."""
    if not any(_tells(value) for path, value in draft.facts().items() if path != "platforms"):
        raise AdapterRefusal(
            "no member of the record tells anything about a campaign", pointer="", help=advice
        )


def _tells(value: JSONValue) -> bool:
    match value:
        case dict():
            return any(map(_tells, value.values()))
        case list():
            return not value or any(map(_tells, value))
        case _:
            return True


def unmapped(root: Record, untold: tuple[str, ...]) -> dict[str, JSONValue]:
    """Return what nobody told: members that remain, and those that parts of a record differ in."""
    differing = {pointer: root.resolve(pointer) for pointer in untold}
    return dict(root.remaining()) | {
        at: value for at, value in differing.items() if not isinstance(value, dict)
    }
