"""Where a construct may begin: what people type there, and what to say of it."""

import re
from collections.abc import Mapping, Sequence

from ...source.diagnostic import Diagnostic
from ...source.quoting import series
from ...source.suggest import nearest
from .. import expectations as expect
from .. import faults
from ..habits import (
    CLAUSE_ADVICE,
    CLAUSE_HABITS,
    DEFINITION_HABITS,
    ENDLESS,
    ITEM_HABITS,
    PARAMETER_HABITS,
    PROFILE_HABITS,
    STEP_HABITS,
    TABLE_HABITS,
    WAIVER_HABITS,
)
from ..lexis import (
    CLAUSE_KEYWORDS,
    DEFINITION_KEYWORDS,
    ITEM_KEYWORDS,
    PARAMETER_KEYWORDS,
    PROFILE_KEYWORDS,
    TABLE_KEYWORDS,
    TEST_KEYWORDS,
    WAIVER_KEYWORDS,
)
from .advice import COLON, FACT_SHAPE
from .place import Place

_NAMED = re.compile(r"\s*(?:policy|rule|vocabulary|record) +(\w+)[ \t]*")
_PART_OF = {
    **dict.fromkeys((*CLAUSE_KEYWORDS, "rule"), "policy"),
    **dict.fromkeys(TEST_KEYWORDS, "test"),
    **dict.fromkeys(("gives", "otherwise"), "table"),
    **dict.fromkeys(("approved by", "ticket"), "waiver"),
    **dict.fromkeys(("adopts", "tightens"), "profile"),
    "means": "define",
    "reviewed on": "parameter",
    "record": "vocabulary",
}
"""Words that begin parts of one kind of construct, and that construct."""

STARTS: dict[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    expect.CLAUSE: ((*CLAUSE_KEYWORDS, "rule", "end policy"), CLAUSE_HABITS),
    expect.ITEM: (ITEM_KEYWORDS, ITEM_HABITS),
    expect.STEP: ((*TEST_KEYWORDS, "end test"), STEP_HABITS),
    expect.FACT: (("record", "type", "end record", "end vocabulary"), {}),
    expect.PARAMETER_CLAUSE: ((*PARAMETER_KEYWORDS, "end parameter"), PARAMETER_HABITS),
    expect.DEFINITION_CLAUSE: ((*DEFINITION_KEYWORDS, "end define"), DEFINITION_HABITS),
    expect.TABLE_CLAUSE: ((*TABLE_KEYWORDS, "end table"), TABLE_HABITS),
    expect.WAIVER_CLAUSE: ((*WAIVER_KEYWORDS, "end waiver"), WAIVER_HABITS),
    expect.PROFILE_CLAUSE: ((*PROFILE_KEYWORDS, "end profile"), PROFILE_HABITS),
    expect.EDITION: (("from", "is", "end set"), {}),
}
"""What may begin where a construct does: its keywords, and what people type in their place."""


def outside(place: Place) -> Diagnostic | None:
    """Find a part of a construct where no such construct is open."""
    if place.broken.expected != expect.ITEM:
        return None
    first = place.index
    for length in (3, 2, 1):
        typed = place.shown(first, first + length)
        construct = _construct(typed)
        if construct:
            return faults.constructs.outside(place.span(first, first + length), typed, construct)
    return None


def _construct(typed: str) -> str | None:
    """Return the construct of which these words are a part."""
    ended = typed.removeprefix("end ")
    if ended != typed and ended in faults.constructs.SHAPES:
        return ended
    return _PART_OF.get(typed)


def second_word(place: Place) -> Diagnostic | None:
    """Find a name of several words."""
    line = place.text[: place.broken.place].rpartition("\n")[2]
    named = _NAMED.fullmatch(line)
    if named is None or place.found == ":":
        return None
    return faults.misfits.one_word(place.here, place.found, named[1])


def no_clause(place: Place) -> Diagnostic | None:
    """Find the first words of a clause that the language does without."""
    if place.broken.expected == expect.CLAUSE:
        _, habits = STARTS[expect.CLAUSE]
        for last in (place.index + length for length in (3, 2, 1)):
            typed = place.shown(place.index, last)
            if typed.lower() in habits:
                return None
            if advice := CLAUSE_ADVICE.get(typed.lower()):
                span = place.span(place.index, last)
                return faults.misfits.unknown_start(span, typed, expect.CLAUSE, advice)
    return None


def unknown_start(place: Place) -> Diagnostic:
    """Say what could begin here, or what the words probably mean."""
    expected = place.broken.expected
    keywords, habits = STARTS[expected]
    lengths = range(place.words_on_line(most=3), 0, -1)
    for length in lengths:
        first, last = place.index, place.index + length
        typed, span = place.shown(first, last), place.span(first, last)
        folded = typed.lower()
        if folded in keywords or (typed != folded and _construct(folded)):
            return faults.misfits.capitals(span, typed, folded)
        if folded in ENDLESS and expected in (expect.CLAUSE, expect.WAIVER_CLAUSE):
            return faults.ends.without_beginning(span, typed)
        if folded in habits:
            return faults.misfits.habit(span, typed, habits[folded])
        if near := _near_keyword(typed, keywords, least=0.85):
            return faults.misfits.misspelt(span, typed, near)
    for length in lengths:
        first, last = place.index, place.index + length
        typed, span = place.shown(first, last), place.span(first, last)
        if near := _near_keyword(typed, keywords, least=0.7):
            return faults.misfits.misspelt(span, typed, near)
    if place.found == ".":
        return faults.misfits.full_stop(place.here, place.before)
    if place.found == ":" and expected != expect.EDITION:
        return faults.misfits.unknown_start(place.here, ":", expected, COLON, replacement="")
    advice = _start_advice(place.found, expected, keywords)
    return faults.misfits.unknown_start(place.here, place.found, expected, advice)


def _start_advice(found: str, expected: str, keywords: Sequence[str]) -> str:
    """Return what may begin where some word does not."""
    if expected == expect.EDITION:
        return "an edition is written `is {DE, FR}`, or with its day, `from 2020-02-01 is {DE, FR}`"
    if expected == expect.CLAUSE and "." in found[1:-1]:
        return f"say what becomes of it: `prohibit when {found} …`, or `require {found} …`"
    shape = f"{FACT_SHAPE}; otherwise" if expected == expect.FACT else "here"
    return f"{shape} one of these may stand: {series(keywords)}"


def _near_keyword(typed: str, keywords: Sequence[str], least: float) -> str | None:
    """Return the keyword of as many words that is near, in its first word too."""
    length = len(typed.split())
    known = [keyword for keyword in keywords if len(keyword.split()) == length]
    near = nearest(typed, known, least=least)
    if near and nearest(typed.partition(" ")[0], [near.partition(" ")[0]], least=0.6):
        return near
    return None
