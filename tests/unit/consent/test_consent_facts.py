"""What consent strings say beside what a campaign declares: merged, contradicted, replayed."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.consent.facts import hear
from api.deciding.submission import NATIVE, Decided, Refused, Terms, submit
from engine.semantics.vocabulary import RecordShape, Vocabulary
from engine.source.json_text import JSONValue
from tests.shipped import shipped_engine
from tests.strategies import consent_strings as write

ROOT = Path(__file__).parents[3]
ENGINE = shipped_engine()
VOCABULARY = ENGINE.bundle.policies.vocabulary
TERMS = Terms(format=NATIVE, as_of=datetime(2026, 9, 15, tzinfo=UTC))
TCF = write.tc_string()
DECLARED = "is declared, and the string in `consent.tcf`"
BARE = Vocabulary(
    root="campaign", records={"campaign": RecordShape(name="campaign", label="", facts={})}
)


def campaign(**members: Any) -> dict[str, Any]:
    return {
        "id": "c-1",
        "markets": ["DE"],
        "platforms": [{"name": "openrtb"}],
        "flight": {"start": "2026-10-01", "end": "2026-10-31"},
        **members,
    }


def heard(**members: Any) -> Mapping[str, Any]:
    told = hear(campaign(**members), VOCABULARY)
    assert told.contradictions == ()
    assert isinstance(told.campaign, dict)
    ENGINE.read(told.campaign)
    return told.campaign


def contradictions(**members: Any) -> list[tuple[str, str]]:
    found = hear(campaign(**members), VOCABULARY).contradictions
    assert all(each.help for each in found)
    return [(each.pointer, each.message) for each in found]


def test_tcf_string_tells_its_facts() -> None:
    not_allowed = write.number(4, 6) + write.number(0, 2) + write.entries([(7, 9)])
    core = write.tc_core(restrictions=write.number(1, 12) + not_allowed)
    told = heard(consent={"tcf": f"{core}.{write.disclosed()}"})
    assert told["consent"]["tcf_purposes"] == [1, 3, 4]
    assert told["consent"]["tcf_vendors_disclosed"] is True
    assert told["tcf_string"] == {
        "readable": True,
        "policy_version": 5,
        "last_updated": "2026-03-01T00:00:00Z",
        "legitimate_interests": [2, 7],
        "not_allowed_purposes": [4],
        "special_features": [1],
        "vendors_consented": [2, 6, 8],
        "vendors_on_interest": [2, 9],
        "vendors_disclosed": [2, 6, 8, 9],
    }


def test_string_without_the_segment_discloses_no_vendors() -> None:
    told = heard(consent={"tcf": write.tc_core()})
    assert told["consent"]["tcf_vendors_disclosed"] is False
    assert "vendors_disclosed" not in told["tcf_string"]


def test_gpp_string_tells_its_facts() -> None:
    told = heard(consent={"gpp": write.california(sale=1, gpc=write.GPC_ON)})
    assert told["gpp_string"] == {
        "readable": True,
        "sections": [8],
        "gpc": True,
        "choices": [
            {
                "section": 8,
                "place": "US-CA",
                "sale_opt_out": True,
                "sharing_opt_out": False,
                "targeted_advertising_opt_out": False,
                "sensitive_data_limited": False,
                "gpc": True,
            }
        ],
    }
    assert "tcf_string" not in told


def test_us_privacy_section_is_a_choice_for_the_country() -> None:
    told = heard(consent={"gpp": f"{write.gpp_header([6])}~1YY-"})
    (choice,) = told["gpp_string"]["choices"]
    assert (choice["section"], choice["place"], choice["sale_opt_out"]) == (6, "US", True)
    assert told["gpp_string"]["gpc"] is False


@pytest.mark.parametrize(
    ("string", "opted_out"), [("1YYN", True), ("1-N-", False), ("1---", False)]
)
def test_us_privacy_string_is_a_choice_too(string: str, *, opted_out: bool) -> None:
    told = heard(consent={"us_privacy": string})
    assert told["us_privacy_string"] == {"readable": True}
    (choice,) = told["gpp_string"].pop("choices")
    assert (choice["section"], choice["sale_opt_out"]) == (6, opted_out)
    assert told["gpp_string"] == {}


@pytest.mark.parametrize("gpp", ["section 6", "california", "no section of the CCPA"])
def test_opt_out_of_the_us_privacy_string_is_not_outvoted(gpp: str) -> None:
    """Else leaving the older string out would turn a deny into an allow."""
    strings = {
        "section 6": f"{write.gpp_header([6])}~1YN-",
        "california": write.california(sharing=1),
        "no section of the CCPA": write.gpp_header([]),
    }
    found = contradictions(consent={"us_privacy": "1YY-", "gpp": strings[gpp]})
    assert found == [
        (
            "/consent/us_privacy",
            "the US Privacy string records an opt-out of the sale, and the GPP string none",
        )
    ]


@pytest.mark.parametrize(
    ("us_privacy", "gpp", "opted_out"),
    [
        ("1YY-", f"{write.gpp_header([6])}~1YY-", [True]),
        ("1YN-", f"{write.gpp_header([6])}~1YY-", [True]),
        ("1YN-", f"{write.gpp_header([6])}~1YN-", [False]),
        ("nonsense", f"{write.gpp_header([6])}~1YN-", [False]),
    ],
)
def test_beside_a_gpp_string_the_choices_are_its_own(
    us_privacy: str, gpp: str, opted_out: list[bool]
) -> None:
    told = heard(consent={"us_privacy": us_privacy, "gpp": gpp})["gpp_string"]
    assert [one["sale_opt_out"] for one in told["choices"]] == opted_out


def test_us_privacy_string_does_not_make_up_for_a_broken_gpp_string() -> None:
    broken = heard(consent={"us_privacy": "1YY-", "gpp": "nonsense"})["gpp_string"]
    assert broken.keys() == {"readable", "fault"}


@pytest.mark.parametrize("string", ["uspConsentString", "1yyn", "2YYN", "1YY", "", "1YYN "])
def test_us_privacy_string_that_cannot_be_read_is_a_fact(string: str) -> None:
    told = heard(consent={"us_privacy": string})
    assert told["us_privacy_string"] == {
        "readable": False,
        "fault": "it is not a 1 with three of Y, N and -",
    }
    assert "gpp_string" not in told


def test_choices_that_the_us_privacy_string_does_not_record_are_contradicted() -> None:
    found = contradictions(consent={"us_privacy": "1YYN"}, gpp_string={"choices": []})
    assert [pointer for pointer, _ in found] == ["/gpp_string/choices"]


def test_section_2_tells_the_facts_of_the_tcf() -> None:
    told = heard(consent={"gpp": f"{write.gpp_header([2])}~{TCF}"})
    assert told["consent"]["tcf_purposes"] == [1, 3, 4]
    assert told["gpp_string"]["choices"] == []


def test_section_2_that_names_no_platform_is_not_believed() -> None:
    told = heard(consent={"gpp": f"{write.gpp_header([2])}~{write.tc_string(cmp_id=0)}"})
    assert told["tcf_string"] == {
        "readable": False,
        "fault": "`cmp_id` is 0, which is no consent platform",
    }
    assert "tcf_purposes" not in told["consent"]


def test_string_that_cannot_be_read_is_a_fact_and_nothing_else_is() -> None:
    told = heard(consent={"tcf": "nonsense", "gpp": "nonsense"})
    assert told["tcf_string"] == {
        "readable": False,
        "fault": "its version is 39, and only version 2 is in use",
    }
    assert told["gpp_string"].keys() == {"readable", "fault"}
    assert told["consent"] == {"tcf": "nonsense", "gpp": "nonsense"}


def test_what_is_declared_alike_is_no_contradiction() -> None:
    told = heard(
        consent={"tcf": TCF, "tcf_purposes": [4, 3, 1], "tcf_vendors_disclosed": True},
        tcf_string={"policy_version": 5, "fault": None},
    )
    assert told["consent"]["tcf_purposes"] == [1, 3, 4]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            {"consent": {"tcf": TCF, "tcf_purposes": [1, 2, 3, 4]}},
            (
                "/consent/tcf_purposes",
                f"`consent.tcf_purposes` {DECLARED} says something else",
            ),
        ),
        (
            {"consent": {"tcf": "nonsense", "tcf_purposes": [1, 3, 4]}},
            (
                "/consent/tcf_purposes",
                f"`consent.tcf_purposes` {DECLARED} does not say it",
            ),
        ),
        (
            {"consent": {"gpp": write.california()}, "gpp_string": {"gpc": True}},
            (
                "/gpp_string/gpc",
                "`gpp_string.gpc` is declared, and the string in `consent.gpp` says something else",
            ),
        ),
        (
            {
                "consent": {
                    "tcf": write.tc_string(purposes=(1,)),
                    "gpp": f"{write.gpp_header([2])}~{TCF}",
                }
            },
            ("/consent/gpp", "section 2 of the GPP string says something else than the TCF string"),
        ),
    ],
)
def test_contradiction_says_where(members: dict[str, Any], expected: tuple[str, str]) -> None:
    assert contradictions(**members) == [expected]


def test_who_makes_up_for_a_string_is_told_to_send_another() -> None:
    declared = {"tcf": "CONSENT_STRING", "tcf_vendors_disclosed": True}
    (found,) = hear(campaign(consent=declared), VOCABULARY).contradictions
    assert "does not say it" in found.message
    assert found.help == (
        "leave `consent.tcf_vendors_disclosed` out, and send a string that can be read and says it"
    )


def test_tcf_string_that_cannot_be_read_contradicts_nothing_and_is_not_made_up_for() -> None:
    told = heard(consent={"tcf": "AAAA", "gpp": f"{write.gpp_header([2])}~{TCF}"})
    assert told["tcf_string"].keys() == {"readable", "fault"}
    assert "tcf_purposes" not in told["consent"]


def test_the_same_tcf_string_twice_is_no_contradiction() -> None:
    both = {"tcf": TCF, "gpp": f"{write.gpp_header([2])}~{TCF}"}
    assert (
        hear(campaign(consent=both), VOCABULARY).origins["/consent/tcf_purposes"] == "/consent/tcf"
    )
    assert heard(consent=both)["tcf_string"]["policy_version"] == 5


@pytest.mark.parametrize(
    "descriptor",
    ["text", None, {"id": "c"}, {"consent": 5}, {"consent": {}}, {"consent": {"tcf": 7}}],
)
def test_what_has_no_strings_is_left_to_the_decoder(descriptor: JSONValue) -> None:
    told = hear(descriptor, VOCABULARY)
    assert told.campaign is descriptor
    assert told.origin_of("/consent/tcf_purposes") is None


def test_group_of_another_type_is_left_to_the_decoder() -> None:
    told = hear(campaign(consent={"tcf": TCF}, tcf_string="odd"), VOCABULARY)
    assert isinstance(told.campaign, dict)
    assert told.campaign["tcf_string"] == "odd"


def test_vocabulary_without_the_facts_hears_nothing() -> None:
    submitted: dict[str, JSONValue] = {"id": "c-1", "consent": {"tcf": "nonsense"}}
    told = hear(submitted, BARE)
    assert (told.campaign, told.contradictions) == (submitted, ())


def test_descriptor_is_not_changed() -> None:
    submitted = campaign(consent={"tcf": TCF})
    hear(submitted, VOCABULARY)
    assert submitted == campaign(consent={"tcf": TCF})


def test_contradiction_refuses_the_record_where_it_was_submitted() -> None:
    submitted = campaign(consent={"tcf": TCF, "tcf_purposes": [2]})
    refused = submit(ENGINE, submitted, terms=TERMS, id="d")
    assert isinstance(refused, Refused)
    assert [fault.pointer for fault in refused.faults] == ["/consent/tcf_purposes"]


def test_finding_leads_back_to_the_string() -> None:
    submitted = campaign(
        consent={"tcf": write.tc_core(purposes=(1,))}, targeting={"profiling": True}
    )
    decided = submit(ENGINE, submitted, terms=TERMS, id="d")
    assert isinstance(decided, Decided)
    findings: Any = decided.document["findings"]
    (finding,) = [each for each in findings if each["rule"] == "consent_string/purposes"]
    assert finding["status"] == "violated"
    (fact,) = [each for each in finding["facts"] if each["path"].endswith("tcf_purposes")]
    assert (fact["pointer"], fact["submitted_pointer"]) == (
        "/consent/tcf_purposes",
        "/consent/tcf",
    )


def test_same_record_gives_the_same_document() -> None:
    submitted = campaign(consent={"tcf": TCF, "gpp": write.california(sale=1)})
    first, second = (submit(ENGINE, submitted, terms=TERMS, id="d") for _ in range(2))
    assert isinstance(first, Decided)
    assert isinstance(second, Decided)
    assert first.write() == second.write()


# --- the page -----------------------------------------------------------------------------------

PAGE = (ROOT / "docs/adapters/consent.md").read_text(encoding="utf-8")


def test_page_names_every_fact_and_no_other() -> None:
    documented = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
    strings = {"tcf": TCF, "gpp": write.california(), "us_privacy": "1YNN"}
    told = hear(campaign(consent=strings), VOCABULARY)
    choice = heard(consent={"gpp": write.california()})["gpp_string"]["choices"][0]
    facts = {pointer.removeprefix("/").replace("/", ".") for pointer in told.origins}
    facts |= {f"gpp_string.choices[].{name}" for name in choice}
    assert sorted(documented) == sorted(facts - {"gpp_string.choices"})


def test_strings_of_the_page_can_be_read() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    told = heard(**json.loads(example))
    assert told["tcf_string"]["readable"] is True
    assert told["gpp_string"]["gpc"] is True
