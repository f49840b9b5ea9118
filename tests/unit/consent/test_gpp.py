"""GPP strings: what the reference library reads in real ones, what is refused, and the laws."""

import string as letters
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.consent import GPPString, TCString, UnreadableString, decode_gpp_string
from api.consent.canada import CanadianString
from api.consent.tcf import Restriction
from api.consent.us_sections import US_SECTIONS, USSection
from tests.strategies import consent_strings as write

Vector = dict[str, Any]

REFUSED_HERE = {
    "DBABMA~CQLvHAAQLvHA": "the core ends within `publisher_restrictions`",
    "DBACOeA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~"
    "BPSG_8APSG_8AAyACAENGdCgf_gfgAfgfgBgA": "the vendors of section 5 (tcfcav1) end too early, "
    "or before the segment does",
}
"""Strings that the reference library reads and we refuse, by how they begin."""


def instant(value: Any) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def flags(places: Sequence[int], width: int) -> list[bool]:
    return [place in places for place in range(1, width + 1)]


def restrictions(found: Sequence[Restriction]) -> list[Vector]:
    return [{"key": each.purpose, "type": int(each.type), "ids": [*each.vendors]} for each in found]


def head(decoded: TCString | CanadianString) -> Vector:
    return {
        "Created": instant(decoded.created),
        "LastUpdated": instant(decoded.last_updated),
        "CmpId": decoded.cmp_id,
        "CmpVersion": decoded.cmp_version,
        "ConsentScreen": decoded.consent_screen,
        "ConsentLanguage": decoded.consent_language,
        "VendorListVersion": decoded.vendor_list_version,
    }


def european(decoded: TCString) -> Vector:
    own = decoded.publisher
    return head(decoded) | {
        "Version": 2,
        "PolicyVersion": decoded.policy_version,
        "IsServiceSpecific": decoded.is_service_specific,
        "UseNonStandardStacks": decoded.use_non_standard_texts,
        "SpecialFeatureOptins": flags(decoded.special_feature_optins, 12),
        "PurposeConsents": flags(decoded.purpose_consents, 24),
        "PurposeLegitimateInterests": flags(decoded.purpose_legitimate_interests, 24),
        "PurposeOneTreatment": decoded.purpose_one_treatment,
        "PublisherCountryCode": decoded.publisher_country,
        "VendorConsents": [*decoded.vendor_consents],
        "VendorLegitimateInterests": [*decoded.vendor_legitimate_interests],
        "PublisherRestrictions": restrictions(decoded.restrictions),
        "VendorsAllowed": [*(decoded.allowed_vendors or ())],
        "VendorsDisclosed": [*(decoded.disclosed_vendors or ())],
        "PublisherConsents": flags(own.consents if own is not None else (), 24),
        "PublisherLegitimateInterests": flags(
            own.legitimate_interests if own is not None else (), 24
        ),
        "NumCustomPurposes": 0,
        "PublisherCustomConsents": [],
        "PublisherCustomLegitimateInterests": [],
    }


def canadian(decoded: CanadianString, custom: int) -> Vector:
    own, vendors = decoded.publisher, decoded.vendors
    return head(decoded) | {
        "Version": 1,
        "TcfPolicyVersion": decoded.policy_version,
        "UseNonStandardStacks": decoded.use_non_standard_stacks,
        "SpecialFeatureExpressConsent": flags(decoded.special_feature_express_consent, 12),
        "PurposesExpressConsent": flags(decoded.purposes_express_consent, 24),
        "PurposesImpliedConsent": flags(decoded.purposes_implied_consent, 24),
        "VendorExpressConsent": [*vendors.express_consent],
        "VendorImpliedConsent": [*vendors.implied_consent],
        "PubRestrictions": restrictions(vendors.restrictions),
        "DisclosedVendors": [*(decoded.disclosed_vendors or ())],
        "PubPurposesExpressConsent": flags(own.express if own is not None else (), 24),
        "PubPurposesImpliedConsent": flags(own.implied if own is not None else (), 24),
        "NumCustomPurposes": custom,
        "CustomPurposesExpressConsent": flags(
            own.custom_express if own is not None else (), custom
        ),
        "CustomPurposesImpliedConsent": flags(
            own.custom_implied if own is not None else (), custom
        ),
    }


def american(section: USSection) -> Vector:
    values = {name: [*own] if len(own) > 1 else own[0] for name, own in section.values.items()}
    # The reference library says no where the string has no segment to say so.
    return values | {"Version": section.version, "Gpc": bool(section.gpc)}


def in_the_words_of_the_reference(decoded: GPPString, expected: Vector) -> Vector:
    words = {section.name: american(section) for section in decoded.us}
    if decoded.tcf_eu is not None:
        words["tcfeuv2"] = european(decoded.tcf_eu)
    if decoded.tcf_canada is not None:
        words["tcfcav1"] = canadian(decoded.tcf_canada, expected["tcfcav1"]["NumCustomPurposes"])
    if (privacy := decoded.us_privacy) is not None:
        words["uspv1"] = {
            "Version": 1,
            "Notice": privacy.notice,
            "OptOutSale": privacy.sale_opt_out,
            "LspaCovered": privacy.lspa_covered,
        }
    return words


def refusal(string: str) -> str:
    with pytest.raises(UnreadableString) as raised:
        decode_gpp_string(string)
    return str(raised.value)


def without_segment_types(decoded: Vector) -> Vector:
    """Leave out what only says which segment a segment is."""
    return {
        name: {
            key: value
            for key, value in section.items()
            if not key.endswith("SegmentType") and (key != "Gpc" or name not in WITHOUT_GPC)
        }
        for name, section in decoded.items()
    }


WITHOUT_GPC = {"usva", "usut", "usfl"}


def test_real_strings_are_read_and_refused_as_by_the_reference_library(
    gpp_vectors: list[Vector],
) -> None:
    read, refused, differing = 0, 0, 0
    for vector in gpp_vectors:
        string = vector["string"]
        here = next((why for start, why in REFUSED_HERE.items() if string.startswith(start)), None)
        if here is not None:
            assert refusal(string) == here
            differing += 1
        elif vector["ok"]:
            decoded, expected = decode_gpp_string(string), vector["decoded"]
            assert [*decoded.sections] == vector["sectionIds"]
            words = in_the_words_of_the_reference(decoded, expected)
            assert without_segment_types(words) == without_segment_types(expected)
            read += 1
        else:
            assert refusal(string)
            refused += 1
    assert (read, refused, differing) == (25, 15, 2)


@pytest.mark.parametrize("section", sorted(US_SECTIONS))
def test_every_section_for_the_united_states_is_read(section: int) -> None:
    layout = US_SECTIONS[section]
    values = [value % 3 for value in range(sum(layout.fields.values()))]
    string = f"{write.gpp_header([section])}~{write.us_core(values, version=2)}"
    (read,) = decode_gpp_string(string).us
    assert [each for own in read.values.values() for each in own] == values
    assert (read.id, read.version, read.gpc) == (section, 2, None)
    assert read.name == f"us{read.place.removeprefix('US-').lower()}" or read.place == "US"


def test_sensitive_data_of_indiana_have_a_segment_of_their_own() -> None:
    core = write.us_core([1, 0, 1, 1, 1, 2, 2, 0, 0])
    sensitive = write.base64url("0010" + "00" * 6)
    (read,) = decode_gpp_string(f"{write.gpp_header([25])}~{core}.{sensitive}").us
    assert read.values["SensitiveDataProcessing"] == (0, 2, 0, 0, 0, 0, 0, 0)
    assert read.sensitive_data_limited is False
    assert read.sharing_opt_out is None


def test_choices_are_told() -> None:
    (read,) = decode_gpp_string(write.california(sale=1, sharing=2, gpc=write.GPC_ON)).us
    assert (read.sale_opt_out, read.sharing_opt_out) == (True, False)
    assert read.targeted_advertising_opt_out is None
    assert read.gpc is True
    assert read.place == "US-CA"


def test_sections_that_are_not_read_are_numbered() -> None:
    decoded = decode_gpp_string(f"{write.gpp_header([6, 40])}~1YN-~whatever")
    assert [*decoded.sections] == [6, 40]
    assert decoded.us == ()
    assert decoded.us_privacy is not None


CALIFORNIA = write.california().partition("~")[2]


@pytest.mark.parametrize(
    ("string", "reason"),
    [
        ("", "the header ends within `type`"),
        ("CBAA", "its header is of type 2 and version 1, not of type 3 and version 1"),
        ("DCAA", "its header is of type 3 and version 2, not of type 3 and version 1"),
        ("D" * 70_000, "it is longer than 65,536 characters"),
        (f"{write.gpp_header([8])}", "its header numbers 1 sections, and it has 0"),
        (f"{write.gpp_header([8])}~", "section 8 is empty"),
        (f"{write.gpp_header([6])}~1YX-", "section 6 (uspv1) is not a 1 with three of Y, N and -"),
        (f"{write.california()}.QA.QA", "section 8 (usca) has a segment too many"),
        (f"{write.gpp_header([9])}~BAAAAAQA.QA", "section 9 (usva) has a segment too many"),
        (
            f"{write.california()}.gA",
            "the second segment of section 8 (usca) is not the one for GPC",
        ),
        (
            f"{write.california()}.",
            "the second segment of section 8 (usca) ends within `GpcSegmentType`",
        ),
        (
            write.california(sale=3),
            "`SaleOptOut` in section 8 (usca) has the value 3, which means nothing",
        ),
        (
            write.base64url(
                write.number(3, 6) + write.number(1, 6) + write.number(1, 12) + "0" * 30
            ),
            "`sections` in the header is beyond 65,535",
        ),
        (
            write.base64url(
                write.number(3, 6) + write.number(1, 6) + write.number(2, 12)
                + f"0{write.fibonacci(60_000)}" * 2
            ),
            "`sections` goes beyond 65,535",
        ),
        (f"{write.gpp_header([5])}~CAAA", "section 5 (tcfcav1) is of version 2, not 1"),
        (
            f"{write.gpp_header([5])}~BAAA.QAAA",
            "section 5 (tcfcav1) has a segment of type 2, or has it twice",
        ),
    ],
)  # fmt: skip
def test_unreadable_string_says_where_and_why(string: str, reason: str) -> None:
    assert refusal(string) == reason


def test_a_header_of_all_sections_is_counted_and_not_spelled_out() -> None:
    header = write.base64url(
        write.number(3, 6) + write.number(1, 6) + write.number(1, 12) + "1"
        + write.fibonacci(1) + write.fibonacci(65_534)
    )  # fmt: skip
    assert refusal(f"{header}~x") == "its header numbers 65,535 sections, and it has 1"


def canadian_core(vendors: str) -> str:
    at = write.moment(write.EPOCH)
    bits = write.number(1, 6) + at * 2 + write.number(50, 12) + write.number(2, 12)
    bits += write.number(0, 6) + write.letters("EN") + write.number(413, 12) + write.number(2, 6)
    bits += "1" + write.field((7,), 12) + write.field((1, 2), 24) + write.field((3,), 24)
    return f"{write.gpp_header([5])}~{write.base64url(bits + vendors)}"


@pytest.mark.parametrize("in_fibonacci", [True, False])
def test_vendors_of_canada_are_read_in_either_coding(*, in_fibonacci: bool) -> None:
    ranges = [(12, 24), (48, 48)]
    written = write.range_vendors(ranges, in_fibonacci=in_fibonacci)
    restricted = write.number(1, 12) + write.number(2, 6) + write.number(1, 2)
    restricted += written if in_fibonacci else write.entries(ranges)
    string = canadian_core(written * 2 + restricted)
    decoded = decode_gpp_string(
        f"{string}.{write.base64url(write.number(1, 3) + written)}"
    ).tcf_canada
    assert decoded is not None
    assert decoded.vendors.express_consent.ranges == ((12, 24), (48, 48))
    assert decoded.vendors.implied_consent == decoded.vendors.express_consent
    assert [each.vendors for each in decoded.vendors.restrictions] == [
        decoded.vendors.express_consent
    ]
    assert decoded.disclosed_vendors == decoded.vendors.express_consent


@given(sections=st.sets(st.integers(28, 60_000), max_size=40))
def test_sections_that_are_written_are_numbered(sections: set[int]) -> None:
    written = sorted(sections)
    string = "~".join([write.gpp_header(written), *("x" for _ in written)])
    assert [*decode_gpp_string(string).sections] == written


@given(st.text(alphabet=letters.ascii_letters + letters.digits + "-_.~=\x00é", max_size=400))
def test_hostile_string_ends_in_a_reason(string: str) -> None:
    """Any text is read or refused with a reason, and nothing else happens."""
    for start in ("DB", "DBABLA~", "DBABDA~B", "DBABMA~C"):
        try:
            decode_gpp_string(start + string)
        except UnreadableString as fault:
            assert str(fault)  # noqa: PT017 - either outcome is allowed.
