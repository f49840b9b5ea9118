"""How elements hand nodes on: straight into the list of the construct that they stand in.

pyparsing wraps what every element yields, a word three times over before its clause is made, and
that took most of the time in which a policy was read. An element of this module reads into a list.
What it is made of does likewise, as far as it is of a kind known here; the rest is left to
pyparsing, to which such an element is one token. The rules are pyparsing's: white space in front
of an element is skipped, and behind `-` a fault is fatal.
"""

import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import pyparsing as pp

from ...source.text import Span


class SourceText(str):
    """A text that knows the name of its source, as elements receive it, and how it has fared.

    `faults` counts what was broken so far. A text `is_sound` as long as nothing was broken, nor
    joined by `and` as well as `or`.
    """

    __slots__ = ("faults", "is_sound", "source")

    source: str
    faults: int
    is_sound: bool

    @classmethod
    def of(cls, text: str, source: str) -> "SourceText":
        """Return the text, named."""
        made = cls(text)
        made.source = source
        made.faults = 0
        made.is_sound = True
        return made


Read: TypeAlias = Callable[[SourceText, int, list[Any]], int]
"""Reads from a place of a text on, adds nodes to a list, and returns the place behind them.

It raises as pyparsing's elements do, and may then have added some of the nodes.
"""

SPACE = r"[ \n\t\r]*+"
"""White space as pyparsing skips it."""

_SPACE = re.compile(SPACE)


def behind_space(text: SourceText, place: int) -> int:
    """Return the first place at or behind `place` at which no white space stands."""
    match = _SPACE.match(text, place)
    return match.end() if match else place


def span_in(text: SourceText, start: int, end: int) -> Span:
    """Return the span of a text between two places."""
    return Span(source=text.source, start=start, end=end)


class Reading(pp.Token):
    """An element that reads nodes by itself, and is one token to pyparsing."""

    @abstractmethod
    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Read as `Read` says."""

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self,
        instring: str,
        loc: int,
        do_actions: bool = True,  # noqa: ARG002, FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Read, and wrap what was read."""
        nodes: list[Any] = []
        end = self.read(cast("SourceText", instring), loc, nodes)
        return end, pp.ParseResults(nodes)


def reader(element: pp.ParserElement) -> Read:
    """Return how to read an element of the grammar."""
    match element:
        case Reading():
            return element.read
        case pp.And():
            return _sequence(element)
        case pp.Opt(expr=pp.ParserElement() as inner):
            return _optional(reader(inner))
        case pp.ZeroOrMore(expr=pp.ParserElement() as inner):
            return _repeated(reader(inner))
        case _:
            return _as_it_is(element)


def _as_it_is(element: pp.ParserElement) -> Read:
    element.streamline()  # Without it pyparsing would not heed a `-` in a sequence of three.

    def read(text: SourceText, place: int, nodes: list[Any]) -> int:
        end, found = element._parse(text, place)  # noqa: SLF001 - how enhancing elements delegate in pyparsing.
        nodes.extend(found)
        return end

    return read


def _sequence(element: pp.And) -> Read:
    element.streamline()
    offered: list[Read] = []
    owed: list[Read] = []
    parts = offered
    for part in element.exprs:
        if isinstance(part, pp.And._ErrorStop):  # noqa: SLF001 - what `-` leaves in a sequence has no other name.
            parts = owed
        else:
            parts.append(reader(part))

    def read(text: SourceText, place: int, nodes: list[Any]) -> int:
        for each in offered:
            place = each(text, place, nodes)
        try:
            for each in owed:
                place = each(text, place, nodes)
        except pp.ParseException as fault:
            raise pp.ParseFatalException(text, fault.loc, fault.msg) from None
        return place

    return read


def _optional(inner: Read) -> Read:
    def read(text: SourceText, place: int, nodes: list[Any]) -> int:
        before = len(nodes)
        try:
            return inner(text, place, nodes)
        except pp.ParseException:
            del nodes[before:]
            return place

    return read


def _repeated(inner: Read) -> Read:
    def read(text: SourceText, place: int, nodes: list[Any]) -> int:
        before = len(nodes)
        try:
            while True:
                place = inner(text, place, nodes)
                before = len(nodes)
        except pp.ParseException:
            del nodes[before:]
            return place

    return read
