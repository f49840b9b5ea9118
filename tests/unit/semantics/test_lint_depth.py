"""Reasoning about quantifiers within quantifiers ends, however they are nested."""

import pytest

from engine.bundle.bundle import build
from tests.strategies.vocabulary import DECLARED, VOCABULARY
from tests.unit.evaluation.courtroom import rule

ANY_OF_EACH = """
(every a in campaign.colours has (any b in campaign.colours has (a is red)))
and (any c in campaign.colours has (c is red))
"""
ANY = "".join(f"any x{n} in campaign.colours has (" for n in range(24))
EVERY = "".join(f"every x{n} in campaign.colours has (" for n in range(24))


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (
            "every a in campaign.colours has (every b in campaign.colours has (a is not b))",
            "E0703",
        ),
        (
            ANY_OF_EACH,
            None,
        ),
        (f"{ANY} x0 is red {')' * 24}", None),
        (f"{EVERY} x0 is red {')' * 24}", None),
    ],
    ids=["every_every", "every_any", "deep_any", "deep_every"],
)
def test_quantifiers_over_one_list_are_reasoned_about_to_an_end(
    condition: str, code: str | None
) -> None:
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2000-01-01\n'
    policy = f"{head}{rule(f'require {condition}')}end policy\n"
    _, found = build("deep", {"vocabulary.policy": VOCABULARY, "p.policy": policy})
    assert {each.code for each in found if each.is_error} == ({code} if code else set())


def test_a_limit_that_changes_is_compared_with_any_number_of_times() -> None:
    head = 'policy p "P"\n  source LAW art 1\n  in force from 2020-01-01\n'
    apart = " and ".join(f"campaign.amount is not {name}" for name in ("least",) * 40)
    policy = f"{head}{rule(f'prohibit when {apart}')}end policy\n"
    files = {"vocabulary.policy": VOCABULARY, "declared.policy": DECLARED, "p.policy": policy}
    _, found = build("deep", files)
    assert {each.code for each in found if each.is_error} == set()
