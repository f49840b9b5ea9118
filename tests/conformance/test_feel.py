"""Three-valued logic, comparison, membership and arithmetic as the DMN TCK expects them of FEEL.

FEEL null is unknown here; where FEEL reports an error, a refusal by the checker is the same.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.feel import translated
from tests.conformance.statements import Example, differences, listed
from tests.conftest import shared

_DIFFERENCES = Path(__file__).with_name("feel_differences.md")
_APPLY = 264
"""So many of the 1,022 expressions have a counterpart in the language."""


def wanted(row: dict[str, Any]) -> bool | None:
    """Return the truth that FEEL has for a row; a calculation is what it is compared with."""
    expected = row["expected"]
    if expected is None:
        return None
    return bool(expected["type"] != "boolean" or expected["value"] == "true")


def test_expressions_come_out_as_in_feel_except_where_it_is_argued(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = shared("vectors", "dmn-tck", "feel.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    examples = [
        Example(
            case=row["case"],
            test=row["test"],
            expression=row["expression"],
            wanted=wanted(row),
            may_be_refused=row["error"],
            condition=condition,
        )
        for row in rows
        if (condition := translated(row["expression"], row["expected"])) is not None
    ]
    differing = differences(examples, none="null")
    with capsys.disabled():
        agreeing = len(examples) - len(differing)
        print(f"\nFEEL: {len(examples)} of {len(rows)} apply, {agreeing} agree")  # noqa: T201 - told.
    assert differing == listed(_DIFFERENCES)
    assert len(examples) == _APPLY
