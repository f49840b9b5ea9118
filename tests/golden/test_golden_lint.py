"""Policies that nobody can have meant, beside what a person is told about them.

`ASSENT_REGENERATE=1` rewrites the expectations; a change of them is justified in its commit.
"""

import os
import re
from datetime import date
from pathlib import Path

import pytest

from engine.bundle.bundle import Builder, policy_sources
from engine.semantics.lint import faults
from engine.source.diagnostic import in_order
from engine.source.render import render_text

HERE = Path(__file__).parent
CASES = sorted((HERE / "bad" / "lint").glob("*.policy"))


def rendered(case: Path) -> str:
    files = {
        case.name: case.read_text(),
        "vocabulary.policy": (HERE / "vocabulary.policy").read_text(),
    }
    builder = Builder()
    bundle, found = builder.build("golden", files)
    diagnostics = in_order((*found, *builder.outdated(files, date(2026, 10, 1))))
    assert (bundle is None) is any(each.is_error for each in diagnostics)
    own = [each for each in diagnostics if each.span.source == case.name]
    return render_text(own, policy_sources(files))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_diagnostics_read_as_expected(case: Path) -> None:
    expected = case.with_suffix(".expected")
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(rendered(case))
    assert rendered(case) == expected.read_text()


def test_every_code_of_these_checks_is_shown_by_some_case() -> None:
    shown = "".join(case.with_suffix(".expected").read_text() for case in CASES)
    codes = set(re.findall(r'"([EW]\d{4})"', Path(faults.__file__).read_text()))
    assert {code for code in codes if f"[{code}]" not in shown} == set()
