"""Regions: which values something may still have, once some comparisons are taken to hold.

Three kinds: stretches of an ordered line, a choice of words, and what a list has and has not.
Regions are only narrowed. One that is empty proves that the comparisons exclude each other.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The values between two ends; an end that is None is open without limit."""

    low: Fraction | None = None
    high: Fraction | None = None
    without_low: bool = False
    without_high: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no value lies in it."""
        if self.low is None or self.high is None:
            return False
        is_point_left_out = self.low == self.high and (self.without_low or self.without_high)
        return self.low > self.high or is_point_left_out

    def meet(self, other: "Stretch") -> "Stretch":
        """Return what two stretches have in common."""
        low, without_low = _inner_end(
            (self.low, self.without_low), (other.low, other.without_low), sign=1
        )
        high, without_high = _inner_end(
            (self.high, self.without_high), (other.high, other.without_high), sign=-1
        )
        return Stretch(low=low, high=high, without_low=without_low, without_high=without_high)

    def whole(self) -> "Stretch":
        """Return the same for values that are whole, with both ends included."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(floor(low) + 1 if self.without_low else ceil(low))
        if high is not None:
            high = Fraction(ceil(high) - 1 if self.without_high else floor(high))
        return Stretch(low=low, high=high)


End = tuple[Fraction | None, bool]


def _inner_end(one: End, other: End, *, sign: int) -> End:
    """Return the end that leaves less; `sign` is 1 for lower ends and -1 for upper ones."""
    if one[0] is None or other[0] is None:
        return other if one[0] is None else one
    if one[0] == other[0]:
        return one[0], one[1] or other[1]
    return one if (one[0] - other[0]) * sign > 0 else other


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Values in an order: any that lies in one of the stretches. `line` makes them.

    INVARIANT: they are in order and have no value in common, nor do any two touch. What two lines
    have in common therefore has fewer stretches than both together, however often lines meet.
    """

    stretches: tuple[Stretch, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.stretches

    def meet(self, other: "Line") -> "Line":
        """Return what two lines have in common."""
        return line(*(one.meet(two) for one in self.stretches for two in other.stretches))

    def whole(self) -> "Line":
        """Return the same for values that are whole."""
        return line(*(each.whole() for each in self.stretches))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Words to choose from: the members, or with `others` everything but the members."""

    members: frozenset[object]
    others: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be chosen."""
        return not self.members and not self.others

    def meet(self, other: "Choice") -> "Choice":
        """Return what may be chosen by both."""
        match self.others, other.others:
            case False, False:
                return Choice(members=self.members & other.members)
            case False, True:
                return Choice(members=self.members - other.members)
            case True, False:
                return Choice(members=other.members - self.members)
            case _:
                return Choice(members=self.members | other.members, others=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a list holds: all of `has`, none of `lacks`, something of each of `some`.

    Of each of `short` it lacks something. `is_nothing` has what may be true of it being empty.
    """

    has: frozenset[object] = frozenset()
    lacks: frozenset[object] = frozenset()
    some: frozenset[frozenset[object]] = frozenset()
    short: frozenset[frozenset[object]] = frozenset()
    is_nothing: frozenset[bool] = frozenset({True, False})

    @property
    def is_empty(self) -> bool:
        """Whether there is no such list."""
        holds_something = bool(self.has or self.some)
        return (
            bool(self.has & self.lacks)
            or any(each <= self.lacks for each in self.some)
            or any(each <= self.has for each in self.short)
            or not self.is_nothing
            or (holds_something and False not in self.is_nothing)
        )

    @property
    def may_not_exist(self) -> bool:
        """Whether there is perhaps no such list even though nothing here says so."""
        must_have_another = not (self.has or self.some) and self.is_nothing == {False}
        return bool(self.short) or (must_have_another and bool(self.lacks))

    def meet(self, other: "Contents") -> "Contents":
        """Return what is said of lists that both speak of."""
        return Contents(
            has=self.has | other.has,
            lacks=self.lacks | other.lacks,
            some=self.some | other.some,
            short=self.short | other.short,
            is_nothing=self.is_nothing & other.is_nothing,
        )


Region = Line | Choice | Contents


def meet(one: Region, other: Region) -> Region:
    """Return what two regions of one kind have in common."""
    match one, other:
        case Line(), Line():
            return one.meet(other)
        case Choice(), Choice():
            return one.meet(other)
        case Contents(), Contents():
            return one.meet(other)
        case _:
            raise AssertionError(one, other)


def line(*stretches: Stretch) -> Line:
    """Return the line of all values that lie in some stretches."""
    joined: list[Stretch] = []
    for each in sorted((each for each in stretches if not each.is_empty), key=_beginning):
        if joined and _is_reached(joined[-1], each):
            joined[-1] = _joined(joined[-1], each)
        else:
            joined.append(each)
    return Line(stretches=tuple(joined))


def _beginning(stretch: Stretch) -> tuple[bool, Fraction, bool]:
    low = stretch.low
    return low is not None, low if low is not None else Fraction(), stretch.without_low


def _is_reached(one: Stretch, other: Stretch) -> bool:
    """Whether a stretch overlaps or touches one that begins before it, or where it does."""
    if one.high is None or other.low is None or other.low < one.high:
        return True
    return other.low == one.high and not (one.without_high and other.without_low)


def _joined(one: Stretch, other: Stretch) -> Stretch:
    """Return both as one; the first begins before the other, or where it does."""
    high, without_high = other.high, other.without_high
    if one.high is None or (high is not None and one.high > high):
        high, without_high = one.high, one.without_high
    elif one.high == high:
        without_high = one.without_high and other.without_high
    return Stretch(low=one.low, without_low=one.without_low, high=high, without_high=without_high)


def points(values: frozenset[Fraction]) -> Line:
    """Return the line of single values."""
    return line(*(Stretch(low=value, high=value) for value in values))


def apart(values: frozenset[Fraction]) -> Line:
    """Return the line without some single values."""
    found = line(Stretch())
    for value in sorted(values):
        below, above = Stretch(high=value, without_high=True), Stretch(low=value, without_low=True)
        found = found.meet(line(below, above))
    return found
