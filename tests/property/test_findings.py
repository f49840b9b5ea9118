"""The laws of findings: what is asked for settles the answer, and what is cited is the breach."""

import copy
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.decision import Decision, Effect
from engine.evaluation.result import RuleResult, Status
from tests.property.test_deciding import decided
from tests.strategies.campaigns import descriptors, is_group
from tests.strategies.policy_texts import bundle_of, policy_files, short_policy_files
from tests.strategies.vocabulary import DAYS, VOCABULARY

_PERSON = {"age": 17, "home": "DE", "name": "hello"}
WHOLE: dict[str, Any] = {
    "id": "c-1",
    "markets": ["DE"],
    "flight": {"start": "2026-01-31", "end": "2026-03-01"},
    "flag": True,
    "other": False,
    "amount": 2,
    "whole": 12,
    "share": "50%",
    "price": {"amount": "10", "currency": "EUR"},
    "cost": {"amount": "99.50", "currency": "EUR"},
    "day": "2026-01-31",
    "moment": "2026-01-01T00:00:00Z",
    "term": "P30D",
    "notice": "P1M",
    "radius": {"amount": 15, "unit": "mi"},
    "slot": {"start": "2025-07-01", "end": "2026-02-01"},
    "hues": ["red"],
    "sizes": [1],
    "prices": [{"amount": "10", "currency": "EUR"}],
    "colour": "red",
    "home": "DE",
    "tongue": "en",
    "tongues": ["de-AT"],
    "note": "hello",
    "notes": ["hello"],
    "role": "guest",
    "minors": False,
    "lowest": 18,
    "secret": "hello",
    "budget": {"amount": "10", "currency": "EUR"},
    "colours": ["red", "green"],
    "places": ["US-CA"],
    "items": [
        {
            "flag": True,
            "amount": 1,
            "colour": "red",
            "day": "2026-02-28",
            "parts": [{"size": 2, "flag": False}],
        },
        {"flag": False, "amount": 12, "colour": "blue", "day": "2025-12-31", "parts": []},
    ],
    "person": _PERSON,
    "patient": _PERSON,
    "guests": [_PERSON],
}
"""A campaign that states every fact of the vocabulary."""


def at(stated: Any, pointer: Iterable[str]) -> Any:
    """Return what a campaign states at a pointer; of a list that is too short, its first."""
    for step in pointer:
        stated = stated[0 if step.isdigit() else step]
    return stated


def state(descriptor: dict[str, Any], pointer: str) -> None:
    """State in a campaign what the whole one does; of a flight, both its days."""
    *above, last = ["flight"] if pointer.startswith("/flight") else pointer.split("/")[1:]
    group: Any = descriptor
    for step in above:
        group = group[int(step)] if step.isdigit() else group.setdefault(step, {})
    group[last] = copy.deepcopy(at(WHOLE, [*above, last]))


FEW = settings(max_examples=20)  # Each decides until nothing is asked for.
FEWER = settings(max_examples=10)  # Each decides some dozens of times.
POLICIES = policy_files() | short_policy_files()


@FEW
@given(POLICIES, descriptors(), DAYS)
def test_what_is_asked_for_settles_the_answer(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Whoever states what is asked for is not asked again, and settles every rule that asks.

    Where one is not settled, values that are stated have no meaning together.
    """
    bundle, stated, told = bundle_of(files), set[str](), copy.deepcopy(descriptor)
    while True:
        decision = decided(bundle, told, day, by="program")
        asked = {m.pointer for m in decision.missing if not m.why or "/flight/" in m.pointer}
        if not asked:
            break
        assert not asked & stated
        for pointer in asked:
            state(told, pointer)
        stated |= asked
    assert decision.verdict.conclusive or decision.missing
    for part in (part for result in decision.results for part in result.parts):
        if part.status is Status.UNDETERMINED and part.is_enforced:
            assert all(wanted.why for finding in part.findings for wanted in finding.wanted)


# --- what a finding cites -----------------------------------------------------------------------

ALWAYS = ("id", "markets", "flight")


def cited(stated: Any, pointers: set[str], here: str = "") -> Any:
    """Return what a campaign states at some pointers, and how long its lists of groups are."""
    if here in pointers:
        return stated
    if is_group(stated):
        parts = {name: cited(each, pointers, f"{here}/{name}") for name, each in stated.items()}
        return {name: each for name, each in parts.items() if each is not None} or None
    if isinstance(stated, list) and any(map(is_group, stated)):
        return [cited(each, pointers, f"{here}/{i}") or {} for i, each in enumerate(stated)]
    return stated if any(each.startswith(f"{here}/") for each in pointers) else None


def breaches(decision: Decision) -> Iterator[RuleResult]:
    """Yield the results of rules that are violated by what is stated, all findings listed."""
    for part in (part for result in decision.results for part in result.parts):
        wants = any(finding.wanted for finding in part.findings)
        if part.status is Status.VIOLATED and not wants and not part.further_findings:
            yield part


def statuses(decision: Decision, breach: RuleResult) -> set[Status]:
    """Return the statuses of the rule of a breach where it was one."""
    (result,) = (each for each in decision.results if each.rule.id == breach.rule.id)
    return {
        part.status
        for part in result.parts
        if part.markets is None or breach.markets is None or {*part.markets} & {*breach.markets}
    }


@FEWER
@given(short_policy_files(8, depth=2), st.lists(descriptors(), min_size=3, max_size=3), DAYS)
def test_the_facts_that_findings_cite_are_a_breach_alone(
    files: dict[str, str], descriptors: list[dict[str, Any]], day: date
) -> None:
    """Whatever else is left out, and whatever that nobody names is stated too.

    Half of the campaigns state every fact, so that most of their rules are broken or kept.
    """
    bundle = bundle_of(files)
    for descriptor in (*descriptors, *(WHOLE | each for each in descriptors)):
        for breach in breaches(decided(bundle, descriptor, day, by="program")):
            evidence = pointers_in(breach, descriptor)
            fixed = {name: descriptor[name] for name in ALWAYS if name in descriptor}
            poorer = (cited(descriptor, evidence) or {}) | fixed
            assert statuses(decided(bundle, poorer, day, by="program"), breach) == {Status.VIOLATED}
            richer = unnamed(breach, evidence) | descriptor
            found = statuses(decided(bundle, richer, day, by="program"), breach)
            assert found <= {Status.VIOLATED, Status.WAIVED}


def pointers_in(breach: RuleResult, descriptor: dict[str, Any]) -> set[str]:
    """Return where the facts are that findings cite, and the plain elements of which they speak."""
    evidence = [seen for finding in breach.findings for seen in finding.evidence]
    bound = [pointer for seen in evidence for _, pointer in seen.bindings]
    steps = {pointer: pointer.split("/")[1:] for pointer in bound}
    plain = {
        pointer
        for pointer, (first, *rest) in steps.items()
        if first in descriptor and not is_group(at(descriptor, (first, *rest)))
    }
    return {seen.pointer for seen in evidence} | plain


def unnamed(breach: RuleResult, evidence: set[str]) -> dict[str, Any]:
    """Return the facts of a whole campaign that neither a finding nor an exception names."""
    shown = {seen.pointer for each in breach.unmet_exemptions for seen in each.evidence}
    wanted = {fact.pointer for each in breach.unmet_exemptions for fact in each.wanted}
    named = evidence | shown | wanted
    heads = {pointer.split("/")[1] for pointer in named if pointer}
    return {name: each for name, each in WHOLE.items() if name not in (*ALWAYS, *heads)}


PLACED = (
    "market is DE",
    "market is not one of {DE, GB}",
    'campaign.markets includes "US-CA" and market is US',
    "campaign.markets includes any of {GB, FR}",
    "campaign.markets includes none of {DE, GB}",
    "count of campaign.markets is 2 and market is not FR",
    'not campaign.markets includes all of {US, "GB-ENG"}',
)
MARKETS = ("DE", "FR", "US", "US-CA", "GB-ENG")


@FEWER
@given(
    conditions=st.lists(st.sampled_from(PLACED), min_size=1, max_size=2, unique=True),
    placed=st.booleans(),
)
def test_a_campaign_passes_where_it_is_said_to(conditions: list[str], *, placed: bool) -> None:
    """Cut down to these markets it is allowed, in each of them."""
    where = "applies in {DE, US}\n    " if placed else ""
    rules = "".join(
        f'  rule r{n}\n    {where}prohibit when {each}\n    message "m"\n    remedy "r"\n'
        for n, each in enumerate(conditions)
    )
    text = f"policy p\n  source LAW art 1\n  in force from 2020-01-01\n{rules}end policy\n"
    bundle = bundle_of({"vocabulary.policy": VOCABULARY, "p.policy": text})
    for size in (2, 3):
        for markets in combinations(MARKETS, size):
            campaign = {**WHOLE, "markets": list(markets)}
            passing = decided(bundle, campaign, date(2026, 1, 1), by="program").would_pass
            if passing:
                fewer = campaign | {"markets": list(passing)}
                decision = decided(bundle, fewer, date(2026, 1, 1), by="program")
                assert decision.effect is Effect.ALLOW
