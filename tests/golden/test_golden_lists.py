"""Broken lists in CSV files beside the diagnostics that a person is shown for them.

`ASSENT_REGENERATE=1` rewrites the expectations; a change of them is justified in its commit.
"""

import os
import re
from pathlib import Path

import pytest

from engine.bundle.bundle import build, sources_of
from engine.bundle.load import read_directory
from engine.semantics import faults
from engine.source.render import render_text
from engine.syntax.lexis import LONGEST_FILE

HERE = Path(__file__).parent
CASES = sorted(path for path in (HERE / "bad" / "lists").iterdir() if path.is_dir())
VOCABULARY = (HERE / "vocabulary.policy").read_text(encoding="utf-8")


def rendered(case: Path) -> str:
    files = {**read_directory(case), "vocabulary.policy": VOCABULARY}
    if case.name == "too_long":
        files["lists/areas.csv"] = "area\n".ljust(LONGEST_FILE + 1, "1")
    bundle, diagnostics = build("golden", files)
    assert bundle is None
    return render_text(diagnostics, sources_of(files))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_diagnostics_read_as_expected(case: Path) -> None:
    expected = case / "expected.txt"
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(rendered(case), encoding="utf-8")
    assert rendered(case) == expected.read_text(encoding="utf-8")


def test_every_code_of_lists_is_shown_by_some_case() -> None:
    shown = "".join((case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    catalogue = Path(str(faults.lists.__file__)).read_text(encoding="utf-8")
    codes = set(re.findall(r'"(E\d{4})"', catalogue))
    assert {code for code in codes if f"[{code}]" not in shown} == set()
