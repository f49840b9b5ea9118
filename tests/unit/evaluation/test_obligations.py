"""Rules that oblige: when a duty is owed, what it says, and by when it is due."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.combine import ALLOW, DENY, INCONCLUSIVE
from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, judged, rule

NOTICE = 'oblige "file the notice" when campaign.flag'
BEFORE = f"{NOTICE} due before launch"


@pytest.mark.parametrize(
    ("clauses", "facts", "status", "owed"),
    [
        ([BEFORE], {"flag": True}, Status.SATISFIED, True),
        ([BEFORE], {"flag": False}, Status.NOT_APPLICABLE, False),
        ([BEFORE], {}, Status.UNDETERMINED, False),
        ([BEFORE, "if unknown deny"], {}, Status.VIOLATED, False),
        (["applies in {FR}", BEFORE], {"flag": True}, Status.NOT_APPLICABLE, False),
        (["applies when campaign.other", BEFORE], {"flag": True}, Status.UNDETERMINED, False),
        ([BEFORE, 'unless "x" campaign.other'], {"flag": True}, Status.SATISFIED, True),
        (
            [BEFORE, 'unless "x" campaign.other'],
            {"flag": True, "other": True},
            Status.EXCEPTED,
            False,
        ),
        ([BEFORE, 'unless "x" campaign.other'], {"other": True}, Status.EXCEPTED, False),
        (["in force from 2027-01-01", BEFORE], {"flag": True}, Status.NOT_APPLICABLE, False),
    ],
)
def test_a_duty_is_owed_where_its_case_is_given_and_nothing_excepts(
    clauses: list[str], facts: dict[str, Any], status: Status, *, owed: bool
) -> None:
    result = judged(*clauses, **facts)
    assert (result.status, result.obligation is not None) == (status, owed)


def test_a_duty_leaves_the_decision_at_allow_and_an_unknown_case_does_not() -> None:
    bundle = court(rule(BEFORE))
    assert hear(bundle, flag=True).verdict == ALLOW
    assert hear(bundle).verdict == INCONCLUSIVE
    assert [fact.path for fact in hear(bundle).missing] == ["campaign.flag"]
    assert hear(court(rule(BEFORE, "if unknown deny"))).verdict == DENY
    assert hear(court(rule(BEFORE, "enforcement advisory"))).verdict == ALLOW


def due(term: str, **facts: Any) -> tuple[date | None, str]:
    result = judged(f"{NOTICE} due {term}", flag=True, **facts)
    assert result.obligation is not None
    assert result.obligation.term == term
    return result.obligation.due, result.obligation.why


@pytest.mark.parametrize(
    ("term", "day"),
    [
        ("before launch", date(2026, 1, 31)),
        ("within 30 days of launch", date(2026, 3, 3)),
        ("within 1 day of launch", date(2026, 2, 2)),
        ("within 0 days after the end", date(2026, 3, 1)),
        ("within 30 days after the end", date(2026, 3, 31)),
        ("within 1 month of launch", date(2026, 3, 1)),
        ("within 2 years after the end", date(2028, 3, 1)),
    ],
)
def test_the_last_day_for_a_duty_is_counted_from_the_flight(term: str, day: date) -> None:
    assert due(term) == (day, "")


def test_months_end_as_the_rule_says() -> None:
    clause = f"{NOTICE} due within 1 month of launch"
    flight = {"start": "2026-01-31", "end": "2026-03-01"}
    for rounding, day in (("down", date(2026, 2, 28)), ("up", date(2026, 3, 1))):
        owed = judged(clause, f"month end rounds {rounding}", flag=True, flight=flight).obligation
        assert owed is not None
        assert owed.due == day


@pytest.mark.parametrize(
    ("term", "flight", "why"),
    [
        ("before launch", {"end": "2026-03-01"}, "the first day of the flight is not known"),
        (
            "within 30 days after the end",
            {"start": "2026-02-01"},
            "the last day of the flight is not known",
        ),
        (
            "within 30 days after the end",
            {"start": "2026-02-01", "until_stopped": True},
            "the ads run until they are stopped",
        ),
        (
            "within 30 days after the end",
            {"start": "2026-02-01", "end": "9999-12-31"},
            "it lies beyond the calendar",
        ),
    ],
)
def test_a_flight_that_does_not_tell_the_day_leaves_it_open_with_the_reason(
    term: str, flight: dict[str, Any], why: str
) -> None:
    assert due(term, flight=flight) == (None, why)


def test_the_text_of_a_duty_tells_of_the_facts_and_of_the_first_witness() -> None:
    clause = (
        'oblige "tell {campaign.note} of item {item.amount}" when '
        "any item in campaign.items has (item.flag) due before launch"
    )
    items = [{"flag": False, "amount": 1}, {"flag": True, "amount": 2}, {"flag": True, "amount": 3}]
    obligation = judged(clause, note="the board", items=items).obligation
    assert obligation is not None
    assert obligation.text == "tell the board of item 2"
    assert [seen.pointer for seen in obligation.evidence] == ["/items/1/flag"]


def test_a_duty_of_one_day_of_the_flight_stands_against_an_exception_of_another() -> None:
    declared = "set KEPT of country\n  from 2000-01-01 until 2026-02-10 is {DE}\n"
    declared += "  from 2026-02-10 is {FR}\nend set\n"
    excepted = 'unless "kept" campaign.home is one of KEPT'
    decision = hear(court(rule(BEFORE, excepted), declared=declared), flag=True, home="DE")
    assert decision.results[0].status is Status.SATISFIED
    assert [each.rule.id for each in decision.obligations] == ["p/r"]


def test_the_markets_of_a_duty_are_those_of_every_day_on_which_it_is_owed() -> None:
    declared = "set THERE of place\n  from 2000-01-01 until 2026-02-10 is {DE}\n"
    declared += "  from 2026-02-10 is {FR}\nend set\n"
    bundle = court(rule("applies in THERE", BEFORE), declared=declared)
    assert hear(bundle, flag=True, markets=["DE", "FR"]).results[0].markets == ("DE", "FR")


def test_an_answer_holds_until_a_duty_comes_or_goes() -> None:
    bundle = court(
        rule('oblige "review it" when campaign.day is before today due within 9 days of launch')
    )
    decision = hear(bundle, day="2026-01-10")
    assert decision.obligations == ()
    assert decision.valid_until == date(2026, 1, 11)
    assert hear(bundle, day="2026-01-10", on=date(2026, 1, 11)).obligations


def test_the_document_lists_what_is_owed_with_source_and_day() -> None:
    bundle = court(rule("applies in {DE}", BEFORE, name="a"), rule(f"{NOTICE} due before launch"))
    listed = document(hear(bundle, flag=True), id="1", identity=IDENTITY)["obligations"]
    assert isinstance(listed, list)
    assert [each["rule"] for each in listed] == ["p/a", "p/r"]
    assert listed[0] == {
        "rule": "p/a",
        "title": "P",
        "enforcement": "enforced",
        "severity": "medium",
        "sources": [
            {
                "instrument": "LAW",
                "title": "A law",
                "article": "art 1",
                "url": "https://example.org/law",
            }
        ],
        "text": "file the notice",
        "due": "2026-01-31",
        "term": "before launch",
        "clause": {
            "text": 'oblige "file the notice" when campaign.flag due before launch',
            "file": "p.policy",
            "line": 7,
            "column": 5,
        },
        "facts": [
            {
                "pointer": "/flag",
                "path": "campaign.flag",
                "label": "a flag",
                "value": "yes",
                "required": "is no",
            }
        ],
        "markets": ["DE"],
    }
    open_end = document(
        hear(bundle, flag=True, flight={"end": "2026-03-01"}), id="1", identity=IDENTITY
    )["obligations"]
    assert isinstance(open_end, list)
    assert open_end[0]["due"] is None
    assert open_end[0]["why"] == "the first day of the flight is not known"


def test_prose_says_what_is_to_be_done_and_by_when() -> None:
    told = explain(hear(court(rule(BEFORE)), flag=True))
    assert "no enforced rule stands against it, and 1 duty is owed" in told
    assert "To be done: these duties are owed" in told
    assert "  file the notice\n" in told
    assert "due       before launch: on 2026-01-31 at the latest" in told
    unknown = explain(hear(court(rule(BEFORE)), flag=True, flight={"end": "2026-03-01"}))
    assert "day unknown, as the first day of the flight is not known" in " ".join(unknown.split())


def test_prose_cuts_long_lists_of_duties_and_names_the_rest() -> None:
    bundle = court(*(rule(BEFORE, name=f"r{number:02}") for number in range(22)))
    told = explain(hear(bundle, flag=True))
    assert "22 duties are owed" in told
    assert told.count("file the notice") == 20
    assert "and what is owed by p/r20, p/r21" in told


def test_a_result_with_a_duty_is_stricter_than_all_that_lets_pass() -> None:
    bundle = court(rule(BEFORE))
    (result,) = hear(bundle, flag=True).results

    def other(status: Status) -> RuleResult:
        return RuleResult(rule=result.rule, status=status)

    assert result.strictness > other(Status.EXCEPTED).strictness
    assert result.strictness < other(Status.UNDETERMINED).strictness
