"""What a single comparison limits: for each thing that it is about, the values that are left.

The claim that

    campaign.budget.total is at least EUR 5000

holds limits three topics: the *presence* of the fact (it is known), its *currency* (EUR) and its
*value* (from 5000 on). So does the claim that it does not hold, with the value below 5000. Each
limit is a region (`regions`): two claims whose regions of one topic have nothing in common exclude
each other. Claims that are made of others (`and`, `or`, definitions) limit nothing themselves.

What is not understood limits nothing, so that reasoning from limits never claims too much.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from fractions import Fraction

from ...syntax.lexis import Comparator
from ..elaborate.kinds import compares_parts, type_of
from ..tree import (
    ComparisonCondition,
    Constant,
    FactCondition,
    FactTerm,
    Measure,
    Money,
    ParameterTerm,
    QuantifiedCondition,
    TodayTerm,
    ValueTerm,
    facts_of,
)
from ..types import EnumerationType, ListType, Scalar, Type, codes
from .claims import All, Bound, Claim, Subject, meaning, subject
from .law import Law
from .regions import Choice, Contents, Line, Region, Stretch, apart, line, points

_MOST_POINTS = 64
"""A list of more numbers than these limits nothing: each would be a stretch of its own."""

_KNOWN = Choice(members=frozenset({True}))
_UNKNOWN = Choice(members=frozenset({False}))

_BELOW, _AT, _ABOVE = -1, 0, 1
_SIDES = frozenset({_BELOW, _AT, _ABOVE})
"""Where one value may lie beside another."""

_DENIALS: Mapping[Comparator, Comparator] = {
    Comparator.IS_NOT: Comparator.IS,
    Comparator.LESS_THAN: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.EXCEEDS,
    Comparator.NOT_ONE_OF: Comparator.ONE_OF,
    Comparator.INCLUDES_NONE_OF: Comparator.INCLUDES_ANY_OF,
    Comparator.NOT_EMPTY: Comparator.EMPTY,
    Comparator.NOT_LIKE: Comparator.LIKE,
}
"""Of comparators of which each denies the other, one by the other."""


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
"""What a region speaks of."""

Limit = tuple[TopicKey, Region]
"""A topic, and what is left of it."""


def limits(claim: Claim, law: Law) -> Iterator[Limit]:
    """Yield what a claim about a fact, a comparison or a quantifier limits, by topic.

    Whatever it is about, it limits the truth of its condition.
    """
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


def _truth(claim: Claim) -> Limit:
    """Return the limit of the truth of a condition; it and its denial are one topic."""
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


def _compared(claim: Claim, condition: ComparisonCondition, law: Law) -> Iterator[Limit]:
    """Yield the limits of a comparison, beside that of its truth."""
    if condition.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        is_known = claim.truth is (condition.comparator is Comparator.KNOWN)
        topic = (Aspect.PRESENCE, subject(condition.left, claim.bound))
        yield topic, _KNOWN if is_known else _UNKNOWN
        return
    for term in (condition.left, *condition.right):
        for fact in facts_of(term):
            yield (Aspect.PRESENCE, subject(fact, claim.bound)), _KNOWN
    kind = type_of(condition.left)
    if compares_parts(condition):
        yield from _of_parts(claim, condition, law)
    elif isinstance(kind, ListType):
        yield from _of_list(claim, condition, law)
    elif condition.comparator.sides:
        yield from _by_sides(claim, condition, law)
    elif (region := _between(condition, truth=claim.truth)) is not None:
        yield from _of_value(condition.left, claim.bound, region)
    elif condition.comparator in (Comparator.ONE_OF, Comparator.NOT_ONE_OF):
        is_member = claim.truth is (condition.comparator is Comparator.ONE_OF)
        members = law.members(condition.right[0], widest=is_member)
        if members is not None and (among := _among(members, is_member=is_member)) is not None:
            yield from _of_value(condition.left, claim.bound, among)


def _of_value(term: ValueTerm, bound: Bound, region: Region) -> Iterator[Limit]:
    """Yield that a value lies in a region, and what its type says of it."""
    topic = (Aspect.VALUE, subject(term, bound))
    kind = type_of(term)
    if isinstance(region, Line):
        is_whole = kind in (Scalar.WHOLE_NUMBER, Scalar.DATE) and isinstance(
            term, FactTerm | TodayTerm
        )
        yield topic, region.whole() if is_whole else region
        return
    yield topic, region
    if (everything := _values_of_type(kind)) is not None:
        yield topic, Choice(members=everything)


def _values_of_type(kind: Type | None) -> frozenset[object] | None:
    """Return every value of a type; None where they are not listed."""
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


def _by_sides(claim: Claim, condition: ComparisonCondition, law: Law) -> Iterator[Limit]:
    """Yield on which sides of another value, or of each value that it may have, a value lies."""
    left, right = condition.left, condition.right[0]
    sides = condition.comparator.sides
    if not claim.truth:
        sides = _SIDES - sides
    if isinstance(left, Constant | ParameterTerm):
        left, right = right, left
        sides = frozenset(-side for side in sides)
    if not isinstance(right, Constant):
        yield _order(subject(left, claim.bound), subject(right, claim.bound), sides)
    for aspect, region in _limits_by_sides(law.values(right), sides):
        if aspect is Aspect.VALUE:
            yield from _of_value(left, claim.bound, region)
        else:
            yield (aspect, subject(left, claim.bound)), region


def _limits_by_sides(
    values: frozenset[object], sides: frozenset[int]
) -> Iterator[tuple[Aspect, Region]]:
    """Yield the limits of a value that lies on some sides of one of some others."""
    money = [each for each in values if isinstance(each, Money)]
    numbers = [number for each in values if (number := _number(each)) is not None]
    words = frozenset(each for each in values if isinstance(each, str | bool))
    if money and sides != {_BELOW, _ABOVE}:  # That may be another currency.
        yield Aspect.CURRENCY, Choice(members=frozenset(each.currency for each in money))
        yield Aspect.VALUE, _on_sides((each.amount for each in money), sides)
    elif numbers:
        yield Aspect.VALUE, _on_sides(numbers, sides)
    elif words and sides == {_AT}:
        yield Aspect.VALUE, Choice(members=words)
    elif len(words) == 1:
        yield Aspect.VALUE, Choice(members=words, others=True)


def _order(one: Subject, other: Subject, sides: frozenset[int]) -> Limit:
    """Return the limit of two values beside each other, whichever of them is named first."""
    if repr(other) < repr(one):
        one, other, sides = other, one, frozenset(-side for side in sides)
    if one == other:
        sides = sides & {_AT}
    return (Aspect.ORDER, (one, other)), Choice(members=frozenset(sides))


def _on_sides(ends: Iterable[Fraction], sides: frozenset[int]) -> Line:
    """Return the line of what lies on some sides of any of some numbers."""
    found: list[Stretch] = []
    for end in sorted(ends):
        if sides == {_AT}:
            found.append(Stretch(low=end, high=end))
        if _BELOW in sides:
            found.append(Stretch(high=end, without_high=_AT not in sides))
        if _ABOVE in sides:
            found.append(Stretch(low=end, without_low=_AT not in sides))
    return line(*found)


def _number(value: object) -> Fraction | None:
    """Return a value of an ordered type as a number, days as ordinals; None for any other."""
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


def _among(members: Iterable[object], *, is_member: bool) -> Region | None:
    """Return the region of the members, or of what is none of them."""
    listed = frozenset(members)
    if not listed and not is_member:
        return None  # The editions of a set may have no member in common.
    numbers = frozenset(number for each in listed if (number := _number(each)) is not None)
    if len(numbers) == len(listed):
        if len(numbers) > _MOST_POINTS:
            return None
        return points(numbers) if is_member else apart(numbers)
    if all(isinstance(each, str | bool) for each in listed):
        return Choice(members=listed, others=not is_member)
    return None


# --- places and languages ---------------------------------------------------------------------


def _of_parts(claim: Claim, condition: ComparisonCondition, law: Law) -> Iterator[Limit]:
    """Yield what a comparison of places says of their countries, and of languages likewise.

    A place that is one of some lies in the country of one. One that is none of them lies in none of
    the countries among them; of the regions it says nothing, since it may lie in another.
    """
    comparator = condition.comparator
    holds = claim.truth is not (comparator in _DENIALS)
    if comparator is Comparator.INCLUDES_ALL_OF:
        return
    right = condition.right[0]
    among = law.members(right, widest=holds)
    named = law.values(right) if among is None else among
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


def _of_list(claim: Claim, condition: ComparisonCondition, law: Law) -> Iterator[Limit]:
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
        members = law.members(right, widest=not truth)
        return None if members is None else _all_of(members, truth=truth)
    if comparator in (Comparator.INCLUDES_ANY_OF, Comparator.INCLUDES_NONE_OF):
        has_some = truth is (comparator is Comparator.INCLUDES_ANY_OF)
        members = law.members(right, widest=has_some)
        return None if members is None else _any_of(members, truth=has_some)
    return None


def _all_of(members: frozenset[object], *, truth: bool) -> Contents:
    return Contents(has=members) if truth else Contents(short=frozenset({members}))


def _any_of(members: frozenset[object], *, truth: bool) -> Contents:
    return Contents(some=frozenset({members})) if truth else Contents(lacks=members)
