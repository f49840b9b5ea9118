"""Rules with their tests over the small vocabulary that has every type, built and run."""

import json
from typing import Any

from engine.bundle.bundle import Bundle, build
from engine.testing.runner import CaseResult, run_cases
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN

FEE = (
    'table fee unique "the fee" source LAW art 1 given items : whole_number gives number'
    " case 1 gives 2 otherwise gives 9 end table"
)
NESTED = (
    "sum of (count of (each p in i.parts where p.size is 1) for each i in campaign.items)"
    " exceeds fee(count of (each i in campaign.items where i.flag))"
)
"""Aggregates that choose: below another, and below a lookup."""


def case(title: str, *steps: str, day: str = "2026-01-01") -> str:
    """Return the text of a test that begins with the file of the docket."""
    lines = "".join(f"  {step}\n" for step in ('given file "base.json"', *steps))
    return f'test "{title}"\n  on {day}\n{lines}end test\n'


def docket(*texts: str, declared: str = "", head: str = "", **facts: Any) -> Bundle:
    """Return the bundle of some rules and tests; the tests begin with further or other facts."""
    rules = "".join(text for text in texts if not text.startswith("test "))
    cases = "".join(text for text in texts if text.startswith("test "))
    start = "" if "in force" in head else "  in force from 2000-01-01\n"
    policy = f'policy p "P"\n  source LAW art 1\n{start}{head}{rules}end policy\n'
    files = {
        "base.json": json.dumps({**CAMPAIGN, **facts}),
        "vocabulary.policy": VOCABULARY,
        "p.policy": f"{declared}\n{policy}{cases}",
    }
    bundle, found = build("docket", files)
    assert bundle is not None, found
    return bundle


def results(bundle: Bundle) -> list[CaseResult]:
    return list(run_cases(bundle))
