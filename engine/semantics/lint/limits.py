"""What a single comparison leaves open: the region of each thing that it is about.

What is not understood limits nothing, so that reasoning from limits never claims too much.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, assert_never

from ...syntax.lexis import Comparator
from ..elaborate.kinds import compares_parts, type_of
from ..tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Constant,
    Dated,
    FactCondition,
    FactTerm,
    LookupTerm,
    Measure,
    Money,
    ParameterTerm,
    QuantifiedCondition,
    SetTerm,
    TodayTerm,
    ValueTerm,
    Window,
)
from ..types import EnumerationType, ListType, Scalar, Type, codes
from .claims import All, Both, Bound, Claim, Either, Meaning, Subject, meaning, subject
from .regions import Choice, Contents, Line, Region, Stretch, apart, line, points

_MOST_POINTS = 64
_BELOW, _AT, _ABOVE = -1, 0, 1
_SIDES = frozenset({_BELOW, _AT, _ABOVE})
_KNOWN = Choice(members=frozenset({True}))
_UNKNOWN = Choice(members=frozenset({False}))
_SIDES_OF: Mapping[Comparator, frozenset[int]] = {
    Comparator.IS: frozenset({_AT}),
    Comparator.IS_NOT: frozenset({_BELOW, _ABOVE}),
    Comparator.AT_LEAST: frozenset({_AT, _ABOVE}),
    Comparator.ON_OR_AFTER: frozenset({_AT, _ABOVE}),
    Comparator.AT_MOST: frozenset({_AT, _BELOW}),
    Comparator.ON_OR_BEFORE: frozenset({_AT, _BELOW}),
    Comparator.MORE_THAN: frozenset({_ABOVE}),
    Comparator.EXCEEDS: frozenset({_ABOVE}),
    Comparator.AFTER: frozenset({_ABOVE}),
    Comparator.LESS_THAN: frozenset({_BELOW}),
    Comparator.BEFORE: frozenset({_BELOW}),
}
_DENIALS: Mapping[Comparator, Comparator] = {
    Comparator.IS_NOT: Comparator.IS,
    Comparator.LESS_THAN: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.EXCEEDS,
    Comparator.NOT_ONE_OF: Comparator.ONE_OF,
    Comparator.INCLUDES_NONE_OF: Comparator.INCLUDES_ANY_OF,
    Comparator.NOT_EMPTY: Comparator.EMPTY,
    Comparator.NOT_LIKE: Comparator.LIKE,
}


class Aspect(Enum):
    """What of a subject a region speaks of."""

    PRESENCE = "whether it is known"
    VALUE = "its value"
    CURRENCY = "its currency"
    CONTENTS = "what is in it"
    ORDER = "where it lies beside another"
    TRUTH = "whether the condition holds"

    __hash__ = object.__hash__  # That of `Enum` is slow, and topics are looked up at every step.


TopicKey = tuple[Aspect, Subject]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topic:
    """What a region speaks of; one object for each within a law, so that it is found at once."""

    aspect: Aspect
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a claim says of the conditions below it, and what it limits unless they say it all."""

    claim: Claim
    said: Meaning
    limits: tuple[tuple[Topic, Region], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The sets and parameters as they stand on the days of a window.

    Proofs come back to the same claims again and again, so that it keeps how each is understood.
    """

    dated: Mapping[str, Dated[Any]]
    window: Window
    _topics: dict[TopicKey, Topic] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    _kept: dict[tuple[int, bool, Bound], Understood] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def editions(self, name: str) -> tuple[Any, ...]:
        """Return what a declaration says in each edition that meets the window."""
        return tuple(
            each.content
            for each in self.dated[name].editions
            if _share_a_day(each.window, self.window)
        )

    def understood(self, claim: Claim) -> Understood:
        """Return how a claim is understood; two of one condition, as an object, are like."""
        # INVARIANT: what is kept holds its claim, so that no other object takes on its identity.
        key = (id(claim.condition), claim.truth, claim.bound)
        if (kept := self._kept.get(key)) is None:
            kept = self._kept[key] = self._understood(claim)
        return kept

    def _understood(self, claim: Claim) -> Understood:
        said = meaning(claim)
        is_taken_apart = isinstance(said, Both | Either)
        found = () if is_taken_apart else limits(claim, self)
        limited = tuple((self._topic(about), region) for about, region in found)
        return Understood(claim=claim, said=said, limits=limited)

    def _topic(self, about: TopicKey) -> Topic:
        if (topic := self._topics.get(about)) is None:
            topic = self._topics[about] = Topic(aspect=about[0], subject=about[1])
        return topic


def _share_a_day(one: Window, other: Window) -> bool:
    starts_in_time = one.until is None or other.start is None or other.start < one.until
    ends_late_enough = other.until is None or one.start is None or one.start < other.until
    return starts_in_time and ends_late_enough


def limits(claim: Claim, law: Law) -> Iterator[tuple[TopicKey, Region]]:
    """Yield what a claim about a comparison or quantifier limits, by topic."""
    condition = claim.condition
    yield _truth(claim)
    match condition:
        case FactCondition(fact=fact):
            yield (Aspect.PRESENCE, subject(fact, claim.bound)), _KNOWN
            value = Choice(members=frozenset({claim.truth}))
            yield (Aspect.VALUE, subject(fact, claim.bound)), value
        case ComparisonCondition():
            yield from _compared(claim, condition, law)
        case QuantifiedCondition(collection=collection):
            yield (Aspect.PRESENCE, subject(collection, claim.bound)), _KNOWN
            said = meaning(claim)
            if not isinstance(said, All) or said.is_some:
                topic = (Aspect.CONTENTS, subject(collection, claim.bound))
                yield topic, Contents(is_nothing=frozenset({False}))
        case _:
            pass  # It is taken apart into what is below it.


def _truth(claim: Claim) -> tuple[TopicKey, Region]:
    """Return that a condition has one truth, under the one name of it and its denial."""
    condition, truth = claim.condition, claim.truth
    key: Subject = condition
    if isinstance(condition, ComparisonCondition):
        positive = _DENIALS.get(condition.comparator)
        truth = truth is (positive is None)
        sides = (condition.left, *condition.right)
        terms = tuple(subject(term, claim.bound) for term in sides)
        key = (positive or condition.comparator, condition.within, condition.month_end, terms)
    elif isinstance(condition, FactCondition):
        key = subject(condition.fact, claim.bound)
    else:
        key = (condition, claim.bound)
    return (Aspect.TRUTH, key), Choice(members=frozenset({truth}))


def _compared(
    claim: Claim, condition: ComparisonCondition, law: Law
) -> Iterator[tuple[TopicKey, Region]]:
    if condition.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        is_known = claim.truth is (condition.comparator is Comparator.KNOWN)
        topic = (Aspect.PRESENCE, subject(condition.left, claim.bound))
        yield topic, _KNOWN if is_known else _UNKNOWN
        return
    for term in (condition.left, *condition.right):
        for fact in _facts(term):
            yield (Aspect.PRESENCE, subject(fact, claim.bound)), _KNOWN
    kind = type_of(condition.left)
    if compares_parts(condition):
        yield from _of_parts(claim, condition, law)
    elif isinstance(kind, ListType):
        yield from _of_list(claim, condition, law)
    elif condition.comparator in _SIDES_OF:
        yield from _beside(claim, condition, law)
    elif (region := _between(condition, truth=claim.truth)) is not None:
        yield from _about(condition.left, claim.bound, region)
    elif condition.comparator in (Comparator.ONE_OF, Comparator.NOT_ONE_OF):
        is_member = claim.truth is (condition.comparator is Comparator.ONE_OF)
        members = _members(condition.right[0], law, widest=is_member)
        if members is not None and (among := _among(members, is_member=is_member)) is not None:
            yield from _about(condition.left, claim.bound, among)


def _facts(term: ValueTerm) -> Iterator[FactTerm]:
    match term:
        case FactTerm():
            yield term
        case ArithmeticTerm(left=left, right=right):
            yield from _facts(left)
            yield from _facts(right)
        case LookupTerm(arguments=arguments):
            for argument in arguments:
                yield from _facts(argument)
        case AggregateTerm(collection=collection):
            yield collection
        case Constant() | TodayTerm() | SetTerm() | ParameterTerm():
            pass
        case _:
            assert_never(term)


def _about(term: ValueTerm, bound: Bound, region: Region) -> Iterator[tuple[TopicKey, Region]]:
    """Yield what is said of the value of a term, and what its type says of it."""
    topic = (Aspect.VALUE, subject(term, bound))
    kind = type_of(term)
    if isinstance(region, Line):
        is_whole = kind in (Scalar.WHOLE_NUMBER, Scalar.DATE) and isinstance(
            term, FactTerm | TodayTerm
        )
        yield topic, region.whole() if is_whole else region
        return
    yield topic, region
    if (everything := _universe(kind)) is not None:
        yield topic, Choice(members=everything)


def _universe(kind: Type | None) -> frozenset[object] | None:
    match kind:
        case EnumerationType(members=members):
            return frozenset(members)
        case Scalar.YES_NO:
            return frozenset({True, False})
        case Scalar.COUNTRY | Scalar.CURRENCY:
            return frozenset(codes(kind))
        case _:
            return None


# --- beside one value -------------------------------------------------------------------------


def _beside(
    claim: Claim, condition: ComparisonCondition, law: Law
) -> Iterator[tuple[TopicKey, Region]]:
    """Yield what is said by a comparison with one other value."""
    left, right = condition.left, condition.right[0]
    sides = _SIDES_OF[condition.comparator]
    if not claim.truth:
        sides = _SIDES - sides
    if isinstance(left, Constant | ParameterTerm):
        left, right = right, left
        sides = frozenset(-side for side in sides)
    if not isinstance(right, Constant):
        yield _ordered(subject(left, claim.bound), subject(right, claim.bound), sides)
    for aspect, region in _beside_one_of(_values(right, law), sides):
        if aspect is Aspect.VALUE:
            yield from _about(left, claim.bound, region)
        else:
            yield (aspect, subject(left, claim.bound)), region


def _values(term: ValueTerm, law: Law) -> frozenset[object]:
    """Return the values that policies state for a term: of a parameter that of each edition."""
    match term:
        case Constant(value=value):
            return frozenset({value})
        case ParameterTerm(name=name):
            return frozenset(constant.value for constant in law.editions(name))
        case _:
            return frozenset()


def _beside_one_of(
    values: frozenset[object], sides: frozenset[int]
) -> Iterator[tuple[Aspect, Region]]:
    """Yield what is said of a value that lies on some sides of one of some others."""
    money = [each for each in values if isinstance(each, Money)]
    numbers = [number for each in values if (number := _number(each)) is not None]
    words = frozenset(each for each in values if isinstance(each, str | bool))
    if money and sides != {_BELOW, _ABOVE}:  # That may be another currency.
        yield Aspect.CURRENCY, Choice(members=frozenset(each.currency for each in money))
        yield Aspect.VALUE, _stretches((each.amount for each in money), sides)
    elif numbers:
        yield Aspect.VALUE, _stretches(numbers, sides)
    elif words and sides == {_AT}:
        yield Aspect.VALUE, Choice(members=words)
    elif len(words) == 1:
        yield Aspect.VALUE, Choice(members=words, others=True)


def _ordered(one: Subject, other: Subject, sides: frozenset[int]) -> tuple[TopicKey, Region]:
    if repr(other) < repr(one):
        one, other, sides = other, one, frozenset(-side for side in sides)
    if one == other:
        sides = sides & {_AT}
    return (Aspect.ORDER, (one, other)), Choice(members=frozenset(sides))


def _stretches(ends: Iterable[Fraction], sides: frozenset[int]) -> Line:
    """Return the stretches on some sides of any of some limits."""
    found: list[Stretch] = []
    for limit in sorted(ends):
        if sides == {_AT}:
            found.append(Stretch(low=limit, high=limit))
        if _BELOW in sides:
            found.append(Stretch(high=limit, without_high=_AT not in sides))
        if _ABOVE in sides:
            found.append(Stretch(low=limit, without_low=_AT not in sides))
    return line(*found)


def _number(value: object) -> Fraction | None:
    match value:
        case bool():
            return None
        case int() | Fraction():
            return Fraction(value)
        case date():
            return Fraction(value.toordinal())
        case Measure(size=size):
            return size
        case _:
            return None


# --- beside several ---------------------------------------------------------------------------


def _between(condition: ComparisonCondition, *, truth: bool) -> Line | None:
    """Return the stretch that a comparison with two ends leaves, or None where it has none."""
    ends = tuple(term.value for term in condition.right if isinstance(term, Constant))
    low: Fraction | None = None
    high: Fraction | None = None
    match condition.comparator, ends:
        case Comparator.BETWEEN, (one, other):
            low, high = _number(one), _number(other)
        case Comparator.WITHIN, (Measure(kind=Scalar.DAYS, size=days), date() as anchor):
            first = Fraction(anchor.toordinal())
            low, high = sorted((first, first + condition.within * days))
        case _:
            pass  # The ends differ from campaign to campaign, or months from each other.
    if low is None or high is None:
        return None
    if truth:
        return line(Stretch(low=low, high=high))
    below, above = Stretch(high=low, without_high=True), Stretch(low=high, without_low=True)
    return line(below, above)


def _members(term: ValueTerm, law: Law, *, widest: bool) -> frozenset[object] | None:
    """Return the members of a set: those of any edition, or those that every edition has."""
    match term:
        case Constant(value=frozenset() as listed):
            return frozenset(listed)
        case SetTerm(name=name):
            editions = law.editions(name)
            if not editions:
                return None
            return frozenset.union(*editions) if widest else frozenset.intersection(*editions)
        case _:
            return None


def _among(members: Iterable[object], *, is_member: bool) -> Region | None:
    """Return the region of the members, or of what is none of them."""
    listed = frozenset(members)
    numbers = frozenset(number for each in listed if (number := _number(each)) is not None)
    if len(numbers) == len(listed):
        if len(numbers) > _MOST_POINTS:
            return None
        return points(numbers) if is_member else apart(numbers)
    if all(isinstance(each, str | bool) for each in listed):
        return Choice(members=listed, others=not is_member)
    return None


# --- places and languages ---------------------------------------------------------------------


def _of_parts(
    claim: Claim, condition: ComparisonCondition, law: Law
) -> Iterator[tuple[TopicKey, Region]]:
    """Yield what a comparison of places says of their countries, and of languages likewise.

    A place that is one of some lies in the country of one. One that is none of them lies in none of
    the countries among them; of the regions it says nothing, since it may lie in another.
    """
    comparator = condition.comparator
    holds = claim.truth is not (comparator in _DENIALS)
    if comparator is Comparator.INCLUDES_ALL_OF:
        return
    right = condition.right[0]
    among = _members(right, law, widest=holds)
    named = _values(right, law) if among is None else among
    places = frozenset(each for each in named if isinstance(each, str))
    countries = frozenset(each.partition("-")[0] for each in places)
    said = countries if holds else places & countries
    if not said or (among is None and len(places) > 1 and not holds):
        return
    if isinstance(type_of(condition.left), ListType):
        topic = (Aspect.CONTENTS, subject(condition.left, claim.bound))
        yield topic, _any_of(said, truth=holds)
    else:
        topic = (Aspect.VALUE, subject(condition.left, claim.bound))
        yield topic, Choice(members=said, others=not holds)


# --- lists ------------------------------------------------------------------------------------


def _of_list(
    claim: Claim, condition: ComparisonCondition, law: Law
) -> Iterator[tuple[TopicKey, Region]]:
    contents = _contents(condition, law, truth=claim.truth)
    if contents is not None:
        yield (Aspect.CONTENTS, subject(condition.left, claim.bound)), contents


def _contents(condition: ComparisonCondition, law: Law, *, truth: bool) -> Contents | None:
    """Return what a comparison says is in a list, or None where that is not understood."""
    comparator = condition.comparator
    if comparator in (Comparator.EMPTY, Comparator.NOT_EMPTY):
        return Contents(is_nothing=frozenset({truth is (comparator is Comparator.EMPTY)}))
    [right] = condition.right
    if comparator is Comparator.INCLUDES:
        listed = frozenset({right.value} if isinstance(right, Constant) else ())
        return Contents(has=listed) if truth else Contents(lacks=listed)
    if comparator is Comparator.INCLUDES_ALL_OF:
        members = _members(right, law, widest=not truth)
        return None if members is None else _all_of(members, truth=truth)
    if comparator in (Comparator.INCLUDES_ANY_OF, Comparator.INCLUDES_NONE_OF):
        has_some = truth is (comparator is Comparator.INCLUDES_ANY_OF)
        members = _members(right, law, widest=has_some)
        return None if members is None else _any_of(members, truth=has_some)
    return None


def _all_of(members: frozenset[object], *, truth: bool) -> Contents:
    return Contents(has=members) if truth else Contents(short=frozenset({members}))


def _any_of(members: frozenset[object], *, truth: bool) -> Contents:
    return Contents(some=frozenset({members})) if truth else Contents(lacks=members)
