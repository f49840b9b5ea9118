"""The elements of which the combinators are built: a word, a mark, a value, a list, a node.

Every element yields nodes, and a parse action does nothing but construct one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from types import UnionType
from typing import Any, TypeAlias

import pyparsing as pp

from ...source.quoting import series
from ...source.text import Span
from .. import expectations as expect
from .. import tree
from ..lexis import NAME, TEXT, phrase_pattern
from . import literals
from .reading import SPACE, Reading, SourceText, behind_space, reader, span_in
from .recovery import Complete, End, Recovering

Parts: TypeAlias = Sequence[Any]
Build: TypeAlias = Callable[[Span, Parts], tree.Node]


class Construct(Reading):
    """An element that yields the node which `build(span, parts)` makes of the nodes of another."""

    def __init__(self, element: pp.ParserElement, build: Build) -> None:
        super().__init__()
        self.element = element
        self._parts = reader(element)
        self._build = build

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Read the other element, and add the one node."""
        parts: list[Any] = []
        end = self._parts(text, place, parts)
        span = span_in(text, parts[0].span.start, parts[-1].span.end)
        made = self._build(span, parts)
        if isinstance(made, tree.Broken):
            text.is_sound = False
        nodes.append(made)
        return end


def node(element: pp.ParserElement, build: Build) -> pp.ParserElement:
    """Let an element yield the node that `build(span, parts)` makes of its parts."""
    return Construct(element, build)


def clause(body: pp.ParserElement, border: str, build: Build) -> pp.ParserElement:
    """Return the element for a clause, which is complete at the end of its line or at a border."""
    return node(body - Complete(border), build)


def block(
    keyword: str, heading: pp.ParserElement, part: pp.ParserElement, border: str, build: Build
) -> pp.ParserElement:
    """Return the element for `KEYWORD heading … end KEYWORD`, which goes on behind broken parts."""
    parts = pp.ZeroOrMore(Recovering(part, border, keyword))
    return node(word(keyword) - heading - parts - End(keyword), build)


class Leaf(Reading):
    """An element for one token, which yields the node that `build` makes of its text."""

    def __init__(self, pattern: str, name: str, build: literals.Build) -> None:
        super().__init__()
        self._pattern = re.compile(rf"{SPACE}({pattern})")
        self._build = build
        self.set_name(name)

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Match the token, or fail."""
        match = self._pattern.match(text, place)
        if match is None:
            raise pp.ParseException(text, behind_space(text, place), self.errmsg, self)
        start, end = match.span(1)
        try:
            nodes.append(self._build(span_in(text, start, end), match[1]))
        except ValueError:
            raise pp.ParseFatalException(text, start, expect.REAL_DAY) from None
        return end


class Phrase(Leaf):
    """An element for any of some phrases, with any space between their words."""

    def __init__(self, *phrases: str) -> None:
        super().__init__(phrase_pattern(*phrases), series(phrases, "or"), _name)
        self.phrases = phrases


class Choice(Reading):
    """One of several constructs, each known by the phrase with which it begins.

    It does what `MatchFirst` does, without trying all of them in turn. Where none begins, it is
    the last alternative, `otherwise`.
    """

    def __init__(self, constructs: Iterable[pp.ParserElement], otherwise: pp.ParserElement) -> None:
        super().__init__()
        self._by_phrase = {
            phrase: reader(each) for each in constructs for phrase in _beginning(each).phrases
        }
        self._otherwise = reader(otherwise)
        self._beginning = re.compile(rf"{SPACE}({phrase_pattern(*self._by_phrase)})")

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Read the construct whose phrase stands here."""
        match = self._beginning.match(text, place)
        read = self._by_phrase[" ".join(match[1].split())] if match else self._otherwise
        return read(text, place, nodes)


def _beginning(construct: pp.ParserElement) -> Phrase:
    match construct:
        case Phrase():
            return construct
        case pp.And():
            return _beginning(construct.exprs[0])
        case Construct(element=inner) | Recovering(element=inner):
            return _beginning(inner)
        case _:
            raise TypeError("a construct to choose begins with a phrase")


def _name(span: Span, words: str) -> tree.Name:
    return tree.Name(span=span, text=words)


def leaf(pattern: str, name: str, build: literals.Build = _name) -> pp.ParserElement:
    """Return an element for one token; without `build` it yields a `Name`."""
    return Leaf(pattern, name, build)


def word(*phrases: str) -> pp.ParserElement:
    """Return an element for any of the phrases, with any space between their words."""
    return Phrase(*phrases)


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
REFERENCE = leaf(rf"{NAME}/{NAME}", expect.RULE, literals.reference)
TITLE = leaf(TEXT, expect.TEXT, literals.text)
DAY = leaf(literals.DATE, expect.DAY, literals.day)
END = node(
    word(*(each.value for each in tree.EndWord)) - DAY,
    lambda span, parts: tree.End(span=span, word=tree.EndWord(parts[0].text), day=parts[1]),
)
IS = (END - word("is") | word("is")).set_name(expect.IS_OR_END)
"""What follows the first day of an edition: its end, where it has one, and `is`."""

FACT_PATH = leaf(literals.PATH, "a fact", literals.path)
IDENTIFIER = leaf(literals.UNRESERVED + NAME, expect.NAME)
WAIVER_NAME = leaf(literals.UNRESERVED + NAME, expect.WAIVER)
MEMBER_NAME = leaf(rf"{literals.UNRESERVED}[a-z_]\w*(?!\w)", expect.MEMBER)
