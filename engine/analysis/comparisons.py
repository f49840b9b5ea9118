"""Two comparisons of the same value: a limit that moved, a phrase, members."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..evaluation.operations.comparison import UndefinedError, order
from ..evaluation.values import show
from ..semantics.tree import ComparisonCondition, Constant, Measure, Money, SetTerm, ValueTerm
from ..semantics.types import Scalar
from ..syntax.lexis import Comparator
from .change import Kind, Shown
from .meaning import Reader
from .phrases import predicate_text, subject_text
from .timelines import growth, listed_members, timeline_of

GROWING = {
    Comparator.ONE_OF: True,
    Comparator.NOT_ONE_OF: False,
    Comparator.INCLUDES_ANY_OF: True,
    Comparator.INCLUDES_ALL_OF: False,
    Comparator.INCLUDES_NONE_OF: False,
}
"""The phrases about sets, and whether they hold more often as the set gains members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two conditions, and whether the new one holds more often (or less)."""

    kind: Kind
    grows: bool | None
    old: Shown
    new: Shown
    about: str = ""


def compare(
    old: ComparisonCondition, new: ComparisonCondition, before: Reader, now: Reader
) -> Iterator[Difference]:
    """Yield what differs between two comparisons of the same value."""
    same = old.comparator is new.comparator and old.comparator in GROWING
    match old.right, new.right:
        case (Constant() as old_set,), (Constant() as new_set,) if same:
            yield from _members(
                old_set, new_set, subject_text(new.left), gains=GROWING[new.comparator]
            )
            return
        case _:
            pass
    if _is_moved_limit(old, new):
        yield Difference(
            kind=Kind.LIMIT,
            grows=_widens(old, new),
            old=_constant(old.right[0]),
            new=_constant(new.right[0]),
            about=subject_text(new.left),
        )
        return
    yield Difference(
        kind=Kind.COMPARISON,
        grows=_grows(old, new, before, now),
        old=predicate_text(old),
        new=predicate_text(new),
        about=subject_text(new.left),
    )


def _constant(term: ValueTerm) -> Constant | None:
    return term if isinstance(term, Constant) else None


def _is_moved_limit(old: ComparisonCondition, new: ComparisonCondition) -> bool:
    is_single = len(old.right) == 1 and _limits(old) is not None and _limits(new) is not None
    return is_single and _phrase(old) is _phrase(new)


def _phrase(condition: ComparisonCondition) -> Comparator:
    exceeds = condition.comparator is Comparator.EXCEEDS
    return Comparator.MORE_THAN if exceeds else condition.comparator


# --- sets -------------------------------------------------------------------------------------


def _members(old: Constant, new: Constant, what: str, *, gains: bool) -> Iterator[Difference]:
    had, has = listed_members(old), listed_members(new)
    for member in sorted(map(show, has - had)):
        yield Difference(kind=Kind.MEMBER_ADDED, grows=gains, old=None, new=member, about=what)
    for member in sorted(map(show, had - has)):
        yield Difference(
            kind=Kind.MEMBER_DROPPED, grows=not gains, old=member, new=None, about=what
        )


def _grows(
    old: ComparisonCondition, new: ComparisonCondition, before: Reader, now: Reader
) -> bool | None:
    """Whether the new comparison holds at least as often as the old, or at most; else None."""
    if old.comparator is Comparator.WITHIN and new.comparator is Comparator.WITHIN:
        return _longer(old, new, before, now)
    same = old.comparator is new.comparator and old.comparator in GROWING
    match old.right, new.right:
        case ((SetTerm() | Constant()) as one,), ((SetTerm() | Constant()) as other,) if same:
            sets = before.policies.sets, now.policies.sets
            gained = growth(timeline_of(one, sets[0]), timeline_of(other, sets[1]))
            return gained if gained is None else gained is GROWING[old.comparator]
        case _:
            return _widens(old, new)


def _longer(
    old: ComparisonCondition, new: ComparisonCondition, before: Reader, now: Reader
) -> bool | None:
    same_anchor = before.term(old.right[1]) == now.term(new.right[1])
    days = (old.right[0], new.right[0])
    same_count = (old.within, old.month_end) == (new.within, new.month_end)
    if not same_count or not same_anchor:
        return None
    one, other = (term.value if isinstance(term, Constant) else None for term in days)
    if not isinstance(one, Measure) or not isinstance(other, Measure) or one.kind != other.kind:
        return None
    return other.size >= one.size


# --- limits -----------------------------------------------------------------------------------

Bound = tuple[object, bool]
"""A limit, and whether the limit itself is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Range:
    """What a comparison with constants lets through; None where it is open."""

    low: Bound | None = None
    high: Bound | None = None


def _limits(condition: ComparisonCondition) -> _Range | None:
    """Return the range of a comparison with constants, or None where it has none."""
    if not all(map(_is_ordered, condition.right)):
        return None
    comparator = condition.comparator
    values = [term.value for term in condition.right if isinstance(term, Constant)]
    if comparator is Comparator.BETWEEN and not any(isinstance(each, Money) for each in values):
        return _Range(low=(values[0], False), high=(values[1], False))
    match comparator.rises:
        case True:
            return _Range(low=(values[0], 0 not in comparator.sides))
        case False:
            return _Range(high=(values[0], 0 not in comparator.sides))
        case None:
            return None


def _is_ordered(term: ValueTerm) -> bool:
    return isinstance(term, Constant) and isinstance(term.type, Scalar)


def _widens(old: ComparisonCondition, new: ComparisonCondition) -> bool | None:
    """Whether one range contains the other: True if the new does, False if the old does."""
    one, other = _limits(old), _limits(new)
    kinds = {term.type for term in (*old.right, *new.right) if isinstance(term, Constant)}
    if one is None or other is None or len(kinds) > 1:
        return None
    try:
        lower, higher = _order(one.low, other.low, end=-1), _order(one.high, other.high, end=1)
    except UndefinedError:
        return None
    if lower <= 0 <= higher:
        return True
    return False if higher <= 0 <= lower else None


def _order(old: Bound | None, new: Bound | None, *, end: int) -> int:
    """Return 1 where the new bound lies above the old, -1 below; an open end lies beyond all."""
    if old is None or new is None:
        return end * (int(new is None) - int(old is None))
    moved = order(new[0], old[0])
    return moved or end * (int(old[1]) - int(new[1]))
