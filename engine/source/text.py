"""Source texts and places in them.

Offsets count code points from zero; lines and columns count from one, as editors show them. A
span takes no part in the equality of the value that carries it.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of offsets in the source of that name."""

    source: str
    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """Return the span from the start of this one to the end of the other."""
        return Span(source=self.source, start=self.start, end=other.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as a person names it."""

    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One text with its name: a path relative to the bundle, or what the caller calls it."""

    name: str
    text: str
    _starts: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        lengths = (len(line) + 1 for line in self.text.split("\n")[:-1])
        object.__setattr__(self, "_starts", tuple(accumulate(lengths, initial=0)))

    def span(self, start: int, end: int) -> Span:
        """Return the span of this source between two offsets."""
        return Span(source=self.name, start=start, end=end)

    def locate(self, offset: int) -> Location:
        """Return the line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return Location(source=self.name, line=line, column=offset - self._starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return a line's text without its line end; `number` counts from one."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def lines(self, first: int, last: int) -> Span:
        """Return the span of whole lines, without the end of the last; numbers count from one."""
        start = self._starts[last - 1]
        return self.span(self._starts[first - 1], start + len(self.line(last)))

    def slice(self, span: Span) -> str:
        """Return the text that a span of this source covers."""
        return self.text[span.start : span.end]
