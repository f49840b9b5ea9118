"""The canonical layout, as files that people can read: `tests/golden/format`.

`ASSENT_REGENERATE=1` rewrites what is expected; the commit that does so says why.
"""

import os
from pathlib import Path

import pytest

from engine.source.text import Source
from engine.syntax.format import format_source

FOLDER = Path(__file__).parents[2] / "golden" / "format"
CASES = sorted(FOLDER.glob("*.policy"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_file_is_laid_out_as_expected(path: Path) -> None:
    expected = path.with_suffix(".expected")
    made, diagnostics = format_source(Source(name=path.name, text=path.read_text()))
    assert diagnostics == ()
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(made)
    assert made == expected.read_text()
    assert all(len(line) <= 100 for line in made.splitlines())


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("", ""),
        ("# only\n\n\n# comments", "# only\n\n# comments\n"),
        ("\ufeffmodule   a.b", "module a.b\n"),
        ("set s of t is {} end set", "set s of t\n  is {}\nend set\n"),
        (
            'set s of t is  column\n"c"of "l.csv" end set',
            'set s of t\n  is column "c" of "l.csv"\nend set\n',
        ),
    ],
)
def test_small_files(text: str, made: str) -> None:
    assert format_source(Source(name="t", text=text)) == (made, ())


def test_what_is_presumed_stays_as_it_is() -> None:
    text = 'vocabulary v "V" record r a : {} presumed "{{ d , e }}" "A" end record end vocabulary'
    written = Source(name="", text=text.format("one of { b ,c }"))
    made, _ = format_source(written)
    assert '    a : one of {b, c} presumed "{ d , e }" "A"\n' in made


def test_a_file_with_faults_is_left_as_it_is() -> None:
    made, diagnostics = format_source(Source(name="t", text="policy  p"))
    assert made == "policy  p"
    assert len(diagnostics) == 1
