"""The bids: which campaign and creative one is of, and who is behind it."""

from collections.abc import Sequence

from api.adapters.adaptation import Draft
from api.adapters.places import language_of
from api.adapters.reading import Found, Record

from .ext import transparency_of

_FORMATS = {2: "video", 3: "audio"}
"""The formats by `mtype`: a banner (1) or a native ad (4) may be of any."""


def bid_part(bid: Record) -> Draft:
    """Return what one bid tells, but for the transparency that all bids tell together."""
    draft = Draft()
    draft.put_found("id", bid.identifier("cid"))
    told = draft.element("creatives", bid.pointer)
    told.put_found("id", bid.identifier("crid"))
    kind = bid.whole_number("mtype")
    if kind is not None and kind.value in _FORMATS:
        told.put("format", _FORMATS[kind.value], kind.pointer)
    else:
        bid.leave("mtype")
    language = bid.filled("langb") or bid.filled("language")
    code = language_of(language.value) if language is not None else None
    if language is not None and code is not None:
        told.put("language", code, language.pointer)
    else:
        bid.leave("langb")
        bid.leave("language")
    dsa = transparency_of(bid)
    if dsa is not None:
        draft.put_found("advertiser.beneficiary", dsa.filled("behalf"))
        draft.put_found("advertiser.payer", dsa.filled("paid"))
    return draft


def seat_of(seats: Sequence[Record]) -> Found[str] | None:
    """Return the buyer's seat, where all bids are of one."""
    found = [seat.identifier("seat") for seat in seats]
    names = {None if seat is None else seat.value for seat in found}
    if len(names) == 1 and None not in names:
        return found[0]
    for seat in seats:
        seat.leave("seat")
    return None
