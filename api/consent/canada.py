"""The section of GPP for Canada: the Transparency & Consent String of the Canadian framework.

Format: "Canadian TCF" (section 5) of the IAB Tech Lab. Its vendors are written in Fibonacci coding;
older writers used numbers of 16 bits as in Europe. What is written tells them apart: the reading
fits that leaves nothing but the zeros with which a segment is filled up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from .bits import Bits, UnreadableString
from .ids import Ids, read_entries, read_vendors
from .tcf import Restriction, RestrictionType

_VERSION = 1
_DISCLOSED, _PUBLISHER = 1, 3
_PART = "section 5 (tcfcav1)"
_COUNT_BITS = 12

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanadianPublisherPurposes:
    """The publisher's own purposes, by the kind of consent; custom ones are its own."""

    express: tuple[int, ...]
    implied: tuple[int, ...]
    custom_express: tuple[int, ...]
    custom_implied: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanadianVendors:
    """The vendors by the kind of consent, and what the publisher lays down for some of them."""

    express_consent: Ids
    implied_consent: Ids
    restrictions: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanadianString:
    """What the Canadian section says. Purposes, features and vendors by their numbers, from one."""

    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    use_non_standard_stacks: bool
    special_feature_express_consent: tuple[int, ...]
    purposes_express_consent: tuple[int, ...]
    purposes_implied_consent: tuple[int, ...]
    vendors: CanadianVendors
    disclosed_vendors: Ids | None
    publisher: CanadianPublisherPurposes | None


def decode_canadian_string(encoded: str) -> CanadianString:
    """Return what section 5 says. Raises `UnreadableString`."""
    core, *others = encoded.split(".")
    further = dict(_further(others))
    bits = Bits(core, part=_PART)
    version = bits.number(6, "Version")
    if version != _VERSION:
        raise UnreadableString(f"{_PART} is of version {version}, not {_VERSION}")
    disclosed, publisher = further.get(_DISCLOSED), further.get(_PUBLISHER)
    return CanadianString(
        created=bits.moment("Created"),
        last_updated=bits.moment("LastUpdated"),
        cmp_id=bits.number(12, "CmpId"),
        cmp_version=bits.number(12, "CmpVersion"),
        consent_screen=bits.number(6, "ConsentScreen"),
        consent_language=bits.letters("ConsentLanguage"),
        vendor_list_version=bits.number(12, "VendorListVersion"),
        policy_version=bits.number(6, "TcfPolicyVersion"),
        use_non_standard_stacks=bits.flag("UseNonStandardStacks"),
        special_feature_express_consent=bits.field(12, "SpecialFeatureExpressConsent"),
        purposes_express_consent=bits.field(24, "PurposesExpressConsent"),
        purposes_implied_consent=bits.field(24, "PurposesImpliedConsent"),
        vendors=_fitting(bits, _vendors),
        disclosed_vendors=_fitting(disclosed, _disclosed) if disclosed else None,
        publisher=_publisher(publisher) if publisher else None,
    )


def _further(segments: list[str]) -> Iterator[tuple[int, Bits]]:
    """Yield the segments after the core by their type; none may come twice."""
    seen: set[int] = set()
    for segment in segments:
        bits = Bits(segment, part=f"a further segment of {_PART}")
        type_ = bits.number(3, "SegmentType")
        if type_ not in (_DISCLOSED, _PUBLISHER) or type_ in seen:
            raise UnreadableString(f"{_PART} has a segment of type {type_}, or has it twice")
        seen.add(type_)
        yield type_, bits


def _fitting(bits: Bits, read: Callable[[Bits, bool], _Read]) -> _Read:
    """Return the reading, in Fibonacci coding or else without it, that leaves nothing but zeros."""
    for fibonacci in (True, False):
        attempt = bits.copy()
        try:
            found = read(attempt, fibonacci)
        except UnreadableString:
            continue
        if attempt.is_spent:
            return found
    raise UnreadableString(f"the vendors of {_PART} end too early, or before the segment does")


def _vendors(bits: Bits, fibonacci: bool) -> CanadianVendors:  # noqa: FBT001 - by `_fitting` alone.
    return CanadianVendors(
        express_consent=read_vendors(bits, "VendorExpressConsent", fibonacci=fibonacci),
        implied_consent=read_vendors(bits, "VendorImpliedConsent", fibonacci=fibonacci),
        restrictions=tuple(_restrictions(bits, fibonacci=fibonacci)),
    )


def _disclosed(bits: Bits, fibonacci: bool) -> Ids:  # noqa: FBT001 - likewise.
    return read_vendors(bits, "DisclosedVendors", fibonacci=fibonacci)


def _restrictions(bits: Bits, *, fibonacci: bool) -> Iterator[Restriction]:
    """Yield the restrictions; writers may leave them out at the end, which is to have none."""
    field = "PubRestrictions"
    count = bits.number(12, field) if bits.left >= _COUNT_BITS else 0
    for _ in range(count):
        yield Restriction(
            purpose=bits.number(6, field),
            type=RestrictionType(bits.number(2, field)),
            vendors=read_vendors(bits, field, fibonacci=True)
            if fibonacci
            else Ids.of(read_entries(bits, field)),
        )


def _publisher(bits: Bits) -> CanadianPublisherPurposes:
    express = bits.field(24, "PubPurposesExpressConsent")
    implied = bits.field(24, "PubPurposesImpliedConsent")
    custom = bits.number(6, "NumCustomPurposes")
    return CanadianPublisherPurposes(
        express=express,
        implied=implied,
        custom_express=bits.field(custom, "CustomPurposesExpressConsent"),
        custom_implied=bits.field(custom, "CustomPurposesImpliedConsent"),
    )
