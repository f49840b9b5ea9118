"""Ends in other words than `until` and `through`, or behind another end."""

import re

from ...source.diagnostic import Diagnostic
from ...source.suggest import nearest
from .. import faults
from ..habits import END_HABITS, INCLUDING, LAST_DAY_HABITS
from ..tree import EndWord
from .phrases import DAY
from .place import Place

_END_WORDS = tuple(each.value for each in EndWord)
_LONGEST_END = max(len(each.split()) for each in (*LAST_DAY_HABITS, *END_HABITS))
_BEGUN = re.compile(rf"(?:in force )?from {DAY.pattern}(?: (?P<word>until|through))?")
_ENDED = re.compile(rf"(?:in force )?from {DAY.pattern} (?:until|through) ({DAY.pattern})")


def end(place: Place) -> Diagnostic | None:
    """Find an end in other words than `until` and `through`, or behind another end."""
    before = place.clause
    if (ended := _ENDED.fullmatch(before)) is not None:
        return _behind_end(place, ended[1])
    if (begun := _BEGUN.fullmatch(before)) is None:
        return None
    first = place.index - (begun["word"] is not None) + (place.found == ",")
    for last in range(min(first + _LONGEST_END, len(place.words)), max(first, place.index), -1):
        typed, span = place.shown(first, last), place.span(first, last)
        folded = typed.lower()
        if folded in LAST_DAY_HABITS:
            return faults.ends.included(span, typed, "through")
        if folded in END_HABITS:
            day = DAY.fullmatch(place.shown(last, last + 1))
            return faults.ends.undecided(span, typed, day[0] if day else "2026-12-31")
        if folded in _END_WORDS:
            return faults.misfits.capitals(span, typed, folded)
        if begun["word"] is None and (near := nearest(typed, _END_WORDS, least=0.7)):
            return faults.misfits.misspelt(span, typed, near)
    return None


def _behind_end(place: Place, day: str) -> Diagnostic | None:
    """Find what says that the day of an end is included, or another end."""
    index = place.index + (place.found in ("(", ","))
    word = place.shown(index, index + 1).lower()
    if word in INCLUDING:
        last = index + (2 if place.shown(index + 1, index + 2) == ")" else 1)
        span = place.span(place.index - 2, last)
        typed = " ".join(place.source.slice(span).split())
        return faults.ends.included(span, typed, f"through {day}")
    if word in (*_END_WORDS, *LAST_DAY_HABITS, *END_HABITS):
        return faults.ends.second(place.span(index, index + 1), place.shown(index, index + 1))
    return None
