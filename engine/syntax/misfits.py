"""What to say where words do not fit: from a `Broken` node to a diagnostic.

The grammar says where it stopped and what would fit there. Here the words around that place are
read once more, for what their writer probably meant: a phrase of ordinary English, a keyword in
capitals, a misspelling, a bracket left open, a clause that stops short.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from ..source.diagnostic import Diagnostic
from ..source.suggest import nearest
from ..source.text import Source, Span
from . import expectations as expect
from . import faults
from .habits import (
    AGE_HABITS,
    BARE_HABITS,
    CLAUSE_ADVICE,
    CLAUSE_HABITS,
    COMPARISON_HABITS,
    DEFINITION_HABITS,
    END_HABITS,
    ENDLESS,
    INCLUDING,
    ITEM_HABITS,
    LAST_DAY_HABITS,
    LEADING_HABITS,
    NORM_HABITS,
    PARAMETER_HABITS,
    PROFILE_HABITS,
    PROVISION_HABITS,
    QUANTIFIER_HABITS,
    STEP_HABITS,
    SURPLUS_WORDS,
    TABLE_HABITS,
    TEXT_HABITS,
    WAIVER_HABITS,
)
from .lexis import (
    CLAUSE_KEYWORDS,
    CONTRACTION,
    DEFINITION_KEYWORDS,
    ITEM_KEYWORDS,
    PARAMETER_KEYWORDS,
    PROFILE_KEYWORDS,
    PROVISIONS,
    RESERVED_WORDS,
    TABLE_KEYWORDS,
    TEST_KEYWORDS,
    TEXT,
    WAIVER_KEYWORDS,
    Comparator,
)
from .tree import Broken, EndWord

_REACH = 80
_WIDEST = 60
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_LABEL = re.compile(r"\([a-z]\)")
_WORD = re.compile(rf"{TEXT}|{_LABEL.pattern}|{CONTRACTION}|\w+(?:[./%-]\w+)*[.%]?|\S")
_BRACKET = re.compile(rf"{TEXT}|[(){{}}]")
_NAMED = re.compile(r"\s*(?:policy|rule|vocabulary|record) +(\w+)[ \t]*")
_PARTNERS = {"`)`": "(", "`}`": "{"}
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

_PHRASES = (
    *(comparator.phrase for comparator in Comparator),
    *("and", "or", "not", "has", "all of", "any of", "none of", "yes", "no", "today", "every"),
)
_BY_LENGTH = {n: tuple(p for p in _PHRASES if len(p.split()) == n) for n in range(1, 7)}
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in _PHRASES)
_KEYWORDS = frozenset(
    {
        *(*_PHRASES, *CLAUSE_KEYWORDS, *DEFINITION_KEYWORDS, *ITEM_KEYWORDS, *TEST_KEYWORDS),
        *TABLE_KEYWORDS,
        *WAIVER_KEYWORDS,
        *PROFILE_KEYWORDS,
        *("given file", "deny by", "reviewed on", "until", "through"),
    }
)
_IN_CONDITIONS = frozenset(
    {
        *(expect.CLAUSE_END, expect.CONDITION, expect.VALUE, expect.SET, expect.CELL),
        *("`and`", "`)`", "`}`", "`in`", "`has`", "`before` or `after`", "`is empty` or `is`"),
    }
)
_OF_STEPS = ("is", "yes", "no", "is unknown")
"""What a test may say of a fact, which it states and does not compare."""
_END_WORDS = tuple(each.value for each in EndWord)
_LONGEST_END = max(len(each.split()) for each in (*LAST_DAY_HABITS, *END_HABITS))
_BEGUN = re.compile(rf"(?:in force )?from {_DAY.pattern}(?: (?P<word>until|through))?")
_ENDED = re.compile(rf"(?:in force )?from {_DAY.pattern} (?:until|through) ({_DAY.pattern})")
_BEFORE_CONDITIONS = frozenset({"require", "when", "and", "or", "not", "means", "(", ")"})
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the grammar stopped: the words around it, and how many of them stand before it."""

    source: Source
    text: str
    broken: Broken
    words: tuple[tuple[int, int], ...]
    index: int

    @property
    def found(self) -> str:
        """The word that does not fit; empty at the end of the text."""
        return self.shown(self.index, self.index + 1)

    @property
    def before(self) -> str:
        """The word in front of it; empty at the start of the construct."""
        return self.shown(max(0, self.index - 1), self.index)

    @property
    def here(self) -> Span:
        """The span of the word that does not fit."""
        return self.span(self.index, self.index + 1)

    @property
    def stops_short(self) -> bool:
        """Whether the next word stands on another line, or nowhere."""
        between = self.text[self.words[self.index - 1][1] : self.broken.place]
        return not self.found or "\n" in between

    def shown(self, first: int, last: int) -> str:
        """Return the words of a range with single spaces, very long ones cut."""
        words = (self.text[start:end] for start, end in self.words[first:last])
        return " ".join(word if len(word) <= _WIDEST else f"{word[:_WIDEST]}…" for word in words)

    def span(self, first: int, last: int) -> Span:
        """Return the span of a range of words, or of the place itself where there are none."""
        words = self.words[first:last] or ((self.broken.place, self.broken.place),)
        return self.source.span(words[0][0], words[-1][1])

    def words_on_line(self, most: int) -> int:
        """Return how many words from the place on stand on its line, at least one."""
        words = self.words[self.index : self.index + most]
        end = self.text.find("\n", words[0][0]) if words else -1
        return max(1, sum(1 for start, _ in words if end < 0 or start < end))

    def windows(self) -> Iterator[tuple[int, int]]:
        """Yield the ranges of up to six words that hold the place or end before it.

        The longest come first; a single word is only that at the place.
        """
        for length in range(6, 1, -1):
            for first in range(max(0, self.index - length), self.index + 1):
                if first + length <= len(self.words):
                    yield first, first + length
        if self.found:
            yield self.index, self.index + 1


_Finder: TypeAlias = Callable[[_Place], Diagnostic | None]


def explain(broken: Broken, source: Source, text: str) -> Diagnostic:
    """Return what to say about text that could not be parsed; `text` is what the grammar read."""
    place = _placed(broken, source, text)
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
            return _first(place, _AT_START) or _unknown_start(place)
        case _:
            return _first(place, _INSIDE) or _unfit(place)


def _first(place: _Place, finders: Iterable[_Finder]) -> Diagnostic | None:
    """Return what the first of some finders finds."""
    return next(filter(None, (find(place) for find in finders)), None)


def _impossible_day(place: _Place) -> Diagnostic:
    # INVARIANT: a day that exists is expected only where something is written as one.
    start, end = _DAY.search(place.text, place.broken.place).span()  # type: ignore[union-attr]
    return faults.constructs.impossible_day(place.source.span(start, end), place.text[start:end])


def _placed(broken: Broken, source: Source, text: str) -> _Place:
    onward = _WORD.finditer(text, broken.span.start)
    words = tuple(m.span() for m in takewhile(lambda m: m.start() < broken.place + _REACH, onward))
    index = sum(1 for _, end in words if end <= broken.place)
    return _Place(source=source, text=text, broken=broken, words=words, index=index)


# --- the start of a construct -----------------------------------------------------------------


def _outside(place: _Place) -> Diagnostic | None:
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


def _second_word(place: _Place) -> Diagnostic | None:
    """Find a name of several words."""
    line = place.text[: place.broken.place].rpartition("\n")[2]
    named = _NAMED.fullmatch(line)
    if named is None or place.found == ":":
        return None
    return faults.misfits.one_word(place.here, place.found, named[1])


def _no_clause(place: _Place) -> Diagnostic | None:
    """Find the first words of a clause that the language does without."""
    if place.broken.expected == expect.CLAUSE:
        _, habits = STARTS[expect.CLAUSE]
        for last in (place.index + length for length in (3, 2, 1)):
            typed = place.shown(place.index, last)
            if typed.lower() in habits:
                return None
            if typed.lower() in CLAUSE_ADVICE:
                span = place.span(place.index, last)
                return faults.misfits.no_clause(span, typed, CLAUSE_ADVICE[typed.lower()])
    return None


def _unknown_start(place: _Place) -> Diagnostic:
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
    return faults.misfits.unknown_start(place.here, place.found, expected, keywords)


def _near_keyword(typed: str, keywords: Sequence[str], least: float) -> str | None:
    """Return the keyword of as many words that is near, in its first word too."""
    length = len(typed.split())
    known = [keyword for keyword in keywords if len(keyword.split()) == length]
    near = nearest(typed, known, least=least)
    if near and nearest(typed.partition(" ")[0], [near.partition(" ")[0]], least=0.6):
        return near
    return None


# --- inside a construct -----------------------------------------------------------------------


def _bracket(place: _Place) -> Diagnostic | None:
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


def _end(place: _Place) -> Diagnostic | None:
    """Find an end in other words than `until` and `through`, or behind another end."""
    before = place.shown(0, place.index)
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
            day = _DAY.fullmatch(place.shown(last, last + 1))
            return faults.ends.undecided(span, typed, day[0] if day else "2026-12-31")
        if folded in _END_WORDS:
            return faults.misfits.capitals(span, typed, folded)
        if begun["word"] is None and (near := nearest(typed, _END_WORDS, least=0.7)):
            return faults.misfits.misspelt(span, typed, near)
    return None


def _behind_end(place: _Place, day: str) -> Diagnostic | None:
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


def _leading(place: _Place) -> Diagnostic | None:
    """Find a word of English in front of a condition or a name, which reads as a name itself."""
    if place.broken.expected not in (expect.CLAUSE_END, "`)`"):
        return None
    word, before = place.before.lower(), place.shown(max(0, place.index - 2), place.index - 1)
    span = place.span(place.index - 1, place.index)
    begins = before in _BEFORE_CONDITIONS or _LABEL.fullmatch(before)
    if word in SURPLUS_WORDS and (begins or word == "the"):
        return faults.misfits.leading(span, place.before, None)
    if word in LEADING_HABITS and begins:
        return faults.misfits.leading(span, place.before, LEADING_HABITS[word])
    return None


def _phrases(place: _Place) -> Iterator[tuple[int, int]]:
    """Yield the ranges of words around the place that may be a phrase of a condition."""
    if place.broken.expected in _IN_CONDITIONS:
        yield from (window for window in place.windows() if not _is_part(place, window))


def _phrase(place: _Place) -> Diagnostic | None:
    """Find a phrase that says something the language says in other words."""
    for first, last in _phrases(place):
        typed = place.shown(first, last)
        folded = typed.lower()
        if folded in _PHRASES and typed != folded:
            return faults.misfits.capitals(place.span(first, last), typed, folded)
        if folded in NORM_HABITS:
            return faults.misfits.norm(place.span(first, last), typed, NORM_HABITS[folded])
        if folded in TEXT_HABITS:
            text = place.shown(last, last + 1).strip('"')
            return faults.misfits.pattern(
                place.span(first, last), typed, TEXT_HABITS[folded].format(text)
            )
        if folded in COMPARISON_HABITS and (
            place.broken.context != "test" or COMPARISON_HABITS[folded] in _OF_STEPS
        ):
            return _habit(place.span(first, last), typed, place.shown(last, last + 1))
        if folded in BARE_HABITS and place.shown(max(0, first - 1), first) in _BEFORE_CONDITIONS:
            return faults.misfits.counted(place.span(first, last), typed)
        if folded in BARE_HABITS and last > place.index:  # What ends before it may be a cell.
            return faults.misfits.habit(place.span(first, last), typed, BARE_HABITS[folded])
    return None


def _misspelling(place: _Place) -> Diagnostic | None:
    """Find a phrase of the language that is spelt otherwise."""
    if place.before.lower() in QUANTIFIER_HABITS:
        return None  # What follows is the name of an element.
    for first, last in _phrases(place):
        typed = place.shown(first, last)
        if all(word in _PHRASES for word in typed.split()):
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
    if then == "today" or _DAY.fullmatch(then):
        return faults.misfits.habit(span, typed, of_days)
    return faults.misfits.habit_of_age(span, typed, phrase, of_days)


def _is_part(place: _Place, window: tuple[int, int]) -> bool:
    """Whether a range of words is a part of a phrase that is spelt as it should be."""
    first, last = window
    return any(
        (start, end) != window and place.shown(start, end) in _PHRASES
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


def _unfinished(place: _Place) -> Diagnostic | None:
    """Find a clause that stops short."""
    if not place.stops_short or _LABEL.match(place.found):
        return None
    starts = range(max(0, place.index - 4), place.index)
    phrases = (start for start in starts if place.shown(start, place.index) in _KEYWORDS)
    first = next(phrases, place.index - 1)
    span, tail = place.span(first, place.index), place.shown(first, place.index)
    return faults.misfits.unfinished(span, tail, place.broken.expected)


def _unfit(place: _Place) -> Diagnostic:
    """Say that one word stands where another should."""
    expected, found = place.broken.expected, place.found
    end = place.here.end
    is_last = not place.text[end:].partition("\n")[0].strip()
    if found.endswith(".") and is_last and expected in _IN_CONDITIONS:
        whole = place.before if found == "." else found[:-1]
        return faults.misfits.full_stop(place.source.span(end - 1, end), whole)
    if expected == expect.CLAUSE_END:
        return faults.misfits.surplus(
            place.here,
            found,
            place.before,
            place.shown(place.index + 1, place.index + 2),
            place.broken.context,
            place.shown(0, place.index),
        )
    if found in RESERVED_WORDS and expected in (expect.NAME, expect.MEMBER, "a type", "a fact"):
        return faults.misfits.reserved(place.here, found, expected)
    kind = found.lower().rstrip(".")
    if expected == expect.PROVISION and (kind in PROVISION_HABITS or kind in PROVISIONS):
        return faults.misfits.habit(place.here, found, PROVISION_HABITS.get(kind, kind))
    if expected == expect.TEXT and place.shown(0, 1) == "instrument" and place.index <= 2:
        return faults.misfits.short_name(place.here, found)
    return faults.misfits.unfit(place.here, found, expected, place.before)


_AT_START: tuple[_Finder, ...] = (_outside, _second_word, _no_clause)
_INSIDE: tuple[_Finder, ...] = (_bracket, _end, _phrase, _leading, _misspelling, _unfinished)
