"""Offsets of the engine and positions of the protocol.

The engine counts characters from the beginning of a text. The protocol counts lines, and in a
line the units of an encoding that client and server agree on: UTF-16 unless they say otherwise.
Lines end with LF, CR LF or CR (LSP 3.17, "Text Documents").
"""

import re
from bisect import bisect_right

from lsprotocol.types import Position, Range
from pygls.workspace import PositionCodec

from engine.source.text import Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of one text."""

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self._text = text
        self._codec = codec
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """Return the position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        before = self._text[self._starts[line] : offset]
        return Position(line=line, character=self._codec.client_num_units(before))

    def offset(self, position: Position) -> int:
        """Return the offset of a position; one behind the end of a line is its end.

        A position within a character, as between two surrogates, is the beginning of it.
        """
        if position.line >= len(self._starts):
            return len(self._text)
        start = self._starts[position.line]
        end = _LINE_END.search(self._text, start)
        line = self._text[start : end.start() if end is not None else len(self._text)]
        units = 0
        for column, character in enumerate(line):
            units += self._codec.client_num_units(character)
            if units > position.character:
                return start + column
        return start + len(line)

    def range(self, span: Span) -> Range:
        """Return the range that a span covers."""
        return Range(start=self.position(span.start), end=self.position(span.end))
