"""`docs/language.md`: all policy text on the page is one set of policies, whose tests pass.

A block marked `policy` belongs to the set. A block marked `mistake` is checked within it, and the
`text` block that follows is what Assent says of it; `ASSENT_REGENERATE=1` writes those anew. A
block marked `csv NAME` is the list of that name beside them.
"""

import os
import re
from pathlib import Path

import pytest

from engine.bundle.bundle import Bundle, build, sources_of
from engine.semantics.tree import Effect
from engine.source.render.full import render_text
from engine.syntax import lexis
from engine.syntax.lexis import Comparator
from engine.testing.runner import run_cases

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
LIST = re.compile(r"(?<=```csv )(\S+)\n(.*?)(?=```)", re.DOTALL)
MISTAKE = re.compile(r"(?<=```mistake\n)(.*?)```\n\n```text\n(.*?)(?=```)", re.DOTALL)


def written() -> str:
    """Return the policy text of the page, each line where it stands on the page."""
    lines, inside = [], False
    for line in PAGE.read_text().splitlines():
        is_fence = line.startswith("```")
        inside = line == "```policy" or (inside and not is_fence)
        lines.append(line if inside and not is_fence else "")
    return "\n".join(lines)


def lists(folder: str) -> dict[str, str]:
    """Return the lists of the page by their path, as they lie in a folder."""
    return {folder + name: text for name, text in LIST.findall(PAGE.read_text())}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    files = {"docs/language.policy": written(), **lists("docs/")}
    made, diagnostics = build("language", files)
    assert made is not None, render_text(diagnostics, sources_of(files))
    assert not diagnostics, render_text(diagnostics, sources_of(files))
    return made


def test_the_tests_on_the_page_pass(bundle: Bundle) -> None:
    for result in run_cases(bundle):
        assert result.passed, (result.case.title, result.failures, result.explanation)


def test_every_rule_on_the_page_is_tested(bundle: Bundle) -> None:
    named = {rule for case in bundle.cases for each in case.expectations for rule in each.rules}
    speaking = {r.id for r in bundle.policies.rules if r.effect is not Effect.PERMIT}
    assert speaking <= named


def test_mistakes_read_as_shown() -> None:
    page = PAGE.read_text()

    def answered(block: re.Match[str]) -> str:
        files = {"language.policy": written(), "mistake.policy": block[1], **lists("")}
        _, diagnostics = build("language", files)
        said = render_text(diagnostics, sources_of(files))
        assert said, block[1]
        return f"{block[1]}```\n\n```text\n{said}"

    seen = MISTAKE.sub(answered, page)
    if os.environ.get("ASSENT_REGENERATE") == "1":
        PAGE.write_text(seen)
    assert seen == PAGE.read_text()


@pytest.mark.parametrize(
    "words",
    [
        *lexis.ITEM_KEYWORDS,
        *lexis.CLAUSE_KEYWORDS,
        *lexis.PARAMETER_KEYWORDS,
        *lexis.DEFINITION_KEYWORDS,
        *lexis.TABLE_KEYWORDS,
        *lexis.WAIVER_KEYWORDS,
        *lexis.TEST_KEYWORDS,
        *lexis.SCALAR_TYPES,
        *(comparator.phrase for comparator in Comparator),
    ],
)
def test_every_word_of_the_language_is_on_the_page(words: str) -> None:
    assert re.search(rf"`[^`\n]*(?<!\w){re.escape(words)}(?!\w)[^`\n]*`", PAGE.read_text()), words
