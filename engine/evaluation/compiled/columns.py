"""Columns of an index: for one fact, a map from its value to the bitmap of rows still possible.

A row is a bit of an integer (`Mask`). What a value makes possible is not derived by reasoning: for
each value, or range of values that no condition distinguishes, the conditions that read the fact
are evaluated once, as compiled by `closures`. So a column agrees with its conditions by
construction. Equality is looked up in a dictionary, order by binary search.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import attrgetter, or_
from typing import Any, TypeAlias

from ...semantics.elaborate.kinds import compares_parts, type_of
from ...semantics.tree import (
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    FactCondition,
    FactTerm,
    JunctionCondition,
    Measure,
    Money,
    NegatedCondition,
    ParameterTerm,
    SetTerm,
    ValueTerm,
    conditions_below,
    operands_of,
)
from ...semantics.types import (
    CODES,
    MEASURES,
    UNITS,
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    element_type,
    wholes_of,
)
from ...source.characters import folded
from ...syntax.lexis import Comparator
from ..values import Datum, Group
from .closures import Frame, Names, compile_test, compile_value, descend, places_of

Mask: TypeAlias = int
"""A set of rows: bit i is set where row i is in it."""

Find: TypeAlias = Callable[[Any, Mask], Mask]
"""Returns the rows that a value leaves possible, else those given: `dict.get` is one."""

Column: TypeAlias = tuple[Find, Mask]
"""Finds the rows that the value of a fact leaves possible, None where it is unknown; and the rows
to give it: those of the values that it does not tell apart, or of an unknown one."""

Facts: TypeAlias = tuple[Datum | None, ...]
"""The facts of a group, each at its place."""

_EQUALITY = frozenset(
    {
        *(Comparator.IS, Comparator.IS_NOT, Comparator.ONE_OF, Comparator.NOT_ONE_OF),
        *(Comparator.KNOWN, Comparator.UNKNOWN),
    }
)
_ORDER = _EQUALITY | {
    *(Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.MORE_THAN, Comparator.EXCEEDS),
    *(Comparator.LESS_THAN, Comparator.BEFORE, Comparator.AFTER, Comparator.ON_OR_BEFORE),
    *(Comparator.ON_OR_AFTER, Comparator.BETWEEN),
}
_NUMBERS = (Scalar.NUMBER, Scalar.WHOLE_NUMBER, Scalar.PERCENTAGE)
_KEYED = (Scalar.TEXT, Scalar.YES_NO, *CODES)
_ORDERED = (*_NUMBERS, Scalar.DATE, Scalar.MONEY, *MEASURES)

_LAST_DAY = date.max.toordinal()
_UNSEEN = "\xad"
"""Behind the form of a text, it stands for every text that reads so and that no row mentions."""

_NO_TEXT, _NO_CURRENCY = "\0", "\0"
"""No descriptor and no policy can state it: it stands for every value that no row mentions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The subject whose facts a column reads: the campaign, or an element that is bound.

    `names` are what is bound there, the law settled; `variable` is the name of the element, None
    for the campaign; `kind` is the type of the subject.
    """

    names: Names
    variable: str | None
    kind: Type

    def reads(self, fact: FactTerm) -> bool:
        """Whether a fact is one of the subject."""
        return fact.variable == self.variable

    def getter(self, fact: FactTerm) -> Callable[[Datum], Datum | None]:
        """Return the function that reads a fact, as stated, from a subject."""
        places = places_of(fact.path, self.kind, self.names)
        if not places:
            return lambda subject: subject
        if len(places) == 1:
            first = places[0]
            return lambda subject: subject.values[first]  # type: ignore[union-attr]  # it has facts.
        return lambda subject: descend(subject, places)

    def facts_of(self, path: tuple[str, ...]) -> Callable[[Datum], Facts | None]:
        """Return the function that reads the facts of a group of a subject; None if unknown.

        A subject that has no facts is its own only one.
        """
        if not isinstance(self.kind, RecordType):
            return lambda subject: (subject,)
        places = places_of(path, self.kind, self.names)
        if not places:
            return attrgetter("values")

        def facts_of(subject: Datum) -> Facts | None:
            group: Any = subject
            for place in places:
                group = group.values[place]
                if group is None:
                    return None
            return group.values  # type: ignore[no-any-return]  # of a group, as the path leads to.

        return facts_of

    def place_of(self, path: tuple[str, ...]) -> int:
        """Return where a fact stands among those of its group."""
        return places_of(path, self.kind, self.names)[-1] if path else 0

    def frame(self, fact: FactTerm, value: object) -> Frame:
        """Return the frame of a subject of which only one fact is known."""
        subject = self._planted(self.kind, fact.path, value)
        if self.variable is None:
            return Frame(subject, date.min, date.min)  # type: ignore[arg-type]  # a campaign is a group.
        depth = self.names.bound[self.variable][0]
        root = RecordType(name=self.names.policies.vocabulary.root)
        nothing = self._planted(root, (), None)
        return Frame(nothing, date.min, date.min, (*(None,) * depth, subject))  # type: ignore[arg-type]  # as above.

    def _planted(self, kind: Type, path: Sequence[str], value: object) -> object:
        if not (path or isinstance(kind, RecordType)):
            return value
        assert isinstance(kind, RecordType)  # noqa: S101 - the checker has followed the path before.
        shape = self.names.policies.vocabulary.records[kind.name]
        values: list[object] = [None] * len(shape.facts)
        if path:
            inner = shape.facts[path[0]].type
            rest = path[1:]
            values[shape.positions[path[0]]] = self._planted(inner, rest, value) if rest else value
        return Group(shape=shape, values=tuple(values))  # type: ignore[arg-type]  # each is a Datum.


# --- what a column can be made of ---------------------------------------------------------------


def sole_fact(condition: Condition, scope: Scope) -> FactTerm | None:
    """Return the one fact of the subject that a condition reads, beside what the law settles.

    None where it reads others, or compares the fact in a way for which there are no columns.
    """
    facts: list[FactTerm] = []
    comparators: set[Comparator] = set()
    for part in conditions_below(condition):
        match part:
            case FactCondition(fact=fact):
                facts.append(fact)
            case ComparisonCondition() if _compares_places(part):
                return None
            case ComparisonCondition(left=left, right=right, comparator=comparator):
                comparators.add(comparator)
                sides = (left, *right)
                facts += [side for side in sides if isinstance(side, FactTerm)]
                if not all(isinstance(side, FactTerm) or _is_settled(side) for side in sides):
                    return None
            case JunctionCondition() | NegatedCondition():
                pass
            case _:
                return None
    first = facts[0] if facts else None
    if first is None or not scope.reads(first) or any(each.path != first.path for each in facts):
        return None
    return first if all(map(scope.reads, facts)) and comparators <= _comparable(first) else None


def _compares_places(condition: ComparisonCondition) -> bool:
    """Whether places are compared, for whose parts there are no columns, as there are of languages.

    They are mostly asked for by `applies in`, which has an index of its own.
    """
    is_of_languages = element_type(type_of(condition.left)) is Scalar.LANGUAGE
    return compares_parts(condition) and not is_of_languages


def _comparable(fact: FactTerm) -> frozenset[Comparator]:
    if isinstance(fact.type, EnumerationType) or fact.type in _KEYED:
        return _EQUALITY
    return _ORDER if fact.type in _ORDERED else frozenset()


def _is_settled(term: ValueTerm) -> bool:
    """Whether a value is known once the law is."""
    settled = (Constant, SetTerm, ParameterTerm, ArithmeticTerm)
    return all(isinstance(each, settled) for each in operands_of(term))


def _mentioned(conditions: Iterable[Condition], names: Names) -> Iterator[object]:
    """Yield the values with which conditions compare their fact, members apart."""
    nowhere = Frame(None, date.min, date.min)  # type: ignore[arg-type]  # nothing settled reads it.
    for condition in conditions:
        for part in conditions_below(condition):
            sides = (part.left, *part.right) if isinstance(part, ComparisonCondition) else ()
            for side in sides:
                value = None if isinstance(side, FactTerm) else compile_value(side, names)(nowhere)
                if isinstance(value, frozenset):
                    yield from value
                elif value is not None:
                    yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Rows with the same conditions on a fact."""

    mask: Mask
    mentioned: tuple[object, ...]
    possible: Callable[[object], bool]
    """Whether a value leaves them possible; None where it is unknown."""


def _group_rows(
    rows: Mapping[int, Sequence[Condition]], fact: FactTerm, scope: Scope
) -> Iterator[_Rows]:
    alike: dict[tuple[Condition, ...], Mask] = {}
    for row, conditions in rows.items():
        key = tuple(conditions)
        alike[key] = alike.get(key, 0) | 1 << row
    for conditions, mask in alike.items():
        yield _Rows(
            mask=mask,
            mentioned=tuple(_mentioned(conditions, scope.names)),
            possible=_possible(conditions, fact, scope),
        )


def _possible(
    conditions: Iterable[Condition], fact: FactTerm, scope: Scope
) -> Callable[[object], bool]:
    tests = [compile_test(condition, scope.names) for condition in conditions]

    def possible(value: object) -> bool:
        frame = scope.frame(fact, value)
        return all(test(frame) is not False for test in tests)

    return possible


def column(
    rows: Mapping[int, Sequence[Condition]], fact: FactTerm, scope: Scope, free: Mask
) -> Column:
    """Return the column of a fact for rows with conditions on it.

    `free` are the rows without any, which are always possible.
    """
    asked = list(_group_rows(rows, fact, scope))
    unknown = free | _possible_rows(asked, None)
    if fact.type is Scalar.MONEY:
        return _of_money(asked, free, unknown)
    if fact.type in _ORDERED:
        return _of_sizes(_Scale.of(asked, _value_of(fact.type), free), unknown)
    if fact.type is Scalar.LANGUAGE:
        return _of_languages(asked, free, unknown)
    if fact.type is Scalar.TEXT:
        return _of_texts(asked, free, unknown)
    return _keyed(asked, _unmentioned_value(fact.type), free, unknown)


def _possible_rows(asked: Iterable[_Rows], value: object) -> Mask:
    """Return the rows that a value leaves possible."""
    return reduce(or_, (rows.mask for rows in asked if rows.possible(value)), 0)


def _unmentioned_value(kind: Type) -> object:
    """Return a value that no row mentions; None where every value is mentioned."""
    return None if kind is Scalar.YES_NO else _NO_TEXT


def _keyed(asked: Sequence[_Rows], other: object, free: Mask, unknown: Mask) -> Column:
    otherwise = free | _possible_rows(asked, other)
    table: dict[object, Mask] = {None: unknown}
    for rows in asked:
        usual = rows.possible(other)
        for value in {*rows.mentioned, *((True, False) if other is None else ())}:
            if rows.possible(value) is not usual:
                table[value] = table.get(value, otherwise) ^ rows.mask
    return table.get, otherwise


def _of_texts(asked: Sequence[_Rows], free: Mask, unknown: Mask) -> Column:
    """Return the column of a text, which may read like one that a row mentions."""
    otherwise = free | _possible_rows(asked, _NO_TEXT)
    written: dict[str, set[str]] = {}
    for text in (str(each) for rows in asked for each in rows.mentioned):
        written.setdefault(folded(text), set()).add(text)
    table: dict[str, Mask] = {}
    for rows in asked:
        usual = rows.possible(_NO_TEXT)
        for form in {folded(str(each)) for each in rows.mentioned}:
            alike = form + _UNSEEN
            for text in (*written[form], alike):
                if rows.possible(text) is not usual:
                    table[text] = table.get(text, otherwise) ^ rows.mask
                else:
                    table.setdefault(text, otherwise)

    def of_texts(value: str | None, otherwise: Mask) -> Mask:
        if value is None:
            return unknown
        found = table.get(value)
        return table.get(folded(value) + _UNSEEN, otherwise) if found is None else found

    return of_texts, otherwise


def _of_languages(asked: Sequence[_Rows], free: Mask, unknown: Mask) -> Column:
    """Return the column of a language, which is also each of the languages that it is a part of.

    A language that no row mentions, nor a part of, is like any other part of the nearest whole.
    """
    spoken = {
        each
        for rows in asked
        for language in map(str, rows.mentioned)
        for each in (language, *wholes_of(language))
    }
    table = {each: free | _possible_rows(asked, each) for each in spoken}
    below = {each: free | _possible_rows(asked, f"{each}-{_NO_TEXT}") for each in spoken}

    def of_languages(value: str | None, otherwise: Mask) -> Mask:
        if value is None:
            return unknown
        found = table.get(value)
        if found is not None:
            return found
        around = next((whole for whole in wholes_of(value) if whole in below), None)
        return otherwise if around is None else below[around]

    return of_languages, free | _possible_rows(asked, _NO_TEXT)


# --- values in order ------------------------------------------------------------------------------

_Make: TypeAlias = Callable[[Fraction], object]


def _value_of(kind: Type) -> _Make:
    """Return the function that makes a value of a type from its size."""
    if kind is Scalar.DATE:
        return lambda size: date.fromordinal(min(max(int(size), 1), _LAST_DAY))
    if kind in MEASURES:
        assert isinstance(kind, Scalar)  # noqa: S101 - as measures are.
        unit = next(unit for unit, (measured, _) in UNITS.items() if measured is kind)
        return lambda size: Measure(kind=kind, size=size, unit=unit)
    return lambda size: size.numerator if size.denominator == 1 else size


def _size(value: object) -> tuple[int, int]:
    """Return the size by which a value of an ordered type is ordered: numerator, denominator."""
    match value:
        case int():
            return value, 1
        case Fraction():
            return value.numerator, value.denominator
        case date():
            return value.toordinal(), 1
        case Money(amount=amount):
            return amount.numerator, amount.denominator
        case _:
            # INVARIANT: the values of every other ordered type are measures.
            assert isinstance(value, Measure)  # noqa: S101 - as said.
            return value.size.numerator, value.size.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Sizes at which rows change, times `factor`; the rows possible below, at and above each."""

    factor: int
    turns: list[int]
    masks: list[Mask]

    @classmethod
    def of(cls, asked: Sequence[_Rows], make: _Make, free: Mask) -> "_Scale":
        own = [sorted({Fraction(*_size(each)) for each in rows.mentioned}) for rows in asked]
        factor = lcm(*(size.denominator for sizes in own for size in sizes))
        turns = sorted({int(size * factor) for sizes in own for size in sizes})
        flips = [0] * (2 * len(turns) + 1)
        for rows, sizes in zip(asked, own, strict=True):
            places = [2 * bisect_left(turns, int(size * factor)) + 1 for size in sizes]
            was = False
            for place, truth in _pieces(rows, sizes, places, make):
                if truth is not was:
                    flips[place] ^= rows.mask
                    was = truth
        masks, current = [], free
        for flip in flips:
            current ^= flip
            masks.append(current)
        return cls(factor=factor, turns=turns, masks=masks)

    def find(self, numerator: int, denominator: int) -> Mask:
        """Return the rows that are possible at a size."""
        at, rest = divmod(numerator * self.factor, denominator)
        place = bisect_left(self.turns, at)
        if place < len(self.turns) and self.turns[place] == at:
            return self.masks[2 * place + (2 if rest else 1)]
        return self.masks[2 * place]


def _pieces(
    rows: _Rows, sizes: Sequence[Fraction], places: Sequence[int], make: _Make
) -> Iterator[tuple[int, bool]]:
    """Yield where each range of sizes begins within which rows are possible, or not, throughout."""
    if not sizes:
        yield 0, rows.possible(make(Fraction(1)))
        return
    yield 0, rows.possible(make(sizes[0] - 1))
    for index, (size, place) in enumerate(zip(sizes, places, strict=True)):
        yield place, rows.possible(make(size))
        following = sizes[index + 1] if index + 1 < len(sizes) else size + 2
        yield place + 1, rows.possible(make((size + following) / 2))


def _of_sizes(scale: _Scale, unknown: Mask) -> Column:
    def of_sizes(value: Datum | None, unknown: Mask) -> Mask:
        return unknown if value is None else scale.find(*_size(value))

    return of_sizes, unknown


def _of_money(asked: Sequence[_Rows], free: Mask, unknown: Mask) -> Column:
    """Return the column of an amount of money: a scale for each currency that is spoken of."""
    spoken = {each.currency for rows in asked for each in rows.mentioned if isinstance(each, Money)}
    scales = {each: _in_currency(asked, each, free) for each in spoken}

    def of_money(value: Money | None, foreign: Mask) -> Mask:
        if value is None:
            return unknown
        scale = scales.get(value.currency)
        return foreign if scale is None else scale.find(*_size(value))

    return of_money, free | _possible_rows(asked, Money(amount=Fraction(0), currency=_NO_CURRENCY))


def _in_currency(asked: Iterable[_Rows], currency: str, free: Mask) -> _Scale:
    def own(value: object) -> bool:
        return isinstance(value, Money) and value.currency == currency

    rows = [replace(each, mentioned=tuple(filter(own, each.mentioned))) for each in asked]
    return _Scale.of(rows, lambda size: Money(amount=size, currency=currency), free)


# --- lists ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipTest:
    """The condition that a list has one of some members, or if not `wanted`, none of them."""

    collection: FactTerm
    members: frozenset[object]
    wanted: bool


def membership_test(condition: Condition, scope: Scope) -> MembershipTest | None:
    """Return a condition as a test of membership in a list of the subject; None if it is none."""
    denied = isinstance(condition, NegatedCondition)
    part = condition.operand if isinstance(condition, NegatedCondition) else condition
    if not (
        isinstance(part, ComparisonCondition) and part.comparator in _MEMBERSHIP and part.right
    ):
        return None
    if _compares_places(part):
        return None
    left, right = part.left, part.right[0]
    if not (isinstance(left, FactTerm) and scope.reads(left) and _is_settled(right)):
        return None
    nowhere = Frame(None, date.min, date.min)  # type: ignore[arg-type]  # nothing settled reads it.
    members = compile_value(right, scope.names)(nowhere)
    if members is None or left.presumed is not None or not isinstance(left.type, ListType):
        return None
    among = members if isinstance(members, frozenset) else frozenset((members,))
    is_positive = part.comparator is not Comparator.INCLUDES_NONE_OF
    return MembershipTest(collection=left, members=among, wanted=is_positive is not denied)


_MEMBERSHIP = (Comparator.INCLUDES, Comparator.INCLUDES_ANY_OF, Comparator.INCLUDES_NONE_OF)


def list_column(rows: Mapping[int, MembershipTest], free: Mask) -> Column:
    """Return the column of a list for rows that have one membership test of it each."""
    table: dict[object, Mask] = {}
    wants, shuns = 0, 0
    for row, each in rows.items():
        bit = 1 << row
        wants, shuns = (wants | bit, shuns) if each.wanted else (wants, shuns | bit)
        for member in each.members:
            table[member] = table.get(member, 0) | bit
    collection = next(iter(rows.values())).collection
    kind = element_type(collection.type)
    find: Find = table.get
    if kind is Scalar.LANGUAGE:
        find = _find_language(rows, table)
    elif kind is Scalar.TEXT:
        find = _find_text(rows, table)
    unless_hit = free | shuns

    def of_list(elements: tuple[Datum, ...] | None, unknown: Mask) -> Mask:
        if elements is None:
            return unknown
        found = 0
        for element in elements:
            found |= find(element, 0)
        return unless_hit ^ found

    return of_list, free | wants | shuns


def _find_text(rows: Mapping[int, MembershipTest], table: Mapping[object, Mask]) -> Find:
    """Return the look-up of a text of a list.

    A row that wants one that reads like it stays possible, since whether that is met is unknown.
    """
    alike: dict[str, Mask] = {}
    for row, each in rows.items():
        for form in {folded(str(member)) for member in each.members if each.wanted}:
            alike[form] = alike.get(form, 0) | 1 << row
    return lambda text, nothing: table.get(text, nothing) | alike.get(folded(text), nothing)


def _find_language(rows: Mapping[int, MembershipTest], table: Mapping[object, Mask]) -> Find:
    """Return the look-up of a language of a list: it is each that it is a part of.

    A row that wants a part of it stays possible, since whether that is met is unknown.
    """
    wholes: dict[object, Mask] = {}
    for row, each in rows.items():
        for whole in {w for member in each.members for w in wholes_of(str(member)) if each.wanted}:
            wholes[whole] = wholes.get(whole, 0) | 1 << row

    def find(language: str, nothing: Mask) -> Mask:
        found = table.get(language, nothing) | wholes.get(language, nothing)
        return reduce(or_, (table.get(whole, nothing) for whole in wholes_of(language)), found)

    return find
