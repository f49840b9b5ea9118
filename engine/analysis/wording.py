"""The catalogue of sentences: each change as a lawyer would state it, one sentence each."""

from datetime import date
from typing import assert_never

from ..evaluation.operations.comparison import UndefinedError, order
from ..semantics.tree import Constant, Window
from .change import Change, Kind, Part, Realm, Shown

_MOST_NAMES = 30
"""How many members a sentence names; the JSON of `assent diff` names them all."""

_SENTENCES: dict[Kind, str] = {
    Kind.TITLE: 'it is entitled "{new}", no longer "{old}"',
    Kind.CITATION_ADDED: "it now also rests on {new}",
    Kind.CITATION_REMOVED: "it no longer rests on {old}",
    Kind.PLACES_NAMED: "it applies in {new} where it said {old}: the same places today, "
    "but they may part",
    Kind.ENFORCEMENT: "its enforcement is {new}, no longer {old}",
    Kind.SEVERITY: "its severity is {new}, no longer {old}",
    Kind.MESSAGE: 'the message reads "{new}", no longer "{old}"',
    Kind.REMEDY: 'the remedy reads "{new}", no longer "{old}"',
    Kind.ROLE: "it may be overridden by {new}, no longer by {old}",
    Kind.PERMISSION_ADDED: "it is now subject to the permission `{new}`",
    Kind.PERMISSION_REMOVED: "it is no longer subject to the permission `{old}`",
    Kind.WAIVED: "it waives `{new}`, no longer `{old}`",
    Kind.APPROVAL: "it is approved by {new}, no longer by {old}",
    Kind.TICKET: 'its ticket is "{new}", no longer "{old}"',
    Kind.REASON: 'the reason reads "{new}", no longer "{old}"',
    Kind.TEXT: 'the law is quoted as "{new}", no longer as "{old}"',
    Kind.DUTY: 'the duty reads "{new}", no longer "{old}"',
    Kind.DUE: "the duty is due {new}, no longer {old}",
    Kind.EVIDENCE: "the evidence shown is {new}, no longer {old}",
    Kind.EXCEPTION_RENAMED: 'the exception "{old}" is now called "{new}"',
    Kind.DEMAND: "the demand changed from `{old}` to `{new}`",
    Kind.COMPARISON: "`{about}` was compared by `{old}`, and now by `{new}`",
    Kind.MEMBER_ADDED: "{new} is added to what `{about}` is compared with",
    Kind.MEMBER_DROPPED: "{old} is no longer among what `{about}` is compared with",
    Kind.ALTERNATIVE_ADDED: "`{new}` now suffices as well",
    Kind.ALTERNATIVE_DROPPED: "`{old}` no longer suffices",
    Kind.CONDITION_ADDED: "`{new}` must now hold as well",
    Kind.CONDITION_DROPPED: "`{old}` need no longer hold",
    Kind.CONNECTIVE: "`{about}` are now joined by `{new}`, no longer by `{old}`",
    Kind.QUANTIFIER: "of `{about}` it is now `{new}` that counts, no longer `{old}`",
    Kind.CONDITION: "the condition changed from `{old}` to `{new}`",
    Kind.LABEL: 'it is described as "{new}", no longer as "{old}"',
    Kind.URL: "its address is {new}, no longer {old}",
    Kind.INPUT_ADDED: "it is now also looked up by `{about}`, {new}",
    Kind.INPUT_REMOVED: "it is no longer looked up by `{about}`",
    Kind.CASE_ADDED: "a case is added: {about}, it gives {new}",
    Kind.CASE_REMOVED: "a case is gone: {about}, it gave {old}",
    Kind.CASE_ASKS: "{about} is now given {new}, no longer {old}",
    Kind.VALUE: "the value {about} is {new}, no longer {old}",
    Kind.EDITION_ADDED: "an edition is added {about}: {new}",
    Kind.EDITION_REMOVED: "the edition {about} is removed: {old}",
}
_PARTS = {
    Part.APPLICABILITY: "for it to apply, ",
    Part.PROHIBITION: "for it to prohibit, ",
    Part.REQUIREMENT: "to meet it, ",
    Part.DEFINITION: "for it to hold, ",
    Part.WAIVER: "for it to waive, ",
    Part.OBLIGATION: "for the duty to be owed, ",
    Part.PERMISSION: "to be permitted, ",
}


def sentence(change: Change) -> str:  # noqa: C901, PLR0912 - one case for each kind that has a grammar of its own.
    """Return a change in one sentence, without its final period."""
    old, new = (value_text(each, most=_MOST_NAMES) for each in (change.old, change.new))
    what = change.subject.realm.noun
    match change.kind:
        case Kind.ADDED if change.subject.realm is Realm.WAIVER:
            return f"this waiver of `{change.about}` is new: {new}"
        case Kind.ADDED:
            return f"this {what} is new" + (", and required" if change.new is True else "")
        case Kind.REMOVED if change.subject.realm is Realm.WAIVER:
            return f"this waiver of `{change.about}` is removed"
        case Kind.REMOVED:
            return f"this {what} is removed"
        case Kind.RENAMED:
            return f"this {what} was called `{old}`, and says the same"
        case Kind.IN_FORCE_FROM:
            return f"it is in force {_from(change.new)}, no longer {_from(change.old)}"
        case Kind.IN_FORCE_UNTIL:
            return f"it is in force {_through(change.new)}, no longer {_through(change.old)}"
        case Kind.EDITION_UNTIL:
            head = f"the edition {change.about} holds"
            return f"{head} {_through(change.new)}, no longer {_through(change.old)}"
        case Kind.REVIEWED:
            return f"it was last reviewed on {new}" if change.new else "it names no review"
        case Kind.PLACES:
            return _places(change)
        case Kind.IF_UNKNOWN:
            return _if_unknown(new)
        case Kind.REQUIRED:
            return "it is now required" if change.new else "it is no longer required"
        case Kind.PRESUMED:
            return _presumed(change, old, new)
        case Kind.SENSITIVE:
            return "it is now sensitive" if change.new else "it is no longer sensitive"
        case Kind.EXCEPTION_ADDED:
            return f'there is a new exception, "{change.exception}": `{new}`'
        case Kind.EXCEPTION_REMOVED:
            return f'the exception "{change.exception}" is gone: `{old}`'
        case Kind.MEMBER_ADDED | Kind.MEMBER_DROPPED if change.part is None:
            return _member(change, old, new)
        case Kind.RETYPED:
            return f"{_typed(change)} {new}, no longer {old}"
        case Kind.INPUTS_ORDER:
            return (
                f"it is looked up by {_in_order(change.new)}, no longer by {_in_order(change.old)}"
            )
        case Kind.CASE_VALUE:
            return f"{change.about}, it {_motion(change)} from {old} to {new}"
        case Kind.LIMIT:
            return _within(change, _limit(change, old, new))
        case _:
            about = change.about or "without dates"
            words = _SENTENCES[change.kind].format(old=old, new=new, about=about)
            return _within(change, words)


def value_text(value: Shown, *, most: int | None = None) -> str:
    """Return a value of a change as a person reads it; of a series, at most so many names."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Constant(text=text):
            return text
        case frozenset() | tuple():
            return _listed(tuple(sorted(value)), most)
        case date() | str():
            return str(value)
    assert_never(value)


def _listed(names: tuple[str, ...], most: int | None) -> str:
    *rest, last = names or ("none",)
    if most is not None and len(names) > most:
        rest, last = list(names[:most]), f"{len(names) - most:,} more"
    return f"{', '.join(rest)} and {last}" if rest else last


def _within(change: Change, words: str) -> str:
    """Return a sentence with the part of the rule in which it holds."""
    if change.part is None:
        return words
    if change.part is Part.EXCEPTION:
        return f'in the exception "{change.exception}", {words}'
    return words if change.kind is Kind.LIMIT else f"{_PARTS[change.part]}{words}"


def _limit(change: Change, old: str, new: str) -> str:
    return f"the limit on `{change.about}` {_motion(change)} from {old} to {new}"


def _motion(change: Change) -> str:
    """Return which way a limit moved; amounts of two currencies have no order."""
    values = [each.value for each in (change.old, change.new) if isinstance(each, Constant)]
    try:
        return {1: "rises", -1: "falls"}[order(values[1], values[0])]
    except (UndefinedError, TypeError):
        return "changes"


def _typed(change: Change) -> str:
    if change.about:
        return f"`{change.about}` is now"
    return "it now gives" if change.subject.realm is Realm.TABLE else "it is now"


def _in_order(names: Shown) -> str:
    """Return names in the order in which they stand."""
    return (
        " and ".join(f"`{name}`" for name in names)
        if isinstance(names, tuple)
        else value_text(names)
    )


def _from(day: Shown) -> str:
    return "from the beginning" if day is None else f"from {day}"


def _through(until: Shown) -> str:
    """Return the last day of what no longer holds on a day, as a policy names it."""
    return Window(until=until).days if isinstance(until, date) else "without an end"


def _places(change: Change) -> str:
    old, new = change.old, change.new
    if not isinstance(old, frozenset) or not isinstance(new, frozenset):
        where = "everywhere" if new is None else f"in {value_text(new)} only"
        return f"it now applies {where}, no longer " + (
            "everywhere" if old is None else f"in {value_text(old)} only"
        )
    come = f"now also applies in {value_text(new - old)}" if new - old else ""
    gone = f"no longer applies in {value_text(old - new)}" if old - new else ""
    return "it " + "; it ".join(filter(None, (come, gone)))


def _presumed(change: Change, old: str, new: str) -> str:
    if change.old is None:
        return f"where it is not stated, {new} is now presumed"
    if change.new is None:
        return f"where it is not stated, {old} is no longer presumed"
    return f"where it is not stated, {new} is presumed, no longer {old}"


def _if_unknown(new: str) -> str:
    if new == "deny":
        return "a missing fact now counts as a violation; it was asked for before"
    return "a missing fact is now asked for; it counted as a violation before"


def _member(change: Change, old: str, new: str) -> str:
    days = f", {change.about}" if change.about else ""
    if change.kind is Kind.MEMBER_ADDED:
        return f"{new} is added{days}"
    return f"{old} is dropped{days}"
