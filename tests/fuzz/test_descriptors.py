"""Some thousands of mutated descriptors; `python -m tests.fuzz.descriptors` tries more."""

import random

import pytest

from tests.fuzz.descriptors import descriptors, trial, with_less

ROUND = 200


@pytest.mark.parametrize("first", range(0, 1_000, ROUND))
def test_a_mutated_descriptor_is_decided_or_refused_and_less_is_never_allowed(first: int) -> None:
    found = {number: trial(number) for number in range(first, first + ROUND)}
    assert {number: wrong for number, wrong in found.items() if wrong is not None} == {}


def test_facts_are_removed_and_the_others_stay() -> None:
    original = descriptors()[0]
    poorer = with_less(random.Random(0), original)
    assert len(str(poorer)) < len(str(original))
