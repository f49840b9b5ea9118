"""The two spellings of an end: by the first day after it, or by the last day that it includes."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from .expressions import DateLiteral
from .node import Node


class EndWord(Enum):
    """The word before the day of an end, which says whether that day is left out."""

    UNTIL = "until"
    THROUGH = "through"


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Node):
    """The end of what is dated: `until 2027-01-01` and `through 2026-12-31` say the same."""

    word: EndWord
    day: DateLiteral

    @property
    def until(self) -> date | None:
        """The first day on which it no longer holds; None where the calendar has no such day."""
        if self.word is EndWord.UNTIL:
            return self.day.value
        return None if self.day.value == date.max else self.day.value + timedelta(days=1)

    @property
    def text(self) -> str:
        """The words in which it is written."""
        return f"{self.word.value} {self.day.value}"
