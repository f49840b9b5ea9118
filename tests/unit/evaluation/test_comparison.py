"""Every phrase and operator, by both evaluators, with what has no meaning and why."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.operations.comparison import calculate, compare
from engine.evaluation.result import Status
from engine.syntax.lexis import Comparator, MonthEnd
from engine.syntax.tree import ArithmeticOperator
from tests.unit.evaluation.courtroom import judged, seen, wanted

EUR_5 = {"amount": "5", "currency": "EUR"}
EUR_10 = {"amount": "10", "currency": "EUR"}
USD_10 = {"amount": "10", "currency": "USD"}
STATUS = {True: Status.VIOLATED, False: Status.SATISFIED, None: Status.UNDETERMINED}

FACTS: dict[str, Any] = {
    "amount": 10,
    "whole": 3,
    "share": "50%",
    "price": EUR_10,
    "cost": USD_10,
    "day": "2026-02-10",
    "moment": "2026-01-01T00:00:00Z",
    "colour": "red",
    "home": "DE",
    "tongue": "en",
    "note": "hello",
    "colours": ["red", "green"],
    "places": [],
    "flag": True,
    "other": False,
}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("campaign.flag", True),
        ("campaign.other", False),
        ("campaign.flag is yes", True),
        ("campaign.amount is 10.0", True),
        ("campaign.amount is not 10", False),
        ("campaign.amount is at least 10", True),
        ("campaign.amount is at least 10.01", False),
        ("campaign.amount is at most 10", True),
        ("campaign.amount is at most 9.99", False),
        ("campaign.amount is more than 10", False),
        ("campaign.amount exceeds 9", True),
        ("campaign.amount is less than 10", False),
        ("campaign.amount is less than 11", True),
        ("campaign.amount is between 10 and 10", True),
        ("campaign.amount is between 11 and campaign.amount", False),
        ("campaign.amount is between 1 and 9", False),
        ("campaign.share is at least 50%", True),
        ("campaign.whole / campaign.amount is less than 30%", False),
        ("campaign.whole / campaign.amount is 30%", True),
        ("campaign.whole * campaign.amount - 1 is 29", True),
        ("campaign.whole + campaign.amount is 13", True),
        ("25% of campaign.amount is 2.5", True),
        ("50% of campaign.price is EUR 5", True),
        ("campaign.price / campaign.price is 1", True),
        ("campaign.price / 4 is EUR 2.50", True),
        ("2 * campaign.price is EUR 20", True),
        ("campaign.price - EUR 12 is EUR -2", True),
        ("campaign.price + EUR 1 is more than EUR 11", False),
        ("campaign.price is USD 10", False),
        ("campaign.price is not campaign.cost", True),
        ("campaign.day is before 2026-02-10", False),
        ("campaign.day is on or before 2026-02-10", True),
        ("campaign.day is after 2026-02-09", True),
        ("campaign.day is on or after 2026-02-11", False),
        ("campaign.day is between 2026-02-10 and 2026-02-11", True),
        ("campaign.day is campaign.flight.start + 9 days", True),
        ("campaign.day - 40 days is today", True),
        ("campaign.day is within 40 days after today", True),
        ("campaign.day is within 30 days + 9 days after today", False),
        ("campaign.day is within 40 days before today", False),
        ("today is within 40 days before campaign.day", True),
        ("campaign.flag and campaign.moment is on or before campaign.moment", True),
        ("campaign.colour is one of {red, blue}", True),
        ("campaign.colour is not one of WARM", False),
        ("campaign.home is one of UNION", True),
        ("campaign.home is NO", False),
        ("campaign.tongue is en", True),
        ('campaign.note is "hello"', True),
        ("campaign.colours includes red", True),
        ("campaign.colours includes blue", False),
        ("campaign.colours includes any of {blue, green}", True),
        ("campaign.colours includes any of {blue}", False),
        ("campaign.colours includes all of {red, green}", True),
        ("campaign.colours includes all of {red, blue}", False),
        ("campaign.colours includes none of {blue}", True),
        ("campaign.colours includes none of WARM", False),
        ("campaign.places includes all of UNION", False),
        ("campaign.places is empty", True),
        ("campaign.colours is empty", False),
        ("campaign.colours is not empty", True),
        ("campaign.person is unknown", True),
        ("campaign.note is unknown", False),
        ("not campaign.other", True),
        ("campaign.person.age is at least 18", None),
        ("campaign.items is empty", None),
    ],
)
def test_a_phrase_holds_exactly(condition: str, truth: bool | None) -> None:  # noqa: FBT001 - a column of the table.
    assert judged(f"prohibit when {condition}", **FACTS).status is STATUS[truth]
    opposite = None if truth is None else not truth
    if "unknown" not in condition:
        required = judged(f"require {condition}", **FACTS)
        assert required.status is STATUS[opposite]


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (
            "campaign.price is at least campaign.cost",
            {},
            [
                ("campaign.price", "EUR and USD are not compared"),
                ("campaign.cost", "EUR and USD are not compared"),
            ],
        ),
        (
            "campaign.price is between EUR 10 and USD 20",
            {"price": EUR_5},
            [("campaign.price", "EUR and USD are not compared")],
        ),
        (
            "campaign.price is between EUR 8 and USD 20",
            {"price": EUR_5},
            [("campaign.price", "EUR and USD are not compared")],
        ),
        (
            "campaign.price is between USD 8 and EUR 20",
            {},
            [("campaign.price", "EUR and USD are not compared")],
        ),
        (
            "campaign.amount + 1 is at least campaign.whole",
            {"whole": None},
            [("campaign.whole", "")],
        ),
        (
            "campaign.price + campaign.cost is EUR 20",
            {},
            [
                ("campaign.price", "EUR and USD are not joined"),
                ("campaign.cost", "EUR and USD are not joined"),
            ],
        ),
        (
            "campaign.price / campaign.cost is 1",
            {},
            [
                ("campaign.price", "EUR and USD are not joined"),
                ("campaign.cost", "EUR and USD are not joined"),
            ],
        ),
        (
            "campaign.amount / campaign.whole is 1",
            {"whole": 0},
            [
                ("campaign.amount", "there is no division by zero"),
                ("campaign.whole", "there is no division by zero"),
            ],
        ),
        (
            "campaign.price / campaign.whole is EUR 1",
            {"whole": 0},
            [
                ("campaign.price", "there is no division by zero"),
                ("campaign.whole", "there is no division by zero"),
            ],
        ),
        (
            "campaign.amount / campaign.whole + 1 is 1",
            {"whole": 0},
            [
                ("campaign.amount", "there is no division by zero"),
                ("campaign.whole", "there is no division by zero"),
            ],
        ),
        ("campaign.amount / campaign.whole is 1", {"whole": None}, [("campaign.whole", "")]),
        ("campaign.amount is at least 1 / 0", {}, [("1 / 0", "there is no division by zero")]),
        (
            "campaign.amount is at least 1 / 0",
            {"amount": None},
            [("campaign.amount", ""), ("1 / 0", "there is no division by zero")],
        ),
        (
            "campaign.day + 9 days is before today",
            {"day": "9999-12-31"},
            [("campaign.day", "the day lies beyond the calendar")],
        ),
        (
            "campaign.day - 9 days is before today",
            {"day": "0001-01-01"},
            [("campaign.day", "the day lies beyond the calendar")],
        ),
        (
            "campaign.day is before today + 9999999 days",
            {},
            [("today + 9999999 days", "the day lies beyond the calendar")],
        ),
        (
            "campaign.day is within 30 days before today - 9999999 days",
            {},
            [("today - 9999999 days", "the day lies beyond the calendar")],
        ),
        ("EUR 10 is at least USD 20", {}, [("EUR 10, USD 20", "EUR and USD are not compared")]),
        (
            "campaign.amount + campaign.amount is at least 1 / 0",
            {"amount": None},
            [("campaign.amount", ""), ("1 / 0", "there is no division by zero")],
        ),
    ],
)
def test_what_has_no_meaning_is_unknown_and_says_why(
    condition: str, facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    result = judged(f"prohibit when {condition}", **{**FACTS, **facts})
    assert result.status is Status.UNDETERMINED
    assert wanted(result) == expected
    message = result.findings[0].message
    assert ("cannot be judged until it is known: " in message) is any(
        not why for _, why in expected
    )
    assert ("be judged as it stands: " in message) is any(why for _, why in expected)
    assert ": ." not in message


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_edges_of_the_calendar_are_days_like_any_other(day: str) -> None:
    result = judged("prohibit when campaign.day is within 3652058 days before 9999-12-31", day=day)
    assert result.status is Status.VIOLATED


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("prohibit when campaign.amount is at least 10", ("/amount", "10", "is less than 10")),
        ("prohibit when not (campaign.amount is 9)", ("/amount", "10", "is 9")),
        ("require campaign.amount is between 11 and 12", ("/amount", "10", "is between 11 and 12")),
        (
            "prohibit when campaign.day is within 40 days after today",
            ("/day", "2026-02-10", "is not within 40 days after today"),
        ),
        (
            "require campaign.day is within 3 days before today",
            ("/day", "2026-02-10", "is within 3 days before today"),
        ),
        (
            "prohibit when 2 * campaign.amount exceeds 19",
            ("/amount", "10", "2 * campaign.amount is at most 19"),
        ),
        (
            "prohibit when today is before campaign.day",
            ("/day", "2026-02-10", "today is on or after 2026-02-10 (campaign.day)"),
        ),
        (
            "prohibit when 5 is less than campaign.amount",
            ("/amount", "10", "5 is at least 10 (campaign.amount)"),
        ),
        ("require campaign.other", ("/other", "no", "is yes")),
        ("prohibit when campaign.flag", ("/flag", "yes", "is no")),
        ("prohibit when campaign.home is one of UNION", ("/home", "DE", "is not one of UNION")),
        ("require campaign.person is known", ("/person", "unknown", "is known")),
        ("prohibit when campaign.share is at least 5%", ("/share", "50%", "is less than 5%")),
    ],
)
def test_a_finding_shows_the_value_and_what_it_would_have_to_be(
    clause: str, expected: tuple[str, str, str]
) -> None:
    result = judged(clause, **FACTS)
    assert (result.status, seen(result)[0]) == (Status.VIOLATED, expected)


@pytest.mark.parametrize(
    "comparator", [Comparator.KNOWN, Comparator.UNKNOWN, Comparator.WITHIN, Comparator.OVERLAPS]
)
def test_knowing_and_distances_are_no_comparisons_of_values(comparator: Comparator) -> None:
    with pytest.raises(AssertionError):
        compare(comparator, 1, (1,))


def test_only_what_the_checker_lets_through_is_calculated() -> None:
    with pytest.raises(AssertionError):
        calculate(ArithmeticOperator.ADD, "a", date.min, MonthEnd.ROUNDS_DOWN)
