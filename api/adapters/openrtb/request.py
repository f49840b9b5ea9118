"""The bid request: where the ad would be shown, and the signals that come with the person."""

from api.adapters.adaptation import Draft
from api.adapters.places import country_of, region_of
from api.adapters.reading import Found, Record
from engine.source.json_fault import excerpt

from .ext import extension


def put_request(draft: Draft, platform: Draft, request: Record) -> None:
    """Tell what a request says of the place and of consent, and nothing of the person."""
    _put_consent(draft, request.record("regs"), request.record("user"))
    device = request.record("device")
    geo = device.record("geo") if device is not None else None
    if geo is not None:
        _put_market(draft, geo)
    placements = [
        found
        for channel, names in (("site", ("domain",)), ("app", ("bundle",)), ("dooh", ("domain",)))
        if (place := request.record(channel)) is not None
        for name in names
        if (found := place.filled(name)) is not None
    ]
    if placements:
        platform.put_all("placements", placements, request.pointer)


def _put_consent(draft: Draft, regs: Record | None, user: Record | None) -> None:
    _put_signal(draft, "consent.tcf", user, "consent")
    _put_signal(draft, "consent.gpp", regs, "gpp")
    _put_signal(draft, "consent.us_privacy", regs, "us_privacy")


def _put_signal(draft: Draft, fact: str, holder: Record | None, name: str) -> None:
    """Tell a string that stands in an object or in its `ext`; two that differ tell nothing."""
    if holder is None:
        return
    places = [holder, extension(holder)]
    found = [(place, place.filled(name)) for place in places if place is not None]
    strings = {string.value for _, string in found if string is not None}
    if len(strings) == 1:
        draft.put_found(fact, next(string for _, string in found if string is not None))
        return
    for place, _ in found:
        place.leave(name)


def _put_market(draft: Draft, geo: Record) -> None:
    """Tell where the device is. The codes are of ISO 3166: three letters, or two as many send."""
    written = geo.filled("country")
    if written is None:
        return
    country = country_of(written.value)
    if country is None:
        geo.refuse(
            "country",
            f"{excerpt(written.value)} is no country that ISO 3166-1 knows",
            "write its three-letter code in capitals, such as `DEU`",
        )
    region = geo.filled("region")
    code = region_of(country, region.value) if region is not None else None
    if code is None:
        geo.leave("region")
    market = Found(value=code or country, pointer=written.pointer)
    if code is not None and region is not None:
        market = Found(value=code, pointer=region.pointer)
    draft.put_all("markets", [market], geo.pointer)
