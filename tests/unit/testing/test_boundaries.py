"""Tests that are offered at limits: which values, made of which test, and that they pass."""

from typing import Any

import pytest

from engine.bundle.bundle import Bundle, build
from engine.testing.boundaries import boundary_tests
from engine.testing.runner import run_cases
from engine.testing.written import LimitTests
from tests.unit.evaluation.courtroom import rule
from tests.unit.testing.docket import case, docket, results

PASS = case("t", "expect allow")


def offered(*texts: str, declared: str = "", **facts: Any) -> list[LimitTests]:
    """Return what is offered, having seen that it passes, and that nothing is offered after."""
    bundle = docket(*texts, declared=declared, **facts)
    found = list(boundary_tests(bundle, results(bundle)))
    after = appended(bundle, found)
    assert not [each for each in boundary_tests(after, results(after)) if each.tests]
    return found


def appended(bundle: Bundle, found: list[LimitTests]) -> Bundle:
    files = dict(bundle.files)
    for test in (test for each in found for test in each.tests):
        files[test.file] += f"\n{test.text}"
    after, diagnostics = build("after", files)
    assert after is not None, diagnostics
    assert [r.failures for r in run_cases(after) if not r.passed] == [
        r.failures for r in run_cases(bundle) if not r.passed
    ]
    return after


def given(found: list[LimitTests]) -> list[str]:
    """Return the facts that the tests set, each with what is expected then."""
    lines = []
    for test in (test for each in found for test in each.tests):
        steps = [line.strip() for line in test.text.splitlines()]
        value = [step for step in steps if step.startswith("given campaign.")][-1]
        wanted = next(step for step in steps if step.startswith("expect"))
        lines.append(f"{value.removeprefix('given campaign.')}: {wanted.removeprefix('expect ')}")
    return lines


@pytest.mark.parametrize(
    ("condition", "facts", "lines"),
    [
        (
            "campaign.whole is at least 18",
            {"whole": 5},
            ["whole is 17: allow", "whole is 18: deny by p/r", "whole is 19: deny by p/r"],
        ),
        (
            "campaign.term is at least 2 weeks",
            {"term": "P1D"},
            [
                "term is 13 days: allow",
                "term is 14 days: deny by p/r",
                "term is 15 days: deny by p/r",
            ],
        ),
        (
            "campaign.notice exceeds 1 year",
            {"notice": "P1M"},
            [
                "notice is 11 months: allow",
                "notice is 12 months: allow",
                "notice is 13 months: deny by p/r",
            ],
        ),
        (
            "campaign.radius is less than 1.5 miles",
            {"radius": {"amount": 3, "unit": "km"}},
            [
                "radius is 1.4 miles: deny by p/r",
                "radius is 1.5 miles: allow",
                "radius is 1.6 miles: allow",
            ],
        ),
        (
            "campaign.day is within 1 month after 2026-01-31",
            {"day": "2025-01-01"},
            [
                "day is 2026-02-27: deny by p/r",
                "day is 2026-02-28: deny by p/r",
                "day is 2026-03-01: allow",
            ],
        ),
        (
            "campaign.amount exceeds 0.25",
            {"amount": 0},
            ["amount is 0.24: allow", "amount is 0.25: allow", "amount is 0.26: deny by p/r"],
        ),
        (
            "campaign.share is less than 80%",
            {"share": "95%"},
            ["share is 79%: deny by p/r", "share is 80%: allow", "share is 81%: allow"],
        ),
        (
            "campaign.share is more than 12.5%",
            {"share": "1%"},
            ["share is 12.4%: allow", "share is 12.5%: allow", "share is 12.6%: deny by p/r"],
        ),
        (
            "campaign.price exceeds EUR 5000",
            {"price": {"amount": "1", "currency": "EUR"}},
            [
                "price is EUR 4999.99: allow",
                "price is EUR 5000: allow",
                "price is EUR 5000.01: deny by p/r",
            ],
        ),
        (
            "campaign.price exceeds EUR 0.125",
            {"price": {"amount": "0", "currency": "EUR"}},
            [
                "price is EUR 0.124: allow",
                "price is EUR 0.125: allow",
                "price is EUR 0.126: deny by p/r",
            ],
        ),
        (
            "campaign.day is before 2026-03-01",
            {"day": "2026-05-01"},
            [
                "day is 2026-02-28: deny by p/r",
                "day is 2026-03-01: allow",
                "day is 2026-03-02: allow",
            ],
        ),
        (
            "campaign.day is within 10 days before campaign.flight.start",
            {"day": "2025-05-01"},
            [
                "day is 2026-01-21: allow",
                "day is 2026-01-22: deny by p/r",
                "day is 2026-01-23: deny by p/r",
            ],
        ),
        (
            "campaign.day is within 10 days after today",
            {"day": "2025-05-01"},
            [
                "day is 2026-01-10: deny by p/r",
                "day is 2026-01-11: deny by p/r",
                "day is 2026-01-12: allow",
            ],
        ),
        (
            "campaign.day is within 1 days after 2026-01-01",
            {"day": "2025-05-01"},
            [
                "day is 2026-01-01: deny by p/r",
                "day is 2026-01-02: deny by p/r",
                "day is 2026-01-03: allow",
            ],
        ),
        (
            "campaign.whole is between 3 and 5",
            {"whole": 9},
            [
                *("whole is 2: allow", "whole is 3: deny by p/r", "whole is 4: deny by p/r"),
                *("whole is 4: deny by p/r", "whole is 5: deny by p/r", "whole is 6: allow"),
            ],
        ),
        (
            "campaign.whole is at least 0",
            {"whole": None},
            ["whole is 0: deny by p/r", "whole is 1: deny by p/r"],
        ),
        ("campaign.whole is at least 1.5", {"whole": 0}, []),
        (
            "campaign.day is on or after 9999-12-31",
            {"day": "2026-01-01"},
            [
                "day is 9999-12-30: allow",
                "day is 9999-12-31: deny by p/r",
            ],
        ),
        ("campaign.amount / 2 exceeds 3", {"amount": 0}, []),
        ("campaign.amount is 3", {"amount": 0}, []),
        ("campaign.amount exceeds campaign.whole", {"amount": 0, "whole": 1}, []),
        (
            "campaign.day is within 5 days before (campaign.flight.end - 1 days)",
            {"day": "2025-01-01"},
            [],
        ),
        ("campaign.day is within 4000000 days before today", {"day": "2027-01-01"}, []),
    ],
)
def test_the_values_around_a_limit(condition: str, facts: dict[str, Any], lines: list[str]) -> None:
    base = case("t", "expect allow")
    if facts.get("whole", 0) is None:
        base = case("t", "expect deny for want of campaign.whole")
    assert given(offered(rule(f"prohibit when {condition}"), base, **facts)) == lines


def test_a_test_keeps_the_steps_of_the_one_that_it_is_made_of() -> None:
    base = case(
        "base",
        "given campaign.amount  is 1",
        "given campaign.other is no",
        "without campaign.note",
        "expect allow",
    )
    (found,) = offered(rule("prohibit when campaign.amount exceeds 3"), base, note="x")
    assert found.text == "campaign.amount exceeds 3"
    assert (found.location.line, found.decides, found.rule.id) == (6, True, "p/r")
    assert found.tests[0].text == (
        'test "p/r: campaign.amount is 2, one step below the limit of 3"\n'
        "  on 2026-01-01\n"
        '  given file "base.json"\n'
        "  given campaign.other is no\n"
        "  without campaign.note\n"
        "  given campaign.amount is 2\n"
        "  expect allow\n"
        "end test\n"
    )


def test_what_a_row_gives_otherwise_is_given_once() -> None:
    """A fact that is given above its table has the value of the row, and stands where it stood."""
    row = case(
        "row",
        "given campaign.items[1].amount is 1",
        "given campaign.items[2].amount is 2",
        "for each campaign.items[1].amount | campaign.flag | expect",
        "case     3                        | no            | allow",
    )
    (found,) = offered(rule("prohibit when campaign.whole exceeds 3"), row, items=[], whole=0)
    assert found.tests[0].text == (
        'test "p/r: campaign.whole is 2, one step below the limit of 3"\n'
        "  on 2026-01-01\n"
        '  given file "base.json"\n'
        "  given campaign.items[1].amount is 3\n"
        "  given campaign.items[2].amount is 2\n"
        "  given campaign.flag is no\n"
        "  given campaign.whole is 2\n"
        "  expect allow\n"
        "end test\n"
    )


def test_values_that_tests_try_are_not_offered_again() -> None:
    text = rule("prohibit when campaign.whole exceeds 3")
    two = case("2", "given campaign.whole is 2", "expect allow")
    three = case("3", "given campaign.whole is 3", "expect allow")
    four = case("4", "given campaign.whole is 4", "expect deny by p/r")
    assert given(offered(text, three)) == ["whole is 2: allow", "whole is 4: deny by p/r"]
    assert offered(text, two, three, four) == []


def test_the_test_is_preferred_in_which_the_limit_decides() -> None:
    text = rule("prohibit when campaign.whole exceeds 3 and campaign.flag")
    idle = case("idle", "given campaign.flag is no", "expect allow")
    armed = case("armed", "given campaign.flag is yes", "expect allow")
    (found,) = offered(text, idle, armed, whole=0)
    assert found.decides
    assert all("given campaign.flag is yes" in test.text for test in found.tests)
    (found,) = offered(text, idle, whole=0)
    assert not found.decides
    assert len(found.tests) == 3


def test_an_allowed_test_is_preferred() -> None:
    text = rule("prohibit when campaign.whole exceeds 3")
    denied = case("denied", "given campaign.whole is 9", "expect deny by p/r")
    allowed = case(
        "allowed", "given campaign.whole is 0", "given campaign.other is no", "expect allow"
    )
    (found,) = offered(text, denied, allowed)
    assert "given campaign.other is no" in found.tests[0].text


def test_elements_are_changed_in_their_place() -> None:
    items = [{"amount": 1, "parts": [{"size": 1}, {"size": 1}]}]
    text = rule(
        "prohibit when any i in campaign.items has (every p in i.parts has (p.size exceeds 3))"
    )
    lines = given(
        offered(
            text,
            PASS,
            case("u", "given campaign.items[1].parts[1].size is 9", "expect allow"),
            items=items,
        )
    )
    assert lines == [
        "items[1].parts[2].size is 2: allow",
        "items[1].parts[2].size is 3: allow",
        "items[1].parts[2].size is 4: deny by p/r",
    ]


def test_the_same_test_is_offered_once() -> None:
    text = rule("prohibit when campaign.whole exceeds 3 or campaign.whole exceeds 3")
    assert len(offered(text, PASS, whole=0)) == 1


def test_a_limit_that_no_test_reaches_is_said() -> None:
    text = rule("applies when campaign.flag", "prohibit when campaign.whole exceeds 3")
    (found,) = offered(text, case("t", "given campaign.flag is no", "expect allow"))
    assert (found.tests, found.decides) == ((), False)


def test_an_unknown_day_to_count_from_offers_nothing() -> None:
    text = rule(
        "prohibit when any i in campaign.items has (campaign.day is within 5 days before i.day)"
    )
    wanting = case("t", "expect deny for want of campaign.day, campaign.items[1].day")
    assert offered(text, wanting, items=[{"flag": True}]) == []


def test_advice_and_want_of_facts_are_expected_in_their_words() -> None:
    advice = rule("prohibit when campaign.whole exceeds 3", "enforcement advisory")
    (found,) = offered(advice, PASS, whole=0)
    assert "  expect allow\n  expect warn by p/r\n" in found.tests[2].text
    wanting = rule("prohibit when campaign.whole exceeds 3 and campaign.flag")
    assert given(offered(wanting, PASS, whole=0)) == [
        "whole is 2: allow",
        "whole is 3: allow",
        "whole is 4: deny for want of campaign.flag",
    ]


def test_where_only_a_set_is_wanting_nothing_can_be_expected() -> None:
    declared = 'set LATER of country "later"\n  from 2030-01-01 is {ES}\nend set\n'
    text = rule("prohibit when campaign.whole exceeds 3 and campaign.home is one of LATER")
    found = offered(text, PASS, declared=declared, whole=0, home="ES")
    assert given(found) == ["whole is 2: allow", "whole is 3: allow"]


def test_tests_that_fail_or_cannot_run_are_nothing_to_begin_with() -> None:
    text = rule("prohibit when campaign.whole exceeds 3")
    failing = case("t", "expect deny by p/r")
    (found,) = offered(text, failing, case("u", "without campaign.note", "expect allow"), whole=0)
    assert found.tests == ()


def test_the_limit_of_each_edition_of_a_parameter_is_tried_in_its_time() -> None:
    declared = """
parameter limit : number "a limit"
  source LAW art 5
  from 2020-01-01 until 2026-02-10 is 10
  from 2026-02-10 is 5
end parameter
"""
    bundle = docket(
        rule("prohibit when campaign.amount exceeds limit"),
        case("low", "given campaign.amount is 1", "expect allow"),
        case(
            "early",
            "given campaign.flight.end is 2026-02-05",
            "given campaign.amount is 10",
            "expect allow",
        ),
        declared=declared,
    )
    found = list(boundary_tests(bundle, results(bundle)))
    titles = [each.title for limit in found for each in limit.tests]
    assert titles == [
        "p/r: campaign.amount is 9, one step below the limit of 10",
        "p/r: campaign.amount is 11, one step above the limit of 10",
        "p/r: campaign.amount is 4, one step below the limit of 5",
        "p/r: campaign.amount is 5, at the limit of 5",
        "p/r: campaign.amount is 6, one step above the limit of 5",
    ]


def test_the_limit_of_each_case_of_a_table_is_tried_where_it_is_looked_up() -> None:
    declared = """
table limit unique "a limit"
  given where : place
  gives number
  case NO gives 2
  case UNION gives 10
  otherwise gives 30
end table
"""
    bundle = docket(
        rule("prohibit when campaign.amount exceeds limit(market)"),
        case("in the union", "given campaign.amount is 10", "expect allow"),
        case(
            "in the north",
            "given campaign.markets is {NO}",
            "given campaign.amount is 1",
            "expect allow",
        ),
        declared=declared,
    )
    found = list(boundary_tests(bundle, results(bundle)))
    titles = [each.title for limit in found for each in limit.tests]
    assert titles == [
        "p/r: campaign.amount is 2, at the limit of 2",
        "p/r: campaign.amount is 3, one step above the limit of 2",
        "p/r: campaign.amount is 9, one step below the limit of 10",
        "p/r: campaign.amount is 11, one step above the limit of 10",
    ]
    assert [limit.location.line for limit in found] == [5, 6, 7]
    assert found[2].tests == ()


def test_a_limit_by_which_an_aggregate_chooses_is_tried_of_an_element() -> None:
    found = offered(
        rule(
            "prohibit when count of (each i in campaign.items where i.amount exceeds 3) exceeds 0"
        ),
        PASS,
        items=[{"amount": 3}],
    )
    assert given(found) == [
        "items[1].amount is 2: allow",
        "items[1].amount is 4: deny by p/r",
    ]
