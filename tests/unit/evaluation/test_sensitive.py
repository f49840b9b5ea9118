"""Sensitive facts are read by rules, and shown by nothing."""

from typing import Any

import pytest

from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import Status
from engine.evaluation.values import show
from engine.evaluation.wording import SENSITIVE_REASON
from tests.unit.evaluation.courtroom import IDENTITY, campaign_of, court, hear, rule, seen, wanted

HIDDEN = "Zo9xq"


def told(bundle: Any, **facts: Any) -> str:
    decision = hear(bundle, **facts)
    return f"{document(decision, id='1', identity=IDENTITY)}{explain(decision)}"


@pytest.mark.parametrize(
    ("clause", "facts", "evidence"),
    [
        (
            "require campaign.secret is campaign.note",
            {"secret": HIDDEN, "note": "x"},
            [("/secret", "(sensitive)", "is x (campaign.note)"), ("/note", "x", "")],
        ),
        (
            "require campaign.note is campaign.secret",
            {"secret": HIDDEN, "note": "x"},
            [("/note", "x", "is (sensitive) (campaign.secret)"), ("/secret", "(sensitive)", "")],
        ),
        (
            "require campaign.note is campaign.patient.name",
            {"patient": {"name": HIDDEN}, "note": "x"},
            [
                ("/note", "x", "is (sensitive) (campaign.patient.name)"),
                ("/patient/name", "(sensitive)", ""),
            ],
        ),
        (
            "prohibit when any g in campaign.guests has (g.name is not campaign.note)",
            {"guests": [{"name": HIDDEN}], "note": "x"},
            [("/guests/0/name", "(sensitive)", "is x (campaign.note)"), ("/note", "x", "")],
        ),
        (
            "require lowest of (g.age for each g in campaign.guests) is at least campaign.amount",
            {"guests": [{"age": 71}], "amount": 72},
            [
                (
                    "/guests",
                    "lowest (sensitive)",
                    (
                        "lowest of (g.age for each g in campaign.guests) "
                        "is at least 72 (campaign.amount)"
                    ),
                ),
                ("/guests/0/age", "(sensitive)", ""),
                ("/amount", "72", ""),
            ],
        ),
        (
            "require campaign.guests is empty",
            {"guests": [{"name": HIDDEN}]},
            [("/guests", "(sensitive)", "is empty")],
        ),
    ],
)
def test_evidence_names_the_fact_and_not_its_value(
    clause: str, facts: dict[str, Any], evidence: list[tuple[str, str, str]]
) -> None:
    bundle = court(rule(clause))
    decision = hear(bundle, **facts)
    assert decision.results[0].status is Status.VIOLATED
    assert seen(decision.results[0]) == evidence
    assert HIDDEN not in told(bundle, **facts)


@pytest.mark.parametrize(
    "clause",
    [
        "prohibit when campaign.budget exceeds campaign.price",
        "prohibit when campaign.budget + campaign.price exceeds EUR 1",
        "prohibit when EUR 1 exceeds campaign.budget + campaign.price",
        (
            "prohibit when sum of (campaign.budget + campaign.price for each i in campaign.items) "
            "exceeds EUR 1"
        ),
        "prohibit when average of (g.age for each g in campaign.guests) exceeds 5",
    ],
)
def test_why_values_have_no_meaning_together_does_not_tell_them(clause: str) -> None:
    prices: dict[str, Any] = {
        "items": [{}],
        "guests": [],
        "budget": {"amount": "10", "currency": "USD"},
        "price": {"amount": "10", "currency": "EUR"},
    }
    result = hear(court(rule(clause)), **prices).results[0]
    assert result.status is Status.UNDETERMINED
    assert {why for _, why in wanted(result)} == {SENSITIVE_REASON}


def test_a_group_is_shown_without_what_is_sensitive_in_it() -> None:
    bundle = court()
    campaign = campaign_of(bundle, secret=HIDDEN, note="x")
    assert "(sensitive)" in show(campaign.facts)
    assert HIDDEN not in show(campaign.facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"patient": {"home": HIDDEN}},
        {"patient": {"age": HIDDEN}},
        {"patient": {HIDDEN: 1}},
        {"guests": [{"name": [HIDDEN]}]},
        {"guests": HIDDEN},
        {"secret": [HIDDEN]},
        {"budget": {"amount": HIDDEN, "currency": "EUR"}},
    ],
)
def test_a_malformed_value_is_not_repeated(facts: dict[str, Any]) -> None:
    campaign, faults = court().decoder.decode(facts)
    assert campaign is None
    (fault,) = faults
    assert fault.pointer == f"/{next(iter(facts))}"
    assert HIDDEN not in f"{fault.pointer} {fault.message} {fault.help}"
