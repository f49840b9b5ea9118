"""Definitions and parameters as counsel writes them: the policies of `declared`, with tests."""

from pathlib import Path

import pytest

from engine import load_bundle
from engine.semantics.cases import Case
from engine.testing.runner import run_case

BUNDLE = load_bundle(Path(__file__).parent / "declared")


@pytest.mark.parametrize("case", BUNDLE.cases, ids=lambda case: case.title)
def test_what_the_policies_expect_comes_of_them(case: Case) -> None:
    result = run_case(BUNDLE, case)
    assert result.passed, result.failures


def test_every_rule_is_denied_by_and_allowed_by_some_test() -> None:
    named = {rule for case in BUNDLE.cases for each in case.expectations for rule in each.rules}
    assert named == {rule.id for rule in BUNDLE.policies.rules}
