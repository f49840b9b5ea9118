"""How long an answer holds: the first day on which the mere passing of time would change it."""

from datetime import date, timedelta

import pytest

from engine.evaluation import validity
from engine.evaluation.prose import explain
from tests.unit.evaluation.courtroom import court, hear, rule

D = date.fromisoformat
FLIGHT = {"start": "2026-02-01", "end": "2026-02-28"}


def test_an_answer_that_reads_no_day_and_no_changing_law_holds_for_ever() -> None:
    assert hear(court(rule("prohibit when campaign.flag")), flag=False).valid_until is None


def test_law_that_ends_before_the_flight_does_not_matter() -> None:
    ended = court(rule("prohibit when campaign.flag", "in force from 2000-01-01 until 2025-01-01"))
    assert hear(ended, flag=True).valid_until is None


def test_an_audit_grows_too_old() -> None:
    recent = court(rule("require campaign.day is within 30 days before today"))
    found = hear(recent, on=D("2026-01-01"), day="2025-12-15")
    assert (found.effect.value, found.valid_until) == ("allow", D("2026-01-15"))
    flipped = hear(recent, on=D("2026-01-15"), day="2025-12-15")
    assert (flipped.effect.value, flipped.valid_until) == ("deny", None)


def test_a_deny_can_pass_as_well() -> None:
    waiting = court(rule("require today is after campaign.day + 10 days"))
    found = hear(waiting, on=D("2026-01-01"), day="2026-01-05")
    assert (found.effect.value, found.valid_until) == ("deny", D("2026-01-16"))


def test_a_day_written_in_the_policy_counts() -> None:
    closing = court(rule("prohibit when today is on or after 2026-03-01"))
    assert hear(closing, on=D("2026-01-01")).valid_until == D("2026-03-01")


def test_law_that_ends_during_the_flight_stops_to_bind_on_its_last_days() -> None:
    ending = court(rule("prohibit when campaign.flag", "in force from 2000-01-01 until 2026-02-10"))
    found = hear(ending, on=D("2026-01-01"), flag=True, flight=FLIGHT)
    assert (found.effect.value, found.valid_until) == ("deny", D("2026-02-10"))


def test_a_change_that_only_warns_does_not_end_an_answer() -> None:
    advice = "enforcement advisory"
    recent = court(rule("require campaign.day is within 30 days before today", advice))
    assert hear(recent, on=D("2026-01-01"), day="2025-12-15").valid_until is None


def test_days_at_the_end_of_the_calendar_do_no_harm() -> None:
    recent = court(rule("require campaign.day is on or after today"))
    assert hear(recent, on=D("2026-01-01"), day="9999-12-31").valid_until is None


def test_where_too_many_days_would_be_tried_the_answer_is_promised_up_to_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validity, "MOST_DAYS", 3)
    days = [{"day": str(D("2026-03-01") + timedelta(days=n))} for n in range(5)]
    recent = court(rule("require campaign.flight.start is within 90 days after today"))
    assert hear(recent, on=D("2026-01-01"), items=days).valid_until == D("2026-02-01")


INTRICATE = "require (today - campaign.day) * 2 is at most 61 days"


@pytest.mark.parametrize("clauses", [(), ("in force from 2000-01-01 until 2026-02-20",)])
def test_where_a_rule_may_turn_on_any_day_each_of_the_next_is_tried(
    clauses: tuple[str, ...],
) -> None:
    """In the second case the law changes during the flight besides."""
    recent = court(rule(*clauses, INTRICATE))
    assert hear(recent, on=D("2026-01-01"), day="2025-12-15").valid_until == D("2026-01-15")


def test_where_a_rule_may_turn_on_any_day_the_days_may_still_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validity, "MOST_DAYS", 3)
    days = [{"day": str(D("2026-03-01") + timedelta(days=n))} for n in range(5)]
    found = hear(court(rule(INTRICATE)), on=D("2026-01-01"), day="2025-12-15", items=days)
    assert found.valid_until is not None


def test_a_person_is_told_how_long_the_answer_holds() -> None:
    recent = court(rule("require campaign.day is within 30 days before today"))
    found = explain(hear(recent, on=D("2026-01-01"), day="2025-12-15"))
    assert "on 2026-01-15 the mere passing of time changes this answer\n" in found
    assert "passing of time" not in explain(hear(court(), on=D("2026-01-01")))


APART = "today - i.day is campaign.day - campaign.slot.start"


@pytest.mark.parametrize(
    ("condition", "until"),
    [
        ("today - campaign.day exceeds campaign.flight.end - campaign.flight.start", "2026-01-12"),
        ("today is on or after campaign.day + (campaign.flight.end - campaign.day)", "2026-02-28"),
        (
            "(campaign.flight.end - today) + (campaign.day - today) is less than 0 days",
            "2026-01-22",
        ),
        ("today is one of {2026-01-20, 2026-01-25}", "2026-01-20"),
        ("today is one of FEASTS", "2026-01-15"),
        ("campaign.flight.start - today is one of {7 days, 14 days}", "2026-01-18"),
        ("campaign.flight.start - today is one of LEADS", "2026-01-18"),
        (
            "count of (each i in campaign.items where today - i.day is 14 days) exceeds 0",
            "2026-01-15",
        ),
        (f"count of (each i in campaign.items where {APART}) exceeds 0", "2026-01-07"),
    ],
)
def test_an_answer_ends_where_several_days_meet_today(condition: str, until: str) -> None:
    declared = """set FEASTS of date "feasts"
  is {2026-01-15, 2026-12-24}
end set
set LEADS of days "leads"
  is {14 days}
end set
"""
    found = hear(
        court(rule(f"prohibit when {condition}"), declared=declared),
        on=D("2026-01-02"),
        day="2025-12-15",
        slot={"start": "2025-12-09"},
        items=[{"day": "2026-01-01"}],
        flight=FLIGHT,
    )
    assert found.valid_until == D(until)
