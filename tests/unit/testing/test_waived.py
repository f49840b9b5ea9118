"""Waivers in tests: what may be expected of them, and how coverage, traces and mutants see them."""

import pytest

from engine.bundle.bundle import Bundle
from engine.evaluation.result import Status
from engine.testing.coverage import measure
from engine.testing.mutation import try_mutants
from engine.testing.parts import words_of
from engine.testing.runner import CaseResult
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
    assert [each.text for each in waived[0].clauses] == ["prohibit when campaign.flag"]


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
