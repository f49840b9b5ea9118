"""Laws of floor 1: parsing and showing are inverse, scanning loses nothing, parsing never fails."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.source.render import render_json, render_text
from engine.source.text import Source
from engine.syntax import tree
from engine.syntax.lexis import MOST_FAULTS
from engine.syntax.parse import parse
from engine.syntax.tokens import examine, scan
from engine.syntax.visit import walk
from tests.printer.show import show
from tests.strategies import expression_trees, syntax_trees

ROOT = Path(__file__).parents[2]
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("policies/**/*.policy"))]
MISTAKEN = [
    path.read_text(encoding="utf-8")
    for path in sorted(ROOT.glob("tests/golden/bad/syntax/*.policy"))
]
INTERNALS = re.compile(
    r"Expected|ParseException|pyparsing|Regex|Forward|NoMatch|Traceback|NoneType|<|\bEnd\b|\{`|``"
)


def parsed(text: str) -> tree.File:
    file, diagnostics = parse(Source(name="shown", text=text))
    mixed = [node for node in walk(file) if isinstance(node, tree.MixedJunction)]
    assert [d for d in diagnostics if d.code != "E0203"] == [], text
    assert bool(diagnostics) == bool(mixed)
    return file


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(syntax_trees.files())
def test_parsing_what_is_shown_gives_the_tree_again(file: tree.File) -> None:
    """parse ∘ show = id, for every tree that can be written."""
    assert parsed(show(file)) == file


@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(expression_trees.expressions())
def test_an_expression_is_shown_as_it_would_be_written(node: tree.Expression) -> None:
    """A condition shown alone is the condition when it stands in a rule."""
    text = f"policy p\nrule r\nprohibit when {show(node)}\nend policy\n"
    policy = parsed(text).items[0]
    assert isinstance(policy, tree.Policy)
    (clause,) = policy.rules[0].clauses
    assert clause == tree.ProhibitClause(span=clause.span, condition=node)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(syntax_trees.files())
def test_what_is_shown_is_canonical(file: tree.File) -> None:
    """Showing the parse of what was shown changes nothing more."""
    text = show(file)
    assert show(parsed(text)) == text


FRAGMENTS = st.sampled_from(
    (
        *(
            "policy",
            "rule",
            "end",
            "end policy",
            "test",
            "vocabulary",
            "set",
            "of",
            "record",
            "type",
        ),
        *("prohibit when", "require", "unless", "source", "message", "is", "is at least", "and"),
        *("or", "not", "any", "in", "has", "(", ")", "{", "}", ",", ":", '"', '"text"', "(a)", ";"),
        *("is between", "is within", "before", "80%", "of", "5", "2026-02-30", "2026-02-28", "DE"),
        *("given", "expect", "deny by", "a/b", "on", "from", "until", "\n", "\n  ", "#", "“", "=>"),
        *(
            "campaign.flight.start",
            "x",
            "every",
            ", if any,",
            "all of",
            "[1]",
            "\ufeff",
            "\r",
            "\x00",
        ),
    )
)
FRAGMENTED = st.lists(FRAGMENTS, max_size=40).map(" ".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SHIPPED + MISTAKEN))
    start = draw(st.integers(0, max(0, len(text) - 1500)))
    text = text[start : start + 1500] if draw(st.booleans()) else text[:3000]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:at] + draw(FRAGMENTS | st.text(max_size=2)) + text[at + cut :]
    return text


@given(st.text() | FRAGMENTED | mutated())
@settings(max_examples=300, deadline=None)
def test_scanning_loses_nothing(text: str) -> None:
    """The tokens of a text, joined, are the text, each where it says; and no offset moves.

    What follows too many faults is not readied.
    """
    source = Source(name="scanned", text=text)
    tokens = list(scan(source))
    assert "".join(token.text for token in tokens) == text
    assert all(text[token.start : token.end] == token.text for token in tokens)
    readied, found = examine(source)
    assert len(readied) == len(text) or len(found) > MOST_FAULTS
    assert [i for i, c in enumerate(readied) if c == "\n"] == [
        i for i, c in enumerate(text[: len(readied)]) if c == "\n"
    ]


@given(st.text() | FRAGMENTED | mutated())
@settings(max_examples=600, deadline=None)
@example("prohibit when")
@example("policy p rule r prohibit when x is 2026-99-99 end policy")
@example("set s of t is {" + "9" * 5000)
def test_parsing_always_ends_in_a_tree_and_messages_for_people(text: str) -> None:
    """No text makes the parser raise, point outside of the text, or speak of its own insides."""
    source = Source(name="any", text=text)
    file, diagnostics = parse(source)
    has_faults = any(isinstance(node, tree.Broken | tree.MixedJunction) for node in walk(file))
    assert diagnostics or not has_faults
    for diagnostic in diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        own = diagnostic.headline + (diagnostic.help or "") + (diagnostic.label or "")
        ours = re.sub("`[^`]*`", "", own)
        assert not INTERNALS.search(ours), own
        assert not diagnostic.headline.endswith(".")
    assert render_text(diagnostics, {"any": source}).isprintable() or diagnostics
    assert len(render_json(diagnostics, {"any": source})) == len(diagnostics)


GOOD_CLAUSES = ("prohibit when campaign.political.is_political", 'message "No."', "severity high")


@given(broken=FRAGMENTED, position=st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_a_broken_clause_leaves_its_neighbours(broken: str, position: int) -> None:
    """What stands on lines of its own behind or before a broken clause is parsed as if alone."""
    words = broken.replace("\n", " ").replace('"', "").replace("#", "")
    if re.search(r"policy|rule|test|vocabulary|set|end|\r", words):
        return
    clauses = list(GOOD_CLAUSES)
    clauses.insert(position, f"prohibit when is {words}")
    text = (
        "policy p\n  rule r\n" + "".join(f"    {clause}\n" for clause in clauses) + "end policy\n"
    )
    file, _ = parse(Source(name="broken", text=text))
    (policy,) = file.items
    assert isinstance(policy, tree.Policy)
    kinds = [type(clause) for clause in policy.rules[0].clauses]
    for kind in (tree.ProhibitClause, tree.MessageClause, tree.SeverityClause):
        assert kind in kinds
    assert tree.Broken in kinds


@pytest.mark.parametrize("text", SHIPPED)
def test_the_shipped_policies_are_written_without_faults(text: str) -> None:
    file = parsed(text)
    assert parsed(show(file)) == file
