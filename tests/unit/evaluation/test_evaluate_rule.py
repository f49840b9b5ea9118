"""The status of a rule with its reason, and the verdict that all of them make."""

from typing import Any

import pytest

from engine.evaluation.combine import ALLOW, DENY, INCONCLUSIVE
from engine.evaluation.decision import Effect
from engine.evaluation.operations.places import overlapping_markets
from engine.evaluation.outcome import MOST_TOLD
from engine.evaluation.result import Status
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import (
    FLIGHT,
    court,
    document_of,
    hear,
    judged,
    rule,
    seen,
    wanted,
)

FLAG = "prohibit when campaign.flag"


# --- statuses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clauses", "facts", "status", "reason"),
    [
        ([FLAG], {"flag": True}, Status.VIOLATED, ""),
        ([FLAG], {"flag": False}, Status.SATISFIED, ""),
        ([FLAG], {}, Status.UNDETERMINED, ""),
        (["require campaign.flag"], {"flag": True}, Status.SATISFIED, ""),
        (["require campaign.flag"], {"flag": False}, Status.VIOLATED, ""),
        (
            ["require campaign.flag when campaign.other"],
            {"other": False},
            Status.NOT_APPLICABLE,
            "campaign.other",
        ),
        (["require campaign.flag when campaign.other"], {"flag": False}, Status.UNDETERMINED, ""),
        (["require campaign.flag when campaign.other"], {"flag": True}, Status.SATISFIED, ""),
        (
            ["applies when campaign.other", FLAG],
            {"flag": True, "other": False},
            Status.NOT_APPLICABLE,
            "applies when campaign.other",
        ),
        (["applies when campaign.other", FLAG], {"flag": True, "other": True}, Status.VIOLATED, ""),
        (["applies when campaign.other", FLAG], {"flag": True}, Status.UNDETERMINED, ""),
        (["applies in {FR}", FLAG], {"flag": True}, Status.NOT_APPLICABLE, "applies in {FR}"),
        (["applies in {FR, DE}", FLAG], {"flag": True}, Status.VIOLATED, ""),
        ([FLAG, "if unknown deny"], {}, Status.VIOLATED, ""),
        ([FLAG, "if unknown deny"], {"flag": False}, Status.SATISFIED, ""),
        (
            [FLAG, "if unknown deny", 'unless "x" campaign.other'],
            {"other": True},
            Status.EXCEPTED,
            "x",
        ),
        ([FLAG, 'unless "x" campaign.other'], {"flag": True, "other": True}, Status.EXCEPTED, "x"),
        ([FLAG, 'unless "x" campaign.other'], {"flag": True, "other": False}, Status.VIOLATED, ""),
        ([FLAG, 'unless "x" campaign.other'], {"flag": True}, Status.VIOLATED, ""),
        ([FLAG, 'unless "x" campaign.other'], {"flag": False}, Status.SATISFIED, ""),
        (
            [
                FLAG,
                'unless "x" campaign.other',
                'unless "y" campaign.amount is 1',
                'unless "z" campaign.amount is 2',
            ],
            {"flag": True, "other": True, "amount": 1},
            Status.EXCEPTED,
            "x, y",
        ),
    ],
)
def test_a_rule_ends_in_one_status_with_its_reason(
    clauses: list[str], facts: dict[str, Any], status: Status, reason: str
) -> None:
    result = judged(*clauses, **facts)
    assert (result.status, result.reason) == (status, reason)
    assert bool(result.findings) is (status in (Status.VIOLATED, Status.UNDETERMINED))


def test_exceptions_are_closed_world_and_say_what_would_cure_them() -> None:
    clauses = (FLAG, 'unless "asked" campaign.other', 'unless "few" campaign.amount is at most 5')
    result = judged(*clauses, flag=True, amount=6)
    asked, few = result.unmet_exemptions
    assert result.status is Status.VIOLATED
    assert (asked.name, [w.path for w in asked.wanted], asked.evidence) == (
        "asked",
        ["campaign.other"],
        (),
    )
    assert (few.name, few.wanted) == ("few", ())
    assert [(s.value, s.required) for s in few.evidence] == [("6", "is at most 5")]


def test_if_unknown_deny_denies_and_still_lists_what_is_wanted() -> None:
    decision = hear(court(rule(FLAG, "if unknown deny")))
    assert decision.verdict == DENY
    assert wanted(decision.results[0]) == [("campaign.flag", "")]
    assert [fact.path for fact in decision.missing] == ["campaign.flag"]


def test_a_policy_speaks_for_its_rules_until_they_speak_for_themselves() -> None:
    bundle = court(rule("source LAW art 2", "severity low", FLAG, name="a"), rule(FLAG, name="b"))
    one, other = (result.rule for result in hear(bundle, flag=True).results)
    assert [cited.provision for cited in (*one.sources, *other.sources)] == ["art 2", "art 1"]
    assert (one.severity.value, other.severity.value) == ("low", "medium")


# --- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("market", "place", "meets"),
    [
        ("DE", "DE", True),
        ("DE", "FR", False),
        ("US-CA", "US", True),
        ("US", "US-CA", True),
        ("US-CA", "US-CA", True),
        ("US-CA", "US-NY", False),
        ("US-CA", "CA", False),
    ],
)
def test_a_country_and_its_region_have_ground_in_common(
    market: str,
    place: str,
    meets: bool,  # noqa: FBT001 - a column of the table.
) -> None:
    assert overlapping_markets((market,), frozenset({place})) == ((market,) if meets else ())
    result = judged(f'applies in {{"{place}"}}', FLAG, flag=True, markets=[market])
    assert result.status is (Status.VIOLATED if meets else Status.NOT_APPLICABLE)


def test_unknown_markets_leave_a_rule_for_some_places_undetermined() -> None:
    decision = hear(court(rule("applies in UNION", FLAG)), flag=True, markets=None)
    assert decision.verdict == INCONCLUSIVE
    assert decision.markets == ()
    assert wanted(decision.results[0]) == [("campaign.markets", "")]
    (asked,) = decision.missing
    assert (asked.path, asked.rules) == ("campaign.markets", ("p/r",))


def test_what_is_no_rules_subject_needs_no_markets() -> None:
    result = judged("applies in UNION", FLAG, flag=False, markets=None)
    assert result.status is Status.SATISFIED


def test_a_set_without_an_edition_for_the_day_leaves_a_rule_undetermined() -> None:
    flight = {"start": "2019-01-01", "end": "2019-02-01"}
    why = "the set has no edition for 2019-01-01"
    by_place = judged("applies in UNION", FLAG, flag=True, flight=flight)
    by_member = judged("prohibit when campaign.home is one of UNION", home="DE", flight=flight)
    assert (by_place.status, wanted(by_place)) == (Status.UNDETERMINED, [("UNION", why)])
    assert (by_member.status, wanted(by_member)) == (Status.UNDETERMINED, [("UNION", why)])
    within = judged("prohibit when campaign.home is one of UNION", home="DE")
    assert within.status is Status.VIOLATED


# --- the verdict -------------------------------------------------------------------------------


def test_each_market_has_its_verdict_and_the_strictest_counts() -> None:
    bundle = court(
        rule("applies in {DE}", FLAG, name="a"),
        rule("applies in {FR}", "prohibit when campaign.other", name="b"),
    )
    decision = hear(bundle, flag=True, markets=["DE", "FR", "NO"])
    verdicts = {each.market: each.verdict for each in decision.markets}
    assert verdicts == {"DE": DENY, "FR": INCONCLUSIVE, "NO": ALLOW}
    assert decision.verdict == DENY
    assert decision.results[0].markets == ("DE",)


def test_advice_is_reported_and_denies_nowhere() -> None:
    bundle = court(
        rule(FLAG, "enforcement advisory", name="a"),
        rule("prohibit when campaign.other", "enforcement advisory", name="b"),
    )
    decision = hear(bundle, flag=True)
    assert [r.status for r in decision.results] == [Status.VIOLATED, Status.UNDETERMINED]
    assert (decision.verdict, decision.missing) == (ALLOW, ())
    assert {each.verdict for each in decision.markets} == {ALLOW}


def test_violated_beats_undetermined() -> None:
    bundle = court(rule(FLAG, name="a"), rule("prohibit when campaign.other", name="b"))
    decision = hear(bundle, flag=True)
    assert decision.verdict == DENY
    assert [fact.path for fact in decision.missing] == ["campaign.other"]


def test_a_fact_is_asked_for_once_for_all_rules_that_want_it() -> None:
    bundle = court(
        rule("prohibit when campaign.flag and campaign.amount is 1", name="a"),
        rule(FLAG, name="b"),
        rule("prohibit when any i in campaign.items has (campaign.flag and i.flag)", name="c"),
    )
    decision = hear(bundle, items=[{"flag": True}, {"flag": True}, {}])
    asked = {fact.path: fact.rules for fact in decision.missing}
    assert asked == {
        "campaign.flag": ("p/a", "p/b", "p/c"),
        "campaign.amount": ("p/a",),
        "campaign.items[3].flag": ("p/c",),
    }


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"id": None}, ["campaign.id"]),
        ({"id": None, "flight": None}, ["campaign.id", "campaign.flight.start"]),
        ({"flight": {"until_stopped": True}}, ["campaign.flight.start"]),
        ({"markets": None}, ["campaign.markets"]),
    ],
)
def test_without_a_required_fact_a_campaign_is_denied_inconclusively_and_asked_for_it(
    facts: dict[str, Any], missing: list[str]
) -> None:
    decision = hear(court(rule(FLAG)), flag=False, **facts)
    assert decision.verdict == INCONCLUSIVE
    assert [(fact.path, fact.rules) for fact in decision.missing] == [(m, ()) for m in missing]
    assert {each.verdict for each in decision.markets} <= {INCONCLUSIVE}


REQUIRING = VOCABULARY.replace(
    'size : number "size of the part"',
    'size : number required "size of the part"\n    whole : item required "whole"\n'
    '    again : part required "again"',
).replace("person  : person", 'parts  : list of part required "parts"\n  person  : person')


def test_a_fact_required_in_a_group_is_asked_for_at_its_place() -> None:
    bundle = court(vocabulary=REQUIRING)
    decision = hear(bundle, items=[{"parts": [{"size": 1}]}], parts=None)
    # A group that needs itself is asked for as a whole; one without required facts as well.
    assert [fact.pointer for fact in decision.missing] == [
        "/items/0/parts/0/whole",
        "/items/0/parts/0/again/size",
        "/items/0/parts/0/again/whole",
        "/items/0/parts/0/again/again",
        "/parts",
    ]


def test_a_campaign_that_no_rule_concerns_is_allowed() -> None:
    decision = hear(court())
    assert (decision.verdict, decision.effect, decision.results) == (ALLOW, Effect.ALLOW, ())


# --- lists -------------------------------------------------------------------------------------

ITEMS = [{"amount": 1, "flag": True}, {"amount": 2, "flag": False}, {"amount": 3, "flag": True}]


@pytest.mark.parametrize(
    ("condition", "items", "status"),
    [
        ("any i in campaign.items has (i.flag)", ITEMS, Status.VIOLATED),
        ("any i in campaign.items has (i.amount is 4)", ITEMS, Status.SATISFIED),
        ("any i in campaign.items has (i.flag)", [{}, {"flag": False}], Status.UNDETERMINED),
        ("any i in campaign.items has (i.flag)", [{}, {"flag": True}], Status.VIOLATED),
        ("any i in campaign.items has (i.flag)", [], Status.SATISFIED),
        ("any i in campaign.items has (i.flag)", None, Status.UNDETERMINED),
        ("every i in campaign.items has (i.amount is at least 1)", ITEMS, Status.VIOLATED),
        ("every i in campaign.items has (i.flag)", ITEMS, Status.SATISFIED),
        ("every i in campaign.items has (i.flag)", [{"flag": True}, {}], Status.UNDETERMINED),
        ("every i in campaign.items has (i.flag)", [{"flag": False}, {}], Status.SATISFIED),
        ("every i in campaign.items has (i.flag)", [], Status.UNDETERMINED),
        ("every i in campaign.items, if any, has (i.flag)", [], Status.VIOLATED),
        ("every i in campaign.items, if any, has (i.flag)", None, Status.UNDETERMINED),
        ("no i in campaign.items has (i.amount is 4)", ITEMS, Status.VIOLATED),
        ("no i in campaign.items has (i.flag)", ITEMS, Status.SATISFIED),
        ("no i in campaign.items has (i.flag)", [{}], Status.UNDETERMINED),
        ("no i in campaign.items has (i.flag)", [], Status.VIOLATED),
    ],
)
def test_a_condition_over_a_list_holds_as_its_words_say(
    condition: str, items: object, status: Status
) -> None:
    assert judged(f"prohibit when {condition}", items=items).status is status


@pytest.mark.parametrize(
    ("word", "shown"), [("any", None), ("no", ("/items", "none", "is not empty"))]
)
def test_an_empty_list_is_its_own_evidence(word: str, shown: tuple[str, str, str] | None) -> None:
    result = judged(f"prohibit when {word} i in campaign.items has (i.flag)", items=[])
    assert (seen(result)[0] if result.findings else None) == shown


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("any shade in campaign.colours has (campaign.flag)", ("red, blue", "is empty")),
        ("no shade in campaign.colours has (not campaign.flag)", ("red, blue", "")),
        ("every shade in campaign.colours has (campaign.flag)", ("red, blue", "")),
    ],
)
def test_a_list_is_told_of_where_nothing_is_of_its_elements(
    condition: str, shown: tuple[str, str]
) -> None:
    found = judged(f"prohibit when {condition}", flag=True, colours=["red", "blue"])
    told = {each.pointer: (each.value, each.required) for each in found.findings[0].evidence}
    assert told == {"/flag": ("yes", "is no"), "/colours": shown}


def test_every_over_an_empty_list_is_unknown_because_it_is_empty() -> None:
    result = judged("require every i in campaign.items has (i.flag)", items=[])
    assert (result.status, wanted(result)) == (
        Status.UNDETERMINED,
        [("campaign.items", "the list is empty")],
    )


def test_there_is_one_finding_for_each_element_and_its_message_speaks_of_it() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag and i.amount is at least 1)"
    bundle = court(
        rule(clause, message="item {i.amount} of {campaign.id}", remedy="drop {i.amount}")
    )
    (result,) = hear(bundle, items=ITEMS).results
    told = [(f.message, f.remedy, [s.pointer for s in f.evidence]) for f in result.findings]
    assert told == [
        ("item 1 of c-1", "drop 1", ["/items/0/flag", "/items/0/amount"]),
        ("item 3 of c-1", "drop 3", ["/items/2/flag", "/items/2/amount"]),
    ]


def test_the_element_itself_may_be_told() -> None:
    clause = "prohibit when any c in campaign.colours has (c is not blue)"
    (result,) = hear(
        court(rule(clause, message="{c} is loud")), colours=["red", "blue", "green"]
    ).results
    assert [f.message for f in result.findings] == ["red is loud", "green is loud"]


def test_lists_within_lists_are_told_by_their_innermost_element() -> None:
    clause = (
        "prohibit when any i in campaign.items has (any q in i.parts has (q.size exceeds i.amount))"
    )
    items = [
        {"amount": 1, "parts": [{"size": 0}, {"size": 2}]},
        {"amount": 5, "parts": [{"size": 9}]},
    ]
    (result,) = hear(court(rule(clause, message="{q.size} over {i.amount}")), items=items).results
    assert [(f.message, f.evidence[0].pointer) for f in result.findings] == [
        ("2 over 1", "/items/0/parts/1/size"),
        ("9 over 5", "/items/1/parts/0/size"),
    ]


def test_findings_are_cut_at_fifty_and_the_others_counted() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    bundle = court(rule(clause, message="item {i.amount}"))
    items = [{"amount": n, "flag": True} for n in range(10_000)]
    (result,) = hear(bundle, items=items).results
    assert (len(result.findings), result.further_findings) == (50, MOST_TOLD - 50)
    assert result.findings[-1].message == "item 49"


def test_facts_of_one_finding_are_cut_at_fifty() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    decision = hear(court(rule(clause)), items=[{"flag": True}] * 60)
    (told,) = document_of(decision)["findings"]
    assert (len(told["facts"]), told["more_facts"]) == (50, 10)
    assert "more_wanted" not in told
    large = " and ".join(f"campaign.amount exceeds {n}" for n in range(53))
    owed = court(rule(f'oblige "tell them" when {large} due before launch'))
    (duty,) = document_of(hear(owed, amount=60))["obligations"]
    assert (len(duty["facts"]), duty["more_facts"]) == (50, 3)


def test_facts_of_an_exception_are_cut_at_fifty() -> None:
    """They are listed in each of fifty findings: uncut, a campaign makes a record of any size."""
    clause = "prohibit when any i in campaign.items has (i.flag)"
    fine = 'unless "fine" any j in campaign.items has (j.amount exceeds 5)'
    court_ = court(rule(clause, fine, message="item {i.amount}"))
    (told, *_) = document_of(hear(court_, items=[{"flag": True, "amount": 1}] * 60))["findings"]
    (exception,) = told["exceptions"]
    assert (len(exception["facts"]), exception["more_facts"]) == (50, 10)
    (told, *_) = document_of(hear(court_, items=[{"flag": True}] * 60))["findings"]
    (exception,) = told["exceptions"]
    assert (len(exception["wanted"]), exception["more_wanted"]) == (50, 10)


def test_facts_wanted_are_cut_at_fifty_and_the_others_counted() -> None:
    asking = "prohibit when any i in campaign.items has (i.flag)"
    twice = court(rule(asking), rule(asking, name="again"))
    made = document_of(hear(twice, items=[{}] * 60))
    told = made["findings"]
    assert [(len(each["wanted"]), each["more_wanted"]) for each in told] == [(50, 10)] * 2
    assert (len(made["missing"]), made["more_missing"]) == (50, 10)
    assert "more_missing" not in document_of(hear(twice, items=[{}] * 50))


# --- what is shown -----------------------------------------------------------------------------


def test_labelled_items_are_named_in_the_facts() -> None:
    inner = "any of (a) campaign.other; (b) campaign.amount is 1"
    clause = f"prohibit when all of (a) campaign.flag; (b) ({inner})"
    result = judged(clause, flag=True, other=False, amount=1)
    assert [(s.pointer, s.item) for s in result.findings[0].evidence] == [
        ("/flag", "(a)"),
        ("/amount", "(b)(b)"),
    ]


def test_none_of_a_list_denies_each_item() -> None:
    clause = "require none of (a) campaign.flag; (b) campaign.other"
    assert judged(clause, flag=False, other=False).status is Status.SATISFIED
    result = judged(clause, flag=False, other=True)
    assert [(s.pointer, s.item) for s in result.findings[0].evidence] == [("/other", "(b)")]


def test_only_what_determined_the_outcome_is_shown() -> None:
    both = "prohibit when campaign.flag and campaign.other"
    either = "prohibit when campaign.flag or campaign.other"
    assert [s[0] for s in seen(judged(both, flag=True, other=True))] == ["/flag", "/other"]
    assert [s[0] for s in seen(judged(either, flag=False, other=True))] == ["/other"]
    assert wanted(judged(either, flag=False)) == [("campaign.other", "")]


def test_what_made_a_rule_apply_is_shown_after_what_breached_it() -> None:
    result = judged("applies when campaign.other", FLAG, flag=True, other=True)
    assert [s[0] for s in seen(result)] == ["/flag", "/other"]


def test_a_fact_is_shown_once_with_what_it_would_have_to_be() -> None:
    clause = "prohibit when campaign.amount is 3 and campaign.whole is at least campaign.amount"
    result = judged(
        clause, "evidence campaign.amount, campaign.note, campaign.person", amount=3, whole=4
    )
    assert seen(result) == [
        ("/amount", "3", "is not 3"),
        ("/whole", "4", "is less than 3 (campaign.amount)"),
        ("/note", "unknown", ""),
        ("/person", "unknown", ""),
    ]


def test_a_long_value_is_cut() -> None:
    bundle = court(rule(FLAG, "evidence campaign.note", message="note: {campaign.note}"))
    (result,) = hear(bundle, flag=True, note="x" * 1000).results
    (finding,) = result.findings
    assert finding.message == f"note: {'x' * 299}…"
    assert [len(s.value) for s in finding.evidence] == [3, 300]


def test_a_message_speaks_of_unknown_facts_as_unknown() -> None:
    told = court(rule(FLAG, message="{campaign.person.age}, {campaign.share}, {campaign.colours}"))
    (result,) = hear(told, flag=True, share="5%", colours=[]).results
    assert result.findings[0].message == "unknown, 5%, none"


def test_a_message_about_elements_of_two_lists_tells_the_first_of_each() -> None:
    both = "any i in campaign.items has (i.flag) and any c in campaign.colours has (c is red)"
    either = both.replace(" and ", " or ")
    facts: dict[str, Any] = {
        "items": [{"amount": 1}, {"flag": True, "amount": 2}],
        "colours": ["blue", "red"],
    }
    told = []
    for condition, changed in ((both, facts), (either, {**facts, "colours": ["blue"]})):
        bundle = court(rule(f"prohibit when {condition}", message="{i.amount} and {c}"))
        (result,) = hear(bundle, **changed).results
        told.append([finding.message for finding in result.findings])
    assert told == [["2 and red"], ["2 and unknown"]]


def test_a_rule_that_cannot_be_judged_asks_once_whatever_its_message_speaks_of() -> None:
    clauses = ("applies when campaign.flag", "prohibit when any i in campaign.items has (i.flag)")
    bundle = court(rule(*clauses, message="{i.amount} is too much", remedy="drop {i.amount}"))
    items = [{"flag": True, "amount": amount} for amount in (1, 2, 3)]
    (open_,) = hear(bundle, items=items).results
    assert (len(open_.findings), open_.further_findings) == (1, 0)
    assert open_.findings[0].message == "This cannot be judged until it is known: a flag."
    (broken,) = hear(bundle, items=items, flag=True).results
    assert len(broken.findings) == 3


def test_a_rule_that_cannot_be_judged_is_mended_by_saying_what_is_missing() -> None:
    clause = "prohibit when any i in campaign.items has (i.flag)"
    (result,) = hear(court(rule(clause, remedy="drop {i.amount}")), items=[{"amount": 1}]).results
    assert result.findings[0].remedy.startswith("State what is missing")


def test_five_hundred_rules_are_each_judged() -> None:
    bundle = court(*(rule(FLAG, name=f"r{n}") for n in range(500)))
    decision = hear(bundle, flag=True, flight={**FLIGHT, "start": "2025-01-01"})
    assert {r.status for r in decision.results} == {Status.VIOLATED}
    assert len(decision.results) == 500
