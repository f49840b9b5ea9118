"""Words and values as regular expressions, and the nodes they stand for.

No parsing happens here: each function turns the text of one token into its node. A day that no
calendar has raises `ValueError`.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from ...source.text import Span
from .. import tree
from ..lexis import (
    DISTANCE_UNITS,
    MOST_DIGITS,
    NAME,
    RESERVED_WORDS,
    TEXT,
    TIME_UNITS,
    Unit,
    phrase_pattern,
)

UNRESERVED = rf"(?!(?:{'|'.join(RESERVED_WORDS)})(?!\w))"
STEP = rf"{NAME}(?:\[\d{{1,{MOST_DIGITS}}}\])?"
PATH = rf"{UNRESERVED}{STEP}(?:\.{STEP})*"
CODE = r"(?:[A-Z]{2}-[A-Z0-9]{1,3}|[a-z]{2,3}-[A-Z]{2})(?![\w.])"
"""A code of two parts: a region (ISO 3166-2, `US-CA`) or a regional language (BCP 47, `en-GB`)."""

UNSIGNED = rf"\d{{1,{MOST_DIGITS}}}(?:\.\d{{1,{MOST_DIGITS}}})?"
NUMBER = rf"-?{UNSIGNED}"
DATE = r"\d{4}-\d{1,2}-\d{1,2}(?!\w)"
_UNITS = {word: unit for unit in Unit for word in unit.value}
_TIMES = "|".join(word for unit in TIME_UNITS for word in unit.value)
_DISTANCES = "|".join(word for unit in DISTANCE_UNITS for word in unit.value)
_LENGTH = rf"\d{{1,9}}\s+(?!month\s+end\s+rounds(?!\w))(?:{_TIMES})"
LENGTH = rf"{_LENGTH}(?!\w)"
MEASURE = rf"(?:{_LENGTH}|{UNSIGNED}\s+(?:{_DISTANCES}))(?!\w)"
"""Times are whole: no calendar knows half a month. `month end rounds …` is the next clause."""

_TO = phrase_pattern("to")
PERIOD = rf"{DATE}\s+{_TO}\s+{DATE}"
PERCENT = rf"{NUMBER}\s*%"
MONEY = rf"[A-Z]{{3}}\s+{NUMBER}(?![\w.%])"

Build: TypeAlias = Callable[[Span, str], tree.Node]
BuildValue: TypeAlias = Callable[[Span, str], tree.Expression]


def text(span: Span, quoted: str) -> tree.TextLiteral:
    """Return a text with its escapes undone; an unknown escape stands for itself."""
    pieces = quoted[1:-1].replace('\\"', '"').split("\\\\")
    return tree.TextLiteral(span=span, value="\\".join(pieces))


def day(span: Span, words: str) -> tree.DateLiteral:
    """Return a day; raises `ValueError` where it does not exist or is not written in full."""
    return tree.DateLiteral(span=span, value=date.fromisoformat(words))


def period(span: Span, words: str) -> tree.PeriodLiteral:
    """Return a period of days; raises `ValueError` as for a day."""
    start, _, end = words.split()
    return tree.PeriodLiteral(
        span=span, start=date.fromisoformat(start), end=date.fromisoformat(end)
    )


def measure(span: Span, words: str) -> tree.MeasureLiteral:
    """Return a length of time or a distance."""
    amount, word = words.split()
    return tree.MeasureLiteral(span=span, amount=Decimal(amount), unit=_UNITS[word])


def percent(span: Span, words: str) -> tree.PercentLiteral:
    """Return a percentage, of `80%` as well as of `80% of`."""
    return tree.PercentLiteral(span=span, value=Decimal(words.partition("%")[0].strip()))


def money(span: Span, words: str) -> tree.MoneyLiteral:
    """Return an amount of money."""
    currency, amount = words.split()
    return tree.MoneyLiteral(span=span, currency=currency, amount=Decimal(amount))


def number(span: Span, words: str) -> tree.NumberLiteral:
    """Return a number."""
    return tree.NumberLiteral(span=span, value=Decimal(words))


def yes_no(span: Span, words: str) -> tree.YesNoLiteral:
    """Return `yes` or `no`."""
    return tree.YesNoLiteral(span=span, value=words == "yes")


def today(span: Span, _: str) -> tree.Today:
    """Return the day of the evaluation."""
    return tree.Today(span=span)


def code(span: Span, words: str) -> tree.Path:
    """Return a code of two parts as a bare word."""
    return tree.Path(span=span, steps=(tree.Step(span=span, name=words),))


def reference(span: Span, words: str) -> tree.RuleReference:
    """Return a rule by its policy and name."""
    policy, _, rule = words.partition("/")
    return tree.RuleReference(span=span, policy=policy, rule=rule)


def path(span: Span, words: str) -> tree.Path:
    """Return a dotted path."""
    steps, offset = [], span.start
    for part in words.split("."):
        name, _, ordinal = part.partition("[")
        where = Span(source=span.source, start=offset, end=offset + len(part))
        number = int(ordinal[:-1]) if ordinal else None
        steps.append(tree.Step(span=where, name=name, ordinal=number))
        offset += len(part) + 1
    return tree.Path(span=span, steps=tuple(steps))


ATOMS: dict[str, tuple[str, BuildValue]] = {
    "period": (PERIOD, period),
    "date": (DATE, day),
    "measure": (MEASURE, measure),
    "percent": (PERCENT, percent),
    "number": (rf"{NUMBER}(?![\w.])", number),
    "money": (MONEY, money),
    "text": (TEXT, text),
    "yes_no": (r"(?:yes|no)(?!\w)", yes_no),
    "today": (r"today(?!\w)", today),
    "code": (CODE, code),
    "path": (PATH, path),
}
"""The values that one token states, in the order in which they are tried."""
