"""Broken policies beside the diagnostics that a person is shown for them.

`ASSENT_REGENERATE=1` rewrites the expectations; a change of them is justified in its commit.
"""

import os
import re
from pathlib import Path

import pytest

from engine.bundle.bundle import build, policy_sources
from engine.semantics import faults
from engine.source.render import render_text

HERE = Path(__file__).parent
CASES = sorted((HERE / "bad" / "semantics").glob("*.policy"))


def rendered(case: Path) -> str:
    files = {
        case.name: case.read_text(),
        "vocabulary.policy": (HERE / "vocabulary.policy").read_text(),
    }
    bundle, diagnostics = build("golden", files)
    assert bundle is None
    return render_text(diagnostics, policy_sources(files))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_diagnostics_read_as_expected(case: Path) -> None:
    expected = case.with_suffix(".expected")
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(rendered(case))
    assert rendered(case) == expected.read_text()


def test_every_code_of_the_checker_is_shown_by_some_case() -> None:
    shown = "".join(case.with_suffix(".expected").read_text() for case in CASES)
    written = Path(str(faults.__file__)).parent.glob("*.py")
    catalogues = [each.read_text() for each in written if each.stem != "lists"]
    codes = set(re.findall(r'"(E\d{4})"', "".join(catalogues)))
    missing = {code for code in codes if f"[{code}]" not in shown}
    assert missing == {"E0507", "E0516", "E0533", "E0803"}, (
        "what a vocabulary lacks is tested in test_check.py, and sets that grow in test_sets.py"
    )
