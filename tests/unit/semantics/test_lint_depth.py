"""Reasoning about quantifiers within quantifiers ends, however they are nested."""

import pytest

from tests.unit.evaluation.courtroom import court, rule


@pytest.mark.parametrize(
    "condition",
    [
        "every a in campaign.colours has (every b in campaign.colours has (a is not b))",
        "(every a in campaign.colours has (any b in campaign.colours has (a is red))) "
        "and (any c in campaign.colours has (c is red))",
        "".join(f"any x{n} in campaign.colours has (" for n in range(24)) + "x0 is red" + ")" * 24,
        "".join(f"every x{n} in campaign.colours has (" for n in range(24)) + "x0 is red" + ")" * 24,
    ],
    ids=["every_every", "every_any", "deep_any", "deep_every"],
)
def test_quantifiers_over_one_list_are_reasoned_about_to_an_end(condition: str) -> None:
    assert court(rule(f"require {condition}")).policies.rules[0].id == "p/r"
