"""What to say where words do not fit: from a `Broken` node to a diagnostic.

The grammar says where it stopped and what would fit there. Here the words around that place are
read once more, for what their writer probably meant: a phrase of ordinary English, a keyword in
capitals, a misspelling, a bracket left open, a clause that stops short.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

from ...source.diagnostic import Diagnostic
from ...source.text import Source
from .. import expectations as expect
from .. import faults
from ..lexis import TEXT
from ..tree import Broken
from .ends import end
from .phrases import DAY, leading, misspelling, phrase
from .place import Place, placed
from .starts import STARTS, no_clause, outside, second_word, unknown_start
from .unfit import unfinished, unfit

__all__ = ["STARTS", "explain"]

_BRACKET = re.compile(rf"{TEXT}|[(){{}}]")
_PARTNERS = {"`)`": "(", "`}`": "{"}
_Finder: TypeAlias = Callable[[Place], Diagnostic | None]


def explain(broken: Broken, source: Source, text: str) -> Diagnostic:
    """Return what to say about text that could not be parsed; `text` is what the grammar read."""
    place = placed(broken, source, text)
    match broken.expected:
        case expect.REAL_DAY:
            return _impossible_day(place)
        case expect.FEWER_BRACKETS:
            return faults.characters.too_deep(place.here)
        case expect.SIMPLER_CONDITION:
            return faults.constructs.too_tall(place.here)
        case expect.NO_END_OF_RULE:
            return faults.constructs.end_of_rule(broken.span)
        case expect.BRACKETED_LIST:
            both = place.index, place.index + 2
            return faults.constructs.unbracketed_list(place.span(*both), place.shown(*both))
        case start if start in STARTS:
            return _first(place, _AT_START) or unknown_start(place)
        case _:
            return _first(place, _INSIDE) or unfit(place)


def _first(place: Place, finders: Iterable[_Finder]) -> Diagnostic | None:
    """Return what the first of some finders finds."""
    return next(filter(None, (find(place) for find in finders)), None)


def _impossible_day(place: Place) -> Diagnostic:
    # INVARIANT: a day that exists is expected only where something is written as one.
    start, end = DAY.search(place.text, place.broken.place).span()  # type: ignore[union-attr]
    return faults.constructs.impossible_day(place.source.span(start, end), place.text[start:end])


def _bracket(place: Place) -> Diagnostic | None:
    """Find a bracket without a partner."""
    expected, found = place.broken.expected, place.found
    if expected == expect.CLAUSE_END and found in (")", "}", "]"):
        return faults.constructs.stray_bracket(place.here, found)
    if expected not in _PARTNERS or not place.stops_short:
        return None
    opened: list[int] = []
    for match in _BRACKET.finditer(place.text, place.broken.span.start, place.broken.place):
        if match.group() in ("(", "{"):
            opened.append(match.start())
        elif match.group() in (")", "}"):
            opened.pop()
    # INVARIANT: a partner is expected only where one bracket is open, and none was closed twice.
    start = opened[-1]
    return faults.constructs.unclosed_bracket(
        place.source.span(start, start + 1), _PARTNERS[expected], expected.strip("`")
    )


_AT_START: tuple[_Finder, ...] = (outside, second_word, no_clause)
_INSIDE: tuple[_Finder, ...] = (_bracket, end, phrase, leading, misspelling, unfinished)
