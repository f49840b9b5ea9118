"""The Transparency & Consent String of IAB Europe's framework, versions 2.0 to 2.3.

Format: "Transparency and Consent String with Global Vendor & CMP List Formats v2" of the IAB Tech
Lab. Segments are separated by a dot: the core comes first, then at most one each of disclosed
vendors (type 1, mandatory since 28 February 2026), allowed vendors (type 2, of no effect since
global consent was given up in 2.2; it is read and not used) and the publisher's own purposes (3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from .bits import Bits, UnreadableString, check_length
from .ids import Ids, read_entries, read_vendors

_VERSION = 2
_DISCLOSED, _ALLOWED, _PUBLISHER = 1, 2, 3
_SEGMENTS = {
    _DISCLOSED: "the segment of disclosed vendors",
    _ALLOWED: "the segment of allowed vendors",
    _PUBLISHER: "the segment of the publisher's purposes",
}
_FIRST_CMP = 2
"""The register of consent platforms begins there: 0 is none, and 1 is not a platform."""


class RestrictionType(IntEnum):
    """What a publisher's restriction says of a purpose."""

    NOT_ALLOWED = 0
    REQUIRE_CONSENT = 1
    REQUIRE_LEGITIMATE_INTEREST = 2
    UNDEFINED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """What a publisher lays down for one purpose and some vendors."""

    purpose: int
    type: RestrictionType
    vendors: Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherPurposes:
    """The publisher's own purposes, by their ground; custom ones are of its own making."""

    consents: tuple[int, ...]
    legitimate_interests: tuple[int, ...]
    custom_consents: tuple[int, ...]
    custom_legitimate_interests: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TCString:
    """What a TC string says. Purposes, features and vendors by their numbers, from one.

    A segment that is absent is None: no list of disclosed vendors is not an empty list.
    """

    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    is_service_specific: bool
    use_non_standard_texts: bool
    special_feature_optins: tuple[int, ...]
    purpose_consents: tuple[int, ...]
    purpose_legitimate_interests: tuple[int, ...]
    purpose_one_treatment: bool
    publisher_country: str
    vendor_consents: Ids
    vendor_legitimate_interests: Ids
    restrictions: tuple[Restriction, ...]
    disclosed_vendors: Ids | None
    allowed_vendors: Ids | None
    publisher: PublisherPurposes | None


def decode_tc_string(string: str) -> TCString:
    """Return what a TC string says. Raises `UnreadableString`, also where no platform wrote it."""
    decoded = read_tc_string(string)
    check_cmp(decoded)
    return decoded


def check_cmp(decoded: TCString) -> None:
    """Raise `UnreadableString` where a string does not name the consent platform that wrote it."""
    if decoded.cmp_id < _FIRST_CMP:
        raise UnreadableString(f"`cmp_id` is {decoded.cmp_id}, which is no consent platform")


def read_tc_string(string: str) -> TCString:
    """Return what a TC string says, whoever wrote it. Raises `UnreadableString`."""
    check_length(string)
    core, *others = string.split(".")
    further = dict(_further(others))
    bits = Bits(core, part="the core")
    version = bits.number(6, "version")
    if version != _VERSION:
        raise UnreadableString(f"its version is {version}, and only version {_VERSION} is in use")
    disclosed, allowed = further.get(_DISCLOSED), further.get(_ALLOWED)
    publisher = further.get(_PUBLISHER)
    return TCString(
        created=bits.moment("created"),
        last_updated=bits.moment("last_updated"),
        cmp_id=bits.number(12, "cmp_id"),
        cmp_version=bits.number(12, "cmp_version"),
        consent_screen=bits.number(6, "consent_screen"),
        consent_language=bits.letters("consent_language"),
        vendor_list_version=bits.number(12, "vendor_list_version"),
        policy_version=bits.number(6, "policy_version"),
        is_service_specific=bits.flag("is_service_specific"),
        use_non_standard_texts=bits.flag("use_non_standard_texts"),
        special_feature_optins=bits.field(12, "special_feature_optins"),
        purpose_consents=bits.field(24, "purpose_consents"),
        purpose_legitimate_interests=bits.field(24, "purpose_legitimate_interests"),
        purpose_one_treatment=bits.flag("purpose_one_treatment"),
        publisher_country=bits.letters("publisher_country"),
        vendor_consents=read_vendors(bits, "vendor_consents"),
        vendor_legitimate_interests=read_vendors(bits, "vendor_legitimate_interests"),
        restrictions=tuple(_restrictions(bits)),
        disclosed_vendors=read_vendors(disclosed, "disclosed_vendors") if disclosed else None,
        allowed_vendors=read_vendors(allowed, "allowed_vendors") if allowed else None,
        publisher=_publisher(publisher) if publisher else None,
    )


def _further(segments: list[str]) -> Iterator[tuple[int, Bits]]:
    """Yield the segments after the core by their type; none may come twice."""
    seen: set[int] = set()
    for segment in segments:
        bits = Bits(segment, part="a segment after the core")
        type_ = bits.number(3, "type")
        if type_ not in _SEGMENTS:
            raise UnreadableString(f"a segment after the core is of type {type_}, not 1, 2 or 3")
        if type_ in seen:
            raise UnreadableString(f"{_SEGMENTS[type_]} is there twice")
        seen.add(type_)
        yield type_, bits


def _restrictions(bits: Bits) -> Iterator[Restriction]:
    field = "publisher_restrictions"
    for _ in range(bits.number(12, field)):
        yield Restriction(
            purpose=bits.number(6, field),
            type=RestrictionType(bits.number(2, field)),
            vendors=Ids.of(read_entries(bits, field)),
        )


def _publisher(bits: Bits) -> PublisherPurposes:
    consents = bits.field(24, "publisher_consents")
    interests = bits.field(24, "publisher_legitimate_interests")
    custom = bits.number(6, "custom_purposes")
    return PublisherPurposes(
        consents=consents,
        legitimate_interests=interests,
        custom_consents=bits.field(custom, "custom_consents"),
        custom_legitimate_interests=bits.field(custom, "custom_legitimate_interests"),
    )
