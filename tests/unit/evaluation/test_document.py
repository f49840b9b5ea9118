"""The JSON form of a decision."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785

from engine.evaluation.decision import Decision
from engine.evaluation.document import document, instant_text
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, rule

FLAG = "prohibit when campaign.flag"
ITEMS = "prohibit when any i in campaign.items has (i.flag)"


def made(decision: Decision) -> dict[str, Any]:
    return document(decision, id="d-1", identity=IDENTITY)


def test_a_record_says_what_was_decided_by_what_and_why() -> None:
    bundle = court(
        rule("prohibit when all of (a) campaign.flag; (b) campaign.amount is 1", name="a"),
        rule("prohibit when campaign.other", 'unless "x" campaign.home is DE', name="b"),
        rule("applies in {DE}", FLAG, "enforcement advisory", name="c"),
        rule("applies in {FR}", FLAG, name="d"),
        rule("prohibit when campaign.amount is 2", name="e"),
    )
    record = made(hear(bundle, flag=True, amount=1, launched=date(2026, 5, 1)))
    assert record == {
        "id": "d-1",
        "decision": "deny",
        "conclusive": True,
        "campaign": "c-1",
        "advertiser": None,
        "platforms": [],
        "policy_set": {"name": "court", "version": "1", "digest": "sha256:00"},
        "engine": {"name": "assent", "version": "0"},
        "as_of": "2026-01-01T12:00:00Z",
        "as_if_launched": "2026-05-01",
        "valid_until": None,
        "markets": [{"market": "DE", "decision": "deny", "conclusive": True}],
        "would_pass": [],
        "findings": [record["findings"][0], record["findings"][1]],
        "warnings": [record["warnings"][0]],
        "obligations": [],
        "waived": [],
        "upcoming": [],
        "missing": [
            {
                "pointer": "/other",
                "path": "campaign.other",
                "label": "another flag",
                "rules": ["p/b"],
            }
        ],
        "passed": 1,
        "not_applicable": 1,
        "rules": [
            {"rule": "p/a", "status": "violated"},
            {"rule": "p/b", "status": "undetermined"},
            {"rule": "p/c", "status": "violated"},
            {"rule": "p/d", "status": "not applicable", "reason": "applies in {FR}"},
            {"rule": "p/e", "status": "satisfied"},
        ],
    }
    (violated, undetermined), (advice,) = record["findings"], record["warnings"]
    assert violated == {
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
        "status": "violated",
        "clause": {
            "text": "prohibit when all of (a) campaign.flag; (b) campaign.amount is 1",
            "file": "p.policy",
            "line": 6,
            "column": 5,
        },
        "facts": [
            {
                "pointer": "/flag",
                "path": "campaign.flag",
                "label": "a flag",
                "value": "yes",
                "required": "is no",
                "item": "(a)",
            },
            {
                "pointer": "/amount",
                "path": "campaign.amount",
                "label": "an amount",
                "value": "1",
                "required": "is not 1",
                "item": "(b)",
            },
        ],
        "wanted": [],
        "exceptions": [],
        "message": "no",
        "remedy": "mend it",
        "markets": None,
    }
    assert undetermined["exceptions"] == [
        {
            "name": "x",
            "facts": [],
            "wanted": [{"pointer": "/home", "path": "campaign.home", "label": "a country"}],
        }
    ]
    assert (advice["rule"], advice["enforcement"], advice["markets"]) == ("p/c", "advisory", ["DE"])
    assert rfc8785.dumps(record)


def test_findings_that_are_left_out_are_counted_on_the_last() -> None:
    bundle = court(rule(ITEMS, message="{i.amount}"))
    record = made(hear(bundle, items=[{"flag": True}] * 53))
    findings = record["findings"]
    assert [finding.get("more") for finding in findings] == [None] * 49 + [3]


def test_a_fact_without_meaning_says_why() -> None:
    record = made(hear(court(rule("prohibit when campaign.amount / 0 is 1")), amount=1))
    assert record["findings"][0]["wanted"][0]["why"] == "there is no division by zero"
    assert record["missing"][0]["why"] == "there is no division by zero"


def test_pointers_lead_into_the_record_that_was_submitted() -> None:
    places = {"/flag": "/rows/0/flag"}
    decision = hear(court(rule(FLAG, "evidence campaign.note")), flag=True, note="n")
    record: Any = document(decision, id="1", identity=IDENTITY, origin=places.get)
    facts = record["findings"][0]["facts"]
    assert [fact.get("submitted_pointer") for fact in facts] == ["/rows/0/flag", None]


@pytest.mark.parametrize(
    "facts",
    [
        {"note": '\u2028 \U0001f600 \\ " \x1f', "amount": 10**18},
        {"note": "e\u0301", "amount": 0.1, "items": []},
        {"flight": None, "id": None, "markets": None},
    ],
)
def test_every_record_has_a_canonical_form(facts: dict[str, Any]) -> None:
    evidence = "evidence campaign.note, campaign.amount, campaign.items"
    record = made(hear(court(rule("require campaign.flag is known", evidence)), **facts))
    assert rfc8785.dumps(record)


def test_an_instant_is_written_in_utc() -> None:
    there = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert instant_text(there) == "2025-12-31T23:00:00Z"
    assert (
        instant_text(datetime(2026, 1, 1, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-01T01:02:03.000004Z"
    )
