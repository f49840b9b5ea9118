"""The straight way of judging, asked directly: it never takes for granted what an index leaves."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.compiled.closures import Frame, Names
from engine.evaluation.compiled.fast_path import compile_fast_path
from engine.evaluation.evaluate_rule import EvaluationContext
from engine.evaluation.justify import findings_maker
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
def test_it_judges_whatever_it_is_asked(facts: dict[str, Any], status: Status) -> None:
    policies = court(rule("applies when campaign.flag", "prohibit when campaign.other")).policies
    (only,) = policies.rules
    campaign = campaign_of(court(), **facts)
    context = EvaluationContext(
        policies=policies, campaign=campaign, moment=moment(flight_of(campaign), TODAY)
    )
    judge = compile_fast_path(only, Names(policies=policies, bound={}), findings_maker(only))
    result, tell = judge(context, Frame(campaign.facts, TODAY, date(2026, 2, 1)), ("DE",))
    assert (result.status, result.markets) == (status, ("DE",))
    assert (tell is not None) == (status is Status.VIOLATED)
