"""The catalogue of what the scanner and the parser say."""

import re
import unicodedata

from ..source.diagnostic import Diagnostic, Severity
from ..source.suggest import nearest
from ..source.text import Span
from .lexis import (
    BINARY_COMPARATORS,
    CLAUSE_KEYWORDS,
    ITEM_KEYWORDS,
    MAXIMUM_DEPTH,
    SET_COMPARATORS,
    SYMBOL_HABITS,
    TEST_KEYWORDS,
    UNARY_COMPARATORS,
)

_KEYWORDS = {
    "file": ITEM_KEYWORDS,
    "rule": (*CLAUSE_KEYWORDS, "rule", "and", "or", "end policy"),
    "vocabulary": ("record", "type", "end record", "end vocabulary"),
    "set": ("from", "is", "end set"),
    "test": (*TEST_KEYWORDS, "end test"),
}
_PHRASES = tuple(
    comparator.phrase
    for comparator in (*UNARY_COMPARATORS, *SET_COMPARATORS, *BINARY_COMPARATORS)
)
_QUOTED = re.compile("`([^`]+)`")
_CONDITION_PARTS = ("the end of the clause", "a condition", "a value")
_STARTS = ("the end of the clause", "a clause", "a fact", "an item")


def _error(code: str, headline: str, span: Span, **details: str | None) -> Diagnostic:
    return Diagnostic(
        code=code, severity=Severity.ERROR, headline=headline, span=span, **details
    )


def symbol_habit(span: Span, symbol: str) -> Diagnostic:
    """A comparison sign out of habit."""
    words = SYMBOL_HABITS[symbol]
    return _error(
        "E0101",
        f"`{symbol}` is not part of the language",
        span,
        label=f"say `{words}`",
        help=f"comparisons are written in words: `{words}`",
        replacement=words,
    )


def unclosed_text(span: Span) -> Diagnostic:
    """A text without its closing quotation mark."""
    return _error(
        "E0102",
        "this text has no closing quotation mark",
        span,
        label="it ends with the line",
        help='close the text with `"` on the same line',
    )


def curly_quote(span: Span, mark: str) -> Diagnostic:
    """A quotation mark of a word processor."""
    return _error(
        "E0103",
        f"`{mark}` is not a quotation mark of the language",
        span,
        label='use `"`',
        help="word processors replace straight quotation marks; type the straight one",
        replacement='"',
    )


def strange_character(span: Span, character: str) -> Diagnostic:
    """A character that has no meaning here."""
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return _error("E0104", f"the character `{character}` ({name}) has no meaning here", span)


def hidden_character(span: Span, character: str) -> Diagnostic:
    """A character that a reviewer cannot see."""
    name = unicodedata.name(character, "unnamed").lower()
    return _error(
        "E0105",
        f"an invisible character (U+{ord(character):04X}, {name})",
        span,
        help="invisible characters can make a text read differently from what it says; delete it",
    )


def too_deep(span: Span) -> Diagnostic:
    """Brackets within brackets within brackets."""
    return _error(
        "E0106",
        f"brackets are nested deeper than {MAXIMUM_DEPTH}",
        span,
        help="split the condition into several rules or a labelled list",
    )


def mixed_junction(span: Span, second: str) -> Diagnostic:
    """`and` and `or` without brackets."""
    return _error(
        "E0203",
        "`and` and `or` are mixed without brackets",
        span,
        label=f"does this `{second}` bind closer than the other?",
        help="put brackets around one group, or write `all of (a) …; (b) …` or `any of (a) …; (b) …`",
    )


def missing_end(span: Span, construct: str) -> Diagnostic:
    """A construct that does not end."""
    return _error(
        "E0202",
        f"`end {construct}` is missing",
        span,
        label="expected here at the latest",
        help=f"close the {construct} with a line `end {construct}`",
        replacement=f"end {construct}",
    )


def unparsed(span: Span, found: str, expected: str, context: str, words_before: str) -> Diagnostic:
    """Text that does not fit.

    `found` is the word at the place, `expected` what the grammar asked for, `words_before` the
    end of the text before it, in which a phrase may have begun.
    """
    suggestion = nearest(found, _QUOTED.findall(expected))
    if suggestion is None and expected in _CONDITION_PARTS:
        suggestion = _near_phrase(words_before, found)
    if suggestion is None and expected in _STARTS:
        suggestion = nearest(found, _KEYWORDS[context])
    return _error(
        "E0201",
        f"expected {expected}, found {f'`{found}`' if found else 'the end of the text'}",
        span,
        help=f"did you mean `{suggestion}`?" if suggestion else None,
        replacement=suggestion,
    )


def _near_phrase(before: str, found: str) -> str | None:
    """Return the comparison phrase that the words around the fault nearly spell."""
    words = (*before.split()[-2:], *found.split())
    for start in range(len(words)):
        spelt = " ".join(words[start:])
        if " " in spelt and (phrase := nearest(spelt, _PHRASES)) and phrase != spelt:
            return phrase
    return None
