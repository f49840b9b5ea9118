"""Where the grammar stopped, and the words around that place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from ...source.text import Source, Span
from ..lexis import CONTRACTION, TEXT
from ..tree import Broken

LABEL = re.compile(r"\([a-z]\)")
"""A label in a list, which counts as one word."""

_WORD = re.compile(rf"{TEXT}|{LABEL.pattern}|{CONTRACTION}|\w+(?:[./%-]\w+)*[.%]?|\S")
_REACH = 80
_WIDEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, the words around it, and how many of them stand before it."""

    source: Source
    text: str
    broken: Broken
    words: tuple[tuple[int, int], ...]
    index: int

    @property
    def found(self) -> str:
        """The word that does not fit; empty at the end of the text."""
        return self.shown(self.index, self.index + 1)

    @property
    def before(self) -> str:
        """The word in front of it; empty at the start of the construct."""
        return self.shown(max(0, self.index - 1), self.index)

    @property
    def after(self) -> str:
        """The word behind it; empty at the end of the text."""
        return self.shown(self.index + 1, self.index + 2)

    @property
    def clause(self) -> str:
        """All words in front of it, from the start of the construct."""
        return self.shown(0, self.index)

    @property
    def here(self) -> Span:
        """The span of the word that does not fit."""
        return self.span(self.index, self.index + 1)

    @property
    def stops_short(self) -> bool:
        """Whether the next word stands on another line, or nowhere."""
        between = self.text[self.words[self.index - 1][1] : self.broken.place]
        return not self.found or "\n" in between

    def shown(self, first: int, last: int) -> str:
        """Return the words of a range with single spaces, very long ones cut."""
        words = (self.text[start:end] for start, end in self.words[first:last])
        return " ".join(word if len(word) <= _WIDEST else f"{word[:_WIDEST]}…" for word in words)

    def span(self, first: int, last: int) -> Span:
        """Return the span of a range of words, or of the place itself where there are none."""
        words = self.words[first:last] or ((self.broken.place, self.broken.place),)
        return self.source.span(words[0][0], words[-1][1])

    def words_on_line(self, most: int) -> int:
        """Return how many words from the place on stand on its line, at least one."""
        words = self.words[self.index : self.index + most]
        end = self.text.find("\n", words[0][0]) if words else -1
        return max(1, sum(1 for start, _ in words if end < 0 or start < end))

    def windows(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of up to six words that hold the place or end before it.

        The longest come first; a single word is only that at the place.
        """
        for length in range(6, 1, -1):
            for first in range(max(0, self.index - length), self.index + 1):
                if first + length <= len(self.words):
                    yield first, first + length
        if self.found:
            yield self.index, self.index + 1


def placed(broken: Broken, source: Source, text: str) -> Place:
    """Return the place of what could not be parsed; `text` is what the grammar read."""
    onward = _WORD.finditer(text, broken.span.start)
    words = tuple(m.span() for m in takewhile(lambda m: m.start() < broken.place + _REACH, onward))
    index = sum(1 for _, end in words if end <= broken.place)
    return Place(source=source, text=text, broken=broken, words=words, index=index)
