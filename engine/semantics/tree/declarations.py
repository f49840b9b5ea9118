"""What policies declare with dates: sets and parameters, each in editions of the law."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Generic, TypeVar

from ...source.text import Span
from ..types import ElementType, Type
from .terms import Constant

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A provision that a rule or a declaration rests on."""

    instrument: str
    title: str
    provision: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days from `start` to the day before `until`; None where it is open."""

    start: date | None = None
    until: date | None = None

    @property
    def first(self) -> date:
        """The first day in it; where it is open, that of the calendar."""
        return self.start or date.min

    @property
    def end(self) -> date:
        """The day from which on no day lies in it; where it is open, the last of the calendar."""
        return self.until or date.max

    @property
    def last(self) -> date | None:
        """The last day in it; None where it is open."""
        return None if self.until is None else self.until - timedelta(days=1)

    @property
    def days(self) -> str:
        """Its days, as policies name them: `from 2026-01-01 through 2026-12-31`."""
        first = f"from {self.start}" if self.start is not None else ""
        last = f"through {self.last}" if self.last is not None else ""
        return " ".join(filter(None, (first, last)))

    def holds_on(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.meets(day, day)

    def meets(self, start: date | None, end: date | None) -> bool:
        """Whether any day from `start` to `end`, both included, lies in it."""
        begins_in_time = self.start is None or end is None or self.start <= end
        ends_late_enough = self.until is None or start is None or self.until > start
        return begins_in_time and ends_late_enough

    def overlaps(self, other: "Window") -> bool:
        """Whether any day lies in both."""
        begins_in_time = self.start is None or other.until is None or self.start < other.until
        ends_late_enough = self.until is None or other.start is None or other.start < self.until
        return begins_in_time and ends_late_enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(Generic[Content]):
    """What a declaration says over a window of time, and the provisions that say so.

    `file` is the file of the bundle that lists it; empty where the policy does.
    """

    window: Window
    content: Content
    sources: tuple[Citation, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Generic[Content]):
    """A declaration in editions, which do not overlap and stand in order of time."""

    name: str
    label: str
    editions: tuple[Edition[Content], ...]

    def edition_on(self, day: date) -> Edition[Content] | None:
        """Return the edition that holds on a day, or None where there is none."""
        begun = bisect_right(self.editions, day, key=_beginning)
        found = self.editions[begun - 1] if begun else None
        return found if found is not None and found.window.holds_on(day) else None

    def turns(self, window: Window) -> Iterator[date]:
        """Yield the days on which editions begin or end, in order: all of a window, some around."""
        first = bisect_right(self.editions, window.first, key=_beginning)
        for edition in self.editions[max(0, first - 1) :]:
            start, until = edition.window.start, edition.window.until
            if window.until is not None and start is not None and start >= window.until:
                return
            yield from (day for day in (start, until) if day is not None)

    def on(self, day: date) -> Content | None:
        """Return what it says on a day, or None where no edition holds."""
        edition = self.edition_on(day)
        return None if edition is None else edition.content


def _beginning(edition: Edition[Content]) -> date:
    return edition.window.first


Members = frozenset[str] | frozenset[Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefinition(Dated[Members]):
    """A declared set of members of one type, and where it is declared.

    `sets` are those that it names; their members are among its own.
    """

    type: ElementType
    span: Span = field(compare=False, repr=False)
    sets: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Dated[Constant]):
    """A value that the law or the house sets, and may set anew; when it was last looked over."""

    type: Type
    sources: tuple[Citation, ...]
    reviewed: date | None
