"""Elements that let one grammar survive faults: panic-mode recovery at clause and item borders.

A broken clause becomes a `Broken` node and parsing goes on behind it, so that one mistake never
hides its neighbours, until there are more than `MOST_FAULTS`. It resumes at the start of a line,
where a keyword stands or where the indentation says that something new begins; text without faults
may be laid out in any way.
"""

import re
from typing import Any

import pyparsing as pp

from ..expectations import CLAUSE_END, end_of
from ..lexis import MOST_FAULTS
from ..tree import Broken, Node
from .reading import Reading, SourceText, behind_space, reader, span_in


def _onward(text: SourceText, offset: int) -> int:
    """Return where to go on behind one more fault: nowhere once there are too many."""
    text.faults += 1
    text.is_sound = False
    return offset if text.faults <= MOST_FAULTS else len(text)


def first_visible(text: str, offset: int) -> int:
    """Return the offset of the first character at or behind `offset` that is not white space."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return offset


def _line_start(text: str, offset: int) -> int:
    """Return where the line of an offset begins, or the offset where words stand before it."""
    start = text.rfind("\n", 0, offset) + 1
    return offset if text[start:offset].strip() else start


class Recovering(Reading):
    """An element that, where it fails, yields `Broken` and resumes at what may follow.

    That is a line that starts with a `border`, or with a `word` no further to the right than the
    broken construct. Only a committed element (`-`) recovers: one that does not begin here leaves
    the place to others.
    """

    def __init__(
        self, element: pp.ParserElement, border: str, context: str, *, word: str = "[A-Za-z]"
    ) -> None:
        super().__init__()
        self.element = element
        self._construct = reader(element)
        self._line = re.compile(rf"^[ \t]*(?=(?P<border>{border})|{word})", re.MULTILINE)
        self._context = context

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Read the construct, or skip to where something else begins."""
        before = len(nodes)
        try:
            return self._construct(text, place, nodes)
        except pp.ParseFatalException as fault:
            wrong = first_visible(text, fault.loc)
            expected = fault.msg.removeprefix("Expected ")
        start = first_visible(text, place)
        resume = self._resume(text, start, wrong)
        broken = Broken(
            span=span_in(text, start, start + len(text[start:resume].rstrip())),
            place=wrong,
            expected=expected,
            context=self._context,
        )
        nodes[before:] = [broken]
        return _onward(text, resume)

    def _resume(self, text: str, start: int, place: int) -> int:
        line = _line_start(text, start)
        is_first = line < start or start == 0 or text[start - 1] == "\n"
        column = start - line if is_first else -1
        for match in self._line.finditer(text, max(start + 1, _line_start(text, place))):
            if match["border"] is not None or len(match[0]) <= column:
                return match.end()
        return len(text)


class Complete(Reading):
    """Nothing more may stand on the line, unless a border follows: the clause is complete."""

    def __init__(self, border: str) -> None:
        super().__init__()
        self._border = re.compile(border)
        self.set_name(CLAUSE_END)

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:  # noqa: ARG002 - it adds none.
        """Succeed without consuming anything, or fail at what does not belong."""
        before, start = place, behind_space(text, place)
        while text[before - 1].isspace():  # An element of pyparsing may have passed over it.
            before -= 1
        if start >= len(text) or "\n" in text[before:start] or self._border.match(text, start):
            return place
        raise pp.ParseException(text, start, self.errmsg, self)


class End(Reading):
    """`end WORD`; where it is missing, a `Broken` that stands where it should have been.

    An `end` of something else counts as this one, unless it is that of the `outer` construct.
    """

    def __init__(self, word: str, outer: str | None = None) -> None:
        super().__init__()
        self._word = word
        self._phrase = re.compile(rf"end\s+{word}(?!\w)")
        spared = rf"(?![ \t]+{outer}(?!\w))" if outer else ""
        self._other = re.compile(rf"end(?!\w){spared}(?:[ \t]+[A-Za-z]\w*)?")
        self.set_name(end_of(word))

    def read(self, text: SourceText, place: int, nodes: list[Any]) -> int:
        """Consume the phrase, or a wrong `end …`, or nothing."""
        start = behind_space(text, place)
        if match := self._phrase.match(text, start):
            nodes.append(Node(span=span_in(text, start, match.end())))
            return match.end()
        wrong = self._other.match(text, start)
        end = wrong.end() if wrong else start
        broken = Broken(
            span=span_in(text, start, end),
            place=start,
            expected=end_of(self._word),
            context=self._word,
        )
        nodes.append(broken)
        return _onward(text, end)
