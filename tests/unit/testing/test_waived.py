"""Waivers in tests: what may be expected of them, and how coverage, traces and mutants see them."""

import pytest

from engine.bundle.bundle import Bundle, build
from engine.evaluation.result import Status
from engine.testing.boundaries import boundary_tests
from engine.testing.coverage import measure
from engine.testing.mutation import try_mutants
from engine.testing.parts import PartKind, words_of
from engine.testing.runner import CaseResult, run_cases
from engine.testing.trace import traces
from tests.unit.evaluation.courtroom import rule
from tests.unit.evaluation.test_waivers import waiver
from tests.unit.testing.docket import case, docket, results

HARD = rule("prohibit when campaign.flag", name="hard")
WAIVER = waiver(of="p/hard", scope="campaign.other")


def ran(*steps: str, flag: bool = True) -> CaseResult:
    """Return the result of one test of a rule that is waived where `other` is so."""
    (result,) = results(docket(HARD, case("t", *steps), declared=WAIVER, flag=flag))
    return result


@pytest.mark.parametrize("others", [(), ("expect allow",)])
def test_a_waiver_may_be_expected_to_hold(others: tuple[str, ...]) -> None:
    assert ran("given campaign.other is yes", "expect waived by w", *others).passed


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        (("expect waived by w",), "expected waived by w, got deny by p/hard"),
        (
            ("given campaign.other is yes", "expect deny by p/hard"),
            "expected deny by p/hard, got allow, with a waiver of p/hard",
        ),
    ],
)
def test_what_came_instead_is_said(steps: tuple[str, ...], failure: str) -> None:
    assert ran(*steps).failures == (failure,)


def test_a_failed_test_is_traced_through_the_rule_that_is_waived() -> None:
    bundle = docket(
        HARD,
        case("one", "given campaign.flag is no", "expect waived by w"),
        case("two", "given campaign.other is yes", "expect deny by p/hard"),
        declared=WAIVER,
        flag=True,
    )
    kept, waived = (traces(each, words_of(bundle)) for each in results(bundle))
    assert [(each.rule.id, each.status) for each in kept] == [("p/hard", Status.SATISFIED)]
    assert [(each.rule.id, each.status) for each in waived] == [("p/hard", Status.WAIVED)]
    assert [each.text for each in waived[0].clauses] == [
        "prohibit when campaign.flag",
        "for campaign.other",
    ]


def test_coverage_asks_to_see_a_rule_waived_that_has_a_waiver() -> None:
    bundle = docket(HARD, case("t", "expect deny by p/hard"), declared=WAIVER, flag=True)
    (found,) = measure(bundle, results(bundle)).rules
    assert found.unseen == (Status.UNDETERMINED, Status.WAIVED, Status.SATISFIED)


def noticed(bundle: Bundle) -> dict[str, bool]:
    """Return whether each change of the rules breaks a test."""
    trials = try_mutants(bundle, results(bundle))
    return {each.mutant.change: each.noticed_by is not None for each in trials}


def test_a_test_of_a_waiver_notices_what_changes_the_rule() -> None:
    tests = (
        case("waived", "given campaign.other is yes", "expect waived by w"),
        case("allowed", "given campaign.flag is no", "expect allow"),
    )
    bundle = docket(HARD, *tests, declared=WAIVER, flag=True)
    assert noticed(bundle)["the rule is deleted"]


def test_that_a_waiver_is_deleted_is_noticed_by_a_test_that_expects_it_to_hold() -> None:
    waived = case("waived", "given campaign.other is yes", "expect waived by w")
    denied = case("denied", "expect deny by p/hard")
    change = "the waiver `w` is deleted"
    assert noticed(docket(HARD, waived, denied, declared=WAIVER, flag=True))[change]
    assert not noticed(docket(HARD, denied, declared=WAIVER, flag=True))[change]


@pytest.mark.parametrize(
    ("day", "change"),
    [
        ("2025-12-31", "the waiver `w` holds before 2026-01-01 as well"),
        ("2026-06-01", "the waiver `w` holds from 2026-06-01 on"),
    ],
)
def test_that_a_waiver_holds_longer_is_noticed_by_a_test_beside_its_days(
    day: str, change: str
) -> None:
    beside = case(
        "beside",
        "given campaign.other is yes",
        f"given campaign.flight.start is {day}",
        f"given campaign.flight.end is {day}",
        "expect deny by p/hard",
        day="2025-12-01",
    )
    held = case("held", "given campaign.other is yes", "expect waived by w")
    assert noticed(docket(HARD, beside, held, declared=WAIVER, flag=True))[change]
    assert not noticed(docket(HARD, held, declared=WAIVER, flag=True))[change]


# --- for whom it is ---------------------------------------------------------------------------

SCOPED = waiver(of="p/hard", scope="campaign.other and campaign.whole is at most 3")


def test_the_scope_of_a_waiver_is_covered_part_by_part() -> None:
    bundle = docket(
        HARD,
        case("held", "given campaign.other is yes", "expect waived by w"),
        case("denied", "given campaign.other is no", "expect deny by p/hard"),
        declared=SCOPED,
        flag=True,
        whole=1,
    )
    (found,) = measure(bundle, results(bundle)).rules
    scope = [each for each in found.parts if each.part.location.line == 3]
    assert [(each.part.kind, each.part.text, each.is_true, each.is_false) for each in scope] == [
        (PartKind.WAIVER, "for campaign.other and campaign.whole is at most 3", True, True),
        (PartKind.COMPARISON, "campaign.other", True, True),
        (PartKind.COMPARISON, "campaign.whole is at most 3", True, False),
    ]


def test_a_change_of_the_scope_is_noticed_by_a_test_of_those_outside_it() -> None:
    held = case("held", "given campaign.other is yes", "expect waived by w")
    outside = case("outside", "given campaign.other is no", "expect deny by p/hard")
    change = "`campaign.other` is dropped"
    assert noticed(docket(HARD, held, outside, declared=SCOPED, flag=True, whole=1))[change]
    assert not noticed(docket(HARD, held, declared=SCOPED, flag=True, whole=1))[change]


def test_a_rule_that_is_excepted_is_not_traced_through_its_waiver() -> None:
    excused = rule("prohibit when campaign.flag", 'unless "x" campaign.other', name="hard")
    test = case("t", "given campaign.other is yes", "expect deny by p/hard")
    bundle = docket(excused, test, declared=WAIVER, flag=True)
    ((found,),) = (traces(each, words_of(bundle)) for each in results(bundle))
    assert [each.text for each in found.clauses] == ['unless "x" campaign.other']


# --- at its ends ------------------------------------------------------------------------------


def offered(*tests: str) -> dict[str, list[str]]:
    """Return the tests at the ends of the waiver by their titles, having seen that they pass."""
    bundle = docket(HARD, *tests, declared=WAIVER, flag=True)
    found = [each for each in boundary_tests(bundle, results(bundle)) if "waiver" in each.text]
    files = dict(bundle.files)
    texts = [test for each in found for test in each.tests]
    for test in texts:
        files[test.file] += f"\n{test.text}"
    after, diagnostics = build("after", files)
    assert after is not None, diagnostics
    assert [each.failures for each in run_cases(after) if not each.passed] == []
    again = boundary_tests(after, list(run_cases(after)))
    assert not [test for each in again for test in each.tests if "waiver" in test.title]
    assert all(each.decides for each in found if each.tests)
    return {test.title: test.text.splitlines()[1:-1] for test in texts}


def test_both_ends_of_a_waiver_are_tried_from_a_test_in_which_it_holds() -> None:
    held = case("held", "given campaign.other is yes", "expect waived by w")
    denied = case(
        "denied",
        "given campaign.other is yes",
        "given campaign.flight.end is 2026-12-31",
        "expect deny by p/hard",
    )
    made = offered(denied, held)
    before = "waiver w: campaign.flight.start is 2025-12-31, the day before it begins"
    assert {title: steps[-2:] for title, steps in made.items()} == {
        before: ["  given campaign.flight.start is 2025-12-31", "  expect deny by p/hard"],
        "waiver w: campaign.flight.start is 2026-01-01, the day it begins": [
            "  expect allow",
            "  expect waived by w",
        ],
        "waiver w: campaign.flight.start is 2026-01-02, the day after it begins": [
            "  expect allow",
            "  expect waived by w",
        ],
        "waiver w: campaign.flight.end is 2026-05-31, the day before it is over": [
            "  expect allow",
            "  expect waived by w",
        ],
        "waiver w: campaign.flight.end is 2026-06-01, the day it is over": [
            "  given campaign.flight.end is 2026-06-01",
            "  expect deny by p/hard",
        ],
        "waiver w: campaign.flight.end is 2026-06-02, the day after it is over": [
            "  given campaign.flight.end is 2026-06-02",
            "  expect deny by p/hard",
        ],
    }
    assert made[before][:3] == [
        "  on 2025-12-31",
        '  given file "base.json"',
        "  given campaign.other is yes",
    ]


@pytest.mark.parametrize(
    ("start", "end", "title", "steps"),
    [
        (
            *("2026-08-01", "2026-08-31"),
            "waiver w: campaign.flight.end is 2026-05-31, the day before it is over",
            ["flight.end is 2026-05-31", "flight.start is 2026-01-01"],
        ),
        (
            *("2025-12-01", "2025-12-20"),
            "waiver w: campaign.flight.start is 2026-01-01, the day it begins",
            ["flight.start is 2026-01-01", "flight.end is 2026-01-01"],
        ),
    ],
)
def test_an_end_that_lies_outside_the_flight_takes_the_flight_with_it(
    start: str, end: str, title: str, steps: list[str]
) -> None:
    denied = case(
        "denied",
        "given campaign.other is yes",
        f"given campaign.flight.start is {start}",
        f"given campaign.flight.end is {end}",
        "expect deny by p/hard",
        day="2025-12-01",
    )
    given = [f"  given campaign.{step}" for step in steps]
    assert offered(denied)[title][-4:] == [*given, "  expect allow", "  expect waived by w"]


def test_an_end_that_no_test_reaches_is_said() -> None:
    bundle = docket(HARD, case("t", "expect deny by p/hard"), declared=WAIVER, flag=True)
    found = list(boundary_tests(bundle, results(bundle)))
    assert [(each.text, each.tests, each.decides) for each in found] == [
        ("the day on which the waiver `w` begins, 2026-01-01", (), False),
        ("the day on which the waiver `w` is over, 2026-06-01", (), False),
    ]


def test_where_an_end_makes_no_difference_the_first_test_is_taken() -> None:
    """The rule begins long after its waiver and ends before it does."""
    short = rule(
        "in force from 2026-02-01 until 2026-03-01", "prohibit when campaign.flag", name="hard"
    )
    facts = ("given campaign.other is yes", "given campaign.flight.start is 2026-02-10")
    held = case("held", *facts, "given campaign.flight.end is 2026-02-10", "expect waived by w")
    other = case("other", *facts, "given campaign.flight.end is 2026-02-11", "expect waived by w")
    bundle = docket(short, held, other, declared=WAIVER, flag=True)
    found = [each for each in boundary_tests(bundle, results(bundle)) if "waiver" in each.text]
    assert [(each.decides, len(each.tests)) for each in found] == [(False, 3), (False, 3)]
    assert "given campaign.flight.end is 2026-02-10" in found[0].tests[0].text


def test_a_flight_that_runs_until_it_is_stopped_is_given_an_end() -> None:
    endless = case(
        "endless",
        "given campaign.other is yes",
        "without campaign.flight.end",
        "given campaign.flight.until_stopped is yes",
        "expect waived by w",
    )
    made = offered(endless)
    last = made["waiver w: campaign.flight.end is 2026-05-31, the day before it is over"]
    assert last[-4:-2] == [
        "  given campaign.flight.end is 2026-05-31",
        "  given campaign.flight.until_stopped is no",
    ]


def test_where_nothing_can_be_expected_nothing_is_offered() -> None:
    """What is wanting on days on which the waiver holds is a set, which no test can name."""
    later = 'set LATER of country "later"\n  from 2030-01-01 is {ES}\nend set\n'
    other = rule("prohibit when campaign.home is one of LATER", name="homes")
    held = case("held", "given campaign.other is yes", "expect waived by w")
    bundle = docket(HARD, other, held, declared=WAIVER + later, flag=True, home="ES")
    assert results(bundle)[0].passed
    found = boundary_tests(bundle, results(bundle))
    texts = [test.text for each in found for test in each.tests]
    assert texts
    assert all("expect deny by p/hard" in text for text in texts)
