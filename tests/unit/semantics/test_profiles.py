"""Profiles: what they adopt, what they tighten, and that they never loosen."""

from datetime import date
from pathlib import Path

import pytest

from engine.bundle.bundle import Bundle, build
from engine.bundle.load import adopted_beside, read_directory
from engine.semantics.adopted import is_adopted
from engine.semantics.rules.directions import Direction, directions_of, is_as_strict
from engine.semantics.tree import Constant, Enforcement, Value
from engine.semantics.types import Scalar
from engine.source.text import Span
from engine.testing.mutation import try_mutants

ROOT = Path(__file__).parents[3]
VOCABULARY = (ROOT / "tests" / "golden" / "vocabulary.policy").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "fjellsko"
HEAD = """module house.rules
instrument CODE "Code" "https://policy.example/code"
"""


def made(text: str) -> Bundle:
    bundle, found = build("house", {"vocabulary.policy": VOCABULARY, "house.policy": HEAD + text})
    assert bundle is not None, [each.headline for each in found]
    return bundle


def codes(text: str) -> set[str]:
    _, found = build("house", {"vocabulary.policy": VOCABULARY, "house.policy": HEAD + text})
    return {each.code for each in found if each.is_error}


def rule(name: str, clauses: str) -> str:
    return f"""
policy ads
  rule {name}
    source        CODE sec 1
    in force from 2020-01-01
    {clauses}
    message       "It is not so."
    remedy        "Change it."
end policy
"""


def parameter(kind: str, *editions: str) -> str:
    lines = "".join(f"  {each}\n" for each in editions)
    return f"parameter limit : {kind}\n  source CODE sec 1\n{lines}end parameter\n"


def profile(*clauses: str) -> str:
    lines = "".join(f"  {each}\n" for each in clauses)
    return f"profile strict\n  source CODE sec 9\n{lines}end profile\n"


LIFTED = """
policy ads
  source CODE sec 1
  in force from 2020-01-01
  rule one
    prohibit when campaign.political
    subject to ads/free
    message "It is political."
    remedy "Change it."
  rule free
    permit when campaign.objective is sales
    despite ads/one
end policy
"""

WHOLE = parameter("whole_number", "from 2026-01-01 is 10")


@pytest.mark.parametrize(
    ("kind", "stands", "clauses", "stricter", "looser"),
    [
        ("whole_number", "10", "require campaign.size is at most limit", "9", "11"),
        ("whole_number", "10", "require campaign.size is less than limit", "9", "11"),
        ("whole_number", "10", "require limit is at least campaign.size", "9", "11"),
        ("whole_number", "10", "require campaign.size is at least limit", "11", "9"),
        ("whole_number", "10", "require campaign.size is more than limit", "11", "9"),
        ("whole_number", "10", "prohibit when campaign.size exceeds limit", "9", "11"),
        ("whole_number", "10", "prohibit when not campaign.size exceeds limit", "11", "9"),
        ("whole_number", "10", "require campaign.size is between limit and 20", "11", "9"),
        ("whole_number", "10", "require campaign.size is between 2 and limit", "9", "11"),
        (
            *("whole_number", "10"),
            'prohibit when campaign.political unless "few" campaign.size is at most limit',
            *("9", "11"),
        ),
        (
            *("whole_number", "10"),
            "prohibit when no segment in campaign.segments has (segment.size is at least limit)",
            *("11", "9"),
        ),
        ("money", "EUR 10", "require campaign.budget is at most limit", "EUR 9", "EUR 11"),
        ("money", "EUR 10", "require campaign.budget is at most limit", "EUR 10", "USD 1"),
        ("percentage", "10%", "require campaign.discount is at most limit", "9%", "11%"),
        (
            "date",
            "2026-05-05",
            "require campaign.audited is after limit",
            "2026-06-01",
            "2026-01-01",
        ),
        (
            "date",
            "2026-05-05",
            "require campaign.audited is before limit",
            "2026-01-01",
            "2026-06-01",
        ),
        (
            "days",
            "30 days",
            "require campaign.audited is within limit before today",
            "9 days",
            "31 days",
        ),
    ],
)
def test_the_direction_of_a_parameter_is_found_out_from_the_rules(
    kind: str, stands: str, clauses: str, stricter: str, looser: str
) -> None:
    law = parameter(kind, f"from 2026-01-01 is {stands}") + rule("one", clauses)
    bundle = made(law + profile(f"tightens limit to {stricter} from 2026-06-01"))
    limit = bundle.policies.parameters["limit"]
    before, after = limit.edition_on(date(2026, 5, 31)), limit.edition_on(date(2026, 6, 1))
    assert before is not None
    assert after is not None
    assert before.content.text == stands
    assert after.content.text == stricter
    assert [each.provision for each in after.sources] == ["sec 9"]
    assert codes(law + profile(f"tightens limit to {looser} from 2026-06-01")) == {"E0551"}


@pytest.mark.parametrize(
    "clauses",
    [
        "applies when campaign.size is at most limit\n    permit when campaign.objective is sales",
        "permit when campaign.size is at most limit",
    ],
)
def test_a_permission_that_is_for_more_campaigns_is_looser(clauses: str) -> None:
    """What a permission is about leads towards allowing, as what it permits does."""
    law = WHOLE + LIFTED.replace("permit when campaign.objective is sales", clauses)
    assert codes(law + profile("tightens limit to 9 from 2026-06-01")) == set()
    assert codes(law + profile("tightens limit to 11 from 2026-06-01")) == {"E0551"}


@pytest.mark.parametrize(
    "clauses",
    [
        "require campaign.size is limit",
        "require campaign.size is at least limit and campaign.size is at most limit",
        "require campaign.size is at most 2 * limit",
        "require limit is at most limit",
        "prohibit when campaign.political",
    ],
)
def test_a_parameter_without_a_direction_is_left_alone(clauses: str) -> None:
    law = WHOLE + rule("one", clauses)
    assert codes(law + profile("tightens limit to 9 from 2026-06-01")) == {"E0553"}


def test_words_have_no_order() -> None:
    law = parameter("yes_no", "from 2026-01-01 is yes") + rule(
        "one", "prohibit when campaign.political"
    )
    assert codes(law + profile("tightens limit to no from 2026-06-01")) == {"E0553"}


def test_law_that_grows_stricter_by_itself_stays() -> None:
    law = parameter(
        "whole_number",
        *("from 2024-01-01 until 2025-01-01 is 20", "from 2025-01-01 is 10"),
        *("from 2027-01-01 is 5", "from 2028-01-01 is 9"),
    )
    law += rule("one", "require campaign.size is at most limit")
    limit = made(law + profile("tightens limit to 8 from 2026-06-01")).policies.parameters["limit"]
    found = [(str(each.window.start), each.content.text) for each in limit.editions]
    assert found == [
        *(("2024-01-01", "20"), ("2025-01-01", "10"), ("2026-06-01", "8")),
        *(("2027-01-01", "5"), ("2028-01-01", "8")),
    ]


@pytest.mark.parametrize(
    ("clauses", "fault"),
    [
        (("limit to 16 from 2026-10-01", "limit to 18 from 2027-01-01"), set()),
        (("limit to 18 from 2026-10-01", "limit to 16 from 2027-01-01"), {"E0551"}),
        (("limit to 18 from 2026-10-01", "limit to 16 from 2026-10-01"), {"E0310"}),
    ],
)
def test_it_makes_no_difference_in_which_order_a_parameter_is_tightened(
    clauses: tuple[str, str], fault: set[str]
) -> None:
    declared = parameter("whole_number", "from 2026-01-01 is 13")
    declared += rule("r", "require campaign.size is at least limit")
    one, other = (f"tightens {each}" for each in clauses)
    both = [codes(declared + profile(*each)) for each in ((one, other), (other, one))]
    assert both == [fault, fault]


def test_a_value_of_another_kind_is_no_value() -> None:
    law = WHOLE + rule("one", "require campaign.size is at most limit")
    assert codes(law + profile('tightens limit to "nine" from 2026-06-01')) == {"E0401"}


def test_a_parameter_may_be_tightened_before_it_begins() -> None:
    law = WHOLE + rule("one", "require campaign.size is at most limit")
    limit = made(law + profile("tightens limit to 9 from 2025-06-01")).policies.parameters["limit"]
    assert [(str(e.window.start), e.content.text) for e in limit.editions] == [("2026-01-01", "9")]


def test_no_edition_ends_before_the_first_day_of_the_calendar() -> None:
    law = parameter("whole_number", "is 10") + rule(
        "one", "prohibit when campaign.audience.minimum_age exceeds limit"
    )
    bundle = made(law + profile("tightens limit to 9 from 0001-01-01"))
    (edition,) = bundle.policies.parameters["limit"].editions
    assert (edition.content.value, edition.window.last) == (9, None)
    twice = law.replace("is 10", "is 10\n  from 0001-01-01 is 9")
    assert codes(twice) == {"E0505"}


def test_directions_are_told_for_each_reading() -> None:
    law = WHOLE + rule("one", "require campaign.size is at most limit")
    bundle = made(law)
    assert [str(each) for each in directions_of("limit", bundle.policies.rules)] == [
        "Direction.LOWER"
    ]
    assert list(directions_of("other", bundle.policies.rules)) == []


@pytest.mark.parametrize(
    ("enforcement", "to", "expected"),
    [
        ("enforcement advisory", "enforced", Enforcement.ENFORCED),
        ("enforcement advisory", "mandatory", Enforcement.MANDATORY),
        ("", "enforced", Enforcement.ENFORCED),
        ("", "mandatory", Enforcement.MANDATORY),
        ('enforcement overridable by "DPO"', "mandatory", Enforcement.MANDATORY),
        ("enforcement mandatory", "mandatory", Enforcement.MANDATORY),
    ],
)
def test_a_rule_is_enforced_as_the_profile_says(
    enforcement: str, to: str, expected: Enforcement
) -> None:
    law = rule("one", f"prohibit when campaign.political\n    {enforcement}")
    (found,) = made(law + profile(f"tightens ads/one to {to}")).policies.rules
    assert found.enforcement is expected
    assert found.override_role is None


@pytest.mark.parametrize("enforcement", ['overridable by "DPO"', "mandatory"])
def test_a_rule_is_never_loosened(enforcement: str) -> None:
    law = rule("one", f"prohibit when campaign.political\n    enforcement {enforcement}")
    assert codes(law + profile("tightens ads/one to enforced")) == {"E0552"}


def test_a_rule_that_the_profile_makes_mandatory_is_waived_by_nobody() -> None:
    law = rule("one", "prohibit when campaign.political")
    waiver = """waiver autumn
  of ads/one
  for campaign.id is "c-1"
  in force from 2026-09-01 until 2026-10-01
  approved by "A" as "DPO" on 2026-08-01
  ticket "L-1"
  reason "So."
end waiver
"""
    assert codes(law + waiver) == set()
    assert codes(law + waiver + profile("tightens ads/one to mandatory")) == {"E0541"}
    advice = rule("one", "prohibit when campaign.political\n    enforcement advisory")
    assert codes(advice + waiver) == {"E0543"}
    assert codes(advice + waiver + profile("tightens ads/one to enforced")) == set()


def test_a_profile_says_what_decides_it_once() -> None:
    law = rule("one", "prohibit when campaign.political")
    assert codes(law + "profile strict\n  tightens ads/one to mandatory\nend profile\n") == {
        "E0501"
    }
    assert codes(law + profile("source CODE sec 2", "tightens ads/one to mandatory")) == {"E0502"}
    broken = profile("source", "tightens ads/one to mandatory").replace("  source CODE sec 9\n", "")
    assert "E0501" not in codes(law + broken)
    assert codes(law + profile() + profile()) == {"E0310"}


def test_names_that_nothing_has_are_told_with_what_was_probably_meant() -> None:
    law = WHOLE + rule("one", "require campaign.size is at most limit")
    wrong = profile(
        "adopts house.rulse",
        "tightens ads/won to mandatory",
        "tightens limmit to 9 from 2026-06-01",
        "tightens ads/one to mandatory",
        "tightens ads/one to enforced",
    )
    assert codes(law + wrong) == {"E0550", "E0309", "E0555", "E0310"}
    assert codes(law + profile("adopts house.rules, golden")) == set()


def test_a_rule_that_enforces_nothing_or_is_lifted_is_not_tightened() -> None:
    duty = rule("one", 'oblige "Do it." when campaign.political due before launch')
    duty = duty.replace('    message       "It is not so."\n    remedy        "Change it."\n', "")
    assert codes(duty) == set()
    assert codes(duty + profile("tightens ads/one to enforced")) == {"E0554"}
    assert codes(LIFTED + profile("tightens ads/one to enforced")) == set()
    assert codes(LIFTED + profile("tightens ads/one to mandatory")) == {"E0554"}


@pytest.mark.parametrize(
    ("value", "kind"), [("a", Scalar.TEXT), (True, Scalar.YES_NO), (frozenset({"a"}), Scalar.TEXT)]
)
def test_what_has_no_order_is_never_as_strict(value: Value, kind: Scalar) -> None:
    span = Span(source="house.policy", start=0, end=1)
    constant = Constant(span=span, type=kind, value=value, text="a")
    assert not is_as_strict(constant, constant, Direction.LOWER)


# --- adopting -----------------------------------------------------------------------------------


def test_the_example_is_sound_and_its_tests_are_its_own() -> None:
    files = read_directory(EXAMPLE)
    bundle, found = build("fjellsko", files)
    assert found == ()
    assert bundle is not None
    assert {rule.id.partition("/")[0] for rule in bundle.own_rules} == {"stores", "proxies"}
    assert not any(is_adopted(case.location.source) for case in bundle.cases)
    assert any(rule.id == "minors/no_profiled_ads" for rule in bundle.policies.rules)
    assert not any(rule.id == "delivery/four_fifths" for rule in bundle.policies.rules)


def test_every_shipped_pack_may_be_adopted_by_itself() -> None:
    packs = (
        "privacy",
        "minors",
        "transparency",
        "fairness",
        "political",
        "platforms",
        "governance",
    )
    for pack in packs:
        house = HEAD + f"profile p\n  source CODE sec 1\n  adopts assent.{pack}\nend profile\n"
        files = {"house.policy": house}
        bundle, found = build(pack, files | adopted_beside(files))
        assert found == ()
        assert bundle is not None


def test_a_name_of_nothing_brings_everything_for_a_suggestion() -> None:
    house = HEAD + "profile p\n  source CODE sec 1\n  adopts assent.privacie\nend profile\n"
    files = {"house.policy": house}
    _, found = build("house", files | adopted_beside(files))
    assert [(each.code, each.replacement) for each in found] == [("E0550", "assent.privacy")]


def test_a_copy_of_what_is_adopted_is_told_once_and_where_it_can_be_mended() -> None:
    house = HEAD + "profile p\n  source CODE sec 1\n  adopts assent.privacy\nend profile\n"
    brought = adopted_beside({"house.policy": house})
    copy = brought["assent/vocabulary/campaign.policy"]
    for name in ("a_copy.policy", "vocabulary.policy"):  # Before the adopted file, and behind it.
        _, found = build("house", {"house.policy": house, name: copy} | brought)
        ((code, source, advice),) = [(each.code, each.span.source, each.help) for each in found]
        assert (code, source) == ("E0310", name)
        assert advice is not None
        assert advice.startswith("`assent/vocabulary/campaign.policy` comes with what the profile")


def test_what_a_house_has_taken_stays_as_it_is() -> None:
    house = HEAD + "profile p\n  source CODE sec 1\n  adopts assent.vocabulary\nend profile\n"
    assert adopted_beside({"house.policy": house, "assent/vocabulary.policy": VOCABULARY}) == {}
    assert adopted_beside({"house.policy": "# a profile adopts nothing here\n"}) == {}


def test_shipped_policies_beside_no_profile_keep_their_tests() -> None:
    test = """test "allowed"
  on 2026-09-01
  given campaign.id is "c-1"
  given campaign.markets is {DE}
  given campaign.flight.start is 2026-10-01
  expect allow
end test
"""
    files = {"assent/vocabulary.policy": VOCABULARY, "assent/law.policy": HEAD + test}
    bundle, _ = build("copy", files)
    assert bundle is not None
    assert len(bundle.cases) == 1
    assert bundle.is_tested_here("assent/law.policy")


def test_what_is_adopted_is_not_changed_to_see_whether_a_test_notices() -> None:
    house = HEAD + "profile p\n  source CODE sec 1\n  adopts assent.minors\nend profile\n"
    files = {"house.policy": house}
    bundle, _ = build("house", files | adopted_beside(files))
    assert bundle is not None
    assert bundle.policies.rules
    assert list(try_mutants(bundle, [])) == []
