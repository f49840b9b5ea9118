"""Snapchat: a row of the political and advocacy ads library, or ad squads, told as a campaign.

The library publishes every targeting criterion of an ad, and its notes say what an empty cell
means; a column that is absent, or null, means nothing and tells nothing. What is read from where
is in `docs/adapters/snapchat.md`. Moments are in UTC, and so are the days told from them. Ad squads
are objects of the Marketing API.
"""

import re

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.places import country_named
from api.adapters.reading import Found, Record, whole_record
from api.adapters.telling import unmapped
from engine.source.quoting import excerpt

from .cells import moment
from .people import put_characteristics, put_people
from .places import put_places
from .squads import is_of_the_api, put_squads

__all__ = ["adapt"]

_MEDIA = re.compile(r"\?mediaType=(\w+)$", re.ASCII)
_WEB_VIEW = re.compile(r"web_view_url:(https?://\S+)", re.ASCII)
_FORMATS = {"mp4": "video", "mov": "video", "png": "image", "jpg": "image", "jpeg": "image"}


def adapt(record: object) -> Adaptation:
    """Return the campaign that a row tells, from CSV or as a JSON object, or that ad squads do.

    Raises `AdapterRefusal` for a row that is not one, or that cannot be read without guessing.
    """
    row = whole_record(record)
    draft = Draft()
    if is_of_the_api(row):
        platform = draft.element("platforms", "")
        platform.put("name", "snap", "")
        untold = put_squads(draft, platform, row)
        return draft.finish(unmapped(row, untold))
    advice = "send a row of Snapchat's political ads library, with its columns by name"
    draft.put_found("id", row.require("ADID", row.filled, advice))
    draft.element("platforms", "").put("name", "snap", "")
    draft.put("political.is_political", value=True, origin="")
    _put_payer(draft, row)
    _put_flight(draft, row)
    put_places(draft, row, _country(draft, row, advice))
    put_people(draft, row)
    put_characteristics(draft, row)
    _put_creative(draft, row)
    return draft.finish(dict(row.remaining()))


def _country(draft: Draft, row: Record, advice: str) -> Found[str]:
    name = row.require("CountryCode", row.filled, advice)
    code = country_named(name.value)
    if code is None:
        row.refuse(
            "CountryCode",
            f"{excerpt(name.value)} is no country that ISO 3166-1 knows",
            "write its English name as ISO 3166-1 has it, such as `united kingdom`",
        )
    found = Found(value=code, pointer=name.pointer)
    draft.put_all("markets", [found], name.pointer)
    return found


def _put_payer(draft: Draft, row: Record) -> None:
    payer = row.filled("PayingAdvertiserName")
    if payer is None:
        return
    for fact in ("advertiser.name", "advertiser.payer", "political.sponsor"):
        draft.put_found(fact, payer)
    draft.put("political.disclaimer_text", f"Paid for by {payer.value}", payer.pointer)


def _put_flight(draft: Draft, row: Record) -> None:
    start = moment(row, "StartDate")
    cell = row.text("EndDate")
    if start is not None:
        draft.put("flight.start", start.value.date().isoformat(), start.pointer)
        draft.put("flight.timezone", "UTC", start.pointer)
    if cell is None:
        return
    end = moment(row, "EndDate")
    if end is None:
        draft.put("flight.until_stopped", value=True, origin=cell.pointer)
    elif start is not None and end.value < start.value:
        # Such ads were shown all the same: the moment is not the one at which they stopped.
        row.leave("EndDate")
    else:
        draft.put("flight.end", end.value.date().isoformat(), end.pointer)
        draft.put("flight.timezone", "UTC", end.pointer)
        draft.put("flight.until_stopped", value=False, origin=end.pointer)


def _put_creative(draft: Draft, row: Record) -> None:
    creative = draft.element("creatives", row.at("ADID"))
    creative.put_found("id", row.filled("ADID"))
    address = row.text("CreativeUrl")
    if address is not None:
        row.leave("CreativeUrl")
        media = [_MEDIA.search(part) for part in address.value.split(";")]
        # Several files may be a story, a collection or a row of pictures: which, is not said.
        form = _FORMATS.get(media[0][1].lower()) if len(media) == 1 and media[0] else None
        if form is not None:
            creative.put("format", form, address.pointer)
    attachment = row.text("CreativeProperties")
    if attachment is not None:
        web_view = _WEB_VIEW.fullmatch(attachment.value)
        if web_view is None:
            row.leave("CreativeProperties")
        else:
            draft.put("landing.url", web_view[1], attachment.pointer)
