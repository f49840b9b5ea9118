"""The words and marks of the language: the single lexical truth.

The scanner, the grammar, the printer and the messages read these tables. Keywords are lower case
and case-sensitive, because NO, IN, IS, BY, AT, BE and IT are country codes.
"""

import re
from enum import Enum

MAXIMUM_DEPTH = 32
"""Brackets may nest this deep; a clause that goes deeper is refused."""

MAXIMUM_HEIGHT = 64
"""The tree of a condition may be this high, so that whatever reads it may recurse."""

LONGEST_FILE = 1024 * 1024
"""A longer text is not read, in characters."""

MOST_WORDS = 128 * 1024
"""Nor is a text with more words and marks than this, comments aside; 2,000 rules have fewer."""

MOST_DIGITS = 34
"""The most digits of a number, before or after its point (decimal128, as in descriptors)."""

LONGEST_NAME = 100
"""The most letters of a name: decisions are found by those of rules, and an index holds them."""

MOST_FAULTS = 100
"""After this many faults of one text the rest is left unsaid."""

ITEM_KEYWORDS = (
    *("module", "instrument", "vocabulary", "set", "parameter", "define"),
    *("table", "policy", "waiver", "profile", "test"),
)

CLAUSE_KEYWORDS = (
    "source",
    "in force from",
    "applies in",
    "applies when",
    "prohibit when",
    "require",
    "oblige",
    "permit when",
    "despite",
    "subject to",
    "unless",
    "if unknown",
    "severity",
    "enforcement",
    "month end",
    "text",
    "message",
    "remedy",
    "evidence",
)

PARAMETER_KEYWORDS = ("source", "from", "is", "reviewed on")

DEFINITION_KEYWORDS = ("source", "means")

WAIVER_KEYWORDS = ("of", "for", "in force from", "approved by", "ticket", "reason")

PROFILE_KEYWORDS = ("source", "adopts", "tightens")

TEST_KEYWORDS = ("on", "given", "without", "expect", "for each", "case")

ROW_KEYWORDS = ("for", "case")
"""The first words of the lines of a table, in which `|` sets columns apart."""

TABLE_KEYWORDS = ("source", "given", "gives", "from", "case", "otherwise")

PROVISIONS = (
    *("art", "rec", "annex", "sec", "part", "para", "ch", "title", "no", "point", "policy"),
    *("item", "reg", "sch", "rule"),
)
"""The kinds of provisions that citations name, as they are abbreviated."""

RESERVED_WORDS = (
    *("and", "or", "not", "is", "has", "in", "of", "when", "yes", "no", "today", "end", "rule"),
    *("due", "exceeds", "includes", "overlaps", "require", "unless", "prohibit", "expect", "given"),
    "without",
    *("known", "unknown", "empty", "between", "within", "before", "after"),
)
"""Words that cannot begin a name in a condition, nor be a member of an enumeration.

The last seven follow `is` in a phrase: a member `unknown` could never be compared with.
"""

SCALAR_TYPES = (
    *("text", "yes_no", "number", "whole_number", "percentage", "money", "date", "instant"),
    *("place", "country", "language", "currency", "days", "months", "distance"),
)


PERIOD = "period"
"""The type of a period of days: a group of the facts `start` and `end`, both days included."""


class Unit(Enum):
    """A unit of time or of distance, for one and for several."""

    DAY = ("day", "days")
    WEEK = ("week", "weeks")
    MONTH = ("month", "months")
    YEAR = ("year", "years")
    METRE = ("metre", "metres")
    KILOMETRE = ("km", "km")
    MILE = ("mile", "miles")

    @property
    def one(self) -> str:
        """The word behind `1`."""
        return self.value[0]

    @property
    def several(self) -> str:
        """The word behind any other number."""
        return self.value[1]


TIME_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)
DISTANCE_UNITS = (Unit.METRE, Unit.KILOMETRE, Unit.MILE)


class MonthEnd(Enum):
    """Where a count of months ends whose last month lacks the day: its last day, or the next."""

    ROUNDS_DOWN = "rounds down"
    ROUNDS_UP = "rounds up"

    @property
    def remark(self) -> str:
        """What is said behind a count of months; nothing where it ends as counts do."""
        return " (month end rounds up)" if self is MonthEnd.ROUNDS_UP else ""


class Comparator(Enum):
    """A comparison phrase and the phrase of its denial, as a person reads them."""

    IS = ("is", "is not")
    IS_NOT = ("is not", "is")
    AT_LEAST = ("is at least", "is less than")
    AT_MOST = ("is at most", "is more than")
    MORE_THAN = ("is more than", "is at most")
    EXCEEDS = ("exceeds", "is at most")
    LESS_THAN = ("is less than", "is at least")
    BEFORE = ("is before", "is on or after")
    AFTER = ("is after", "is on or before")
    ON_OR_BEFORE = ("is on or before", "is after")
    ON_OR_AFTER = ("is on or after", "is before")
    BETWEEN = ("is between", "is not between")
    WITHIN = ("is within", "is not within")
    ONE_OF = ("is one of", "is not one of")
    NOT_ONE_OF = ("is not one of", "is one of")
    INCLUDES = ("includes", "does not include")
    INCLUDES_ANY_OF = ("includes any of", "includes none of")
    INCLUDES_ALL_OF = ("includes all of", "does not include all of")
    INCLUDES_NONE_OF = ("includes none of", "includes any of")
    LIKE = ("is like", "is not like")
    NOT_LIKE = ("is not like", "is like")
    OVERLAPS = ("overlaps", "does not overlap")
    KNOWN = ("is known", "is unknown")
    UNKNOWN = ("is unknown", "is known")
    EMPTY = ("is empty", "is not empty")
    NOT_EMPTY = ("is not empty", "is empty")

    @property
    def phrase(self) -> str:
        """The words that state the comparison."""
        return self.value[0]

    @property
    def denial(self) -> str:
        """The words that state its opposite."""
        return self.value[1]

    @property
    def opposite(self) -> "Comparator | None":
        """The comparator whose words are its denial; None where there is none."""
        return _BY_PHRASE.get(self.denial)

    @property
    def sides(self) -> frozenset[int]:
        """Where a value that compares so lies beside a single other: below (-1), at it (0), above.

        Nowhere for a comparator that says nothing of that.
        """
        return _SIDES.get(self, frozenset())

    @property
    def rises(self) -> bool | None:
        """Whether it holds more often as the value to its left rises, or less; None if neither."""
        return (1 in self.sides) if (1 in self.sides) is not (-1 in self.sides) else None


_BY_PHRASE = {each.phrase: each for each in Comparator}
_SIDES = {
    Comparator.IS: frozenset((0,)),
    Comparator.IS_NOT: frozenset((-1, 1)),
    **dict.fromkeys((Comparator.AT_LEAST, Comparator.ON_OR_AFTER), frozenset((0, 1))),
    **dict.fromkeys((Comparator.AT_MOST, Comparator.ON_OR_BEFORE), frozenset((-1, 0))),
    **dict.fromkeys((Comparator.MORE_THAN, Comparator.EXCEEDS, Comparator.AFTER), frozenset((1,))),
    **dict.fromkeys((Comparator.LESS_THAN, Comparator.BEFORE), frozenset((-1,))),
}

UNARY_COMPARATORS = (Comparator.KNOWN, Comparator.UNKNOWN, Comparator.EMPTY, Comparator.NOT_EMPTY)
SET_COMPARATORS = (
    Comparator.ONE_OF,
    Comparator.NOT_ONE_OF,
    Comparator.INCLUDES_ANY_OF,
    Comparator.INCLUDES_ALL_OF,
    Comparator.INCLUDES_NONE_OF,
)
ORDER_COMPARATORS = (
    Comparator.AT_LEAST,
    Comparator.AT_MOST,
    Comparator.MORE_THAN,
    Comparator.EXCEEDS,
    Comparator.LESS_THAN,
)
DATE_COMPARATORS = (
    Comparator.BEFORE,
    Comparator.AFTER,
    Comparator.ON_OR_BEFORE,
    Comparator.ON_OR_AFTER,
)

NAME = r"[A-Za-z_]\w*"
"""A name: letters, digits and underscores, as a regular expression."""

CONTRACTION = r"[A-Za-z]+n['’]t\b"  # noqa: RUF001 - as word processors write it.
"""A word with `not` in it, as `isn't`; no word of the language."""

TEXT = r'"(?:[^"\\\n]|\\.)*"'
"""A text in quotation marks, as a regular expression."""


def phrase_pattern(*phrases: str) -> str:
    """Return a regular expression for any of the phrases, the longest first, with any spacing."""
    longest_first = sorted(phrases, key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return rf"(?:{'|'.join(spaced)})(?!\w)"
