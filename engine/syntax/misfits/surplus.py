"""What stands behind the end of a clause: what its writer probably meant."""

import re

from ...source.diagnostic import Diagnostic
from ...source.suggest import nearest
from .. import faults
from ..habits import EXCEPTION_ADVICE, QUANTIFIER_HABITS
from ..lexis import TIME_UNITS
from ..notations import UNIT_HABITS
from .amounts import number_advice
from .place import LABEL, Place

_MODIFIERS = ("required", "optional", "presumed", "sensitive")
_UNJOINED = re.compile(r"(?:when|require|means|and|or|not) \([a-z]\)$")
_TEXTS = ("message", "remedy", "text", "reason", "ticket")
_EXCEPTING = re.compile("except|unless|save|excluding|but")
_LONE_NAME = re.compile(r"(?:when|require|means|and|or|not|\() [a-z]\w*$")
_JOINED = "the words before a list say how its items are joined"
_INCLUDING = re.compile(r"includes (all|any)$")
_OVERLAPPING = re.compile(r"overlaps [^()]*$")
_COMPUTED_PERIOD = (
    "a period is written with two days; where its ends are reckoned, compare both: "
    "`campaign.flight.start is on or before … and campaign.flight.end is on or after …`"
)
_PLACES_ADVICE = (
    "name one set, or list places in braces: `applies in {DE, FR}`; several sets are one that is "
    "declared: `set AREA of place is {EU, NO}`"
)
_BUT_PLACES = "leave `applies in` out, and say `applies when market is not NO`"
_RECKONED = (
    "days are reckoned with: `is on or before campaign.flight.start - 10 days`; where they lie at "
    "most so far apart, `is within 10 days before campaign.flight.start`"
)
_APART = re.compile(r"is (?:more than|(?P<least>at least)) (?P<length>[0-9]+ \w+)$")
_TIME_WORDS = frozenset(word for unit in TIME_UNITS for word in unit.value)
_BEFORE_ADVICE = {
    **dict.fromkeys(
        ("exactly", "only", "fewer"),
        "count them: `count of (each approval in campaign.approvals where …) is at least 2`",
    ),
    **dict.fromkeys(
        ("twice", "double", "half"), "calculate with numbers and shares: `2 * …`, or `50% of …`"
    ),
    "from": "a period is written with its two days: `2026-07-01 to 2026-07-31`",
}
_PARTS = {"vocabulary": "fact", "set": "edition", "test": "step", "file": "line"}


def surplus(place: Place) -> Diagnostic:
    """Say what to do with a word behind the end of a clause."""
    part = _PARTS.get(place.broken.context, "clause")
    advice = _misplaced_advice(place) or _surplus_advice(place, part)
    return faults.misfits.surplus(place.here, place.found, part, advice)


def _misplaced_advice(place: Place) -> str | None:
    """Return what is said in other words than these, by whoever means what they usually mean."""
    found, before, after, clause = place.found, place.before, place.after, place.clause
    if (advice := _clause_advice(found, clause)) is not None:
        return advice
    if (advice := _statute_advice(found, before, after, clause)) is not None:
        return advice
    if before in _TIME_WORDS and (advice := _days_advice(found, after, clause)) is not None:
        return advice
    if before == "either" or (found == "," and clause.endswith(f"one of {before}")):
        return "list what it may be in braces: `is one of {sales, leads}`"
    if before in _BEFORE_ADVICE:
        return _BEFORE_ADVICE[before]
    if found == "of" and before == "number":
        return "say `count of campaign.approvals`, or `count of (each … in … where …)`"
    if found == "if":
        return "say `when`: `require … when …`; other conditions are joined with `and`"
    if found == ":" and before.isdigit() and after.isdigit():
        return UNIT_HABITS["pm"]
    quantifier = QUANTIFIER_HABITS.get(before.lower())
    if quantifier is not None and found.lower() not in UNIT_HABITS:
        return f"say `{quantifier} creative in campaign.creatives has (…)`"
    return None


def _statute_advice(found: str, before: str, after: str, clause: str) -> str | None:
    """Return how lists, ranges and exceptions are written that stand here as in a statute."""
    if _EXCEPTING.fullmatch(after if found == "(" else found):
        return EXCEPTION_ADVICE
    if found in ("and", "or") and before == ";":
        return f"leave `{found}` out: {_JOINED}"
    if found == "," and LABEL.fullmatch(after):
        return "the items of a list are set apart by `;`"
    if _UNJOINED.search(clause):
        return f"write `all of (a) …; (b) …` or `any of (a) …; (b) …`: {_JOINED}"
    if (including := _INCLUDING.search(clause)) is not None:
        return f"say `includes {including[1]} of {found}`"
    if found == "to" and _OVERLAPPING.search(clause):
        return _COMPUTED_PERIOD
    if found == "to" and before.isdigit() and after.isdigit():
        return f"say `is between {before} and {after}`; both are included"
    return None


def _days_advice(found: str, after: str, clause: str) -> str | None:
    """Return how dates are compared that lie some days apart."""
    if found in ("from", "between"):
        return "subtract: `campaign.flight.end - campaign.flight.start` is a number of days"
    if found not in ("before", "after"):
        return None
    apart = _APART.search(clause)
    if apart is None:
        return _RECKONED
    sign = "-" if found == "before" else "+"
    phrase = f"is on or {found}" if apart["least"] else f"is {found}"
    return f"write `{phrase} {after} {sign} {apart['length']}`"


def _clause_advice(found: str, clause: str) -> str | None:
    """Return what is said of a word behind a clause that holds no condition."""
    if clause.startswith("applies in"):
        return _BUT_PLACES if found in ("except", "but", "without") else _PLACES_ADVICE
    if clause.startswith("source"):
        return _citation_advice(found)
    if clause.startswith(_TEXTS) and clause.endswith('"'):
        return 'within a text a quotation mark is written `\\"`, or as “these”'
    if clause.startswith("adopts") and found == "and":
        return "modules are set apart by commas: `assent.privacy, assent.minors`"
    if clause.startswith("adopts"):
        return "the parts of a name are joined by full stops: `assent.privacy, assent.minors`"
    if clause.startswith("tightens") and found == "from":
        return "a rule is tightened for as long as it is law: leave the day out"
    return None


def _citation_advice(found: str) -> str:
    """Return how provisions are written, by what stands behind one that is complete."""
    if found in ("and", "&"):
        return "each provision is cited with its instrument: `DSA art 26(3), DSA art 28(2)`"
    if found in (";", ","):
        return "citations are set apart by commas: `DSA art 26(3), CODE sec 2`"
    if found in ("-", "to", "ff"):
        return "of a range each provision is cited: `GDPR art 44, GDPR art 45, GDPR art 46`"
    return "a provision is written without spaces and full stops: `art 26(3)(a)`, `art 4bis`"


def _surplus_advice(place: Place, part: str) -> str:
    """Return how a clause ends, or goes on, for a word of which nothing else is known."""
    found = place.found
    if found == ";":
        return f"a {part} ends with its line; leave out the `{found}`"
    if found.endswith("."):
        return "the words of a name are joined by one full stop: `campaign.flight.start`"
    if (advice := number_advice(found, place.before, place.after)) is not None:
        return advice
    if found in ("does", "doesn't", "doesn’t", "excludes", "exclude"):  # noqa: RUF001 - as typed.
        return "deny the whole comparison: `not campaign.special_categories includes politics`"
    if found in ("from", "until", "through") and part == "clause":
        return "the days have a clause of their own: `in force from 2026-01-01 through 2026-12-31`"
    if found in ("from", "until", "through"):
        return "the days stand first: `from 2020-02-01 through 2025-12-31 is {DE, FR}`"
    if part == "fact" and (near := nearest(found, _MODIFIERS)):
        return f"did you mean `{near}`?"
    if part == "clause" and found.isidentifier() and _LONE_NAME.search(place.clause):
        return (
            "join the words of a name by full stops, as in `campaign.flight`, and conditions with "
            "`and` or `or`"
        )
    if part == "clause":
        return "join conditions with `and` or `or`; begin another clause on a new line"
    return f"begin what comes next on a new line, or delete `{found}`"
