"""The colours of the extension, given by the tokenizer of VS Code itself.

VS Code's tokenizer comes from npm and is no part of what `make test` installs:
`npm install --prefix DIR vscode-textmate@9 vscode-oniguruma@2`, and
`ASSENT_NODE_MODULES=DIR/node_modules`.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from editors.vscode.build import GRAMMAR
from engine.bundle.load import shipped_directory
from engine.source.text import Source
from engine.syntax.lexis import CLAUSE_KEYWORDS
from engine.syntax.tokens import TokenKind, scan

_MODULES = os.environ.get("ASSENT_NODE_MODULES", "")
_LACKING = [
    name
    for name in ("vscode-textmate", "vscode-oniguruma")
    if not (_MODULES and (Path(_MODULES) / name).is_dir())
]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or bool(_LACKING),
    reason="ASSENT_NODE_MODULES names no folder with vscode-textmate and vscode-oniguruma",
)

SHIPPED = sorted(shipped_directory().rglob("*.policy"))
_CLAUSE = re.compile(rf"\s+(?:{'|'.join(CLAUSE_KEYWORDS)})\s+[^\s:]")
"""The beginning of a clause; what has a colon behind it is a fact of that name."""
IN_TEXTS = ("string.", "constant.character.", "variable.other.placeholder.")

shipped = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)


def scopes(text: str) -> list[list[tuple[str, str]]]:
    """Return the tokens of each line, each with its innermost scope."""
    script = Path(__file__).parent / "scopes.js"
    result = subprocess.run(  # noqa: S603 - our own script.
        ["node", script, GRAMMAR, Path(_MODULES).resolve()],  # noqa: S607 - whichever is installed.
        input=text,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [[(part, scope) for part, scope in line] for line in json.loads(result.stdout)]


def by_character(text: str) -> list[str]:
    """Return the scope of each character of a text; line ends have none."""
    return [
        scope
        for line in scopes(text)
        for scope in (*(each for part, each in line for _ in part), "")
    ][: len(text)]


def by_token(text: str) -> Iterator[tuple[TokenKind, str, set[str]]]:
    """Yield the tokens of the language with the scopes that the editor gives them."""
    coloured = by_character(text)
    for token in scan(Source(name="x.policy", text=text)):
        own = {scope for scope in coloured[token.start : token.end] if scope}
        yield token.kind, token.text, own


@shipped
def test_texts_and_comments_are_coloured_as_the_language_reads_them(file: Path) -> None:
    for kind, text, own in by_token(file.read_text(encoding="utf-8")):
        in_text = {scope.startswith(IN_TEXTS) for scope in own}
        in_comment = {scope.startswith("comment.") for scope in own}
        assert in_text <= {kind is TokenKind.TEXT}, text
        assert in_comment <= {kind is TokenKind.COMMENT}, text


@shipped
def test_the_keyword_of_every_clause_is_coloured_as_one(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = zip(text.splitlines(), scopes(text), strict=False)
    for written, line in lines:
        if _CLAUSE.match(written):
            first = next(scope for part, scope in line if part.strip())
            assert first == "keyword.other.clause.assent", written


def test_each_kind_of_word_has_its_own_colour() -> None:
    written = 'prohibit when campaign.start is before 2026-08-02 and market is DE # "x"'
    (line,) = scopes(written)
    told = [(part, scope.removesuffix(".assent")) for part, scope in line if part.strip()]
    assert told == [
        ("prohibit when", "keyword.other.clause"),
        ("campaign.start", "variable.other.property"),
        ("is before", "keyword.operator"),
        ("2026-08-02", "constant.numeric.date"),
        ("and", "keyword.other"),
        ("market", "keyword.other"),
        ("is", "keyword.operator"),
        ("DE", "constant.other"),
        ('# "x"', "comment.line.number-sign"),
    ]


def test_a_text_that_is_never_closed_ends_with_its_line() -> None:
    first, second = scopes('message "never closed\nremedy "x"')
    assert first[-1][1] == "string.quoted.double.assent"
    assert second[0] == ("remedy", "keyword.other.clause.assent")


def test_the_facts_that_a_text_tells_stand_out() -> None:
    (line,) = scopes('message "From {campaign.age.min}."')
    assert ("{campaign.age.min}", "variable.other.placeholder.assent") in line


def test_the_whole_name_of_a_module_is_a_name() -> None:
    (line,) = scopes("module assent.transparency.sponsor")
    assert line[-1] == ("assent.transparency.sponsor", "entity.name.type.assent")
