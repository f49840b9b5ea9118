"""Permissions: when they lift a rule, where, and what they say when they do not."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.combine import ALLOW, DENY
from engine.evaluation.document import document
from engine.evaluation.operations.places import ground, lies_within
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, rule

FLAG = "prohibit when campaign.flag"
SUBJECT = "subject to p/free"


def lifted(
    *clauses: str, permit: tuple[str, ...] = (), on: date = date(2026, 1, 1), **facts: Any
) -> tuple[RuleResult, RuleResult]:
    """Return what a rule comes to, and its permission, where campaigns with `other` are free."""
    lifting = rule("permit when campaign.other", "despite p/r", *permit, name="free")
    found = hear(court(rule(*clauses, SUBJECT), lifting), on=on, **facts).results
    by_id = {each.rule.id: each for each in found}
    return by_id["p/r"], by_id["p/free"]


@pytest.mark.parametrize(
    ("facts", "status", "granted"),
    [
        ({"flag": True, "other": True}, Status.EXCEPTED, Status.SATISFIED),
        ({"flag": True, "other": False}, Status.VIOLATED, Status.NOT_APPLICABLE),
        ({"flag": True}, Status.VIOLATED, Status.NOT_APPLICABLE),
        ({"other": True}, Status.EXCEPTED, Status.SATISFIED),
        ({}, Status.UNDETERMINED, Status.NOT_APPLICABLE),
        ({"flag": False, "other": True}, Status.SATISFIED, Status.SATISFIED),
    ],
)
def test_a_permission_lifts_what_would_stand_where_it_is_shown(
    facts: dict[str, Any], status: Status, granted: Status
) -> None:
    result, permission = lifted(FLAG, **facts)
    assert (result.status, permission.status) == (status, granted)
    assert result.reason == ("p/free: P" if status is Status.EXCEPTED else "")


def test_a_permission_lifts_a_duty_as_well() -> None:
    duty = 'oblige "file it" when campaign.flag due before launch'
    assert lifted(duty, flag=True, other=True)[0].status is Status.EXCEPTED
    assert lifted(duty, flag=True)[0].obligation is not None


def test_one_that_is_not_shown_says_what_would_show_it_and_never_denies() -> None:
    result, permission = lifted(FLAG, flag=True)
    (exception,) = result.unmet_exemptions
    assert (exception.name, [each.path for each in exception.wanted]) == (
        "p/free: P",
        ["campaign.other"],
    )
    assert permission.reason == "not shown; needed: another flag"
    decision = hear(
        court(rule("permit when campaign.other", "despite p/r", name="free"), rule(FLAG, SUBJECT)),
        flag=False,
    )
    assert decision.verdict == ALLOW
    assert decision.missing == ()
    told = explain(
        hear(
            court(
                rule("permit when campaign.other", "despite p/r", name="free"), rule(FLAG, SUBJECT)
            ),
            flag=True,
        )
    )
    assert "“p/free: P” is not shown; needed: another flag (/other)" in told


def test_it_holds_only_while_it_is_in_force_and_for_what_it_is_about() -> None:
    facts: dict[str, Any] = {"flag": True, "other": True}
    until = ("in force from 2026-01-01 until 2026-02-15",)
    assert lifted(FLAG, permit=until, **facts)[0].status is Status.VIOLATED
    short = {"start": "2026-02-01", "end": "2026-02-14"}
    assert lifted(FLAG, permit=until, flight=short, **facts)[0].status is Status.EXCEPTED
    about = ("applies when campaign.amount is 1",)
    assert lifted(FLAG, permit=about, **facts)[0].status is Status.VIOLATED
    assert lifted(FLAG, permit=about, amount=1, **facts)[0].status is Status.EXCEPTED
    assert lifted(FLAG, permit=about, amount=2, **facts)[1].reason == about[0]


@pytest.mark.parametrize(
    ("where", "allowed", "markets", "standing"),
    [
        ("", "{DE}", ["DE"], []),
        ("", "{DE}", ["DE", "FR"], ["FR"]),
        ("", "{FR}", ["DE", "FR"], ["DE"]),
        ("", "{US}", ["US-CA"], []),
        ("", '{"US-CA"}', ["US"], ["US"]),
        ('applies in {"US-CA"}', '{"US-CA"}', ["US"], []),
        ('applies in {"US-CA", "US-NY"}', '{"US-CA"}', ["US", "DE"], ["US"]),
        ("applies in {DE, FR}", "{DE}", ["DE", "FR", "US"], ["FR"]),
    ],
)
def test_it_lifts_a_rule_in_the_markets_that_it_covers_wholly(
    where: str, allowed: str, markets: list[str], standing: list[str]
) -> None:
    clauses = (where, FLAG) if where else (FLAG,)
    facts: dict[str, Any] = {"flag": True, "other": True, "markets": markets}
    result, _ = lifted(*clauses, permit=(f"applies in {allowed}",), **facts)
    there = [
        m for part in result.parts if part.status is Status.VIOLATED for m in part.markets or ()
    ]
    assert there == standing


def test_where_markets_are_unknown_one_for_some_of_them_is_not_shown() -> None:
    result, _ = lifted(FLAG, permit=("applies in {DE}",), flag=True, other=True, markets=None)
    assert result.status is Status.VIOLATED
    assert [each.path for each in result.unmet_exemptions[0].wanted] == ["campaign.markets"]


def test_where_its_places_are_unknown_it_is_not_shown() -> None:
    declared = "set THERE of place\n  from 2030-01-01 is {DE}\nend set\n"
    permit = rule("applies in THERE", "permit when campaign.other", "despite p/r", name="free")
    decision = hear(court(rule(FLAG, SUBJECT), permit, declared=declared), flag=True, other=True)
    assert decision.verdict == DENY


def test_a_permission_may_speak_of_the_market() -> None:
    permit = rule("permit when market is DE", "despite p/r", name="free")
    decision = hear(court(rule(FLAG, SUBJECT), permit), flag=True, markets=["DE", "FR"])
    assert [(each.market, each.verdict) for each in decision.markets] == [
        ("DE", ALLOW),
        ("FR", DENY),
    ]


def test_an_answer_holds_until_a_permission_ends() -> None:
    permit = rule(
        "in force from 2026-01-01 until 2026-02-10",
        "permit when campaign.other",
        "despite p/r",
        name="free",
    )
    bundle = court(rule(FLAG, SUBJECT), permit)
    flight = {"start": "2026-01-01", "until_stopped": True}
    decision = hear(bundle, flag=True, other=True, flight=flight)
    assert (decision.verdict, decision.valid_until) == (ALLOW, date(2026, 2, 10))


def test_exceptions_and_permissions_are_named_together() -> None:
    both = (FLAG, 'unless "few" campaign.amount is 1')
    assert lifted(*both, flag=True, other=True, amount=1)[0].reason == "few, p/free: P"


def test_the_document_names_the_permission_that_lifts() -> None:
    permit = rule("permit when campaign.other", "despite p/r", name="free")
    made = document(
        hear(court(rule(FLAG, SUBJECT), permit), flag=True, other=True), id="1", identity=IDENTITY
    )
    assert made["rules"] == [
        {"rule": "p/free", "status": "satisfied"},
        {"rule": "p/r", "status": "excepted", "reason": "p/free: P"},
    ]


def test_the_ground_that_a_market_shares_with_places() -> None:
    assert ground("US", None) == ("US",)
    assert ground("US", frozenset({"US-CA", "US-NY", "DE"})) == ("US-CA", "US-NY")
    assert ground("US-CA", frozenset({"US"})) == ("US-CA",)
    assert lies_within("US-CA", frozenset({"US"}))
    assert not lies_within("US", frozenset({"US-CA"}))
