"""Conditions compiled to closures that return their truth value alone.

Names are resolved to positions, constants taken in, and each comparison bound to its operator once;
what remains at run time is calls. They stop at the first operand that determines the truth. The
closures that return the evidence as well are in `explanations`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any, TypeAlias, TypeVar, assert_never

import msgspec

from ...semantics.elaborate.kinds import compares_parts, compares_texts, may_stay_open
from ...semantics.tree import (
    MARKET,
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    Parameter,
    ParameterTerm,
    Policies,
    QuantifiedCondition,
    SetDefinition,
    SetTerm,
    TodayTerm,
    ValueTerm,
)
from ...semantics.types import ListType, RecordType, Type
from ...source.characters import folded, same
from ...syntax.lexis import Comparator
from ...syntax.tree import JunctionKind, QuantifierKind
from ..operations.aggregate import aggregate
from ..operations.comparison import (
    UndefinedError,
    calculate,
    compare_as_read,
    compare_by_parts,
    holds,
    members,
)
from ..operations.lookup import look_up
from ..operations.pattern import compile_pattern
from ..outcome import Truth
from ..values import Datum, Group
from .shortcuts import ORDERS, Shortcut, days_between, ordered, ratio, within_days


class Frame(msgspec.Struct, frozen=True):
    """What closures run on: the campaign, the days, and the elements bound so far, by depth.

    One is made for each element that is looked at: as a struct, in a tenth of the time.
    """

    facts: Group
    today: date
    law_day: date
    bound: tuple[Datum | None, ...] = ()
    pointers: tuple[str, ...] = ()


Value: TypeAlias = Callable[[Frame], object]
"""Returns the value of a term, or None where it is unknown or has no meaning."""

Test: TypeAlias = Callable[[Frame], Truth]
Decide: TypeAlias = Callable[[object, object], bool]


Written = TypeVar("Written")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the compiler knows at one place: the policies, and the depth and type of bound names.

    Where `law_day` is given, the law is that of this day whatever the frame says. `shared` keeps
    what was compiled, for all that is written alike at such a place: rules have many conditions in
    common, and what is in common stays in the caches of the processor.
    """

    policies: Policies
    bound: Mapping[str, tuple[int, Type]]
    law_day: date | None = None
    shared: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, compiler: Callable[[Written, "Names"], Made], written: Written) -> Made:
        """Return what a compiler makes of something at this place, once for equal things."""
        key = (compiler, written, tuple(self.bound.items()), self.law_day)
        found: Made | None = self.shared.get(key)
        if found is None:
            found = self.shared[key] = compiler(written, self)
        return found

    def binding(self, binder: QuantifiedCondition | AggregateTerm) -> "Names":
        """Return the names inside a quantifier or an aggregate."""
        kind = binder.collection.type
        assert isinstance(kind, ListType)  # noqa: S101 - the checker binds elements of lists only.
        depth = len(self.bound)
        bound = {**self.bound, binder.variable: (depth, kind.element)}
        return replace(self, bound=bound)

    def unbound(self) -> "Names":
        """Return the names inside a definition: of those bound around it only the market."""
        bound = {name: each for name, each in self.bound.items() if name == MARKET}
        return replace(self, bound=bound)


# --- values -----------------------------------------------------------------------------------


def compile_value(term: ValueTerm, names: Names) -> Value:
    """Return the closure that returns the value of a term, or None if it is not known."""
    match term:
        case Constant(value=value):
            return lambda _: value
        case TodayTerm():
            return lambda frame: frame.today
        case SetTerm(name=name):
            return _set(names.policies.sets[name], names.law_day)
        case ParameterTerm(name=name):
            return _parameter(names.policies.parameters[name], names.law_day)
        case FactTerm():
            return compile_fact(term, names)
        case ArithmeticTerm():
            return _arithmetic(term, names)
        case AggregateTerm():
            return _aggregate(term, names)
        case LookupTerm():
            found = compile_lookup(term, names)
            return lambda frame: None if (row := found(frame)) is None else row.value
    assert_never(term)


def _set(declared: SetDefinition, law_day: date | None) -> Value:
    if law_day is None:
        return lambda frame: declared.on(frame.law_day)
    members = declared.on(law_day)
    return lambda _: members


def _parameter(declared: Parameter, law_day: date | None) -> Value:
    if law_day is not None:
        settled = declared.on(law_day)
        value = None if settled is None else settled.value
        return lambda _: value

    def in_force(frame: Frame) -> object:
        found = declared.on(frame.law_day)
        return None if found is None else found.value

    return in_force


def compile_fact(fact: FactTerm, names: Names) -> Callable[[Frame], Datum | None]:
    """Return the closure that yields a fact, stated or presumed."""
    stated = compile_stated(fact, names)
    presumed = fact.presumed
    if presumed is None:
        return stated

    def or_presumed(frame: Frame) -> Datum | None:
        value = stated(frame)
        return presumed if value is None else value

    return or_presumed


def compile_stated(fact: FactTerm, names: Names) -> Callable[[Frame], Datum | None]:
    """Return the closure that yields a fact as the campaign states it."""
    depth, kind = None, None
    if fact.variable is not None:
        depth, kind = names.bound[fact.variable]
    else:
        kind = RecordType(name=names.policies.vocabulary.root)
    places = places_of(fact.path, kind, names)
    return _from_campaign(places) if depth is None else _from_element(depth, places)


def places_of(path: tuple[str, ...], kind: Type, names: Names) -> tuple[int, ...]:
    """Return where each step of a path stands among the facts of its group."""
    places = []
    for step in path:
        assert isinstance(kind, RecordType)  # noqa: S101 - the checker has followed the path before.
        shape = names.policies.vocabulary.records[kind.name]
        places.append(shape.positions[step])
        kind = shape.facts[step].type
    return tuple(places)


# What reads a fact depends on nothing but its place: all rules share it.


@lru_cache(maxsize=1024)
def _from_campaign(places: tuple[int, ...]) -> Callable[[Frame], Datum | None]:
    if len(places) == 1:
        first = places[0]
        return lambda frame: frame.facts.values[first]
    if len(places) == 2:
        outer, inner = places

        def of_group(frame: Frame) -> Datum | None:
            group = frame.facts.values[outer]
            return None if group is None else group.values[inner]  # type: ignore[union-attr]  # it is a group.

        return of_group
    return lambda frame: descend(frame.facts, places)


@lru_cache(maxsize=1024)
def _from_element(depth: int, places: tuple[int, ...]) -> Callable[[Frame], Datum | None]:
    if len(places) == 1:
        first = places[0]

        def of_element(frame: Frame) -> Datum | None:
            element = frame.bound[depth]
            return None if element is None else element.values[first]  # type: ignore[union-attr]  # it is a group.

        return of_element
    return lambda frame: descend(frame.bound[depth], places)


def descend(value: Datum | None, places: tuple[int, ...]) -> Datum | None:
    """Return what stands at places within places, or None where a group is unknown."""
    for place in places:
        if value is None:
            return None
        value = value.values[place]  # type: ignore[union-attr]  # groups lead there.
    return value


def _arithmetic(term: ArithmeticTerm, names: Names) -> Value:
    left, right = compile_value(term.left, names), compile_value(term.right, names)
    operator, month_end = term.operator, term.month_end

    def calculated(frame: Frame) -> object:
        one, other = left(frame), right(frame)
        if one is None or other is None:
            return None
        try:
            return calculate(operator, one, other, month_end)
        except UndefinedError:
            return None

    return calculated


def compile_lookup(term: LookupTerm, names: Names) -> Callable[[Frame], Constant | None]:
    """Return the closure that yields what a table gives, or None where it gives nothing."""
    table = names.policies.tables[term.name]
    arguments = tuple(compile_value(argument, names) for argument in term.arguments)

    def found(frame: Frame) -> Constant | None:
        values = [argument(frame) for argument in arguments]
        if None in values:
            return None
        try:
            return look_up(table, frame.law_day, values)
        except UndefinedError:
            return None

    return found


def _aggregate(term: AggregateTerm, names: Names) -> Value:
    collection = compile_fact(term.collection, names)
    inside = names.binding(term)
    test = None if term.where is None else compile_test(term.where, inside)
    value = None if term.value is None else compile_value(term.value, inside)

    def aggregated(frame: Frame) -> object:
        elements = collection(frame)
        if not isinstance(elements, tuple):
            return None
        values: list[object] = []
        for element in elements:
            inner = Frame(frame.facts, frame.today, frame.law_day, (*frame.bound, element))
            chosen = True if test is None else test(inner)
            found = value(inner) if chosen and value is not None else chosen
            if found is None:
                return None
            if chosen:
                values.append(found)
        try:
            return aggregate(term, values)
        except UndefinedError:
            return None

    return aggregated


# --- truth ------------------------------------------------------------------------------------


def compile_test(condition: Condition, names: Names) -> Test:
    """Return the closure that yields the truth of a condition."""
    return names.once(_test, condition)


def _test(condition: Condition, names: Names) -> Test:
    match condition:
        case FactCondition(fact=fact):
            return compile_fact(fact, names)  # type: ignore[return-value]  # a yes_no fact is its own truth.
        case ComparisonCondition():
            return _compared(condition, names)
        case JunctionCondition(kind=kind, operands=operands):
            if kind is JunctionKind.OR:
                return _joined(tuple(_alternatives(operands, names)), decisive=True)
            return _joined(tuple(compile_test(each, names) for each in operands), decisive=False)
        case NegatedCondition(operand=operand):
            return _denied(compile_test(operand, names))
        case QuantifiedCondition():
            return _over(condition, names)
        case DefinedCondition(condition=meant):
            return _defined(compile_test(meant, names.unbound()), names)
    assert_never(condition)


def _alternatives(operands: Iterable[Condition], names: Names) -> Iterator[Test]:
    """Yield the tests of conditions joined by `or`: one for all patterns of one value."""
    patterns: dict[ValueTerm, list[ValueTerm]] = {}
    for operand in operands:
        match operand:
            case ComparisonCondition(comparator=Comparator.LIKE, left=left, right=right):
                patterns.setdefault(left, []).extend(right)
            case _:
                yield compile_test(operand, names)
    for left, likes in patterns.items():
        yield _like(compile_value(left, names), likes, wanted=True)


def _joined(tests: tuple[Test, ...], *, decisive: bool) -> Test:
    otherwise = not decisive

    def joined(frame: Frame) -> Truth:
        truth: Truth = otherwise
        for test in tests:
            found = test(frame)
            if found is decisive:
                return decisive
            if found is None:
                truth = None
        return truth

    return joined


def _denied(test: Test) -> Test:
    def denied(frame: Frame) -> Truth:
        found = test(frame)
        return None if found is None else not found

    return denied


def _defined(test: Test, names: Names) -> Test:
    kept = len(names.unbound().bound)
    if kept == len(names.bound):
        return test
    return lambda frame: test(unbound(frame, kept))


def unbound(frame: Frame, kept: int) -> Frame:
    """Return the frame inside a definition; the market, where it is bound, is bound first."""
    bound, pointers = frame.bound[:kept], frame.pointers[:kept]
    return Frame(frame.facts, frame.today, frame.law_day, bound, pointers)


def _over(condition: QuantifiedCondition, names: Names) -> Test:
    collection = compile_fact(condition.collection, names)
    test = compile_test(condition.condition, names.binding(condition))
    decisive = condition.kind is not QuantifierKind.EVERY
    needs_some = condition.kind is QuantifierKind.EVERY and not condition.if_any

    def over(frame: Frame) -> Truth:
        elements = collection(frame)
        if not isinstance(elements, tuple) or (needs_some and not elements):
            return None
        truth: Truth = not decisive
        for element in elements:
            found = test(Frame(frame.facts, frame.today, frame.law_day, (*frame.bound, element)))
            if found is decisive:
                return decisive
            if found is None:
                truth = None
        return truth

    return _denied(over) if condition.kind is QuantifierKind.NO else over


# --- comparisons ------------------------------------------------------------------------------

_DECIDE: Mapping[Comparator, Decide] = {
    **{comparator: ordered(comparator) for comparator in ORDERS},
    Comparator.IS: lambda left, right: left == right,
    Comparator.IS_NOT: lambda left, right: left != right,
    Comparator.ONE_OF: lambda left, right: left in members(right),
    Comparator.NOT_ONE_OF: lambda left, right: left not in members(right),
    Comparator.INCLUDES: lambda left, right: right in members(left),
    Comparator.INCLUDES_ANY_OF: lambda left, right: not members(left).isdisjoint(members(right)),
    Comparator.INCLUDES_ALL_OF: lambda left, right: members(right) <= members(left),
    Comparator.INCLUDES_NONE_OF: lambda left, right: members(left).isdisjoint(members(right)),
}


def _compared(condition: ComparisonCondition, names: Names) -> Test:
    left = compile_value(condition.left, names)
    right = [compile_value(term, names) for term in condition.right]
    match condition.comparator:
        case Comparator.KNOWN:
            return lambda frame: left(frame) is not None
        case Comparator.UNKNOWN:
            return lambda frame: left(frame) is None
        case Comparator.EMPTY | Comparator.NOT_EMPTY as comparator:
            return _emptiness(left, wanted=comparator is Comparator.EMPTY)
        case Comparator.LIKE | Comparator.NOT_LIKE as comparator:
            return _like(left, condition.right, wanted=comparator is Comparator.LIKE)
        case Comparator.BETWEEN:
            at_least = _binary(_DECIDE[Comparator.AT_LEAST], left, right[0])
            at_most = _binary(_DECIDE[Comparator.AT_MOST], left, right[1])
            return _between(at_least, at_most)
        case Comparator.WITHIN:
            slow = _within(left, right[0], right[1], condition)
            return _shortened(within_days(condition), left, right[1], slow)
        case Comparator.IS | Comparator.IS_NOT as comparator if compares_texts(condition):
            return _same(left, right[0], wanted=comparator is Comparator.IS)
        case Comparator.IS | Comparator.IS_NOT as comparator if _is_plain(condition):
            return _equal(left, condition.right[0], wanted=comparator is Comparator.IS)
        case Comparator.ONE_OF | Comparator.NOT_ONE_OF as comparator if _is_plain(condition):
            return _member(left, condition.right[0], wanted=comparator is Comparator.ONE_OF)
        case comparator:
            slow = _binary(_decide(condition), left, right[0])
            return _calculated(condition, slow, names)


def _decide(condition: ComparisonCondition) -> Decide:
    """Return what decides a comparison with one other value."""
    if compares_parts(condition):
        return partial(compare_by_parts, condition.comparator)
    if compares_texts(condition):
        return partial(compare_as_read, condition.comparator)
    return _DECIDE[condition.comparator]


def _is_plain(condition: ComparisonCondition) -> bool:
    """Whether a fact is compared with what is written in the policy, and by equality."""
    is_written = isinstance(condition.left, FactTerm) and isinstance(condition.right[0], Constant)
    return is_written and not may_stay_open(condition)


def _equal(left: Value, right: ValueTerm, *, wanted: bool) -> Test:
    assert isinstance(right, Constant)  # noqa: S101 - it is plain.
    written = right.value

    def equal(frame: Frame) -> Truth:
        value = left(frame)
        return None if value is None else (value == written) is wanted

    return equal


def _same(left: Value, right: Value, *, wanted: bool) -> Test:
    def is_same(frame: Frame) -> Truth:
        one, other = left(frame), right(frame)
        if one is None or other is None:
            return None
        found = same(one, other)  # type: ignore[arg-type]  # the checker lets only texts come here.
        return None if found is None else found is wanted

    return is_same


def _member(left: Value, right: ValueTerm, *, wanted: bool) -> Test:
    assert isinstance(right, Constant)  # noqa: S101 - it is plain.
    among = members(right.value)

    def member(frame: Frame) -> Truth:
        value = left(frame)
        return None if value is None else (value in among) is wanted

    return member


def _like(left: Value, right: Iterable[ValueTerm], *, wanted: bool) -> Test:
    """Return the test whether a value is like any of some patterns."""
    patterns = [compile_pattern(_pattern(each)) for each in right]

    def like(frame: Frame) -> Truth:
        value = left(frame)
        if value is None:
            return None
        read = folded(str(value))
        for matches in patterns:
            if matches(read):
                return wanted
        return not wanted

    return like


def _pattern(term: ValueTerm) -> str:
    assert isinstance(term, Constant)  # noqa: S101 - the checker takes no other pattern.
    return str(term.value)


def _emptiness(left: Value, *, wanted: bool) -> Test:
    def emptiness(frame: Frame) -> Truth:
        value = left(frame)
        return None if value is None else (value == ()) is wanted

    return emptiness


def _between(at_least: Test, at_most: Test) -> Test:
    """Both bounds must be known: a comparison with an unknown bound is unknown as a whole."""

    def between(frame: Frame) -> Truth:
        low, high = at_least(frame), at_most(frame)
        return None if low is None or high is None else low and high

    return between


def _within(left: Value, length: Value, anchor: Value, condition: ComparisonCondition) -> Test:
    def within(frame: Frame) -> Truth:
        values = (left(frame), length(frame), anchor(frame))
        if None in values:
            return None
        try:
            return holds(condition, values)
        except UndefinedError:
            return None

    return within


def _binary(decide: Decide, left: Value, right: Value) -> Test:
    def binary(frame: Frame) -> Truth:
        one, other = left(frame), right(frame)
        if one is None or other is None:
            return None
        try:
            return decide(one, other)
        except UndefinedError:
            return None

    return binary


def _calculated(condition: ComparisonCondition, slow: Test, names: Names) -> Test:
    """Return a comparison of what is calculated, cut short where its operands are plain."""
    term = condition.left
    if not isinstance(term, ArithmeticTerm):
        return slow
    left, right = compile_value(term.left, names), compile_value(term.right, names)
    return _shortened(ratio(condition) or days_between(condition), left, right, slow)


def _shortened(quick: Shortcut | None, left: Value, right: Value, slow: Test) -> Test:
    """Return a test that tries the shortcut first, if there is one."""
    if quick is None:
        return slow

    def shortened(frame: Frame) -> Truth:
        found = quick(left(frame), right(frame))
        return slow(frame) if found is None else found

    return shortened
