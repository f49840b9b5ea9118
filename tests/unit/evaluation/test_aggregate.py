"""Aggregates: what many elements come to, what decides it, and what leaves it open."""

from typing import Any

import pytest

from engine.evaluation.result import Status
from tests.unit.evaluation.courtroom import judged, seen, wanted

STATUS = {True: Status.VIOLATED, False: Status.SATISFIED, None: Status.UNDETERMINED}
ITEMS = [
    {"amount": 3, "flag": True, "day": "2026-01-03", "parts": [{"size": 1}, {"size": 2}]},
    {"amount": 1, "flag": False, "day": "2026-01-01", "parts": []},
    {"amount": 2, "flag": True, "day": "2026-01-02", "parts": [{"size": 5}]},
]
EUR_10 = {"amount": "10", "currency": "EUR"}
USD_10 = {"amount": "10", "currency": "USD"}
FACTS: dict[str, Any] = {"items": ITEMS, "sizes": [2, 4], "prices": [EUR_10, EUR_10], "amount": 1}


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("count of campaign.items is 3", True),
        ("count of campaign.items is at least 4", False),
        ("3 is count of campaign.items", True),
        ("count of (each item in campaign.items) is 3", True),
        ("count of (each item in campaign.items where item.flag) is 2", True),
        ("count of (each i in campaign.items where i.flag) / count of campaign.items is 2/3", True),
        ("count of (each i in campaign.items where i.flag) / 4 is at least 50%", True),
        (
            "count of (each item in campaign.items where item.amount exceeds campaign.amount) is 2",
            True,
        ),
        ("count of (each i in campaign.items where any p in i.parts has (p.size is 5)) is 1", True),
        ("sum of campaign.sizes is 6", True),
        ("average of campaign.sizes is 3", True),
        ("lowest of campaign.sizes is 2", True),
        ("highest of campaign.sizes is 4", True),
        ("sum of campaign.prices is EUR 20", True),
        ("50% of sum of campaign.prices is EUR 10", True),
        ("average of campaign.prices is EUR 10", True),
        ("sum of (item.amount for each item in campaign.items) is 6", True),
        ("sum of (item.amount for each item in campaign.items where item.flag) is 5", True),
        ("sum of (2 * item.amount for each item in campaign.items) is 12", True),
        ("average of (item.amount for each item in campaign.items) is 2", True),
        ("lowest of (item.day for each item in campaign.items) is 2026-01-01", True),
        ("highest of (item.day for each item in campaign.items) is before 2026-01-03", False),
        ("sum of (count of item.parts for each item in campaign.items) is 3", True),
        ("sum of (sum of (p.size for each p in i.parts) for each i in campaign.items) is 8", True),
        ("sum of (30 days for each item in campaign.items) is 90 days", True),
        ("any item in campaign.items has (count of item.parts exceeds 1)", True),
    ],
)
def test_elements_are_taken_together(condition: str, *, truth: bool) -> None:
    assert judged(f"prohibit when {condition}", **FACTS).status is STATUS[truth]


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("count of campaign.items is 0", True),
        ("sum of campaign.sizes is 0", True),
        ("sum of (30 days for each item in campaign.items) is 0 days", True),
        ("sum of (2 months for each item in campaign.items) is 0 months", True),
        ("sum of (1 mile for each item in campaign.items) is 0 km", True),
        ("sum of (50% for each item in campaign.items) is 0%", True),
        ("sum of campaign.prices is EUR 0", None),
        ("average of campaign.sizes is 0", None),
        ("lowest of campaign.sizes is 0", None),
        ("highest of campaign.sizes is 0", None),
    ],
)
def test_of_nothing_there_is_a_count_and_a_sum(condition: str, *, truth: bool | None) -> None:
    result = judged(f"prohibit when {condition}", items=[], sizes=[], prices=[])
    assert result.status is STATUS[truth]


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("count of campaign.items is 0", {}, [("campaign.items", "")]),
        ("sum of campaign.sizes is 0", {}, [("campaign.sizes", "")]),
        (
            "sum of (i.amount for each i in campaign.items) is 0",
            {"items": [{"amount": 1}, {}, {"flag": True}]},
            [("campaign.items[2].amount", ""), ("campaign.items[3].amount", "")],
        ),
        (
            "count of (each i in campaign.items where i.flag) is 0",
            {"items": [{"flag": True}, {}]},
            [("campaign.items[2].flag", "")],
        ),
        (
            "lowest of campaign.sizes is 0",
            {"sizes": []},
            [("campaign.sizes", "the list is empty")],
        ),
        (
            "average of (i.amount for each i in campaign.items where i.flag) is 0",
            {"items": [{"flag": False}]},
            [("campaign.items", "no element of the list is chosen")],
        ),
        (
            "sum of campaign.prices is EUR 0",
            {"prices": []},
            [("campaign.prices", "there is nothing to add up, and so no currency")],
        ),
        (
            "sum of campaign.prices is EUR 0",
            {"prices": [EUR_10, USD_10]},
            [("campaign.prices", "EUR and USD are not joined")],
        ),
        (
            "lowest of campaign.prices is EUR 0",
            {"prices": [EUR_10, USD_10]},
            [("campaign.prices", "USD and EUR are not compared")],
        ),
        (
            "sum of campaign.prices exceeds USD 0",
            {"prices": [EUR_10]},
            [("campaign.prices", "EUR and USD are not compared")],
        ),
    ],
)
def test_what_is_unknown_says_why(
    condition: str, facts: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    result = judged(f"prohibit when {condition}", **facts)
    assert (result.status, wanted(result)) == (Status.UNDETERMINED, expected)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("count of campaign.items exceeds 2", [("/items", "count 3", "is at most 2")]),
        ("sum of campaign.prices exceeds EUR 5", [("/prices", "sum EUR 20", "is at most EUR 5")]),
        (
            "highest of campaign.sizes exceeds 3",
            [("/sizes", "highest 4", "is at most 3"), ("/sizes/1", "4", "")],
        ),
        (
            "lowest of (i.amount for each i in campaign.items where i.flag) is at most 2",
            [("/items", "lowest 2", "is more than 2"), ("/items/2/amount", "2", "")],
        ),
        (
            "campaign.amount is less than highest of campaign.sizes",
            [
                ("/amount", "1", "is at least highest of campaign.sizes"),
                ("/sizes", "highest 4", ""),
                ("/sizes/1", "4", ""),
            ],
        ),
        (
            "sum of (i.amount - campaign.amount for each i in campaign.items) exceeds 2",
            [("/items", "sum 3", "is at most 2"), ("/amount", "1", "")],
        ),
    ],
)
def test_a_finding_names_the_elements_that_decide(
    condition: str, expected: list[tuple[str, str, str]]
) -> None:
    found = seen(judged(f"prohibit when {condition}", **FACTS))
    shortened = [
        (p, v, r.removeprefix(condition.partition(" exceeds")[0] + " ")) for p, v, r in found
    ]
    plain = condition.partition(" is at ")[0] + " "
    assert [(p, v, r.removeprefix(plain)) for p, v, r in shortened] == expected


def test_a_fact_that_no_element_was_compared_with_is_not_named() -> None:
    condition = "sum of (i.amount - campaign.amount for each i in campaign.items) is 0"
    assert [p for p, _, _ in seen(judged(f"prohibit when {condition}", items=[]))] == ["/items"]


def test_only_the_first_elements_that_decide_are_named() -> None:
    result = judged("prohibit when lowest of campaign.sizes is 1", sizes=[1] * 10)
    assert [pointer for pointer, _, _ in seen(result)] == [
        "/sizes",
        "/sizes/0",
        "/sizes/1",
        "/sizes/2",
    ]
