"""Every code has a page, every page is true, and every message keeps the rules of wording.

`docs/diagnostics.md` is the index of the pages; `ASSENT_REGENERATE=1` writes it anew.
"""

import inspect
import os
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest

from engine.bundle.bundle import Builder
from engine.semantics import faults as meaning
from engine.semantics.lint import faults as doubts
from engine.semantics.types import Scalar, Type
from engine.source.codes import Page, command_for, find_page, near_codes, pages
from engine.source.diagnostic import Diagnostic
from engine.source.text import Span
from engine.syntax import expectations, tree
from engine.syntax import faults as forms
from engine.syntax.lexis import LONGEST_FILE, MOST_FAULTS, Comparator
from engine.testing import faults as tests
from engine.testing.untested import untested, without_campaign

ROOT = Path(__file__).parents[3]
INDEX = ROOT / "docs" / "diagnostics.md"
VOCABULARY = (ROOT / "tests" / "golden" / "vocabulary.policy").read_text(encoding="utf-8")
CATALOGUES = (
    *(doubts, tests),
    *(getattr(room, each) for room in (forms, meaning) for each in room.__all__),
)
SECTIONS = ["What it means", "Why it matters", "Example", "How to fix it"]
PHASES = {
    "E01": "Characters and words",
    "E02": "Constructs",
    "E03": "Names",
    "E04": "Kinds of values",
    "E05": "Structure",
    "W05": "What wants looking after",
    "E06": "Missing facts",
    "E07": "What cannot be meant",
    "E08": "Lists in files",
    "W07": "What is probably not meant",
    "E09": "What a test lacks",
    "W09": "What no test shows",
}
WITHOUT_NEIGHBOUR = {"E0507", "E0516", "E0533"}
TODAY = date(2026, 10, 1)
COMPANIONS = {"E0110": {"E0217"}}
REPEATED = {"E0108": LONGEST_FILE // 100, "E0803": LONGEST_FILE // 25, "E0110": MOST_FAULTS + 1}

page_of = pytest.mark.parametrize("page", pages(), ids=lambda page: page.code)


def codes_in(catalogue: ModuleType) -> set[str]:
    source = Path(str(catalogue.__file__)).read_text(encoding="utf-8")
    return set(re.findall(r'"([EW]\d{4})"', source))


def policy_in(page: Page, number: int) -> str:
    """Return a policy of a page: the first has the mistake, the second is the same without it."""
    return page.text.split("```policy\n")[number + 1].partition("```")[0]


def reported(page: Page, text: str, listed: str = "") -> set[str]:
    files = {"page.policy": text}
    if listed:
        files["lists/served.csv"] = listed
    if page.code not in WITHOUT_NEIGHBOUR:
        files["vocabulary.policy"] = VOCABULARY
    builder = Builder()
    bundle, found = builder.build("pages", files)
    found = (*found, *builder.outdated(files, TODAY))
    if page.code[1:3] == "09":
        assert bundle is not None
        found = (*found, *untested(bundle), *without_campaign(bundle))
    return {each.code for each in found if each.is_error or each.span.source == "page.policy"}


def listed_in(page: Page, section: str) -> str:
    """Return the list that a section of a page shows; empty where it shows none."""
    part = page.text.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return part.partition("```csv\n")[2].partition("```")[0]


# --- pages ------------------------------------------------------------------------------------


def test_there_is_a_page_for_every_code_and_for_nothing_else() -> None:
    known = set().union(*map(codes_in, CATALOGUES))
    assert {page.code for page in pages()} == known


@page_of
def test_a_page_has_a_title_a_summary_and_its_sections(page: Page) -> None:
    assert page.text.startswith(f"# {page.code}: {page.title}\n\n")
    assert re.findall(r"^## (.+)$", page.text, re.MULTILINE) == SECTIONS
    assert "\n" not in page.title
    assert page.title == page.title[:1].lower() + page.title[1:]
    assert page.summary.endswith((".", ":", "`."))
    assert page.text.endswith("```\n")
    assert page.text.count("```policy\n") == 2
    assert page.text.count("```") == 2 * (2 + page.text.count("```csv\n"))


@page_of
def test_the_example_raises_exactly_its_code(page: Page) -> None:
    text, listed = policy_in(page, 0), listed_in(page, "Example")
    if listed:
        heading, rows = listed.split("\n", 1)
        listed = f"{heading}\n{rows * REPEATED.get(page.code, 1)}"
    else:
        text *= REPEATED.get(page.code, 1)
    assert reported(page, text, listed) == {page.code} | COMPANIONS.get(page.code, set())


@page_of
def test_the_mended_text_raises_nothing(page: Page) -> None:
    listed = listed_in(page, "How to fix it") or listed_in(page, "Example")
    assert reported(page, policy_in(page, 1), listed) == set()
    is_mended_there = listed != listed_in(page, "Example")
    assert policy_in(page, 1) != policy_in(page, 0) or is_mended_there or page.code == "E0108"


def test_the_index_of_the_pages_is_the_documented_one() -> None:
    lines = [
        "# Diagnostics",
        "",
        "Every message about policies has a code, and every code a page. `assent explain CODE`",
        "shows the page. This index is made from the pages.",
    ]
    for phase, name in PHASES.items():
        rows = [page for page in pages() if page.code.startswith(phase)]
        lines += ["", f"## {name}", "", "| code | | |", "|---|---|---|"]
        lines += [
            f"| [{page.code}](../engine/source/pages/{page.code}.md) | {page.title} | "
            f"{page.summary.replace('|', chr(92) + '|')} |"
            for page in rows
        ]
    made = "\n".join(lines) + "\n"
    if os.environ.get("ASSENT_REGENERATE") == "1":
        INDEX.write_text(made, encoding="utf-8")
    assert INDEX.read_text(encoding="utf-8") == made
    assert all(f"[{page.code}]" in made for page in pages())


def test_a_page_is_found_by_its_code() -> None:
    page = find_page("E0301")
    assert page is not None
    assert page.title == "unknown fact"
    assert command_for(page.code) == "assent explain E0301"
    assert find_page("E9999") is None


def test_near_codes_are_near_and_few() -> None:
    assert near_codes("E301")[0] == "E0301"
    assert len(near_codes("E0399")) <= 3
    assert near_codes("hello") == ()


# --- wording ----------------------------------------------------------------------------------

SPAN = Span(source="page.policy", start=0, end=1)
GIVEN: dict[str, dict[str, Any]] = {
    "number_for_percentage": {"text": "0.2"},
    "symbol_habit": {"symbol": ">="},
    "mark_habit": {"mark": "//"},
    "foreign_letter": {"word": "größe"},
    "hidden_character": {"character": "\u00a0"},
    "impossible_day": {"day": "2026-02-30"},
    "outside": {"construct": "policy"},
    "unknown_start": {"expected": expectations.CLAUSE},
    "unfinished": {"expected": expectations.VALUE},
    "reserved": {"expected": expectations.MEMBER},
    "unfit": {"expected": expectations.VALUE},
}
FOREIGN = re.compile(
    r"\b(invalid|illegal|token|parse[rd]?|node|identifier|expression|operator|literal|NoneType)\b"
)


def faults_of(catalogue: ModuleType) -> list[Any]:
    made = (value for _, value in inspect.getmembers(catalogue, inspect.isfunction))
    return [
        function
        for function in made
        if function.__module__ == catalogue.__name__
        and not function.__name__.startswith("_")
        and function.__name__ != "error"
        and get_type_hints(function)["return"] is Diagnostic
    ]


def argument(kind: object) -> object:
    """Return a value of an annotated parameter, as a message may show it."""
    if kind is Span:
        return SPAN
    if kind is Comparator:
        return Comparator.IS_KNOWN if hasattr(Comparator, "IS_KNOWN") else next(iter(Comparator))
    if kind in (Iterable[str], Sequence[str]):
        return ("minimum_age", "maximum_age")
    if kind in (str, str | None):
        return "minimun_age"
    if kind in (int | None, int):
        return 7
    if kind in (date, date | None):
        return date(2026, 1, 1)
    if kind is tree.End:
        day = tree.DateLiteral(span=SPAN, value=date(2026, 1, 1))
        return tree.End(span=SPAN, word=tree.EndWord.THROUGH, day=day)
    assert kind in (Type, Type | None)
    return Scalar.MONEY


def said(function: Any) -> Diagnostic:
    hints = get_type_hints(function)
    hints.pop("return")
    arguments = {name: argument(kind) for name, kind in hints.items()}
    made = function(**{**arguments, **GIVEN.get(function.__name__, {})})
    assert isinstance(made, Diagnostic)
    return made


@pytest.mark.parametrize(
    "function",
    [function for catalogue in CATALOGUES for function in faults_of(catalogue)],
    ids=lambda function: function.__name__,
)
def test_a_message_keeps_the_rules_of_wording(function: Any) -> None:
    diagnostic = said(function)
    headline = diagnostic.headline
    assert headline[:1].islower() or headline.startswith("`")
    assert not headline.endswith((".", "!"))
    assert len(headline) <= 100
    for part in (headline, diagnostic.label or "", diagnostic.help or ""):
        assert part.count("`") % 2 == 0
        assert not part.endswith(".")
        assert not FOREIGN.search(part)
        assert "\n" not in part
