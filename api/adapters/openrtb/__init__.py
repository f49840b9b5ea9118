"""OpenRTB 2.6: a bid request, a bid response or one bid, told as a campaign.

The extension for the Digital Services Act is read where IAB Tech Lab puts it (`regs.ext.dsa` and
`bid.ext.dsa`), and what OpenRTB 2.5 kept in `ext` is read there too. A request describes one person
who is about to see an ad, not whom a campaign is aimed at: of the person nothing is told. What is
read from where is in `docs/adapters/openrtb.md`.
"""

from dataclasses import dataclass

from api.adapters.adaptation import Adaptation, Draft
from api.adapters.agreement import put_agreed
from api.adapters.reading import Record, whole_record
from api.adapters.refusal import UnrecognisedRecord
from api.adapters.telling import require_told, unmapped

from .bids import bid_part, seat_of
from .request import put_request
from .transparency import put_transparency

__all__ = ["adapt"]

_SENDABLE = "send a bid request, a bid response or a bid, or the first two as `request`, `response`"


def adapt(record: object) -> Adaptation:
    """Return the campaign that a request, what answers it, or both tell.

    Raises `AdapterRefusal` for a record that is none of them, that has a value of another type
    than OpenRTB documents, or that holds nothing a campaign is told by.
    """
    root = whole_record(record)
    objects = _objects(root)
    draft = Draft()
    platform = draft.element("platforms", "")
    platform.put("name", "openrtb", "")
    if objects.request is not None:
        put_request(draft, platform, objects.request)
    bids = [bid for seat in objects.seats for bid in seat.records("bid") or ()]
    untold = put_agreed(draft, [[bid_part(bid) for bid in (*bids, *objects.bids)]])
    put_transparency(draft, objects.request, [*bids, *objects.bids])
    platform.put_found("account_id", seat_of(objects.seats))
    if "placements" not in platform.facts():
        require_told(draft, "a request tells by `regs`, `user`, `device.geo`, a bid by its ids")
    return draft.finish(unmapped(root, untold))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Objects:
    """A request, the seats of a response, and bids that stand alone."""

    request: Record | None = None
    seats: tuple[Record, ...] = ()
    bids: tuple[Record, ...] = ()


def _objects(root: Record) -> _Objects:
    if "request" in root or "response" in root:
        response = root.record("response")
        seats = response.records("seatbid") if response is not None else None
        return _Objects(request=root.record("request"), seats=seats or ())
    if "seatbid" in root:
        return _Objects(seats=root.records("seatbid") or ())
    if "impid" in root:
        return _Objects(bids=(root,))
    if "imp" in root:
        return _Objects(request=root)
    raise UnrecognisedRecord(
        "nothing in the record shows whether it is a bid request, a bid response or a bid",
        help=_SENDABLE,
    )
