"""The elements of which the combinators are built: a word, a mark, a value, a list, a node.

Every element yields nodes, and a parse action does nothing but construct one.
"""

from collections.abc import Callable, Sequence
from types import UnionType
from typing import Any, TypeAlias

import pyparsing as pp

from ...source.text import Span
from .. import expectations as expect
from .. import tree
from ..lexis import NAME, TEXT, phrase_pattern
from . import literals
from .recovery import span_in

Parts: TypeAlias = Sequence[Any]
Build: TypeAlias = Callable[[Span, Parts], tree.Node]


def node(element: pp.ParserElement, build: Build, name: str | None = None) -> pp.ParserElement:
    """Let an element yield the node that `build(span, parts)` makes of its parts."""

    def action(text: str, _: int, parts: pp.ParseResults) -> tree.Node:
        span = span_in(text, parts[0].span.start, parts[-1].span.end)
        return build(span, parts.as_list())

    made = element.copy().add_parse_action(action)
    return made.set_name(name) if name else made


def leaf(pattern: str, name: str, build: literals.Build | None = None) -> pp.ParserElement:
    """Return an element for one token; without `build` it yields a `Name`."""

    def action(text: str, loc: int, parts: pp.ParseResults) -> tree.Node:
        matched = parts[0]
        span = span_in(text, loc, loc + len(matched))
        try:
            return build(span, matched) if build else tree.Name(span=span, text=matched)
        except ValueError:
            raise pp.ParseFatalException(text, loc, expect.REAL_DAY) from None

    return pp.Regex(pattern).set_name(name).add_parse_action(action)


def word(*phrases: str) -> pp.ParserElement:
    """Return an element for any of the phrases, with any space between their words."""
    names = [f"`{phrase}`" for phrase in phrases]
    described = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return leaf(phrase_pattern(*phrases), described)


def mark(sign: str) -> pp.ParserElement:
    """Return an element for a punctuation mark."""
    return leaf(rf"\{sign}", f"`{sign}`")


def listed(element: pp.ParserElement) -> pp.ParserElement:
    """Return an element for one or more, set apart by commas."""
    return element + pp.ZeroOrMore(mark(",") - element)


def misfit(border: str, name: str) -> pp.ParserElement:
    """Return an element that starts where no border does, and always fails there."""
    return pp.Regex(rf"(?!{border})(?=\S)").suppress() - pp.NoMatch().set_name(name)


def of(kind: type | tuple[type, ...] | UnionType, parts: Parts) -> tuple[Any, ...]:
    """Return the parts that are of a kind."""
    return tuple(part for part in parts if isinstance(part, kind))


def first(kind: type, parts: Parts) -> Any:
    """Return the first part of a kind, or None."""
    return next((part for part in parts if isinstance(part, kind)), None)


def phrase_of(name: tree.Name) -> str:
    """Return the words of a phrase with single spaces."""
    return " ".join(name.text.split())


LENGTH = leaf(literals.LENGTH, expect.LENGTH, literals.measure)
TITLE = leaf(TEXT, expect.TEXT, literals.text)
DAY = leaf(literals.DATE, expect.DAY, literals.day)
FACT_PATH = leaf(literals.PATH, "a fact", literals.path)
IDENTIFIER = leaf(literals.UNRESERVED + NAME, expect.NAME)
MEMBER_NAME = leaf(rf"{literals.UNRESERVED}[a-z_]\w*(?!\w)", expect.MEMBER)
