"""The grammar of tests."""

from dataclasses import replace

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import OUTCOME, STATE, STEP
from ..lexis import phrase_pattern
from .borders import STEP_BORDER
from .conditions import VALUE_ELEMENT
from .elements import (
    DAY,
    FACT_PATH,
    REFERENCE,
    TITLE,
    WAIVER_NAME,
    Build,
    Choice,
    Parts,
    block,
    clause,
    listed,
    mark,
    misfit,
    node,
    of,
    phrase_of,
    word,
)

_OUTCOMES = phrase_pattern(
    *("allow", "deny by", "deny for", "warn by", "no warning", "oblige by", "waived by")
)


def _step(body: pp.ParserElement, build: Build) -> pp.ParserElement:
    return clause(body, STEP_BORDER, build)


def _given(span: Span, parts: Parts) -> tree.GivenFact:
    told = parts[3] if len(parts) > 3 else tree.Told(phrase_of(parts[2]).removeprefix("is "))
    return tree.GivenFact(span=span, path=parts[1], value=told)


def _cell(span: Span, parts: Parts) -> tree.Cell:
    told = parts[0]
    value = tree.Told(told.text) if isinstance(told, tree.Name) else told
    return tree.Cell(span=span, value=value)


def _row(span: Span, parts: Parts) -> tree.Row:
    return tree.Row(span=span, cells=of(tree.Cell, parts), expectation=parts[-1])


def _expectation(span: Span, parts: Parts) -> tree.Expectation:
    expected = tree.Expected(phrase_of(parts[0]))
    return tree.Expectation(
        span=span,
        expected=expected,
        rules=of(tree.RuleReference, parts),
        waivers=tuple(parts[1::2]) if expected is tree.Expected.WAIVED_BY else (),
        paths=of(tree.Path, parts),
    )


def _case(span: Span, parts: Parts) -> tree.Test:
    steps = of(tree.TestStep | tree.Broken, parts)
    return tree.Test(span=span, title=parts[1], steps=steps)


def _outcome() -> pp.ParserElement:
    because = word("because") - listed(FACT_PATH) - word("is unknown", "are unknown")
    outcomes = (
        word("allow")
        | word("deny for want of") - listed(FACT_PATH)
        | word("deny by") - listed(REFERENCE) - pp.Optional(because)
        | word("warn by", "no warning by", "oblige by") - listed(REFERENCE)
        | word("waived by") - listed(WAIVER_NAME)
    )
    return node(outcomes.set_name(OUTCOME), _expectation)


def _state() -> pp.ParserElement:
    return (word("is empty", "is unknown") | word("is") - VALUE_ELEMENT).set_name(STATE)


def _table() -> list[pp.ParserElement]:
    """Return the elements for the head of a table and for a row, each on a line of its own."""
    head = word("for each") + pp.ZeroOrMore(FACT_PATH - mark("|")) - word("expect")
    value = word("empty", "unknown") | VALUE_ELEMENT
    cell = pp.NotAny(pp.Regex(rf"{_OUTCOMES}(?!\s*\|)")) + node(value, _cell)
    row = word("case") + pp.ZeroOrMore(cell - mark("|")) - _outcome()
    return [
        _step(head, lambda span, parts: tree.Columns(span=span, paths=of(tree.Path, parts))),
        _step(row, _row),
    ]


def case() -> pp.ParserElement:
    """Return the element for a test with its steps."""
    steps = [
        _step(word("on") - DAY, lambda span, parts: tree.OnStep(span=span, day=parts[1])),
        _step(
            word("given file") - TITLE,
            lambda span, parts: tree.GivenFile(span=span, file=parts[1]),
        ),
        _step(word("given") - FACT_PATH - _state(), _given),
        _step(
            word("without") - FACT_PATH,
            lambda span, parts: tree.WithoutFact(span=span, path=parts[1]),
        ),
        _step(word("expect") - _outcome(), lambda span, parts: replace(parts[1], span=span)),
        *_table(),
    ]
    return block("test", TITLE, Choice(steps, misfit(STEP_BORDER, STEP)), STEP_BORDER, _case)
