"""Two hundred and fifty mutated policy files; `python -m tests.fuzz.policies` tries many more."""

import pytest

from engine.source.diagnostic import Diagnostic, Severity
from engine.source.text import Span
from tests.fuzz.policies import case, revealed, trial

ROUND = 125


@pytest.mark.parametrize("first", range(0, 250, ROUND))
def test_a_mutated_policy_file_is_answered_in_the_words_of_its_reader(first: int) -> None:
    found = {number: trial(number).wrong for number in range(first, first + ROUND)}
    assert {number: wrong for number, wrong in found.items() if wrong is not None} == {}


def test_a_number_always_makes_the_same_file() -> None:
    assert case(7) == case(7)
    assert case(7) != case(7, seed=1)


def test_what_only_the_engine_writes_is_recognised() -> None:
    fault = Diagnostic(
        code="E0201",
        severity=Severity.ERROR,
        headline="expected TextLiteral, found `None`",
        span=Span(source="t", start=0, end=0),
    )
    assert len(list(revealed([fault], ""))) == 2
    assert len(list(revealed([fault], "name is None"))) == 1
