"""Laws of the formatter, over any text, generated trees and the shipped policies."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.source.text import Source
from engine.syntax import tree
from engine.syntax.format import format_source
from engine.syntax.parse import parse
from engine.syntax.tokens import TokenKind, scan
from tests.printer.show import show
from tests.strategies import syntax_trees

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(ROOT.glob("policies/**/*.policy"))
MISTAKEN = sorted(ROOT.glob("tests/golden/bad/**/*.policy"))
slowly = settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)


def source(text: str) -> Source:
    return Source(name="written", text=text)


def formatted(text: str) -> str:
    made, diagnostics = format_source(source(text))
    assert diagnostics == (), text
    return made


def comments(text: str) -> list[str]:
    return [t.text.rstrip() for t in scan(source(text)) if t.kind is TokenKind.COMMENT]


def holds(text: str) -> None:
    """Hold a text without faults to the laws."""
    once = formatted(text)
    assert parse(source(once)) == (parse(source(text))[0], ())
    assert comments(once) == comments(text)
    assert formatted(once) == once
    assert all(line == line.rstrip() for line in once.split("\n"))
    assert "\n\n\n" not in once
    assert once == "" or (once.endswith("\n") and not once.startswith("\n"))


def unmixed(node: Any) -> Any:
    """Return a tree in which nothing is joined by `and` and `or` at once, which is a fault."""
    if isinstance(node, tuple):
        return tuple(map(unmixed, node))
    if not isinstance(node, tree.Node):
        return node
    if isinstance(node, tree.MixedJunction):
        operands = unmixed(node.operands)
        return tree.Junction(span=node.span, kind=tree.JunctionKind.OR, operands=operands)
    return replace(node, **{each.name: unmixed(getattr(node, each.name)) for each in fields(node)})


FILES = syntax_trees.files().map(unmixed).map(show)
SPACES = st.sampled_from((" ", "\n", "\n\n", "\t", "   ", "\n\n\n  "))
COMMENTS = st.sampled_from(("# why\n", "  # why\n", "\n# one\n# two\n", "\n\n  # apart\n\n", "#\n"))


@st.composite
def disturbed(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Return a text laid out by chance, with comments between its words.

    A provision stays on its line, as the grammar wants it; what else the grammar refuses is found
    by the laws.
    """
    words: list[str] = []
    number = 0
    for token in scan(source(draw(texts))):
        if token.kind is not TokenKind.SPACE:
            words.append(token.text)
        elif draw(st.integers(0, 9)) == 0:
            number += 1
            words.append(draw(COMMENTS).replace("why", f"why {number}").replace("#", " #", 1))
        elif draw(st.integers(0, 3)) == 0:
            words.append(draw(SPACES))
        else:
            words.append(token.text)
    return "".join(words)


@slowly
@given(FILES)
def test_what_is_shown_can_be_formatted(text: str) -> None:
    """Formatting changes no tree, and what it has formatted it leaves alone."""
    holds(text)


@slowly
@given(disturbed(FILES))
def test_formatting_keeps_the_tree_and_every_comment(text: str) -> None:
    """parse ∘ format = parse, format ∘ format = format, and comments keep their order."""
    if parse(source(text))[1]:
        assert format_source(source(text))[0] == text
    else:
        holds(text)


@slowly
@given(disturbed(st.sampled_from([path.read_text() for path in SHIPPED]).map(lambda t: t[:4000])))
def test_the_layout_of_shipped_policies_does_not_matter(text: str) -> None:
    """Whatever the space between the words of a policy, formatting obeys its laws."""
    cut = text.rpartition("\ntest ")[0]
    if not parse(source(cut))[1]:
        holds(cut)


@slowly
@given(
    st.text()
    | st.lists(
        st.sampled_from(
            (
                "policy p",
                "rule r",
                "# c",
                "\n",
                '"t"',
                "{",
                "}",
                "(",
                "end policy",
                "require x",
                "and",
                "set s of t",
                "is {a}",
                "end set",
                "module m",
                ";",
                "\ufeff",
            )
        ),
        max_size=20,
    ).map(" ".join)
)
def test_formatting_never_raises(text: str) -> None:
    """Any text is formatted, or returned as it is with what is wrong with it."""
    made, diagnostics = format_source(source(text))
    if diagnostics:
        assert made == text
    else:
        holds(text)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_laws_hold_for_the_shipped_policies(path: Path) -> None:
    holds(path.read_text())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_policies_are_formatted(path: Path) -> None:
    assert formatted(path.read_text()) == path.read_text()


@pytest.mark.parametrize("path", MISTAKEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_with_mistakes_is_left_alone_or_keeps_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if parse(source(text))[1]:
        assert format_source(source(text))[0] == text
    else:
        holds(text)
