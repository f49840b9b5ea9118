"""Policies whose tests leave rules out, beside the warnings that a person is shown.

`ASSENT_REGENERATE=1` rewrites the expectations; a change of them is justified in its commit.
"""

import os
import re
from pathlib import Path

import pytest

from engine.bundle.bundle import build, policy_sources
from engine.source.render import render_text
from engine.testing import faults
from engine.testing.untested import untested, without_campaign

HERE = Path(__file__).parent
CASES = sorted((HERE / "bad" / "tests").glob("*.policy"))


def rendered(case: Path) -> str:
    files = {
        case.name: case.read_text(encoding="utf-8"),
        "vocabulary.policy": (HERE / "vocabulary.policy").read_text(encoding="utf-8"),
    }
    bundle, diagnostics = build("golden", files)
    assert bundle is not None, diagnostics
    found = (*untested(bundle), *without_campaign(bundle))
    return render_text(found, policy_sources(files))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_warnings_read_as_expected(case: Path) -> None:
    expected = case.with_suffix(".expected")
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(rendered(case), encoding="utf-8")
    assert rendered(case) == expected.read_text(encoding="utf-8")


def test_every_code_of_these_checks_is_shown_by_some_case() -> None:
    shown = "".join(case.with_suffix(".expected").read_text(encoding="utf-8") for case in CASES)
    codes = set(re.findall(r'"([EW]\d{4})"', Path(faults.__file__).read_text(encoding="utf-8")))
    assert {code for code in codes if f"[{code}]" not in shown} == set()
