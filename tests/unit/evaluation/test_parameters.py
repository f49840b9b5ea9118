"""Parameters: values that are read for the day of the law, and told by value and name."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.result import Status
from tests.unit.evaluation.courtroom import court, hear, judged, rule, seen, wanted

LIMIT = """
parameter limit : number "the most that may be spent"
  source LAW art 5
  from 2026-01-01 until 2026-02-15 is 10
  from 2026-02-15 until 2026-03-01 is 5 source LAW art 6
end parameter
"""


def flight(start: str, end: str) -> dict[str, str]:
    return {"start": start, "end": end}


@pytest.mark.parametrize(
    ("days", "amount", "status"),
    [
        (("2026-02-01", "2026-02-14"), 7, Status.SATISFIED),
        (("2026-02-01", "2026-02-15"), 7, Status.VIOLATED),
        (("2026-02-15", "2026-02-20"), 5, Status.SATISFIED),
        (("2026-02-20", "2026-03-01"), 1, Status.UNDETERMINED),
    ],
)
def test_a_parameter_is_read_for_each_day_of_the_flight(
    days: tuple[str, str], amount: int, status: Status
) -> None:
    bundle = court(rule("prohibit when campaign.amount exceeds limit"), declared=LIMIT)
    assert hear(bundle, flight=flight(*days), amount=amount).results[0].status is status


def test_without_an_edition_it_is_unknown_and_says_so() -> None:
    bundle = court(rule("prohibit when campaign.amount exceeds limit"), declared=LIMIT)
    days = flight("2026-05-01", "2026-05-02")
    result = hear(bundle, flight=days, amount=1).results[0]
    assert wanted(result) == [("limit", "the parameter has no edition for 2026-05-01")]
    assert result.findings[0].wanted[0].label == "the most that may be spent"


def test_the_value_in_force_stands_in_justification_and_message() -> None:
    bundle = court(
        rule("require campaign.amount is at most limit", message="more than {limit}"),
        declared=LIMIT,
    )
    result = hear(bundle, flight=flight("2026-02-16", "2026-02-17"), amount=7).results[0]
    assert seen(result) == [("/amount", "7", "is at most 5 (limit)")]
    assert result.findings[0].message == "more than 5"


def test_a_message_tells_an_unknown_value_as_unknown() -> None:
    clauses = ("require campaign.flag",)
    bundle = court(rule(*clauses, message="more than {limit}"), declared=LIMIT)
    days = flight("2026-05-01", "2026-05-02")
    result = hear(bundle, flight=days, flag=False).results[0]
    assert result.findings[0].message == "more than unknown"


def test_editions_are_days_on_which_the_law_of_a_rule_changes_also_in_definitions() -> None:
    declared = LIMIT + 'define dear "it is dear" means campaign.amount exceeds limit end define'
    bundle = court(rule("prohibit when dear"), declared=declared)
    assert [str(day) for day in bundle.policies.calendars["p/r"].changes] == [
        *("2000-01-01", "2026-01-01", "2026-02-15", "2026-03-01")
    ]


def test_a_parameter_stands_wherever_a_value_does() -> None:
    declared = """
parameter home : country "our country" source LAW art 1 is DE end parameter
parameter kind : colour "our colour" source LAW art 1 is red end parameter
parameter strict : yes_no "whether we are strict" source LAW art 1 is yes end parameter
parameter share : percentage "a share" source LAW art 1 is 50% end parameter
parameter last_day : date "the last day" source LAW art 1 is 2026-01-31 end parameter
"""
    campaigns: dict[str, dict[str, Any]] = {
        "campaign.home is home": {"home": "DE"},
        "campaign.colour is kind": {"colour": "red"},
        "campaign.colours includes kind": {"colours": ["red"]},
        "strict is yes": {},
        "campaign.share is at least share": {"share": "50%"},
        "campaign.flight.start is after last_day": {},
        "campaign.whole is between 1 and campaign.amount * 2": {"whole": 2, "amount": 1},
        "today is before last_day": {},
    }
    for condition, facts in campaigns.items():
        bundle = court(rule(f"prohibit when {condition}"), declared=declared)
        assert hear(bundle, **facts).results[0].status is Status.VIOLATED, condition


def test_how_long_an_answer_holds_counts_the_days_of_every_edition() -> None:
    declared = """
parameter deadline : date "the last day"
  source LAW art 1
  from 2020-01-01 is 2026-01-20
end parameter
"""
    bundle = court(rule("prohibit when today is after deadline"), declared=declared)
    assert hear(bundle).valid_until == date(2026, 1, 21)


def test_no_rule_reads_a_parameter_that_it_does_not_name() -> None:
    assert judged("prohibit when campaign.flag", flag=True).status is Status.VIOLATED
