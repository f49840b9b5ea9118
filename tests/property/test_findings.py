"""The laws of telling why: what a finding shows decides, and what is asked for settles."""

import copy
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.outcome import Seen
from engine.evaluation.result import RuleResult, Status
from engine.semantics.tree import AggregateTerm, Rule, clauses_read
from engine.syntax.tree import UnknownTreatment
from tests.property.test_deciding import decided
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import bundle_of, policy_files, short_policy_files
from tests.strategies.vocabulary import DAYS

GIVEN = ("id", "markets", "flight")
"""What says where and when law is read: no finding has to show it."""

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
    "note": "hello",
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


@settings(max_examples=20)
@given(policy_files(), descriptors(), DAYS)
def test_what_is_asked_for_settles_the_answer(
    files: dict[str, str], descriptor: dict[str, Any], day: date
) -> None:
    """Whoever states what is asked for is not asked again, and comes to a conclusion.

    Where none is reached, values that are stated have no meaning together.
    """
    bundle, stated, told = bundle_of(files), set[str](), copy.deepcopy(descriptor)
    while True:
        decision = decided(bundle, told, day, by="program")
        asked = {m.pointer for m in decision.missing if not m.why or "/flight/" in m.pointer}
        if decision.verdict.conclusive or not asked:
            break
        assert not asked & stated
        for pointer in asked:
            state(told, pointer)
        stated |= asked
    assert decision.verdict.conclusive or decision.missing


def only(descriptor: Any, kept: Iterable[list[str]]) -> Any:
    """Return what stands at some pointers of a campaign, and nothing else."""
    below: dict[str, list[list[str]]] = {}
    for first, *rest in kept:
        below.setdefault(first, []).append(rest)
    if isinstance(descriptor, list):
        return [
            each if not isinstance(each, dict) else only(each, below.get(str(place), ()))
            for place, each in enumerate(descriptor)
        ]
    return {
        name: descriptor[name] if [] in rest else only(descriptor[name], rest)
        for name, rest in below.items()
        if name in descriptor
    }


def paths(seen: Seen) -> Iterator[list[str]]:
    """Yield where a fact stands, and that there are the elements that it was found by."""
    yield seen.pointer.split("/")[1:]
    for _, pointer in seen.bindings:
        yield [*pointer.split("/")[1:], "nothing of it"]


def aggregates(rule: Rule) -> bool:
    """Whether a rule aggregates a list: what its elements are compared with is not shown."""
    return any(isinstance(t, AggregateTerm) for clause in clauses_read(rule) for t in clause.terms)


def violated_in(result: RuleResult, market: str | None) -> bool:
    parts = [each for each in result.parts if each.markets is None or market in each.markets]
    return bool(parts) and parts[0].status is Status.VIOLATED


@settings(max_examples=30)
@given(short_policy_files(4, depth=2), st.sets(st.sampled_from(sorted(WHOLE)), max_size=2), DAYS)
def test_the_facts_of_a_finding_decide(files: dict[str, str], absent: set[str], day: date) -> None:
    """A campaign that states only what a finding shows violates the rule as well."""
    bundle = bundle_of(files)
    descriptor = {name: value for name, value in WHOLE.items() if name not in absent}
    parts = [p for r in decided(bundle, descriptor, day, by="reference").results for p in r.parts]
    for part in parts:
        asks = part.rule.if_unknown is UnknownTreatment.ASK
        if part.status is not Status.VIOLATED or not asks or part.more or aggregates(part.rule):
            continue
        shown = [path for each in part.findings for seen in each.seen for path in paths(seen)]
        bare = only(descriptor, [*([name] for name in GIVEN), *shown])
        market = part.markets[0] if part.markets else None
        results = decided(bundle, bare, day, by="reference").results
        again = next(each for each in results if each.rule.id == part.rule.id)
        assert violated_in(again, market), (shown, bare)
