"""Tables: looked up for the day of the law, told by what they gave, unknown where nothing is."""

from datetime import date
from typing import Any

import pytest

from engine.bundle.bundle import build
from engine.evaluation.result import Status
from engine.evaluation.wording import SENSITIVE_REASON
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import court, hear, rule, seen, wanted

LIMITS = """
set NORTH of place "the north"
  from 2020-01-01 until 2026-02-20 is {NO}
  from 2026-02-20 until 2026-04-01 is {NO, SE}
end set

table most unique "the most that may be spent"
  source LAW art 5
  given where : place, shade : colour
  gives number
  case NORTH, red            gives 10
  case NORTH, {green, blue}  gives 20
  from 2026-02-10
  case {DE, FR}, any    gives 5
  case NORTH, red       gives 7
  case NORTH, {green, blue} gives 8
end table

table grade unique
  given age : whole_number
  gives text
  case less than 13 gives "child"
  case 13 to 17     gives "youth"
  otherwise         gives "adult"
end table

table share unique
  given flag : yes_no, size : percentage
  gives yes_no
  case yes, at most 5%   gives yes
  case yes, more than 5% gives no
  case no, any           gives no
end table

table since unique
  given day : date
  gives days
  case before 2026-01-01       gives 10 days
  case 2026-01-01 to 2026-06-30 gives 20 days
  case on or after 2026-07-01  gives 30 days
end table
"""


def status(*clauses: str, **facts: Any) -> Status:
    return hear(court(rule(*clauses), declared=LIMITS), **facts).results[0].status


@pytest.mark.parametrize(
    ("days", "market", "amount", "expected"),
    [
        (("2026-02-01", "2026-02-09"), "NO", 8, Status.SATISFIED),
        (("2026-02-01", "2026-02-10"), "NO", 8, Status.VIOLATED),
        (("2026-02-10", "2026-02-19"), "SE", 8, Status.UNDETERMINED),
        (("2026-02-20", "2026-02-21"), "SE", 8, Status.VIOLATED),
        (("2026-02-10", "2026-02-11"), "DE", 5, Status.SATISFIED),
        (("2026-04-01", "2026-04-02"), "DE", 5, Status.UNDETERMINED),
    ],
)
def test_a_table_is_read_for_each_day_and_so_are_the_sets_in_it(
    days: tuple[str, str], market: str, amount: int, expected: Status
) -> None:
    flight = {"start": days[0], "end": days[1]}
    found = status(
        "prohibit when campaign.amount exceeds most(market, campaign.colour)",
        flight=flight,
        markets=[market],
        colour="red",
        amount=amount,
    )
    assert found is expected


@pytest.mark.parametrize(
    ("age", "grade"), [(12, "child"), (13, "youth"), (17, "youth"), (18, "adult")]
)
def test_cases_hold_from_limit_to_limit(age: int, grade: str) -> None:
    clause = f'require grade(campaign.whole) is "{grade}"'
    assert status(clause, whole=age) is Status.SATISFIED


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"flag": True, "share": "5%"}, Status.SATISFIED),
        ({"flag": True, "share": "5.1%"}, Status.VIOLATED),
        ({"flag": False, "share": "1%"}, Status.VIOLATED),
        ({"flag": False}, Status.UNDETERMINED),
    ],
)
def test_every_value_must_be_known_even_where_any_would_do(
    facts: dict[str, Any], expected: Status
) -> None:
    assert status("require share(campaign.flag, campaign.share) is yes", **facts) is expected


def test_a_value_without_a_case_is_unknown_and_says_so() -> None:
    bundle = court(rule("prohibit when most(market, campaign.colour) exceeds 9"), declared=LIMITS)
    result = hear(bundle, markets=["IT"], colour="red").results[0]
    why = "the table has no case for IT, red"
    assert wanted(result) == [("campaign.markets[1]", why), ("campaign.colour", why)]


def test_an_amount_in_another_currency_than_the_table_gives_is_what_must_change() -> None:
    caps = """table cap unique "the cap"
  given where : place
  gives money
  case NO gives NOK 800
end table
"""
    bundle = court(rule("prohibit when campaign.price exceeds cap(market)"), declared=caps)
    result = hear(bundle, markets=["NO"], price={"amount": "5", "currency": "EUR"}).results[0]
    assert wanted(result) == [("campaign.price", "EUR and NOK are not compared")]
    (finding,) = result.findings
    assert finding.message.startswith("This cannot be judged as it stands: ")
    assert finding.message.endswith(" (EUR and NOK are not compared).")
    assert finding.remedy.startswith("State otherwise what cannot be judged as it stands")


def test_a_constant_without_a_case_is_unknown_by_the_words_of_the_lookup() -> None:
    bundle = court(rule("prohibit when most(IT, red) exceeds 9"), declared=LIMITS)
    assert wanted(hear(bundle).results[0]) == [
        ("most(IT, red)", "the table has no case for IT, red")
    ]


def test_days_without_an_edition_are_unknown() -> None:
    bundle = court(rule("prohibit when most(NO, red) exceeds 9"), declared=LIMITS)
    result = hear(bundle, flight={"start": "2026-05-01", "end": "2026-05-02"}).results[0]
    assert wanted(result) == [("most", "the table has no edition for 2026-05-01")]


def test_justification_and_message_tell_what_the_table_gave() -> None:
    clause = "prohibit when campaign.amount exceeds most(market, campaign.colour)"
    bundle = court(rule(clause, message="no more than {most} in {market}"), declared=LIMITS)
    result = hear(bundle, colour="red", amount=6).results[0]
    assert ("/amount", "6", "is at most 5 (most(market, campaign.colour))") in seen(result)
    assert {pointer for pointer, _, _ in seen(result)} == {"/amount", "/markets/0", "/colour"}
    assert result.findings[0].message == "no more than 5 in DE"


def test_a_lookup_that_is_compared_is_told_with_what_it_gave() -> None:
    bundle = court(rule('prohibit when grade(campaign.whole) is "child"'), declared=LIMITS)
    result = hear(bundle, whole=3).results[0]
    assert seen(result) == [("/whole", "3", '"child" (grade(campaign.whole)) is not "child"')]


def test_a_message_tells_of_the_element_that_the_table_was_looked_up_by() -> None:
    clause = "prohibit when any x in campaign.items has (most(NO, x.colour) exceeds 7)"
    bundle = court(rule(clause, message="{x.colour}: {most}"), declared=LIMITS)
    items = [{"colour": "red"}, {"colour": "green"}]
    result = hear(bundle, items=items, flight={"start": "2026-02-10", "end": "2026-02-11"}).results[
        0
    ]
    assert [each.message for each in result.findings] == ["green: 8"]


def test_a_message_without_what_is_told_says_unknown() -> None:
    clause = "prohibit when campaign.flag or campaign.amount exceeds most(market, campaign.colour)"
    bundle = court(rule(clause, message="more than {most}"), declared=LIMITS)
    assert hear(bundle, flag=True).results[0].findings[0].message == "more than unknown"
    told = hear(bundle, flag=True, markets=["IT"], colour="red").results[0]
    assert told.findings[0].message == "more than unknown"


def test_a_table_may_be_looked_up_by_what_another_gives_and_by_a_sum() -> None:
    clause = "prohibit when since(campaign.day + since(campaign.day)) is at least 20 days"
    bundle = court(rule(clause), declared=LIMITS)
    assert hear(bundle, day="2025-12-31").results[0].status is Status.VIOLATED
    assert hear(bundle, day="2025-12-01").results[0].status is Status.SATISFIED


def test_what_follows_from_the_day_ends_with_it() -> None:
    bundle = court(rule("prohibit when since(today) is at least 30 days"), declared=LIMITS)
    decision = hear(bundle, on=date(2026, 6, 28))
    assert str(decision.valid_until) == "2026-07-01"
    later = hear(bundle, on=date(2026, 7, 1))
    assert later.results[0].status is Status.VIOLATED


def test_what_is_sensitive_is_not_told_by_what_a_table_gives_for_it() -> None:
    plain = 'colour  : colour "a colour"'
    vocabulary = VOCABULARY.replace(plain, plain.replace(": colour", ": colour sensitive"))
    assert vocabulary != VOCABULARY
    clause = "prohibit when campaign.amount exceeds most(market, campaign.colour)"
    bundle = court(rule(clause), declared=LIMITS, vocabulary=vocabulary)
    told = hear(bundle, colour="red", amount=60).results[0]
    assert ("/amount", "60", "is at most (sensitive) (most(market, campaign.colour))") in seen(told)
    open_question = hear(bundle, colour="red", amount=60, markets=["IT"]).results[0]
    assert {why for _, why in wanted(open_question)} == {SENSITIVE_REASON}
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    written = f"{LIMITS}{head}{rule(clause, message='more than {most}')}end policy\n"
    _, faults = build("court", {"v.policy": vocabulary, "p.policy": written})
    assert "E0534" in {fault.code for fault in faults}


def test_a_message_may_tell_what_is_looked_up_by_a_parameter() -> None:
    ages = "parameter age : whole_number source LAW art 1 from 2026-02-01 is 12 end parameter\n"
    clause = 'prohibit when campaign.flag or grade(age) is "adult"'
    bundle = court(rule(clause, message="as a {grade}"), declared=LIMITS + ages)
    assert hear(bundle, flag=True).results[0].findings[0].message == 'as a "child"'
    early = {"start": "2026-01-02", "end": "2026-01-03"}
    assert hear(bundle, flag=True, flight=early).results[0].findings[0].message == "as a unknown"


def test_cases_may_begin_and_end_with_the_calendar() -> None:
    declared = """
table era unique
  given day : date, whenever : date, share : percentage
  gives text
  case before 2026-01-01, any, any        gives "before"
  case 2026-01-01 to 9999-12-31, any, any gives "after"
end table

table first unique
  given day : date
  gives text
  case 0001-01-01 gives "the first"
  otherwise       gives "later"
end table
"""
    before = 'era(campaign.day, today, 5%) is "before"'
    bundle = court(
        rule(f'prohibit when {before} and first(campaign.day) is "later"'), declared=declared
    )
    assert hear(bundle, day="2025-12-31").results[0].status is Status.VIOLATED
    assert hear(bundle, day="9999-12-31").results[0].status is Status.SATISFIED
    assert hear(bundle, day="0001-01-01").results[0].status is Status.SATISFIED
