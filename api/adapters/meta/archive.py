"""An archived ad of Meta's Ad Library: what an ad was, told as a campaign of that one ad.

The library says by whom an ad was paid only of ads about social issues, elections and politics, and
whom an ad was aimed at only where it was shown in the European Union.
"""

import re
from collections.abc import Mapping
from datetime import date

from api.adapters.adaptation import Draft
from api.adapters.places import country_named
from api.adapters.reading import Found, Record
from api.adapters.telling import day_in, put_flight, put_markets, put_word
from engine.source.json_text import JSONValue
from engine.source.quoting import excerpt

from .campaign import moment

MARKS = frozenset(["ad_creative_bodies", "ad_creative_body", "ad_delivery_start_time"])
"""The members by which an archived ad is known."""

GENDERS: Mapping[str, JSONValue] = {"All": ["all"], "Men": ["male"], "Women": ["female"]}
KINDS = {"CITY": "city", "COUNTRY": "country", "REGION": "region", "ZIP": "postal_code"}
_IDENTIFIER = re.compile(r"https://\S+[?&]id=(\d{1,20})(?:&\S*)?", re.ASCII)
_AGE = re.compile(r"(\d{2})(\+?)", re.ASCII)


def put_archived_ad(draft: Draft, platform: Draft, ad: Record) -> None:
    """Tell an archived ad."""
    identifier = ad.identifier("id") or _identifier(ad)
    draft.put_found("id", identifier)
    told = draft.element("creatives", "")
    told.put_found("id", identifier)
    bodies = ad.texts("ad_creative_bodies") or ()
    if len(bodies) == 1 and bodies[0].value:
        told.put_found("text", bodies[0])
    else:
        ad.leave("ad_creative_bodies")
        told.put_found("text", ad.filled("ad_creative_body"))
    _put_payer(draft, ad)
    # Without an end the ad may still be shown, or the end was not asked for.
    put_flight(draft, ad, _day(ad, "ad_delivery_start_time"), _day(ad, "ad_delivery_stop_time"))
    _put_ages(draft, ad)
    put_word(draft, "targeting.genders", ad, "target_gender", GENDERS)
    _put_places(draft, ad)
    publishers = ad.texts("publisher_platforms")
    if publishers:
        platform.put_all("placements", publishers, ad.at("publisher_platforms"))


def _identifier(ad: Record) -> Found[str] | None:
    """Return the identifier in the address of the snapshot, which stays unmapped."""
    address = ad.filled("ad_snapshot_url")
    ad.leave("ad_snapshot_url")
    written = _IDENTIFIER.fullmatch(address.value) if address is not None else None
    if address is None or written is None:
        return None
    return Found(value=written[1], pointer=address.pointer)


def _put_payer(draft: Draft, ad: Record) -> None:
    draft.put_found("advertiser.name", ad.filled("page_name"))
    payer = ad.filled("bylines") or ad.filled("funding_entity")
    if payer is not None:
        draft.put("political.is_political", value=True, origin=payer.pointer)
        draft.put_found("political.sponsor", payer)
        draft.put("political.disclaimer_text", f"Paid for by {payer.value}", payer.pointer)
        draft.put_found("advertiser.payer", payer)
    named = ad.records("beneficiary_payers") or ()
    if len(named) == 1:
        draft.put_found("advertiser.beneficiary", named[0].filled("beneficiary"))
        draft.put_found("advertiser.payer", named[0].filled("payer"))


def _day(ad: Record, name: str) -> Found[date] | None:
    """Return a day, which later versions of the library write without the time."""
    written = ad.unread(name)
    if isinstance(written, str) and len(written.strip()) == len("2026-07-29"):
        return day_in(ad, name, "2026-07-29")
    found = moment(ad, name)
    return None if found is None else Found(value=found.value.date(), pointer=found.pointer)


def _put_ages(draft: Draft, ad: Record) -> None:
    """Tell the two ages that the library gives, of which the last may be open (`65+`)."""
    ages = ad.texts("target_ages") or ()
    written = [_AGE.fullmatch(age.value) for age in ages]
    match written:
        case [re.Match() as first, re.Match() as last] if not first[2] and first[1] <= last[1]:
            draft.put("targeting.age.min", int(first[1]), ages[0].pointer)
            draft.put("targeting.age.no_maximum", bool(last[2]), ages[1].pointer)
            if not last[2]:
                draft.put("targeting.age.max", int(last[1]), ages[1].pointer)
        case []:
            ad.leave("target_ages")
        case _:
            ad.refuse(
                "target_ages",
                f"{excerpt(', '.join(age.value for age in ages))} are not two ages in order",
                "send the record as Meta gives it, such as `18` and `65+`",
            )


def _put_places(draft: Draft, ad: Record) -> None:
    """Tell the places. Each says whether it is excluded; one that does not is on neither side."""
    countries: list[Found[str] | None] = []
    for place in ad.records("target_locations") or ():
        excluded = place.yes_no("excluded")
        if excluded is None:
            countries.append(None)
            continue
        path = "targeting.geo.exclude" if excluded.value else "targeting.geo.include"
        found = _put_place(draft.element(path, place.pointer), place)
        if not excluded.value:
            countries.append(found)
    put_markets(draft, countries)


def _put_place(area: Draft, place: Record) -> Found[str] | None:
    put_word(area, "kind", place, "type", KINDS)
    name = place.filled("name")
    area.put_found("name", name)
    if area.facts().get("kind") != "country" or name is None:
        return None
    code = country_named(name.value)
    if code is None:
        return None
    area.put("place", code, name.pointer)
    return Found(value=code, pointer=name.pointer)
