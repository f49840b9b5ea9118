"""The truth of a condition, by the section "Comparisons" and those beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.semantics.tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    Dated,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    Money,
    NegatedCondition,
    ParameterTerm,
    Policies,
    QuantifiedCondition,
    SetTerm,
    TodayTerm,
    ValueTerm,
    Window,
)
from engine.semantics.types import ListType, Scalar
from engine.syntax.lexis import Comparator
from engine.syntax.tree import JunctionKind, QuantifierKind
from tests.oracle.calculating import calculated, day_of, moved, plain, same_clock, taken_together
from tests.oracle.facts import fact, found_at
from tests.oracle.places import HAVING_PARTS, is_place, text_case_for
from tests.oracle.texts import as_read, is_text
from tests.oracle.truth import Truth, all_of, any_of, negated


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a condition is asked of: a campaign in one market, by the law of one day."""

    policies: Policies
    campaign: Mapping[str, Any]
    today: date
    day: date
    market: str | None
    bound: Mapping[str, Any] = field(default_factory=dict)

    def binding(self, name: str, element: Any) -> "Scene":
        return replace(self, bound={**self.bound, name: element})


def holds(window: Window, day: date) -> bool:
    """Whether a day lies in it: "`until` is the first day on which it no longer is"."""
    begun = window.start is None or window.start <= day
    return begun and (window.until is None or day < window.until)


def edition(declared: Dated[Any], day: date) -> Any:
    """Return what is declared for a day; None where there is "no edition for the day"."""
    return next((e.content for e in declared.editions if holds(e.window, day)), None)


def value(term: ValueTerm, scene: Scene) -> Any:
    """Return a value, None where it is unknown."""
    policies, day = scene.policies, scene.day
    match term:
        case Constant(value=constant):
            return constant
        case TodayTerm():
            return scene.today
        case FactTerm(presumed=presumed):
            found = _stated(term, scene)
            return presumed if found is None else found
        case SetTerm(name=name):
            return edition(policies.sets[name], day)
        case ParameterTerm(name=name):
            constant = edition(policies.parameters[name], day)
            return None if constant is None else constant.value
        case ArithmeticTerm(operator=operator, left=left, right=right, month_end=month_end):
            return calculated(operator, value(left, scene), value(right, scene), month_end)
        case AggregateTerm():
            return _aggregate(term, scene)
        case LookupTerm(name=name, arguments=arguments):
            table = policies.tables[name]
            rows, given = edition(table, day), [value(each, scene) for each in arguments]
            if rows is None or None in given:
                return None
            case = text_case_for(rows, [each.type for each in table.inputs], given)
            return None if case is None else case.value.value


def _stated(term: FactTerm, scene: Scene) -> Any:
    if term.is_market:
        return scene.market
    if term.variable is None:
        return fact(found_at(scene.campaign, term.path), term.type)
    element = scene.bound[term.variable]
    return fact(found_at(element, term.path), term.type) if term.path else element


def _aggregate(term: AggregateTerm, scene: Scene) -> Any:
    elements = value(term.collection, scene)
    if elements is None:
        return None
    scenes = [scene.binding(term.variable, each) for each in elements]
    if term.where is not None:
        chosen = [truth(term.where, each) for each in scenes]
        if None in chosen:
            return None  # "of which it is unknown whether it is chosen"
        scenes = [each for each, is_chosen in zip(scenes, chosen, strict=True) if is_chosen]
    values = [None if term.value is None else value(term.value, each) for each in scenes]
    return taken_together(term.kind, values, term.type)


def truth(condition: Condition, scene: Scene) -> Truth:
    """Return whether a condition holds."""
    match condition:
        case FactCondition(fact=term):
            found: Truth = value(term, scene)
            return found
        case JunctionCondition(kind=kind, operands=operands):
            truths = [truth(each, scene) for each in operands]
            return all_of(truths) if kind is JunctionKind.AND else any_of(truths)
        case NegatedCondition(operand=operand):
            return negated(truth(operand, scene))
        case DefinedCondition(condition=meant):
            return truth(meant, replace(scene, bound={}))
        case QuantifiedCondition():
            return _over(condition, scene)
        case ComparisonCondition():
            return _compared(condition, scene)


def _over(condition: QuantifiedCondition, scene: Scene) -> Truth:
    elements = value(condition.collection, scene)
    if elements is None:
        return None
    inner = condition.condition
    truths = [truth(inner, scene.binding(condition.variable, each)) for each in elements]
    match condition.kind:
        case QuantifierKind.ANY:
            return any_of(truths)
        case QuantifierKind.NO:
            return negated(any_of(truths))
        case QuantifierKind.EVERY:
            # The page: "`every` over a list that is known to be empty is unknown, unless it says
            # `, if any,`".
            return all_of(truths) if truths or condition.if_any else None


_DENIED = {
    Comparator.IS_NOT: Comparator.IS,
    Comparator.UNKNOWN: Comparator.KNOWN,
    Comparator.NOT_EMPTY: Comparator.EMPTY,
    Comparator.NOT_ONE_OF: Comparator.ONE_OF,
    Comparator.NOT_LIKE: Comparator.LIKE,
    Comparator.INCLUDES_NONE_OF: Comparator.INCLUDES_ANY_OF,
}


def _compared(condition: ComparisonCondition, scene: Scene) -> Truth:  # noqa: C901, PLR0912 - one case for each phrase.
    comparator, left = condition.comparator, condition.left
    if comparator in _DENIED:
        return negated(_compared(replace(condition, comparator=_DENIED[comparator]), scene))
    if comparator is Comparator.KNOWN and isinstance(left, FactTerm):
        return _stated(left, scene) is not None
    one, others = value(left, scene), [value(each, scene) for each in condition.right]
    if one is None or None in others:
        return None  # "A comparison with something unknown is unknown"
    same = is_place if _has_elements(left, HAVING_PARTS) else _is_equal
    same = is_text if _has_elements(left, (Scalar.TEXT,)) else same
    match comparator:
        case Comparator.IS:
            return same(one, others[0])
        case Comparator.ONE_OF:
            return any_of(same(one, each) for each in others[0])
        case Comparator.INCLUDES:
            return any_of(same(each, others[0]) for each in one)
        case Comparator.INCLUDES_ANY_OF:
            return any_of(same(each, wanted) for each in one for wanted in others[0])
        case Comparator.INCLUDES_ALL_OF:
            return all_of(any_of(same(each, wanted) for each in one) for wanted in others[0])
        case Comparator.EMPTY:
            return len(one) == 0
        case Comparator.LIKE:
            return is_like(one, others[0])
        case Comparator.BETWEEN:
            bounds = [_in_order(others[0], one), _in_order(one, others[1])]
            return None if None in bounds else all_of(bounds)  # "amounts only in one currency"
        case Comparator.WITHIN:
            return _within(condition, one, *others)
        case Comparator.AT_MOST | Comparator.ON_OR_BEFORE:
            return _in_order(one, others[0])
        case Comparator.AT_LEAST | Comparator.ON_OR_AFTER:
            return _in_order(others[0], one)
        case Comparator.LESS_THAN | Comparator.BEFORE:
            return negated(_in_order(others[0], one))
        case Comparator.MORE_THAN | Comparator.EXCEEDS | Comparator.AFTER:
            return negated(_in_order(one, others[0]))
    raise AssertionError(comparator)


def _has_elements(term: ValueTerm, kinds: Sequence[Scalar]) -> bool:
    kind = getattr(term, "type", None)
    return (kind.element if isinstance(kind, ListType) else kind) in kinds


def _is_equal(one: Any, other: Any) -> Truth:
    return bool(one == other)  # "amounts in two currencies never are"


def _in_order(one: Any, other: Any) -> Truth:
    """Return whether one value is at most another."""
    if isinstance(one, Money) and one.currency != other.currency:
        return None  # "amounts only in one currency"
    one, other = same_clock(one, other)
    return bool(plain(one) <= plain(other))


def _within(condition: ComparisonCondition, one: Any, length: Any, anchor: Any) -> Truth:
    """ "not later than the other and at most that long before it; or the reverse", by their days"""
    one, anchor = day_of(one), day_of(anchor)
    other = moved(anchor, length, condition.within, condition.month_end)
    if other is None:
        return None
    return bool(other <= one <= anchor if condition.within < 0 else anchor <= one <= other)


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is like a pattern: "a star stands for any text; case does not matter".

    "`\\*` is a star itself, and `\\\\` a backslash", as the text has them once it is read.
    """
    parts = re.findall(r"\\[\\*]|\*|.", as_read(pattern), re.DOTALL)
    written = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(written, as_read(text), re.DOTALL) is not None
