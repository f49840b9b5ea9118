"""Law over a flight: which days count, and what an unknown first or last day leaves open."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from engine.evaluation.combine import DENY, INCONCLUSIVE
from engine.evaluation.decision import Effect
from engine.evaluation.moment import Days, as_if_launched, flight_of, law_days, moment
from engine.evaluation.operations.days import day_of
from engine.evaluation.result import Status
from tests.unit.evaluation.courtroom import campaign_of, court, hear, judged, rule, wanted

START, END = ("campaign.flight.start", "campaign.flight.end")
CHANGES = "the law changes during what may be the flight"
D = date.fromisoformat


def flight(start: str | None = None, end: str | None = None, **more: bool) -> dict[str, Any]:
    stated = {"start": start, "end": end, **more}
    return {name: value for name, value in stated.items() if value is not None}


def days(first: str | None, last: str | None) -> Days:
    return Days(first=D(first) if first else None, last=D(last) if last else None)


@pytest.mark.parametrize(
    ("stated", "certain", "possible", "unknown"),
    [
        (flight("2026-02-01", "2026-03-01"), days("2026-02-01", "2026-03-01"), None, ()),
        (flight("2026-01-01", "2026-01-01"), days("2026-01-01", "2026-01-01"), None, ()),
        (flight("2025-06-01", "2026-03-01"), days("2026-01-01", "2026-03-01"), None, ()),
        (flight("2024-06-01", "2025-03-01"), days("2024-06-01", "2025-03-01"), None, ()),
        (flight("2026-02-01", until_stopped=True), days("2026-02-01", "2026-02-01"), None, ()),
        (flight("2025-02-01", until_stopped=True), days("2026-01-01", "2026-01-01"), None, ()),
        (
            flight("2026-02-01"),
            days("2026-02-01", "2026-02-01"),
            days("2026-02-01", None),
            ("end",),
        ),
        (
            flight("2026-02-01", until_stopped=False),
            days("2026-02-01", "2026-02-01"),
            days("2026-02-01", None),
            ("end",),
        ),
        (flight("2025-02-01"), None, days("2025-02-01", None), ("end",)),
        (
            flight(end="2026-03-01"),
            days("2026-03-01", "2026-03-01"),
            days("2026-01-01", "2026-03-01"),
            ("start",),
        ),
        (
            flight(end="2025-03-01"),
            days("2025-03-01", "2025-03-01"),
            days(None, "2025-03-01"),
            ("start",),
        ),
        (flight(until_stopped=True), None, days("2026-01-01", None), ("start",)),
        (flight(), None, days(None, None), ("start", "end")),
        (None, None, days(None, None), ("start", "end")),
        (flight("9999-12-31", "9999-12-31"), days("9999-12-31", "9999-12-31"), None, ()),
        (flight("0001-01-01", "0001-01-01"), days("0001-01-01", "0001-01-01"), None, ()),
    ],
)
def test_a_campaign_is_judged_on_the_days_of_its_flight_that_are_still_to_come(
    stated: dict[str, Any] | None,
    certain: Days | None,
    possible: Days | None,
    unknown: tuple[str, ...],
) -> None:
    found = moment(flight_of(campaign_of(court(), flight=stated)), date(2026, 1, 1))
    assert (found.certain, found.possible) == (certain, possible)
    assert found.unknown == tuple(("flight", name) for name in unknown)


def test_the_day_of_the_evaluation_is_that_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert day_of(datetime(2026, 1, 2, 8, tzinfo=tokyo)) == D("2026-01-01")


@pytest.mark.parametrize(
    ("changes", "first", "last", "expected"),
    [
        ((), "2026-01-01", "2026-02-01", ("2026-01-01",)),
        (
            ("2025-01-01", "2026-01-01", "2026-01-05", "2026-02-01", "2026-02-02"),
            "2026-01-01",
            "2026-02-01",
            ("2026-01-01", "2026-01-05", "2026-02-01"),
        ),
        (("2026-01-05",), "2026-01-01", None, ("2026-01-01", "2026-01-05")),
        (("2026-01-05",), None, "2026-02-01", ("2026-01-04", "2026-01-05")),
        (("2026-03-05",), None, "2026-02-01", ("2026-02-01",)),
        (("2026-01-05",), None, None, ("2026-01-04", "2026-01-05")),
        (("0001-01-01",), None, None, ("0001-01-01",)),
        ((), None, "2026-02-01", ("2026-01-31",)),
        ((), None, "0001-01-01", ("0001-01-01",)),
        ((), None, None, ("9999-12-30",)),
    ],
)
def test_one_day_stands_for_each_state_of_the_law(
    changes: tuple[str, ...], first: str | None, last: str | None, expected: tuple[str, ...]
) -> None:
    found = law_days(tuple(map(D, changes)), days(first, last))
    assert found == tuple(map(D, expected))


@pytest.mark.parametrize(
    ("force", "stated", "status", "asked"),
    [
        ("from 2026-02-15", flight("2026-02-01", "2026-02-15"), Status.VIOLATED, []),
        ("from 2026-02-15", flight("2026-02-01", "2026-02-14"), Status.NOT_APPLICABLE, []),
        ("from 2026-02-15", flight("2026-02-01"), Status.UNDETERMINED, [(END, CHANGES)]),
        ("from 2026-02-15", flight("2026-02-15"), Status.VIOLATED, []),
        ("from 2026-02-15", flight("2026-02-01", until_stopped=True), Status.NOT_APPLICABLE, []),
        ("from 2026-02-15", flight(end="2026-02-20"), Status.VIOLATED, []),
        (
            "from 2026-02-15 until 2026-02-20",
            flight(end="2026-02-20"),
            Status.UNDETERMINED,
            [(START, CHANGES)],
        ),
        ("from 2026-02-15", flight(), Status.UNDETERMINED, [(START, CHANGES), (END, CHANGES)]),
        ("from 2020-02-15", flight(end="2026-02-20"), Status.VIOLATED, []),
        (
            "from 2020-01-01 until 2026-02-01",
            flight("2026-02-01", "2026-03-01"),
            Status.NOT_APPLICABLE,
            [],
        ),
        (
            "from 2020-01-01 until 2026-02-02",
            flight("2026-02-01", "2026-03-01"),
            Status.VIOLATED,
            [],
        ),
        (
            "from 2020-01-01 until 2026-01-01",
            flight("2025-02-01", "2026-03-01"),
            Status.NOT_APPLICABLE,
            [],
        ),
        (
            "from 2020-01-01 until 2025-02-02",
            flight("2025-02-01", "2025-03-01"),
            Status.VIOLATED,
            [],
        ),
        (
            "from 2020-01-01 until 2025-02-02",
            flight("2025-02-01"),
            Status.UNDETERMINED,
            [(END, CHANGES)],
        ),
        (
            "from 2020-01-01 until 2025-02-02",
            flight(end="2025-03-01"),
            Status.UNDETERMINED,
            [(START, CHANGES)],
        ),
        (
            "from 2020-01-01 until 2025-02-02",
            flight("2025-02-01", until_stopped=True),
            Status.NOT_APPLICABLE,
            [],
        ),
        ("from 9999-12-31", flight("9999-12-31", "9999-12-31"), Status.VIOLATED, []),
        (
            "from 0001-01-01 until 0001-01-02",
            flight("0001-01-01", "0001-01-01"),
            Status.VIOLATED,
            [],
        ),
    ],
)
def test_a_rule_binds_where_it_is_in_force_on_a_day_of_the_flight(
    force: str, stated: dict[str, Any], status: Status, asked: list[tuple[str, str]]
) -> None:
    result = judged(f"in force {force}", "prohibit when campaign.flag", flag=True, flight=stated)
    assert (result.status, wanted(result)) == (status, asked)


@pytest.mark.parametrize("removed", ["start", "end"])
@pytest.mark.parametrize("force", ["from 2020-01-01 until 2025-02-02", "from 2025-02-10"])
def test_leaving_out_a_day_of_a_flight_that_is_over_never_helps(force: str, removed: str) -> None:
    bundle = court(rule(f"in force {force}", "prohibit when campaign.flag"))
    stated = flight("2025-02-01", "2025-03-01")
    assert hear(bundle, flag=True, flight=stated).effect is Effect.DENY
    del stated[removed]
    assert hear(bundle, flag=True, flight=stated).effect is Effect.DENY


def test_what_may_be_breached_asks_for_the_last_day_once_for_all_elements() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    bundle = court(rule("in force from 2026-02-15", clause, message="{i.amount}"))
    items = [{"flag": True, "amount": 1}, {"flag": True, "amount": 2}]
    decision = hear(bundle, flight=flight("2026-02-01"), items=items)
    assert [finding.message for finding in decision.results[0].findings] == ["1", "2"]
    assert [(fact.path, fact.rules) for fact in decision.missing] == [(END, ("p/r",))]


def test_law_that_is_not_in_force_says_when_it_is() -> None:
    later = judged("in force from 2030-01-01", "prohibit when campaign.flag", flag=True)
    ended = judged(
        "in force from 2000-01-01 until 2001-01-01", "prohibit when campaign.flag", flag=True
    )
    assert later.reason == "in force from 2030-01-01"
    assert ended.reason == "in force from 2000-01-01 through 2000-12-31"


PLACES = """set S of place "s"
  from 2026-01-15 until 2026-02-10 is {DE}
  from 2026-02-20 is {DE, FR}
end set
"""


@pytest.mark.parametrize(
    ("stated", "markets", "status"),
    [
        (flight("2026-02-01", "2026-02-09"), ["FR"], Status.NOT_APPLICABLE),
        (flight("2026-02-01", "2026-02-10"), ["FR"], Status.UNDETERMINED),
        (flight("2026-02-01", "2026-02-20"), ["FR"], Status.VIOLATED),
        (flight("2026-02-01", "2026-02-09"), ["DE"], Status.VIOLATED),
        (flight("2026-02-11", "2026-02-19"), ["DE"], Status.UNDETERMINED),
        (flight("2026-02-11"), ["NO"], Status.UNDETERMINED),
    ],
)
def test_a_set_is_read_as_it_stands_on_each_day_of_the_flight(
    stated: dict[str, Any], markets: list[str], status: Status
) -> None:
    bundle = court(rule("applies in S", "prohibit when campaign.flag"), declared=PLACES)
    assert hear(bundle, flag=True, flight=stated, markets=markets).results[0].status is status


def test_a_market_that_law_reaches_later_in_the_flight_is_denied_too() -> None:
    bundle = court(rule("applies in S", "prohibit when campaign.flag"), declared=PLACES)
    stated = flight("2026-02-01", "2026-02-25")
    decision = hear(bundle, flag=True, flight=stated, markets=["DE", "FR"])
    assert [each.verdict for each in decision.markets] == [DENY, DENY]
    assert decision.results[0].markets == ("DE", "FR")


def test_days_without_law_leave_open_only_the_markets_that_no_other_day_settles() -> None:
    bundle = court(rule("applies in S", "prohibit when campaign.flag"), declared=PLACES)
    # Between the editions it is unknown where the rule applies.
    decision = hear(
        bundle, flag=True, flight=flight("2026-02-01", "2026-02-19"), markets=["DE", "FR"]
    )
    assert [each.verdict for each in decision.markets] == [DENY, INCONCLUSIVE]
    (result,) = decision.results
    assert [(part.status, part.markets) for part in result.parts] == [
        (Status.VIOLATED, ("DE",)),
        (Status.UNDETERMINED, ("FR",)),
    ]


def test_markets_of_several_days_are_put_together_in_order() -> None:
    succession = PLACES.replace("2026-02-10", "2026-02-20")
    bundle = court(rule("applies in S", "prohibit when campaign.flag"), declared=succession)
    stated = flight("2026-02-01", "2026-02-25")
    decision = hear(bundle, flag=True, flight=stated, markets=["FR", "DE", "NO"])
    effects = {each.market: each.verdict.effect for each in decision.markets}
    assert effects == {"DE": Effect.DENY, "FR": Effect.DENY, "NO": Effect.ALLOW}


def test_today_is_the_day_of_the_evaluation_and_not_of_the_flight() -> None:
    clause = "prohibit when campaign.day is before today"
    assert judged(clause, day="2025-12-31").status is Status.VIOLATED
    assert judged(clause, day="2026-01-01").status is Status.SATISFIED


# --- as if launched ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (flight("2020-01-01", "2020-01-31"), ("2026-05-01", "2026-05-31")),
        (flight("2020-01-01"), ("2026-05-01", None)),
        (flight(end="2020-01-31"), ("2026-05-01", None)),
        (None, ("2026-05-01", None)),
    ],
)
def test_a_flight_is_moved_with_its_length(
    stated: dict[str, Any] | None, expected: tuple[str, str | None]
) -> None:
    bundle = court()
    campaign = campaign_of(bundle, flight=stated)
    moved = as_if_launched(campaign, D("2026-05-01"), bundle.policies.vocabulary)
    start, end = moved.day("flight", "start"), moved.day("flight", "end")
    assert (str(start), end and str(end)) == expected


def test_a_campaign_as_if_launched_is_judged_by_the_law_of_then() -> None:
    bundle = court(rule("in force from 2030-01-01", "prohibit when campaign.flag"))
    assert hear(bundle, flag=True).effect is Effect.ALLOW
    launched = hear(bundle, flag=True, launched=D("2030-06-01"))
    assert launched.effect is Effect.DENY
    assert launched.as_if_launched == D("2030-06-01")


@pytest.mark.parametrize(
    "force", ["from 2026-01-01 until 2026-03-01", "from 2026-01-01 through 2026-02-28"]
)
@pytest.mark.parametrize(("day", "holds"), [("2026-02-28", True), ("2026-03-01", False)])
def test_the_day_through_which_law_is_in_force_is_one_of_its_days(
    force: str, day: str, *, holds: bool
) -> None:
    bundle = court(rule(f"in force {force}", "prohibit when campaign.flag"))
    decision = hear(bundle, flag=True, flight=flight(day, day))
    assert (decision.effect is Effect.DENY) is holds
