"""Three-valued logic, comparison, membership and arithmetic as the DMN TCK expects them of FEEL.

FEEL null is unknown here; where FEEL reports an error, a refusal by the checker is the same.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.feel import translated
from tests.conformance.verdicts import truths
from tests.conftest import shared

_DIFFERENCES = Path(__file__).with_name("feel_differences.md")
_ROW = re.compile(r"\| (\S+) \| (\S+) \| `(.+)` \| (\w+) \| (\w+) \|")
_APPLY = 264
"""So many of the 1,022 expressions have a counterpart in the language."""


def wanted(row: dict[str, Any]) -> bool | None:
    """Return the truth that FEEL has for a row; a calculation is what it is compared with."""
    expected = row["expected"]
    if expected is None:
        return None
    return bool(expected["type"] != "boolean" or expected["value"] == "true")


def word(truth: bool | None, unknown: str) -> str:  # noqa: FBT001 - a truth is what this is about.
    return unknown if truth is None else str(truth).lower()


def test_expressions_come_out_as_in_feel_except_where_it_is_argued(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shared("vectors", "dmn-tck", "feel.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    stated = [
        (row, condition)
        for row in rows
        if (condition := translated(row["expression"], row["expected"])) is not None
    ]
    found, refused = truths([condition for _, condition in stated])
    differing = set()
    for place, (row, _) in enumerate(stated):
        is_refused = place in refused
        same = row["error"] if is_refused else found[place] is wanted(row)
        if not same:
            here = "refused" if is_refused else word(found[place], "unknown")
            feel = word(wanted(row), "null")
            differing.add((row["case"], row["test"], row["expression"], feel, here))
    with capsys.disabled():
        agreeing = len(stated) - len(differing)
        print(f"\nFEEL: {len(stated)} of {len(rows)} apply, {agreeing} agree")  # noqa: T201 - told.
    assert differing == set(_ROW.findall(_DIFFERENCES.read_text(encoding="utf-8")))
    assert len(stated) == _APPLY
