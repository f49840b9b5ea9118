"""Periods, and lists beside lists: what is said of them, and what a missing day leaves open."""

from typing import Any

import pytest

from engine.evaluation.prose import explain
from engine.evaluation.result import Status
from engine.testing.runner import run_cases
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, court, hear, judged, rule, seen, wanted

STATUS = {True: Status.VIOLATED, False: Status.SATISFIED, None: Status.UNDETERMINED}
SUMMER = {"start": "2026-06-01", "end": "2026-08-31"}


@pytest.mark.parametrize(
    ("condition", "slot", "truth"),
    [
        ("campaign.slot overlaps 2026-08-31 to 2026-09-30", SUMMER, True),
        ("campaign.slot overlaps 2026-09-01 to 2026-09-30", SUMMER, False),
        ("2026-05-01 to 2026-06-01 overlaps campaign.slot", SUMMER, True),
        ("2026-05-01 to 2026-05-31 overlaps campaign.slot", SUMMER, False),
        ("campaign.slot overlaps campaign.flight", SUMMER, False),
        ("campaign.slot overlaps campaign.flight", {"start": "2026-03-01"}, None),
        ("campaign.slot overlaps campaign.flight", {"start": "2026-03-02"}, False),
        ("campaign.slot overlaps campaign.flight", {"end": "2026-01-31"}, False),
        ("campaign.slot overlaps campaign.flight", None, None),
        ("campaign.slot includes 2026-08-31", SUMMER, True),
        ("campaign.slot includes 2026-09-01", SUMMER, False),
        ("campaign.slot includes today", SUMMER, False),
        ("2026-01-01 to 2026-12-31 includes campaign.slot.end", SUMMER, True),
        ("campaign.day is within campaign.slot", SUMMER, True),
        ("campaign.day is within 2026-06-01 to 2026-06-14", SUMMER, False),
        ("campaign.moment is within campaign.slot", SUMMER, True),
        ("not campaign.slot overlaps 2026-08-31 to 2026-09-30", SUMMER, False),
        ("campaign.slot.end - campaign.slot.start + 1 day is 92 days", SUMMER, True),
    ],
)
def test_periods_include_their_first_and_last_day(
    condition: str, slot: Any, *, truth: bool | None
) -> None:
    facts: dict[str, Any] = {"day": "2026-06-15", "moment": "2026-08-31T23:59:00Z"}
    assert judged(f"prohibit when {condition}", slot=slot, **facts).status is STATUS[truth]


def test_a_finding_names_the_days() -> None:
    result = judged("prohibit when campaign.slot includes 2026-07-01", slot=SUMMER)
    assert seen(result) == [
        ("/slot/start", "2026-06-01", "is after 2026-07-01"),
        ("/slot/end", "2026-08-31", "is before 2026-07-01"),
    ]


def test_a_day_that_is_missing_is_asked_for() -> None:
    result = judged(
        "prohibit when campaign.slot overlaps campaign.flight", slot={"end": "2026-02-10"}
    )
    assert wanted(result) == [("campaign.slot.start", "")]


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    slot = {"start": "2026-02-02", "end": "2026-02-01"}
    campaign, faults = court().decoder.decode({"id": "c", "slot": slot})
    assert campaign is None
    assert [fault.pointer for fault in faults] == ["/slot/end"]
    lone = {**CAMPAIGN, "slot": {"end": "2026-02-01"}}
    assert court().decoder.decode(lone)[0] is not None
    _, faults = court().decoder.decode({**CAMPAIGN, "slot": "summer"})
    assert [fault.pointer for fault in faults] == ["/slot"]


def test_a_message_tells_a_period() -> None:
    text = rule("prohibit when campaign.flag", "evidence campaign.slot")
    result = judged(*text.splitlines()[1:3], flag=True, slot=SUMMER)
    assert ("/slot", "2026-06-01 to 2026-08-31", "") in seen(result)


def test_a_test_gives_a_period_as_a_whole() -> None:
    test = """test "in the flight"
  on 2026-01-01
  given campaign.id is "c"
  given campaign.markets is {DE}
  given campaign.flight is 2026-02-01 to 2026-02-28
  given campaign.slot is 2026-02-28 to 2026-03-31
  expect deny by p/r
end test
"""
    bundle = court(rule("prohibit when campaign.slot overlaps campaign.flight"), declared=test)
    assert [result.failures for result in run_cases(bundle)] == [()]


@pytest.mark.parametrize(
    ("condition", "hues", "truth"),
    [
        ("campaign.colours includes any of campaign.hues", ["green", "blue"], True),
        ("campaign.colours includes any of campaign.hues", [], False),
        ("campaign.colours includes all of campaign.hues", ["green"], True),
        ("campaign.colours includes all of campaign.hues", ["blue"], False),
        ("campaign.colours includes all of campaign.hues", [], True),
        ("campaign.colours includes none of campaign.hues", ["blue"], True),
        ("campaign.colours includes any of campaign.hues", None, None),
        ("campaign.colour is one of campaign.hues", ["red", "blue"], True),
        ("campaign.colour is not one of campaign.hues", ["red", "blue"], False),
        ("campaign.colour is one of campaign.hues", None, None),
        ("any hue in campaign.hues has (hue is one of campaign.colours)", ["green"], True),
    ],
)
def test_a_list_is_held_against_a_list(
    condition: str, hues: list[str] | None, *, truth: bool | None
) -> None:
    facts: dict[str, Any] = {"colours": ["red", "green"], "colour": "red", "hues": hues}
    assert judged(f"prohibit when {condition}", **facts).status is STATUS[truth]


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ('campaign.note is like "*FREE*"', True),
        ('campaign.note is not like "*FREE*"', False),
        ('not campaign.note is like "free"', True),
    ],
)
def test_a_text_is_held_against_a_pattern(condition: str, *, truth: bool) -> None:
    assert judged(f"prohibit when {condition}", note="Free shipping").status is STATUS[truth]


STAYS = VOCABULARY.replace(
    "  record flight",
    """  stay : stay "a stay"

  record stay "a stay"
    start : date presumed 2026-03-01 "first night"
    end   : date sensitive "last night"
  end record

  record flight""",
)


def test_the_days_of_a_period_are_sensitive_or_presumed_as_they_are_declared() -> None:
    bundle = court(
        rule("prohibit when campaign.stay overlaps 2026-03-01 to 2026-03-31"), vocabulary=STAYS
    )
    decision = hear(bundle, stay={"end": "2026-03-17"})
    assert seen(decision.results[0]) == [
        ("/stay/start", "2026-03-01", "is after 2026-03-31"),
        ("/stay/end", "(sensitive)", "is before 2026-03-01"),
    ]
    assert "2026-03-17" not in explain(decision)
