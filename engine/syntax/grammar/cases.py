"""The grammar of tests."""

import pyparsing as pp

from ...source.text import Span
from .. import tree
from ..expectations import OUTCOME, STATE, STEP
from .borders import STEP_BORDER
from .conditions import VALUE_ELEMENT
from .elements import (
    DAY,
    FACT_PATH,
    REFERENCE,
    TITLE,
    Build,
    Choice,
    Parts,
    listed,
    misfit,
    node,
    of,
    phrase_of,
    word,
)
from .recovery import Complete, End, Recovering


def _step(body: pp.ParserElement, build: Build) -> pp.ParserElement:
    return node(body - Complete(STEP_BORDER), build)


def _given(span: Span, parts: Parts) -> tree.GivenFact:
    value = parts[3] if len(parts) > 3 else None
    return tree.GivenFact(span=span, path=parts[1], value=value)


def _expectation(span: Span, parts: Parts) -> tree.Expectation:
    return tree.Expectation(
        span=span,
        expected=tree.Expected(phrase_of(parts[1])),
        rules=of(tree.RuleReference, parts),
        paths=of(tree.Path, parts),
    )


def _case(span: Span, parts: Parts) -> tree.Test:
    steps = of(tree.TestStep | tree.Broken, parts)
    return tree.Test(span=span, title=parts[1], steps=steps)


def _outcome() -> pp.ParserElement:
    outcomes = (
        word("allow")
        | word("deny for want of") - listed(FACT_PATH)
        | word("deny by", "warn by", "oblige by") - listed(REFERENCE)
    )
    return outcomes.set_name(OUTCOME)


def _state() -> pp.ParserElement:
    return (word("is empty") | word("is") - VALUE_ELEMENT).set_name(STATE)


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
        _step(word("expect") - _outcome(), _expectation),
    ]
    step = Recovering(Choice(steps, misfit(STEP_BORDER, STEP)), STEP_BORDER, "test")
    return node(word("test") - TITLE - pp.ZeroOrMore(step) - End("test"), _case)
