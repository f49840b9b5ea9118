"""One word where another should stand, or none."""

from ...source.diagnostic import Diagnostic
from .. import expectations as expect
from .. import faults
from ..lexis import (
    CLAUSE_KEYWORDS,
    DEFINITION_KEYWORDS,
    ITEM_KEYWORDS,
    PROFILE_KEYWORDS,
    PROVISIONS,
    RESERVED_WORDS,
    TABLE_KEYWORDS,
    TEST_KEYWORDS,
    WAIVER_KEYWORDS,
)
from ..notations import PROVISION_HABITS, UNIT_HABITS
from .advice import COLON, HOW_WRITTEN, KINDS, MARK_ADVICE
from .amounts import number_advice, value_advice
from .phrases import IN_CONDITIONS, PHRASES
from .place import LABEL, Place
from .surplus import surplus

_WHOLE_POLICY = (
    "a rule is named with its policy, and each by itself: `tightens minors/no_profiling to "
    "mandatory`"
)
_KEYWORDS = frozenset(
    {
        *(*PHRASES, *CLAUSE_KEYWORDS, *DEFINITION_KEYWORDS, *ITEM_KEYWORDS, *TEST_KEYWORDS),
        *TABLE_KEYWORDS,
        *WAIVER_KEYWORDS,
        *PROFILE_KEYWORDS,
        *("given file", "deny by", "reviewed on", "until", "through"),
    }
)


def unfinished(place: Place) -> Diagnostic | None:
    """Find a clause that stops short."""
    if not place.stops_short or LABEL.match(place.found):
        return None
    starts = range(max(0, place.index - 4), place.index)
    phrases = (start for start in starts if place.shown(start, place.index) in _KEYWORDS)
    first = next(phrases, place.index - 1)
    span, tail = place.span(first, place.index), place.shown(first, place.index)
    expected = place.broken.expected
    is_tightened = tail in ("mandatory", "enforced")
    advice = _WHOLE_POLICY if is_tightened else _advice("", expected, tail)
    return faults.misfits.unfinished(span, tail, expected, advice)


def unfit(place: Place) -> Diagnostic:
    """Say that one word stands where another should."""
    expected, found = place.broken.expected, place.found
    end = place.here.end
    is_last = not place.text[end:].partition("\n")[0].strip()
    if found.endswith(".") and is_last and expected in IN_CONDITIONS:
        whole = place.before if found == "." else found[:-1]
        return faults.misfits.full_stop(place.source.span(end - 1, end), whole)
    if expected == expect.CLAUSE_END:
        return surplus(place)
    if found in RESERVED_WORDS and expected in (expect.NAME, expect.MEMBER, "a type", "a fact"):
        return faults.misfits.reserved(place.here, found, expected)
    kind = found.lower().rstrip(".")
    if expected == expect.PROVISION and (kind in PROVISION_HABITS or kind in PROVISIONS):
        return faults.misfits.habit(place.here, found, PROVISION_HABITS.get(kind, kind))
    if expected == expect.TEXT and place.shown(0, 1) == "instrument" and place.index <= 2:
        return faults.misfits.short_name(place.here, found)
    advice = _advice(found, expected, place.before)
    return faults.misfits.unfit(place.here, found, expected, advice)


def _advice(found: str, expected: str, before: str) -> str | None:
    """Return how what is expected is written, for one who wrote `found` behind `before`."""
    if found.lower() in UNIT_HABITS:
        return UNIT_HABITS[found.lower()]
    if (found, expected) in MARK_ADVICE or found == ":":
        return MARK_ADVICE.get((found, expected), COLON)
    if found == "[" and expected != expect.SET:
        return "elements of a list are counted from one: `campaign.audiences[1]`"
    if found.startswith('"') and expected == expect.NAME:
        return 'the name comes first, then the title: `no_profiling "No profiling of minors"`'
    if found == "," and expected == "`and`":
        return number_advice(found, before, "")
    if expected == expect.CONDITION and before == "require" and found in ("when", "if"):
        return "say `require …` for what must be so, and `applies when …` for the case it is about"
    if expected == expect.TEXT and before == "unless":
        return 'give the exception a name: `unless "legal hold" campaign.advertiser.verified`'
    if found[:1].isdigit() and expected in (expect.VALUE, expect.CONDITION, expect.PROVISION):
        is_cited = expected == expect.PROVISION
        return _provision_advice(found, before) if is_cited else value_advice(found)
    if expected.startswith("the label"):
        return "the items of a list are labelled in the order of the alphabet: `(a) …; (b) …`"
    return HOW_WRITTEN.get(expected)


def _provision_advice(found: str, before: str) -> str:
    """Return how a provision is cited of which the number alone stands behind `before`."""
    kind = before.lower().rstrip(".")
    if kind in PROVISION_HABITS or kind in PROVISIONS:
        return f"the instrument stands first: `DSA {PROVISION_HABITS.get(kind, kind)} {found}`"
    cited = f"`{before} art {found}`, `{before} sec {found}`"
    return f"say what kind of provision it is: {cited}, or {KINDS}"
