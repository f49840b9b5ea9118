"""Elements that let one grammar survive faults: panic-mode recovery at clause and item borders.

A broken clause becomes a `Broken` node and parsing goes on behind it, so that one mistake never
hides its neighbours. Recovery looks for the next keyword at the start of a line; text without
faults may be laid out in any way.
"""

import re
from typing import cast

import pyparsing as pp

from ..source.text import Span
from .tree import Broken, Node


class SourceText(str):
    """A text that knows the name of its source, as parse actions receive it."""

    __slots__ = ("source",)

    source: str

    @classmethod
    def of(cls, text: str, source: str) -> "SourceText":
        """Return the text, named."""
        made = cls(text)
        made.source = source
        return made


def span_in(text: str, start: int, end: int) -> Span:
    """Return the span of a text handed to a parse action."""
    return Span(source=cast("SourceText", text).source, start=start, end=end)


def first_visible(text: str, offset: int) -> int:
    """Return the offset of the first character at or behind `offset` that is not white space."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


def last_visible(text: str, start: int, end: int) -> int:
    """Return the offset behind the last visible character of a range."""
    return start + len(text[start:end].rstrip())


class Recovering(pp.ParseElementEnhance):
    """An element that, where it fails, yields `Broken` and resumes at the next border.

    `border` is a pattern for the start of what may follow; it is searched at line starts. Only a
    committed element (`-`) recovers: one that does not begin here leaves the place to others.
    """

    def __init__(self, expression: pp.ParserElement, border: str, context: str) -> None:
        super().__init__(expression)
        self._border = re.compile(rf"^[ \t]*(?={border})", re.MULTILINE)
        self._context = context

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self, instring: str, loc: int, do_actions: bool = True  # noqa: FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Parse, or skip to the next border."""
        try:
            return self.expr._parse(instring, loc, do_actions, callPreParse=False)  # noqa: SLF001 - how enhancing elements delegate in pyparsing.
        except pp.ParseFatalException as fault:
            place = first_visible(instring, fault.loc)
            expected = fault.msg.removeprefix("Expected ")
        start = first_visible(instring, loc)
        resume = self._resume(instring, max(start + 1, place))
        broken = Broken(
            span=span_in(instring, start, last_visible(instring, start, resume)),
            place=place,
            expected=expected,
            context=self._context,
        )
        return resume, pp.ParseResults([broken])

    def _resume(self, text: str, offset: int) -> int:
        match = self._border.search(text, offset)
        return match.end() if match else len(text)


class Complete(pp.Token):
    """Nothing more may stand on the line, unless a border follows: the clause is complete."""

    def __init__(self, border: str) -> None:
        super().__init__()
        self._border = re.compile(border)
        self.mayReturnEmpty = True
        self.set_name("the end of the clause")

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self, instring: str, loc: int, do_actions: bool = True  # noqa: ARG002, FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Succeed without consuming anything, or fail at what does not belong."""
        starts_line = "\n" in instring[_behind_word(instring, loc) : loc]
        if loc >= len(instring) or starts_line or self._border.match(instring, loc):
            return loc, pp.ParseResults([])
        raise pp.ParseException(instring, loc, "Expected the end of the clause", self)


def _behind_word(text: str, offset: int) -> int:
    while offset > 0 and text[offset - 1].isspace():
        offset -= 1
    return offset


class End(pp.Token):
    """`end WORD`; where it is missing, a `Broken` that stands where it should have been."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word
        self._phrase = re.compile(rf"end\s+{word}(?!\w)")
        self._other = re.compile(r"end(?!\w)[ \t]*\w*")
        self.mayReturnEmpty = True
        self.set_name(f"`end {word}`")

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self, instring: str, loc: int, do_actions: bool = True  # noqa: ARG002, FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Consume the phrase, or a wrong `end …`, or nothing."""
        if match := self._phrase.match(instring, loc):
            return match.end(), pp.ParseResults([Node(span=span_in(instring, loc, match.end()))])
        wrong = self._other.match(instring, loc)
        end = wrong.end() if wrong else loc
        broken = Broken(
            span=span_in(instring, loc, end),
            place=loc,
            expected=f"`end {self._word}`",
            context=self._word,
        )
        return end, pp.ParseResults([broken])
