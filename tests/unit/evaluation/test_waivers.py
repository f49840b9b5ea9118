"""Waivers: when a rule is waived, for whom, until when, and what the decision says of it."""

from datetime import date
from typing import Any

import pytest

from engine.evaluation.combine import ALLOW, DENY, INCONCLUSIVE
from engine.evaluation.decision import Decision
from engine.evaluation.document import document
from engine.evaluation.prose import explain
from engine.evaluation.result import RuleResult, Status
from tests.unit.evaluation.courtroom import IDENTITY, court, hear, rule, wanted

FLAG = "prohibit when campaign.flag"
NAMED = 'enforcement overridable by "counsel"'


def waiver(
    name: str = "w",
    *,
    of: str = "p/r",
    scope: str = 'campaign.id is "c-1"',
    days: str = "2026-01-01 until 2026-06-01",
) -> str:
    """Return the text of a waiver, by default of the only rule of a court for its campaign."""
    return f"""waiver {name}
      of {of}
      for {scope}
      in force from {days}
      approved by "A. Jansen" as "counsel" on {days[:10]}
      ticket "LEG-991"
      reason "every creative is reviewed by hand"
    end waiver
    """


def heard(*clauses: str, waivers: str = waiver(), **facts: Any) -> Decision:
    """Return the decision by one rule and its waivers, on which both evaluators agree."""
    return hear(court(rule(*clauses), declared=waivers), **facts)


def judged(*clauses: str, **facts: Any) -> RuleResult:
    return heard(*clauses, **facts).results[0]


@pytest.mark.parametrize(
    ("facts", "status", "verdict"),
    [
        ({"flag": True}, Status.WAIVED, ALLOW),
        ({"flag": False}, Status.SATISFIED, ALLOW),
        ({}, Status.UNDETERMINED, INCONCLUSIVE),
        ({"flag": True, "id": "c-2"}, Status.VIOLATED, DENY),
    ],
)
def test_it_lets_a_breach_pass_that_is_established(
    facts: dict[str, Any], status: Status, verdict: object
) -> None:
    decision = heard(FLAG, NAMED, **facts)
    assert (decision.results[0].status, decision.verdict) == (status, verdict)


def test_the_finding_of_a_waived_rule_is_listed_all_the_same() -> None:
    waived, broken = judged(FLAG, flag=True), judged(FLAG, flag=True, id="c-2")
    assert waived.findings == broken.findings
    assert (waived.reason, waived.unmet_exemptions) == ("w", ())


def test_what_counts_as_violated_for_want_of_a_fact_is_not_waived() -> None:
    assert judged(FLAG, "if unknown deny").status is Status.VIOLATED
    assert judged(FLAG, "if unknown deny", flag=True).status is Status.WAIVED


def test_a_scope_that_is_unknown_waives_nothing_and_says_what_would_show_it() -> None:
    result = judged(FLAG, waivers=waiver(scope="campaign.other"), flag=True)
    (unshown,) = result.unmet_exemptions
    assert result.status is Status.VIOLATED
    assert (unshown.name, [each.path for each in unshown.wanted]) == (
        "waiver w",
        ["campaign.other"],
    )


def test_of_other_campaigns_waivers_nothing_is_said() -> None:
    result = judged(FLAG, flag=True, id="c-2")
    assert (result.status, result.reason, result.unmet_exemptions) == (Status.VIOLATED, "", ())


@pytest.mark.parametrize(
    ("days", "flight", "status"),
    [
        ("2026-02-01 until 2026-03-02", {"end": "2026-03-01"}, Status.WAIVED),
        ("2026-02-01 until 2026-03-01", {"end": "2026-03-01"}, Status.VIOLATED),
        ("2026-02-02 until 2026-06-01", {"end": "2026-03-01"}, Status.VIOLATED),
        ("2026-02-10 until 2026-02-11", {"end": "2026-03-01"}, Status.VIOLATED),
        ("2026-02-01 until 2026-06-01", {}, Status.UNDETERMINED),
        ("2026-02-01 until 2026-06-01", {"until_stopped": True}, Status.WAIVED),
    ],
)
def test_it_must_cover_every_day_on_which_the_rule_is_judged(
    days: str, flight: dict[str, Any], status: Status
) -> None:
    whole = {"start": "2026-02-01", **flight}
    assert judged(FLAG, waivers=waiver(days=days), flag=True, flight=whole).status is status


def test_days_on_which_the_rule_is_not_in_force_need_no_waiver() -> None:
    force = "in force from 2026-02-10 until 2026-02-20"
    days = "2026-02-10 until 2026-02-20"
    assert judged(FLAG, force, waivers=waiver(days=days), flag=True).status is Status.WAIVED


def test_one_may_take_over_where_another_ends() -> None:
    both = waiver("a", days="2026-01-01 until 2026-02-15")
    both += waiver("b", days="2026-02-15 until 2026-04-01")
    result = judged(FLAG, waivers=both, flag=True)
    assert (result.status, result.reason) == (Status.WAIVED, "a, b")
    assert [each.name for each in result.waivers] == ["a", "b"]


def test_where_one_does_not_cover_the_flight_the_finding_says_when_it_holds() -> None:
    short = waiver(days="2026-01-01 until 2026-02-15")
    result = judged(FLAG, waivers=short, flag=True)
    assert [each.name for each in result.unmet_exemptions] == [
        "waiver w from 2026-01-01 through 2026-02-14"
    ]


def test_an_answer_holds_until_a_waiver_ends() -> None:
    flight = {"start": "2026-01-01", "until_stopped": True}
    decision = heard(FLAG, flag=True, flight=flight)
    assert (decision.verdict, decision.valid_until) == (ALLOW, date(2026, 6, 1))
    assert [(each.day, each.result.rule.id) for each in decision.upcoming] == [
        (date(2026, 6, 1), "p/r")
    ]


def test_a_market_may_be_waived_alone() -> None:
    where = waiver(scope="market is DE")
    decision = heard(FLAG, waivers=where, flag=True, markets=["DE", "FR"])
    assert [(each.market, each.verdict) for each in decision.markets] == [
        ("DE", ALLOW),
        ("FR", DENY),
    ]
    assert decision.would_pass == ("DE",)
    assert [each.markets for each in decision.waived] == [("DE",)]


def test_a_waiver_for_the_list_of_markets_is_judged_again_for_a_shorter_one() -> None:
    both = waiver(scope="campaign.markets includes FR")
    rules = (rule(FLAG), rule("applies in {FR}", "prohibit when campaign.other", name="s"))
    bundle = court(*rules, declared=both)
    decision = hear(bundle, flag=True, other=True, markets=["DE", "FR"])
    assert [each.verdict for each in decision.markets] == [ALLOW, DENY]
    assert decision.would_pass == ()


def test_exceptions_come_first() -> None:
    clauses = (FLAG, 'unless "few" campaign.amount is 1')
    assert judged(*clauses, flag=True, amount=1).status is Status.EXCEPTED
    assert judged(*clauses, flag=True, amount=2).status is Status.WAIVED


def test_the_explanation_of_an_allow_names_who_answers_for_it() -> None:
    told = explain(heard(FLAG, flag=True))
    assert told.startswith("ALLOW  c-1  no enforced rule stands against it: 1 rule is waived\n")
    assert told[told.index("Waived:") : told.index("1 rule was")] == (
        "Waived: these rules are broken, and do not deny\n"
        "\n"
        "~ P\n"
        "  LAW art 1, A law\n"
        "  rule p/r · waived\n"
        "\n"
        "  no\n"
        "\n"
        "  value     a flag: yes\n"
        "  required  it is no\n"
        "  at        /flag\n"
        "  waiver    w, from 2026-01-01 through 2026-05-31\n"
        "  approved  A. Jansen as counsel on 2026-01-01, LEG-991\n"
        "  reason    every creative is reviewed by hand\n"
        "\n"
    )


def test_long_lists_of_what_is_waived_are_cut_and_counted() -> None:
    rules = [rule(FLAG, name=f"r{n:02}") for n in range(21)]
    declared = "".join(waiver(f"w{n:02}", of=f"p/r{n:02}") for n in range(21))
    told = explain(hear(court(*rules, declared=declared), flag=True))
    assert "and the waived rules p/r20\n" in told
    many = "prohibit when any item in campaign.items has (item.flag)"
    bundle = court(rule(many, message="{item.amount}"), declared=waiver())
    told = explain(hear(bundle, items=[{"flag": True, "amount": n} for n in range(5)]))
    assert "and 2 more like it\n" in told


def test_the_explanation_names_the_markets() -> None:
    where = waiver(scope="market is DE")
    told = explain(heard(FLAG, waivers=where, flag=True, markets=["DE", "FR"]))
    assert "  rule p/r · waived in DE\n" in told
    assert "“waiver" not in told


def test_the_document_lists_what_is_waived_and_why() -> None:
    made = document(heard(FLAG, NAMED, flag=True), id="1", identity=IDENTITY)
    assert made["rules"] == [{"rule": "p/r", "status": "waived", "reason": "w"}]
    assert (made["decision"], made["findings"], made["passed"]) == ("allow", [], 0)
    waived = made["waived"]
    assert isinstance(waived, list)
    (finding,) = waived
    assert (finding["rule"], finding["status"], finding["message"]) == ("p/r", "waived", "no")
    assert finding["waivers"] == [
        {
            "waiver": "w",
            "approved_by": "A. Jansen",
            "role": "counsel",
            "approved_on": "2026-01-01",
            "ticket": "LEG-991",
            "reason": "every creative is reviewed by hand",
            "from": "2026-01-01",
            "until": "2026-06-01",
        }
    ]


def test_what_is_wanted_of_a_rule_that_may_be_waived_is_asked_for() -> None:
    assert wanted(judged(FLAG)) == [("campaign.flag", "")]
