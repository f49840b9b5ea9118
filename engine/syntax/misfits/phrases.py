"""Phrases of ordinary English, and misspelt ones, inside a condition."""

import re
from collections.abc import Iterator

from ...source.diagnostic import Diagnostic
from ...source.suggest import nearest
from ...source.text import Span
from .. import expectations as expect
from .. import faults
from ..habits import (
    AGE_HABITS,
    BARE_HABITS,
    COMPARISON_HABITS,
    LEADING_HABITS,
    NORM_HABITS,
    QUANTIFIER_HABITS,
    SURPLUS_WORDS,
    TEXT_HABITS,
)
from ..lexis import Comparator
from .place import LABEL, Place

PHRASES = (
    *(comparator.phrase for comparator in Comparator),
    *("and", "or", "not", "has", "all of", "any of", "none of", "yes", "no", "today", "every"),
)
_BY_LENGTH = {n: tuple(p for p in PHRASES if len(p.split()) == n) for n in range(1, 7)}
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)
IN_CONDITIONS = frozenset(
    {
        *(expect.CLAUSE_END, expect.CONDITION, expect.VALUE, expect.SET, expect.CELL),
        *("`and`", "`)`", "`}`", "`in`", "`has`", "`before` or `after`", "`is empty` or `is`"),
    }
)
_OF_STEPS = ("is", "yes", "no", "is unknown")
"""What a test may say of a fact, which it states and does not compare."""
_BEFORE_CONDITIONS = frozenset({"require", "when", "and", "or", "not", "means", "(", ")"})
DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")


def leading(place: Place) -> Diagnostic | None:
    """Find a word of English in front of a condition or a name, which reads as a name itself."""
    if place.broken.expected not in (expect.CLAUSE_END, "`)`"):
        return None
    word, before = place.before.lower(), place.shown(max(0, place.index - 2), place.index - 1)
    span = place.span(place.index - 1, place.index)
    begins = before in _BEFORE_CONDITIONS or LABEL.fullmatch(before)
    if word in SURPLUS_WORDS and (begins or word == "the"):
        return faults.misfits.leading(span, place.before, None)
    if word in LEADING_HABITS and begins:
        return faults.misfits.leading(span, place.before, LEADING_HABITS[word])
    return None


def _phrases(place: Place) -> Iterator[tuple[int, int]]:
    """Yield the ranges of words around the place that may be a phrase of a condition."""
    if place.broken.expected in IN_CONDITIONS:
        yield from (window for window in place.windows() if not _is_part(place, window))


def phrase(place: Place) -> Diagnostic | None:
    """Find a phrase that says something the language says in other words."""
    for first, last in _phrases(place):
        span, typed = place.span(first, last), place.shown(first, last)
        then = place.shown(last, last + 1)
        folded = typed.lower()
        if folded in PHRASES and typed != folded:
            return faults.misfits.capitals(span, typed, folded)
        if folded in NORM_HABITS:
            return faults.misfits.norm(span, typed, NORM_HABITS[folded])
        if folded in TEXT_HABITS:
            return faults.misfits.pattern(span, typed, TEXT_HABITS[folded].format(then.strip('"')))
        if folded in COMPARISON_HABITS and (
            place.broken.context != "test" or COMPARISON_HABITS[folded] in _OF_STEPS
        ):
            return _habit(span, typed, then)
        if folded in BARE_HABITS and place.shown(max(0, first - 1), first) in _BEFORE_CONDITIONS:
            return faults.misfits.counted(span, typed)
        if folded in BARE_HABITS and last > place.index:  # What ends before it may be a cell.
            return faults.misfits.habit(span, typed, BARE_HABITS[folded])
    return None


def misspelling(place: Place) -> Diagnostic | None:
    """Find a phrase of the language that is spelt otherwise."""
    if place.before.lower() in QUANTIFIER_HABITS:
        return None  # What follows is the name of an element.
    for first, last in _phrases(place):
        typed = place.shown(first, last)
        if all(word in PHRASES for word in typed.split()):
            continue  # Each word is one of the language: `is no` is not `is not`, misspelt.
        known = [each for each in _BY_LENGTH[last - first] if _is_spelt_like(typed, each)]
        near = nearest(typed, known, least=0.75)
        if near is not None and near != typed:
            return faults.misfits.misspelt(place.span(first, last), typed, near)
    return None


def _habit(span: Span, typed: str, then: str) -> Diagnostic:
    """Say how the language says a phrase; one of age says the opposite of days."""
    phrase, of_days = COMPARISON_HABITS[typed.lower()], AGE_HABITS.get(typed.lower())
    if phrase == "includes" and then.startswith('"'):
        return faults.misfits.habit_of_text(span, typed, then.strip('"'))
    if phrase == "is within" and _NUMBER.fullmatch(then):
        return faults.misfits.habit(span, typed, "is between")
    if of_days is None or _NUMBER.fullmatch(then):
        return faults.misfits.habit(span, typed, phrase)
    if then == "today" or DAY.fullmatch(then):
        return faults.misfits.habit(span, typed, of_days)
    return faults.misfits.habit_of_age(span, typed, phrase, of_days)


def _is_part(place: Place, window: tuple[int, int]) -> bool:
    """Whether a range of words is a part of a phrase that is spelt as it should be."""
    first, last = window
    return any(
        (start, end) != window and place.shown(start, end) in PHRASES
        for start in range(max(0, last - _LONGEST_PHRASE), first + 1)
        for end in range(last, min(start + _LONGEST_PHRASE, len(place.words)) + 1)
    )


def _is_spelt_like(typed: str, phrase: str) -> bool:
    """Whether a phrase is meant, word for word, and not another of as many letters.

    `is older than` is as near to `is less than` as a misspelling, and says the opposite of it.
    """
    words, meant = typed.lower().split(), phrase.split()
    if typed[0] != phrase[0] or len(words) != len(meant):  # A text in it has words of its own.
        return False
    return all(
        nearest(word, (other,), least=0.5 if len(other) <= 2 else 0.7)
        for word, other in zip(words, meant, strict=True)
    )
