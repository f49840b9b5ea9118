"""What the scanner and the parser say about real mistakes, word for word.

Each `bad/syntax/NAME.policy` holds a mistake as people make it, `NAME.expected` what they read.
`ASSENT_REGENERATE=1` rewrites the expectations; the commit that does so says why.
"""

import os
import re
from pathlib import Path

import pytest

from engine.source.render import render_text
from engine.source.text import Source
from engine.syntax.parse import parse

FOLDER = Path(__file__).parent / "bad" / "syntax"
CATALOGUE = Path(__file__).parents[2] / "engine" / "syntax" / "faults"
CASES = sorted(FOLDER.glob("*.policy"))


def rendering(path: Path) -> str:
    source = Source(name=path.name, text=path.read_text(encoding="utf-8"))
    _, diagnostics = parse(source)
    return render_text(diagnostics, {source.name: source})


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_message_is_the_expected_one(path: Path) -> None:
    expected = path.with_suffix(".expected")
    rendered = rendering(path)
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(rendered, encoding="utf-8")
    assert rendered == expected.read_text(encoding="utf-8")


def test_every_diagnostic_has_a_case() -> None:
    catalogue = "".join(path.read_text(encoding="utf-8") for path in CATALOGUE.glob("*.py"))
    expected = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.expected"))
    codes = set(re.findall(r'"(E\d{4})"', catalogue))
    # A file beyond the limits would be a poor thing to read; `test_parse` holds these two.
    assert codes - set(re.findall(r"error\[(E\d{4})\]", expected)) == {"E0108", "E0110"}


def test_every_case_has_its_expectation_and_says_something() -> None:
    assert {path.stem for path in CASES} == {path.stem for path in FOLDER.glob("*.expected")}
    assert len(CASES) >= 25
    assert all(rendering(path) for path in CASES)
