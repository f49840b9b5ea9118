"""TC strings: what the reference library reads in real ones, what is refused, and the laws."""

import string as letters
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.consent import TCString, UnreadableString, decode_tc_string
from api.consent.bits import LONGEST
from api.consent.ids import Ids
from api.consent.tcf import RestrictionType
from tests.strategies import consent_strings as write

Vector = dict[str, Any]

REFUSED_HERE = {"CP0xeHPP": "`publisher_country` in the core is not two letters"}
"""Strings that the reference library reads and we refuse, by how they begin."""


def in_the_words_of_the_reference(decoded: TCString) -> Vector:
    own = decoded.publisher
    return {
        "version": 2,
        "created": instant(decoded.created),
        "lastUpdated": instant(decoded.last_updated),
        "cmpId": decoded.cmp_id,
        "cmpVersion": decoded.cmp_version,
        "consentScreen": decoded.consent_screen,
        "consentLanguage": decoded.consent_language,
        "vendorListVersion": decoded.vendor_list_version,
        "policyVersion": decoded.policy_version,
        "isServiceSpecific": decoded.is_service_specific,
        "specialFeatureOptins": [*decoded.special_feature_optins],
        "purposeConsents": [*decoded.purpose_consents],
        "purposeLegitimateInterests": [*decoded.purpose_legitimate_interests],
        "purposeOneTreatment": decoded.purpose_one_treatment,
        "publisherCountryCode": decoded.publisher_country,
        "vendorConsents": [*decoded.vendor_consents],
        "vendorLegitimateInterests": [*decoded.vendor_legitimate_interests],
        "publisherRestrictionCount": len(
            {(each.purpose, each.type) for each in decoded.restrictions if each.vendors.ranges}
        ),
        "vendorsDisclosed": [*(decoded.disclosed_vendors or ())],
        "vendorsAllowed": [*(decoded.allowed_vendors or ())],
        "publisherConsents": [*own.consents] if own is not None else [],
        "publisherLegitimateInterests": [*own.legitimate_interests] if own is not None else [],
    }


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def refusal(string: str) -> str:
    with pytest.raises(UnreadableString) as raised:
        decode_tc_string(string)
    return str(raised.value)


def test_real_strings_are_read_and_refused_as_by_the_reference_library(
    tcf_vectors: list[Vector],
) -> None:
    read, refused, differing = 0, 0, 0
    for vector in tcf_vectors:
        string = vector["string"]
        if string[:8] in REFUSED_HERE:
            assert refusal(string) == REFUSED_HERE[string[:8]]
            differing += 1
        elif vector["ok"]:
            assert in_the_words_of_the_reference(decode_tc_string(string)) == vector["decoded"]
            read += 1
        else:
            assert refusal(string)
            refused += 1
    assert (read, refused, differing) == (35, 28, 1)


def test_string_of_version_2_3_is_read() -> None:
    decoded = decode_tc_string(write.tc_string())
    assert decoded.policy_version == 5
    assert decoded.last_updated == datetime(2026, 3, 1, tzinfo=UTC)
    assert decoded.purpose_consents == (1, 3, 4)
    assert decoded.purpose_legitimate_interests == (2, 7)
    assert [*decoded.vendor_consents] == [2, 6, 8]
    assert decoded.disclosed_vendors is not None
    assert [*decoded.disclosed_vendors] == [2, 6, 8, 9]
    assert decoded.allowed_vendors is None
    assert decoded.publisher is None


def test_segments_after_the_core_come_in_any_order() -> None:
    own = write.base64url(
        write.number(3, 3) + write.field((1, 2), 24) + write.field((3,), 24)
        + write.number(2, 6) + "10" + "01"
    )  # fmt: skip
    allowed = write.base64url(write.number(2, 3) + write.bit_vendors((5,)))
    decoded = decode_tc_string(f"{write.tc_core()}.{own}.{write.disclosed()}.{allowed}")
    assert decoded.publisher is not None
    assert decoded.publisher.consents == (1, 2)
    assert decoded.publisher.legitimate_interests == (3,)
    assert decoded.publisher.custom_consents == (1,)
    assert decoded.publisher.custom_legitimate_interests == (2,)
    assert decoded.allowed_vendors == Ids(ranges=((5, 5),))
    assert decoded.disclosed_vendors is not None


def test_restrictions_are_read() -> None:
    one = write.number(4, 6) + write.number(0, 2) + write.entries([(7, 9), (12, 12)])
    decoded = decode_tc_string(write.tc_core(restrictions=write.number(1, 12) + one))
    (restriction,) = decoded.restrictions
    assert (restriction.purpose, restriction.type) == (4, RestrictionType.NOT_ALLOWED)
    assert [*restriction.vendors] == [7, 8, 9, 12]
    assert len(restriction.vendors) == 4


@pytest.mark.parametrize(
    ("string", "reason"),
    [
        ("", "the core ends within `version`"),
        ("C", "the core ends within `created`"),
        ("B" + write.tc_core()[1:], "its version is 1, and only version 2 is in use"),
        ("CO=", "the core holds '=', which is no letter of base64url"),
        ("C\ud800", "the core holds '\\ud800', which is no letter of base64url"),
        ("C" * (LONGEST + 1), "it is longer than 65,536 characters"),
        (write.tc_core(cmp_id=0), "`cmp_id` is 0, which is no consent platform"),
        (write.tc_core(cmp_id=1), "`cmp_id` is 1, which is no consent platform"),
        (write.tc_core(country="D]"), "`publisher_country` in the core is not two letters"),
        (write.tc_core() + ".", "a segment after the core ends within `type`"),
        (write.tc_core() + ".gAAA", "a segment after the core is of type 4, not 1, 2 or 3"),
        (
            f"{write.tc_string()}.{write.disclosed()}",
            "the segment of disclosed vendors is there twice",
        ),
        (
            write.tc_core(vendors=write.range_vendors([(9, 7)])),
            "`vendor_consents` has a range from 9 back to 7",
        ),
        (
            write.tc_core(vendors=write.number(6, 16) + "1" + write.entries([(2, 7)])),
            "`vendor_consents` names 7, and says that 6 is the last",
        ),
        (
            write.tc_core(vendors=write.range_vendors([(0, 7)])),
            "`vendor_consents` names a vendor 0, and vendors are numbered from 1",
        ),
    ],
)
def test_unreadable_string_says_where_and_why(string: str, reason: str) -> None:
    assert refusal(string) == reason


def test_a_range_is_not_spelled_out_while_it_is_read() -> None:
    """Four thousand ranges of all vendors are one range, and as quickly read."""
    everyone = [(1, 65_535)] * 2_000
    decoded = decode_tc_string(write.tc_core(vendors=write.range_vendors(everyone)))
    assert decoded.vendor_consents.ranges == ((1, 65_535),)


RANGES = st.lists(st.tuples(st.integers(1, 65_535), st.integers(0, 500)), max_size=20).map(
    lambda pairs: [(first, min(first + length, 65_535)) for first, length in pairs]
)


@given(ranges=RANGES)
def test_vendors_written_as_ranges_are_read_as_their_union(ranges: list[tuple[int, int]]) -> None:
    decoded = decode_tc_string(write.tc_core(vendors=write.range_vendors(ranges)))
    expected = {vendor for first, last in ranges for vendor in range(first, last + 1)}
    assert {*decoded.vendor_consents} == expected
    assert len(decoded.vendor_consents) == len(expected)
    gaps = zip(decoded.vendor_consents.ranges, decoded.vendor_consents.ranges[1:], strict=False)
    assert all(before[1] + 1 < after[0] for before, after in gaps)


@given(
    purposes=st.sets(st.integers(1, 24)),
    interests=st.sets(st.integers(1, 24)),
    vendors=st.sets(st.integers(1, 2_000)),
)
def test_what_is_written_is_read(
    purposes: set[int], interests: set[int], vendors: set[int]
) -> None:
    decoded = decode_tc_string(
        write.tc_core(purposes=purposes, interests=interests, vendors=write.bit_vendors(vendors))
    )
    assert decoded.purpose_consents == tuple(sorted(purposes))
    assert decoded.purpose_legitimate_interests == tuple(sorted(interests))
    assert [*decoded.vendor_consents] == sorted(vendors)


@given(st.text(alphabet=letters.ascii_letters + letters.digits + "-_.~=\x00é", max_size=400))
def test_hostile_string_ends_in_a_reason(string: str) -> None:
    """Any text is read or refused with a reason, and nothing else happens."""
    try:
        decoded = decode_tc_string("C" + string)
    except UnreadableString as fault:
        assert str(fault)  # noqa: PT017 - either outcome is allowed.
    else:
        assert decoded.cmp_id > 1


@given(st.data())
def test_a_real_shape_with_one_letter_changed_ends_in_a_reason(data: st.DataObject) -> None:
    """One letter of a good string changed: it is read, or refused with a reason."""
    good = write.tc_string()
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from(write.ALPHABET + "."))
    try:
        decode_tc_string(good[:at] + other + good[at + 1 :])
    except UnreadableString as fault:
        assert str(fault)  # noqa: PT017 - either outcome is allowed.
