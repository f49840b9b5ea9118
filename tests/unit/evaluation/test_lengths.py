"""Lengths of time and distances: how they are counted, compared and told."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from engine.evaluation.descriptor.encode import encode
from engine.evaluation.operations.days import day_of, days_later, months_later
from engine.evaluation.result import Status
from engine.semantics.types import Scalar
from engine.syntax.lexis import MonthEnd
from tests.unit.evaluation.courtroom import court, hear, judged, rule, seen, wanted

D = date.fromisoformat
DOWN, UP = MonthEnd
MILES_15 = {"amount": 15, "unit": "mi"}
STATUS = {True: Status.VIOLATED, False: Status.SATISFIED, None: Status.UNDETERMINED}


@pytest.mark.parametrize(
    ("day", "months", "down", "up"),
    [
        ("2024-01-31", 1, "2024-02-29", "2024-03-01"),
        ("2023-01-29", 1, "2023-02-28", "2023-03-01"),
        ("2024-01-29", 1, "2024-02-29", "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28", "2025-03-01"),
        ("2024-03-31", -1, "2024-02-29", "2024-03-01"),
        ("2024-12-31", 2, "2025-02-28", "2025-03-01"),
        ("2024-05-15", 0, "2024-05-15", "2024-05-15"),
        ("9999-10-31", 1, "9999-11-30", "9999-12-01"),
    ],
)
def test_a_month_that_lacks_the_day_ends_on_its_last_day_or_on_the_next(
    day: str, months: int, down: str, up: str
) -> None:
    assert months_later(D(day), months, DOWN) == D(down)
    assert months_later(D(day), months, UP) == D(up)


@pytest.mark.parametrize(("day", "count"), [("9999-12-31", 1), ("0001-01-01", -1)])
def test_beyond_the_calendar_there_is_no_day(day: str, count: int) -> None:
    assert days_later(D(day), count) is None
    assert months_later(D(day), count, DOWN) is None


def test_the_day_of_an_instant_is_that_of_utc() -> None:
    assert day_of(datetime(2026, 1, 2, 0, 30, tzinfo=timezone(timedelta(hours=2)))) == D(
        "2026-01-01"
    )
    assert day_of(datetime(2026, 1, 2, tzinfo=UTC)) == D("2026-01-02")
    assert day_of(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))) == date.min


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("campaign.day is within 13 months before today", True),
        ("campaign.day is within 12 months before today", False),
        ("campaign.day is within 1 year before today", False),
        ("today is within 13 months after campaign.day", True),
        ("campaign.day + 13 months is today", True),
        ("today - 13 months is campaign.day", True),
        ("today - campaign.day is at least 396 days", True),
        ("today - campaign.day is at least 397 days", False),
        ("campaign.day - today is less than 0 days", True),
        ("campaign.term is 14 days", True),
        ("campaign.term is 2 weeks", True),
        ("campaign.term is between 1 week and 15 days", True),
        ("campaign.notice is 1 year", True),
        ("campaign.notice exceeds 11 months", True),
        ("2 * campaign.term is 4 weeks", True),
        ("campaign.term / 2 is 1 week", True),
        ("campaign.term / 2 days is 7", True),
        ("50% of campaign.term is at most 7 days", True),
        ("campaign.day + 50% of 1 day is today", None),
        ("campaign.radius is 15 miles", True),
        ("campaign.radius is at least 24.14016 km", True),
        ("campaign.radius is less than 24140.17 metres", True),
        ("campaign.radius + 1 mile is at least 16 miles", True),
        ("campaign.radius is at most 1 mile", False),
        ("campaign.day + 200000000 days is today", None),
        ("campaign.day is within 200000 months before today", None),
        ("today is within campaign.term - 2 weeks before today", True),
        ("today is within campaign.term - 15 days before today", False),
        ("today + 1 day is within campaign.term - 15 days before today", False),
        ("today is within campaign.term - 15 days after today", False),
        ("today - 1 day is within campaign.term - 15 days after today", False),
        ("campaign.moment is on or after campaign.day", True),
        ("campaign.day is before campaign.moment", True),
        ("campaign.moment is on or before 2025-12-31", True),
        ("campaign.moment is between 2025-12-31 and today", True),
        ("campaign.moment is within 1 day before today", True),
        ("campaign.moment is within 1 day before campaign.moment", True),
    ],
)
def test_lengths_and_distances_are_counted_exactly(condition: str, *, truth: bool | None) -> None:
    result = judged(
        f"prohibit when {condition}",
        on=D("2026-01-01"),
        day="2024-12-01",
        term="P2W",
        notice="P1Y",
        radius=MILES_15,
        moment="2026-01-01T01:00:00+02:00",
    )
    assert result.status is STATUS[truth]


@pytest.mark.parametrize(
    ("clause", "status"),
    [
        ("month end rounds down", Status.SATISFIED),
        ("month end rounds up", Status.VIOLATED),
        ("severity low", Status.SATISFIED),
    ],
)
def test_a_rule_says_where_a_month_ends_that_lacks_the_day(clause: str, status: Status) -> None:
    late = "prohibit when today is within 1 month after campaign.day"
    found = judged(late, clause, on=D("2026-03-01"), day="2026-01-31")
    assert found.status is status
    due = "prohibit when campaign.day + 1 month is on or after today"
    assert judged(due, clause, on=D("2026-03-01"), day="2026-01-31").status is status


def test_a_policy_says_it_for_all_its_rules_and_a_rule_for_itself() -> None:
    declared = """policy rounded "R"
  source LAW art 1
  in force from 2000-01-01
  month end rounds up
  message "no"
  remedy "mend it"
"""
    both = "".join(
        f"  rule {name}\n    {clause}\n    prohibit when campaign.day + 1 month is today\n"
        '    message "no"\n    remedy "mend it"\n'
        for name, clause in (("one", "severity low"), ("two", "month end rounds down"))
    )
    declared = declared.replace('  message "no"\n  remedy "mend it"\n', "")
    found = hear(
        court(declared=f"{declared}{both}end policy"), on=D("2026-03-01"), day="2026-01-31"
    )
    assert [r.status for r in found.results] == [Status.VIOLATED, Status.SATISFIED]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (
            "prohibit when campaign.term is at least 1 week",
            ("/term", "2 weeks", "is less than 1 week"),
        ),
        ("prohibit when campaign.radius exceeds 5 km", ("/radius", "15 miles", "is at most 5 km")),
        (
            "require campaign.day is within 1 month before today",
            ("/day", "2024-12-01", "is within 1 month before today"),
        ),
    ],
)
def test_a_finding_tells_them_as_they_were_stated(
    clause: str, expected: tuple[str, str, str]
) -> None:
    result = judged(clause, term="P2W", radius=MILES_15, day="2024-12-01")
    assert seen(result)[0] == expected


def test_a_finding_says_that_months_are_rounded_up() -> None:
    shift = "require campaign.day is within 1 month before today"
    result = judged(shift, "month end rounds up", day="2024-12-01")
    assert seen(result)[0][2] == "is within 1 month before today (month end rounds up)"


def test_what_lies_beyond_the_calendar_is_unknown_with_its_reason() -> None:
    result = judged(
        "prohibit when campaign.day is within 99999 months before today", day="2024-12-01"
    )
    assert wanted(result) == [("campaign.day", "the day lies beyond the calendar")]
    halved = judged("prohibit when campaign.day + 50% of 1 day is today", day="2024-12-01")
    assert wanted(halved) == [("campaign.day", "no day lies 0.5 days from another")]


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("P30D", Scalar.DAYS),
        ("P2W", Scalar.DAYS),
        ("P13M", Scalar.MONTHS),
        ("P2Y", Scalar.MONTHS),
        ({"amount": "15", "unit": "mi"}, Scalar.DISTANCE),
        ({"amount": "0.5", "unit": "km"}, Scalar.DISTANCE),
    ],
)
def test_they_are_written_back_as_they_were_read(stated: Any, kind: Scalar) -> None:
    name = {Scalar.DAYS: "term", Scalar.MONTHS: "notice", Scalar.DISTANCE: "radius"}[kind]
    bundle = court()
    campaign, faults = bundle.decoder.decode({"id": "c", name: stated})
    assert campaign is not None, faults
    assert encode(campaign.at(name), kind) == stated


@pytest.mark.parametrize(
    "facts",
    [
        {"term": "P1M"},
        {"term": 30},
        {"term": "P1.5D"},
        {"term": "-P1D"},
        {"notice": "P30D"},
        {"notice": "P1Y6M"},
        {"radius": 15},
        {"radius": {"amount": 15}},
        {"radius": {"amount": -1, "unit": "km"}},
        {"radius": {"amount": 1, "unit": "ft"}},
        {"radius": {"amount": 1, "unit": 1}},
        {"radius": {"amount": "far", "unit": "km"}},
    ],
)
def test_what_is_no_length_or_distance_is_refused(facts: dict[str, Any]) -> None:
    campaign, faults = court().decoder.decode({"id": "c", **facts})
    assert campaign is None
    assert [fault.pointer for fault in faults] == [f"/{next(iter(facts))}"]


# --- how long an answer holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "on", "day", "until"),
    [
        ("campaign.day is within 13 months before today", "2026-01-01", "2025-01-31", "2026-03-01"),
        ("campaign.day is within 1 month before today", "2026-02-01", "2026-01-30", "2026-03-01"),
        ("campaign.day is within 1 month before today", "2026-03-30", "2026-02-28", "2026-04-01"),
        ("today is within 1 month after campaign.day", "2026-02-01", "2026-01-31", "2026-03-01"),
        ("today - 30 days is at most campaign.day + 1 month", "2026-01-01", "2026-01-31", None),
    ],
)
def test_an_answer_that_counts_months_holds_until_they_are_over(
    condition: str, on: str, day: str, until: str | None
) -> None:
    if until is None:
        condition, until = condition.replace("is at most", "is on or before"), "2026-03-31"
    bundle = court(rule(f"require {condition}"))
    assert hear(bundle, on=D(on), day=day).valid_until == D(until)


def test_a_length_that_the_campaign_states_counts() -> None:
    bundle = court(rule("require campaign.day is within campaign.notice before today"))
    found = hear(bundle, on=D("2026-01-01"), day="2025-12-15", notice="P2M")
    assert (found.effect.value, found.valid_until) == ("allow", D("2026-02-16"))


def test_where_lengths_are_scaled_each_day_is_tried() -> None:
    bundle = court(rule("require 2 * (today - campaign.day) is at most 30 days"))
    found = hear(bundle, on=D("2026-01-01"), day="2025-12-30")
    assert (found.effect.value, found.valid_until) == ("allow", D("2026-01-15"))
    for_ever = court(rule("require 2 * (today - campaign.day) is at least 0 days"))
    promised = D("2026-01-01") + timedelta(days=201)
    assert hear(for_ever, on=D("2026-01-01"), day="2025-12-30").valid_until == promised
