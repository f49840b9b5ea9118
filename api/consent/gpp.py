"""The string of the Global Privacy Platform: a header that numbers its sections, and the sections.

Format: "Global Privacy Platform (GPP) String" of the IAB Tech Lab. The header is of type 3 and
version 1, and numbers the sections in Fibonacci coding. Sections 2 (TCF in Europe), 5 (TCF in
Canada), 6 (US Privacy) and 7 to 27 (the United States) are read; of others only the number is kept.
"""

import re
from dataclasses import dataclass

from .bits import Bits, UnreadableString, check_length
from .canada import CanadianString, decode_canadian_string
from .ids import Ids, read_fibonacci_entries
from .tcf import TCString, read_tc_string
from .us_sections import US_SECTIONS, USSection, decode_us_section

_TYPE, _VERSION = 3, 1
_TCF_EU, _TCF_CANADA, _US_PRIVACY = 2, 5, 6
_US_PRIVACY_FORM = re.compile(r"1[YN-]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class USPrivacy:
    """The US Privacy string: each is Y, N, or - where it does not apply."""

    notice: str
    sale_opt_out: str
    lspa_covered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GPPString:
    """What a GPP string says; a section that it does not have is None.

    `sections` numbers all of its sections, those that are not read here too.
    """

    sections: Ids
    tcf_eu: TCString | None
    tcf_canada: CanadianString | None
    us_privacy: USPrivacy | None
    us: tuple[USSection, ...]


def decode_gpp_string(string: str) -> GPPString:
    """Return what a GPP string says. Raises `UnreadableString`.

    That the TCF string in section 2 names a consent platform is not asked here: see `check_cmp`.
    """
    check_length(string)
    header, *encoded = string.split("~")
    sections = _sections(header)
    if len(sections) != len(encoded):
        raise UnreadableString(
            f"its header numbers {len(sections):,} sections, and it has {len(encoded):,}"
        )
    by_number = dict(zip(sections, encoded, strict=True))
    blank = next((number for number, text in by_number.items() if not text), None)
    if blank is not None:
        raise UnreadableString(f"section {blank} is empty")
    eu, canada = by_number.get(_TCF_EU), by_number.get(_TCF_CANADA)
    privacy = by_number.get(_US_PRIVACY)
    return GPPString(
        sections=sections,
        tcf_eu=read_tc_string(eu) if eu else None,
        tcf_canada=decode_canadian_string(canada) if canada else None,
        us_privacy=_us_privacy_section(privacy) if privacy else None,
        us=tuple(
            decode_us_section(number, text)
            for number, text in by_number.items()
            if number in US_SECTIONS
        ),
    )


def _sections(header: str) -> Ids:
    bits = Bits(header, part="the header")
    type_, version = bits.number(6, "type"), bits.number(6, "version")
    if (type_, version) != (_TYPE, _VERSION):
        raise UnreadableString(
            f"its header is of type {type_} and version {version}, not of type 3 and version 1"
        )
    return Ids.of(read_fibonacci_entries(bits, "sections"))


def decode_us_privacy_string(string: str) -> USPrivacy:
    """Return what a US Privacy string says. Raises `UnreadableString`.

    Format: "U.S. Privacy String" of the IAB Tech Lab, version 1. Section 6 of a GPP string is one.
    """
    if _US_PRIVACY_FORM.fullmatch(string) is None:
        raise UnreadableString("it is not a 1 with three of Y, N and -")
    return USPrivacy(notice=string[1], sale_opt_out=string[2], lspa_covered=string[3])


def _us_privacy_section(text: str) -> USPrivacy:
    try:
        return decode_us_privacy_string(text)
    except UnreadableString:
        raise UnreadableString("section 6 (uspv1) is not a 1 with three of Y, N and -") from None
