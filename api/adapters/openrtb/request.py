"""The bid request: where the ad would be shown, and the signals that come with the person.

What the request says of the law (`regs`) is in section 3.2.3 of OpenRTB 2.6; what 2.5 had no member
for is in `ext`, where IAB Tech Lab's advisories put it.
"""

from collections.abc import Callable, Iterator

from api.adapters.adaptation import Draft
from api.adapters.places import country_of, region_of
from api.adapters.reading import Found, Record
from engine.source.json_text import JSONValue
from engine.source.quoting import described, excerpt

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
    if user is not None:
        _put_signal(draft, "consent.tcf", user, "consent", Record.filled)
    if regs is None:
        return
    _put_signal(draft, "consent.gpp", regs, "gpp", Record.filled)
    _put_signal(draft, "consent.us_privacy", regs, "us_privacy", Record.filled)
    _put_signal(draft, "consent.gdpr_applies", regs, "gdpr", Record.yes_no)
    draft.put_found("consent.coppa_applies", regs.yes_no("coppa"))
    _put_sections(draft, regs)


def _put_signal(
    draft: Draft,
    fact: str,
    holder: Record,
    name: str,
    read: Callable[[Record, str], Found[str] | Found[bool] | None],
) -> None:
    """Tell what stands in an object or in its `ext`; two that differ tell nothing."""
    found = [(place, read(place, name)) for place in _places(holder)]
    said = [one for _, one in found if one is not None]
    if len({one.value for one in said}) == 1:
        draft.put_found(fact, said[0])
        return
    for place, _ in found:
        place.leave(name)


def _places(holder: Record) -> Iterator[Record]:
    yield holder
    inner = extension(holder)
    if inner is not None:
        yield inner


def _put_sections(draft: Draft, regs: Record) -> None:
    """Tell which sections of the GPP string apply; -1 and 0 are no sections, and are left."""
    named = [(place, place.elements("gpp_sid")) for place in _places(regs)]
    lists = [[_section(place, one) for one in found] for place, found in named if found]
    told = lists[0] if lists else []
    alike = all([one.value for one in each] == [one.value for one in told] for each in lists)
    if told and alike and all(section.value > 0 for section in told):
        draft.put_all("consent.gpp_sections", told, told[0].pointer.rpartition("/")[0])
        return
    for place, _ in named:
        place.leave("gpp_sid")


def _section(place: Record, element: Found[JSONValue]) -> Found[int]:
    if not isinstance(element.value, int) or isinstance(element.value, bool):
        place.refuse(
            "gpp_sid",
            f"a section is {described(element.value)}",
            "write the sections by their numbers, such as `7`",
        )
    return Found(value=element.value, pointer=element.pointer)


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
