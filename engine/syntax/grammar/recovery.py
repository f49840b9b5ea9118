"""Elements that let one grammar survive faults: panic-mode recovery at clause and item borders.

A broken clause becomes a `Broken` node and parsing goes on behind it, so that one mistake never
hides its neighbours, until there are more than `MOST_FAULTS`. It resumes at the start of a line,
where a keyword stands or where the indentation says that something new begins; text without faults
may be laid out in any way.
"""

import re
from typing import cast

import pyparsing as pp

from ...source.text import Span
from ..expectations import CLAUSE_END, end_of
from ..lexis import MOST_FAULTS
from ..tree import Broken, Node


class SourceText(str):
    """A text that knows the name of its source and its faults so far, as elements receive it."""

    __slots__ = ("faults", "source")

    source: str
    faults: int

    @classmethod
    def of(cls, text: str, source: str) -> "SourceText":
        """Return the text, named."""
        made = cls(text)
        made.source = source
        made.faults = 0
        return made


def span_in(text: str, start: int, end: int) -> Span:
    """Return the span of a text handed to a parse action."""
    return Span(source=cast("SourceText", text).source, start=start, end=end)


def _onward(text: str, offset: int) -> int:
    """Return where to go on behind one more fault: nowhere once there are too many."""
    source = cast("SourceText", text)
    source.faults += 1
    return offset if source.faults <= MOST_FAULTS else len(text)


def first_visible(text: str, offset: int) -> int:
    """Return the offset of the first character at or behind `offset` that is not white space."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


def _line_start(text: str, offset: int) -> int:
    """Return where the line of an offset begins, or the offset where words stand before it."""
    start = text.rfind("\n", 0, offset) + 1
    return offset if text[start:offset].strip() else start


class Recovering(pp.ParseElementEnhance):
    """An element that, where it fails, yields `Broken` and resumes at what may follow.

    That is a line that starts with a `border`, or with a `word` no further to the right than the
    broken construct. Only a committed element (`-`) recovers: one that does not begin here leaves
    the place to others.
    """

    def __init__(
        self, expression: pp.ParserElement, border: str, context: str, *, word: str = "[A-Za-z]"
    ) -> None:
        super().__init__(expression)
        self._line = re.compile(rf"^[ \t]*(?=(?P<border>{border})|{word})", re.MULTILINE)
        self._context = context

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self,
        instring: str,
        loc: int,
        do_actions: bool = True,  # noqa: FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Parse, or skip to where something else begins."""
        try:
            return self.expr._parse(instring, loc, do_actions, callPreParse=False)  # noqa: SLF001 - how enhancing elements delegate in pyparsing.
        except pp.ParseFatalException as fault:
            place = first_visible(instring, fault.loc)
            expected = fault.msg.removeprefix("Expected ")
        start = first_visible(instring, loc)
        resume = self._resume(instring, start, place)
        broken = Broken(
            span=span_in(instring, start, start + len(instring[start:resume].rstrip())),
            place=place,
            expected=expected,
            context=self._context,
        )
        return _onward(instring, resume), pp.ParseResults([broken])

    def _resume(self, text: str, start: int, place: int) -> int:
        line = _line_start(text, start)
        is_first = line < start or start == 0 or text[start - 1] == "\n"
        column = start - line if is_first else -1
        for match in self._line.finditer(text, max(start + 1, _line_start(text, place))):
            if match["border"] is not None or len(match[0]) <= column:
                return match.end()
        return len(text)


class Complete(pp.Token):
    """Nothing more may stand on the line, unless a border follows: the clause is complete."""

    def __init__(self, border: str) -> None:
        super().__init__()
        self._border = re.compile(border)
        self.set_name(CLAUSE_END)

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self,
        instring: str,
        loc: int,
        do_actions: bool = True,  # noqa: ARG002, FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Succeed without consuming anything, or fail at what does not belong."""
        before = loc
        while instring[before - 1].isspace():
            before -= 1
        if (
            loc >= len(instring)
            or "\n" in instring[before:loc]
            or self._border.match(instring, loc)
        ):
            return loc, pp.ParseResults([])
        raise pp.ParseException(instring, loc, self.errmsg, self)


class End(pp.Token):
    """`end WORD`; where it is missing, a `Broken` that stands where it should have been.

    An `end` of something else is taken for it, unless it is that of the `outer` construct.
    """

    def __init__(self, word: str, outer: str | None = None) -> None:
        super().__init__()
        self._word = word
        self._phrase = re.compile(rf"end\s+{word}(?!\w)")
        spared = rf"(?![ \t]+{outer}(?!\w))" if outer else ""
        self._other = re.compile(rf"end(?!\w){spared}(?:[ \t]+[A-Za-z]\w*)?")
        self.set_name(end_of(word))

    def parseImpl(  # noqa: N802 - the name is pyparsing's extension point.
        self,
        instring: str,
        loc: int,
        do_actions: bool = True,  # noqa: ARG002, FBT001, FBT002 - likewise.
    ) -> tuple[int, pp.ParseResults]:
        """Consume the phrase, or a wrong `end …`, or nothing."""
        if match := self._phrase.match(instring, loc):
            return match.end(), pp.ParseResults([Node(span=span_in(instring, loc, match.end()))])
        wrong = self._other.match(instring, loc)
        end = wrong.end() if wrong else loc
        broken = Broken(
            span=span_in(instring, loc, end),
            place=loc,
            expected=end_of(self._word),
            context=self._word,
        )
        return _onward(instring, end), pp.ParseResults([broken])
