"""Shortcuts answer for the plainest values, as the long way does, and for nothing else."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from engine.evaluation.compiled.closures import Frame, Names, compile_test
from engine.evaluation.compiled.shortcuts import days_between, ratio, within_days
from engine.evaluation.operations.comparison import holds
from engine.semantics.tree import ComparisonCondition
from tests.unit.evaluation.courtroom import court, rule

D = date.fromisoformat
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def compared(condition: str) -> ComparisonCondition:
    found = court(rule(f"prohibit when {condition}")).policies.rules[0].main.condition
    assert isinstance(found, ComparisonCondition)
    return found


@pytest.mark.parametrize("phrase", ["is at least", "is at most", "is more than", "is less than"])
@pytest.mark.parametrize("bound", ["0.5", "2", "80%"])
def test_a_ratio_is_compared_by_multiplying_across(phrase: str, bound: str) -> None:
    condition = compared(f"campaign.whole / campaign.amount {phrase} {bound}")
    quick = ratio(condition)
    assert quick is not None
    for one in (-3, 0, 1, 2, 4, 5):
        for other in (-2, 1, 2, 5):
            exact = Fraction(one, other)
            written = condition.right[0].value  # type: ignore[union-attr]  # a constant, as written.
            assert quick(one, other) is holds(condition, (exact, written))
    assert quick(1, 0) is None
    assert quick(Fraction(1, 2), 1) is None


def test_days_between_are_counted() -> None:
    quick = days_between(compared("campaign.flight.end - campaign.flight.start exceeds 30 days"))
    assert quick is not None
    assert quick(D("2026-02-01"), D("2026-01-01")) is True
    assert quick(D("2026-01-31"), D("2026-01-01")) is False
    assert quick(NOON, D("2026-01-01")) is None


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_day_is_within_days_of_another(side: str) -> None:
    condition = compared(f"campaign.day is within 2 weeks {side} campaign.flight.start")
    quick, length = within_days(condition), condition.right[0].value  # type: ignore[union-attr]  # likewise.
    assert quick is not None
    anchor = D("2026-01-20")
    for day in ("2026-01-05", "2026-01-06", "2026-01-20", "2026-02-03", "2026-02-04"):
        assert quick(D(day), anchor) is holds(condition, (D(day), length, anchor))
    assert quick(NOON, anchor) is None
    edge = date.min if side == "before" else date.max
    assert quick(anchor, edge) is None


def test_there_is_no_shortcut_for_anything_else() -> None:
    for other in (
        "campaign.amount is 2",
        "campaign.whole / campaign.amount is 2",
        "campaign.whole * campaign.amount exceeds 2",
        "campaign.whole / campaign.amount exceeds campaign.person.age",
        "campaign.price is unknown",
    ):
        condition = compared(other)
        assert (ratio(condition), days_between(condition)) == (None, None)
    assert within_days(compared("campaign.day is within 1 month before today")) is None
    assert within_days(compared("campaign.day is within campaign.term before today")) is None


def test_what_a_shortcut_does_not_answer_goes_the_long_way() -> None:
    bundle = court(rule("prohibit when campaign.whole / campaign.amount exceeds 1"))
    condition = bundle.policies.rules[0].main.condition
    assert isinstance(condition, ComparisonCondition)
    test = compile_test(condition, Names(policies=bundle.policies, bound={}))
    for whole, amount, truth in ((3, 2, True), (3, 2.5, True), (2, 2.5, False), (3, 0, None)):
        facts = {"id": "c", "markets": ["DE"], "flight": {"start": "2026-01-01"}}
        campaign, faults = bundle.decoder.decode({**facts, "whole": whole, "amount": amount})
        assert campaign is not None, faults
        assert test(Frame(campaign.facts, D("2026-01-01"), D("2026-01-01"))) is truth
