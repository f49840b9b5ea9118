"""The fast path, called directly: it never takes for granted what an index leaves."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.compiled.closures import Frame, Names
from engine.evaluation.compiled.fast_path import compile_fast_path
from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.moment import flight_of, moment
from engine.evaluation.result import Status
from tests.unit.evaluation.courtroom import TODAY, campaign_of, court, rule


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"flag": False, "other": True}, Status.NOT_APPLICABLE),
        ({"flag": True, "other": False}, Status.SATISFIED),
        ({"flag": True, "other": True}, Status.VIOLATED),
        ({"flag": True}, Status.UNDETERMINED),
    ],
)
def test_it_evaluates_rules_that_are_no_candidates(facts: dict[str, Any], status: Status) -> None:
    policies = court(rule("applies when campaign.flag", "prohibit when campaign.other")).policies
    (only,) = policies.rules
    campaign = campaign_of(court(), **facts)
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), TODAY)
    )
    evaluate = compile_fast_path(only, Names(policies=policies, bound={}))
    frame = Frame(campaign.facts, TODAY, date(2026, 2, 1))
    applies = True
    fast = evaluate(context, frame, ("DE",), applies)
    assert fast is not None
    result, explain, is_certain = fast
    assert (result.status, result.markets) == (status, ("DE",))
    assert (explain is not None) == result.is_adverse
    assert is_certain == (status is not Status.UNDETERMINED)
