"""Rules that speak of the market: each market of the campaign is judged apart."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from engine.evaluation import reference
from engine.evaluation.combine import ALLOW, DENY, INCONCLUSIVE
from engine.evaluation.decide import decide
from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from engine.evaluation.values import Campaign, Group
from engine.semantics.types import Scalar, codes
from tests.unit.evaluation.courtroom import (
    IDENTITY,
    campaign_of,
    court,
    hear,
    judged,
    rule,
    seen,
    wanted,
)

IN_UNION = "prohibit when campaign.flag and market is one of UNION"


def standing(result: RuleResult) -> list[tuple[str, tuple[str, ...] | None]]:
    return [(part.status.value, part.markets) for part in result.parts]


def test_each_market_has_the_status_that_its_own_name_gives() -> None:
    bundle = court(rule(IN_UNION))
    decision = hear(bundle, flag=True, markets=["NO", "DE", "FR", "US"])
    (result,) = decision.results
    # France leaves the union in June 2026; this flight is in February. California is in the union,
    # and the rest of the United States is not.
    assert standing(result) == [
        ("violated", ("DE",)),
        ("violated", ("FR",)),
        ("undetermined", ("US",)),
        ("satisfied", ("NO",)),
    ]
    assert [each.verdict for each in decision.markets] == [ALLOW, DENY, DENY, INCONCLUSIVE]
    assert decision.would_pass == ("NO",)


def test_the_market_that_decided_is_evidence_at_its_place_in_the_list() -> None:
    result = judged("prohibit when market is FR", markets=["DE", "FR"])
    assert (result.status, result.markets) == (Status.VIOLATED, ("FR",))
    assert seen(result) == [("/markets/1", "FR", "is not FR")]


def test_a_market_told_twice_is_judged_once() -> None:
    result = judged("prohibit when market is FR", markets=["DE", "FR", "DE"])
    assert standing(result) == [("violated", ("FR",)), ("satisfied", ("DE",))]


def test_unknown_markets_leave_a_rule_that_speaks_of_them_undetermined() -> None:
    decision = hear(court(rule("prohibit when market is FR")), markets=None)
    assert decision.verdict == INCONCLUSIVE
    assert wanted(decision.results[0]) == [("campaign.markets", "")]
    assert decision.would_pass == ()


def test_applies_in_and_market_work_together() -> None:
    clauses = ("applies in UNION", "prohibit when market is not DE")
    result = judged(*clauses, markets=["NO", "DE", "FR"])
    assert standing(result) == [("violated", ("FR",)), ("satisfied", ("DE",))]
    outside = judged(*clauses, markets=["NO", "IT"])
    assert (outside.status, outside.reason) == (Status.NOT_APPLICABLE, "applies in UNION")
    assert standing(outside) == [("not applicable", None)]


def test_a_market_may_take_a_rule_out_of_its_subject_or_excuse_it() -> None:
    result = judged(
        "applies when market is not NO",
        "prohibit when campaign.flag",
        'unless "home" campaign.home is market',
        flag=True,
        home="FR",
        markets=["NO", "DE", "FR"],
    )
    assert standing(result) == [
        ("violated", ("DE",)),
        ("excepted", ("FR",)),
        ("not applicable", ("NO",)),
    ]


class Code(str):
    """The code of a market; to compare it is a call that can be counted."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)

    __hash__ = str.__hash__


def counting(campaign: Campaign) -> Campaign:
    """Return a campaign in whose markets comparisons are calls."""
    facts = campaign.facts
    values = list(facts.values)
    values[facts.shape.positions["markets"]] = tuple(map(Code, campaign.markets or ()))
    return replace(campaign, facts=Group(facts.shape, tuple(values)))


def work(decide: Callable[[], object]) -> int:
    """Return how many functions a decision calls."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        decide()
    finally:
        sys.setprofile(None)
    return calls


def test_twice_the_markets_are_twice_the_work() -> None:
    bundle = court(
        rule("prohibit when market is not DE", name="apart", message="not in {market}"),
        rule("prohibit when campaign.flag or market is DE", name="alike"),
    )
    places = sorted(codes(Scalar.PLACE))
    as_of = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for evaluator in (
        bundle.program.decide,
        partial(decide, bundle.policies, reference.evaluate_rules),
    ):
        done = []
        for count in (100, 100, 200):  # The first time, things are made that are kept.
            campaign = counting(campaign_of(bundle, flag=True, markets=places[-count:]))
            done.append(work(partial(evaluator, campaign, as_of=as_of)))
        assert done[2] < 2.2 * done[1]


@pytest.mark.parametrize(
    ("place", "told"),
    [("message", "Not in FR."), ("remedy", "Leave FR out.")],
)
def test_a_text_that_names_the_market_is_told_for_each(place: str, told: str) -> None:
    texts = {"message": "Not in {market}." if place == "message" else "no"}
    texts["remedy"] = "Leave {market} out." if place == "remedy" else "mend it"
    decision = hear(court(rule("prohibit when campaign.flag", **texts)), flag=True, markets=["FR"])
    (finding,) = decision.results[0].findings
    assert getattr(finding, place) == told


def test_evidence_may_show_the_market() -> None:
    result = judged("prohibit when campaign.flag", "evidence market", flag=True, markets=["FR"])
    assert seen(result)[-1] == ("/markets/0", "FR", "")
    unknown = judged("prohibit when campaign.flag", "evidence market", flag=True, markets=None)
    assert seen(unknown)[-1] == ("/markets", "unknown", "")


def test_a_witness_is_told_with_the_market_it_is_found_in() -> None:
    text = "{i.amount} in {market}"
    bundle = court(
        rule("prohibit when any i in campaign.items has (i.flag and market is DE)", message=text)
    )
    items = [{"flag": True, "amount": 1}, {"flag": True, "amount": 2}]
    decision = hear(bundle, items=items, markets=["DE", "NO"])
    assert [f.message for f in decision.results[0].findings] == ["1 in DE", "2 in DE"]


def test_markets_that_come_out_alike_to_the_letter_share_a_result() -> None:
    clauses = ("applies when campaign.flag or market is US", "prohibit when campaign.other")
    result = judged(*clauses, flag=False, other=True, markets=["DE", "FR", "US"])
    assert standing(result) == [("violated", ("US",)), ("not applicable", ("DE", "FR"))]


# --- which markets would pass ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clauses", "facts", "passing"),
    [
        (["applies in {DE}", "prohibit when campaign.flag"], {"flag": True}, ("FR", "NO")),
        (["applies in {DE}", "prohibit when campaign.flag"], {}, ("FR", "NO")),
        (["applies in {DE}", "prohibit when campaign.flag"], {"flag": False}, ()),
        (["prohibit when campaign.flag"], {"flag": True}, ()),
        (["applies in {DE}", "prohibit when campaign.flag"], {"flag": True, "id": None}, ()),
    ],
)
def test_a_denied_campaign_learns_in_which_markets_it_would_pass(
    clauses: list[str], facts: dict[str, Any], passing: tuple[str, ...]
) -> None:
    decision = hear(court(rule(*clauses)), markets=["DE", "FR", "NO"], **facts)
    assert decision.would_pass == passing


def test_what_is_promised_for_fewer_markets_is_what_they_would_be_answered() -> None:
    bundle = court(
        rule("applies in {DE}", "prohibit when campaign.flag", name="a"),
        rule("require campaign.markets includes DE", name="b"),
    )
    # Without Germany the second rule would stand against the others.
    assert hear(bundle, flag=True, markets=["DE", "FR"]).would_pass == ()
    assert hear(bundle, flag=True, markets=["FR"]).verdict == DENY
    lenient = court(
        rule("applies in {DE}", "prohibit when campaign.flag", name="a"),
        rule("prohibit when campaign.markets includes US", name="b"),
    )
    assert hear(lenient, flag=True, markets=["DE", "FR"]).would_pass == ("FR",)
    assert hear(lenient, flag=True, markets=["FR"]).verdict == ALLOW


# --- how it is told ----------------------------------------------------------------------------


def test_the_record_tells_each_market_its_finding_and_status() -> None:
    decision = hear(court(rule(IN_UNION)), flag=True, markets=["NO", "DE", "FR"])
    record = document(decision, id="1", identity=IDENTITY)
    assert record["would_pass"] == ["NO"]
    found = record["findings"]
    assert isinstance(found, list)
    assert [(each["status"], each["markets"]) for each in found] == [
        ("violated", ["DE"]),
        ("violated", ["FR"]),
    ]
    assert record["rules"] == [
        {
            "rule": "p/r",
            "status": "violated",
            "markets": ["DE"],
            "elsewhere": [
                {"markets": ["FR"], "status": "violated"},
                {"markets": ["NO"], "status": "satisfied"},
            ],
        }
    ]


def test_a_person_reads_which_market_each_finding_is_about() -> None:
    clauses = ("prohibit when campaign.flag and (market is DE or campaign.other)",)
    text = explain(hear(court(rule(*clauses)), flag=True, markets=["NO", "DE", "FR"]))
    assert "rule p/r · violated in DE, undetermined in NO, FR · medium, enforced" in text
    assert "  market    DE\n" in text
    assert "  market    NO, FR\n" in text
    text = explain(hear(court(rule(IN_UNION)), flag=True, markets=["NO", "DE", "FR"]))
    assert "rule p/r · violated in DE, FR · medium" in text
    assert "would pass in NO if DE, FR were dropped" in text
    text = explain(hear(court(rule(IN_UNION)), flag=True, markets=["NO", "DE"]))
    assert "would pass in NO if DE was dropped" in text
