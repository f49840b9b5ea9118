"""The law of asking: what is asked for settles the answer."""

import copy
from collections.abc import Iterable
from datetime import date
from typing import Any

from hypothesis import given, settings

from tests.property.test_deciding import decided
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import bundle_of, policy_files
from tests.strategies.vocabulary import DAYS

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
