"""Proofs that some claims exclude each other, or that they go together.

The claims are taken apart into the cases in which all of them hold: an `or` opens a case for each
of its operands, a quantifier speaks of an element, and what holds of every element holds of that
one. A case is closed once something has no value left. Claims exclude each other where every case
is closed; they go together where a case stays open in which each comparison is about a fact of its
own. In between, and beyond a number of steps, nothing is proved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from typing import Self, assert_never

from ...syntax.lexis import Comparator
from ..elaborate.kinds import compares_parts
from ..tree import ComparisonCondition, Constant, DatedTerm, FactCondition, FactTerm
from ..types import ListType, RecordType
from .claims import All, Both, Claim, Either, Plain, Some, of_element, subject
from .limits import Aspect, Law, Topic, Understood, limits
from .regions import Contents, Line, Region, meet

MOST_STEPS = 1_000
"""Claims that take more steps to be taken apart are left alone."""

_MOST_STRETCHES = 128
"""What is left of an order in more pieces than these is not narrowed further: steps are short."""

_LARGEST_PAIRING = 24

_DEEPEST = 4
"""Of elements within more elements than these, what holds of every one is not said again."""
_MOMENTOUS = ("flight", "markets")
"""Facts on which it depends whether a rule applies at all, beside what the rule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Claims that leave something without a value; none of them can be left out."""

    topic: Topic
    claims: tuple[Claim, ...]


@dataclass(slots=True, kw_only=True)
class _Case:
    """One way in which claims may hold together, as far as it has been looked at.

    `pending` are the claims that are not taken yet, the next one last.
    """

    pending: list[Claim]
    taken: list[Claim] = field(default_factory=list)
    made: dict[Topic, tuple[Region, tuple[Claim, ...]]] = field(default_factory=dict)
    all_claims: tuple[All, ...] = ()
    some_claims: tuple[Some | All, ...] = ()
    is_in_pieces: bool = False

    @classmethod
    def of(cls, claims: Iterable[Claim]) -> Self:
        """Return the case in which some claims hold, none of them taken yet."""
        return cls(pending=[*claims][::-1])

    def with_claim(self, claim: Claim) -> "_Case":
        """Return the case in which a further claim holds, which is the next to be taken."""
        return _Case(
            pending=[*self.pending, claim],
            taken=[*self.taken],
            made={**self.made},
            all_claims=self.all_claims,
            some_claims=self.some_claims,
        )


@dataclass(slots=True, kw_only=True)
class Budget:
    """How many steps of reasoning are left for some policies."""

    steps: int

    def spend(self) -> bool:
        """Take a step, if there is one left."""
        self.steps -= 1
        return self.steps >= 0


@dataclass(slots=True, kw_only=True)
class _Allowance:
    """How many steps one proof may take, of a budget for all."""

    budget: Budget
    steps: int = MOST_STEPS

    def spend(self) -> bool:
        """Take a step, if there is one left in both."""
        self.steps -= 1
        if self.steps < 0:
            return False
        self.budget.steps -= 1
        return self.budget.steps >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Proves by the law of a window, within a budget."""

    law: Law
    budget: Budget

    def exclusion(self, *claims: Claim) -> tuple[Contradiction, ...]:
        """Return the contradiction in each case of some claims; none where one may stay open."""
        found: list[Contradiction] = []
        waiting, spend = [_Case.of(claims)], _Allowance(budget=self.budget).spend
        while waiting:
            become = _pursued(waiting.pop(), self.law, spend)
            if become is None:
                return ()
            if isinstance(become, Contradiction):
                found.append(become)
            else:
                waiting.extend(become)
        return tuple(found)

    def agreement(self, *claims: Claim) -> bool:
        """Whether some campaign certainly meets all claims; false also where this is not known.

        The law is that of a single day.
        """
        waiting, spend = [_Case.of(claims)], _Allowance(budget=self.budget).spend
        while waiting:
            case = waiting.pop()
            become = _pursued(case, self.law, spend)
            if become is None:
                if case.pending:
                    return False
                if _is_plain(case, self.law):
                    return True
            elif not isinstance(become, Contradiction):
                waiting.extend(become)
        return False


def _pursued(
    case: _Case, law: Law, spend: Callable[[], bool]
) -> Sequence[_Case] | Contradiction | None:
    """Take the claims of a case until it falls apart or is closed.

    Return the cases into which it falls, the next one last, or why it is closed; None where neither
    has come about: then claims are pending only if no step was left, or something is in pieces.
    """
    while case.pending and spend():
        claim = case.pending.pop()
        understood = law.understood(claim)
        said = understood.said
        match said:
            case Both(claims=claims):
                case.pending.extend(reversed(claims))
            case Either(claims=claims):
                return [case.with_claim(each) for each in reversed(claims)]
            case Plain() | Some() | All():
                if (closed := _take(case, understood, law)) is not None:
                    return closed
                if case.is_in_pieces:
                    case.pending.append(claim)
                    return None
                if not isinstance(said, Plain):
                    _speak_of_elements(case, said)
            case _:
                assert_never(said)
    return None


def _take(case: _Case, understood: Understood, law: Law) -> Contradiction | None:
    """Take a claim to hold in a case; return why it cannot."""
    claim = understood.claim
    for topic, region in understood.limits:
        before, claims = case.made.get(topic, (None, ()))
        left = region if before is None else meet(before, region)
        if left.is_empty:
            return _smallest(topic, (*claims, claim), law)
        case.made[topic] = (left, (*claims, claim))
        case.is_in_pieces |= isinstance(left, Line) and len(left.stretches) > _MOST_STRETCHES
    case.taken.append(claim)
    return None


def _smallest(topic: Topic, claims: tuple[Claim, ...], law: Law) -> Contradiction:
    """Return the contradiction among claims about a topic, without those it does not need."""
    needed = tuple(dict.fromkeys(claims))
    few = needed if len(needed) <= _LARGEST_PAIRING else ()
    for pair in combinations(few, 2):
        if _leaves_nothing(topic, pair, law):
            needed = pair
            break
    for claim in needed:
        fewer = tuple(each for each in needed if each is not claim)
        if fewer and _leaves_nothing(topic, fewer, law):
            needed = fewer
    return Contradiction(topic=topic, claims=needed)


def _leaves_nothing(topic: Topic, claims: Iterable[Claim], law: Law) -> bool:
    said = (limited for claim in claims for limited in law.understood(claim).limits)
    return reduce(meet, [region for about, region in said if about is topic]).is_empty


def _speak_of_elements(case: _Case, said: Some | All) -> None:
    """Say what holds of every element of a list of those that are spoken of."""
    more: list[Claim] = []
    all_claims = case.all_claims
    if isinstance(said, Some):
        more.append(said.claim)
        case.some_claims = (*case.some_claims, said)
        more.extend(_said_of(all_claims, (said,)))
    else:
        case.all_claims = (*all_claims, said)
        if said.is_some:
            case.some_claims = (*case.some_claims, said)
            more.extend(_said_of(all_claims, (said,)))
        more.extend(_said_of((said,), case.some_claims))
    case.pending.extend(reversed(more))


def _said_of(all_claims: Iterable[All], some_claims: Iterable[Some | All]) -> Iterator[Claim]:
    # What is said of an element may speak of further ones, without an end unless there is a bound.
    near = [some for some in some_claims if some.element.depth <= _DEEPEST]
    for every in all_claims:
        for some in near:
            if every.element.collection == some.element.collection:
                yield of_element(every.claim, every.variable, some.element)


# --- cases in which nothing is left open ------------------------------------------------------


def _is_plain(case: _Case, law: Law) -> bool:
    """Whether a case that is not closed certainly has a campaign."""
    regions = [region for region, _ in case.made.values()]
    is_sure = not any(isinstance(each, Contents) and each.may_not_exist for each in regions)
    return is_sure and all(_is_limited(claim, law) for claim in case.taken)


def _is_limited(claim: Claim, law: Law) -> bool:
    """Whether a claim is about one fact of the campaign, and its limits say all of it."""
    condition = claim.condition
    match condition:
        case FactCondition(fact=fact):
            return _is_own(fact)
        case ComparisonCondition() if compares_parts(condition):
            return False  # What is said of their countries is not all of it.
        case ComparisonCondition(left=FactTerm() as fact) if _is_own(fact):
            if condition.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
                return True
            topics = {topic for topic, _ in limits(claim, law)}
            about = {(aspect, subject(fact, ())) for aspect in (Aspect.VALUE, Aspect.CONTENTS)}
            is_settled = all(isinstance(term, Constant | DatedTerm) for term in condition.right)
            return is_settled and not topics.isdisjoint(about)
        case _:
            return False


def _is_own(fact: FactTerm) -> bool:
    inner = fact.type.element if isinstance(fact.type, ListType) else fact.type
    is_group = isinstance(inner, RecordType)
    return fact.variable is None and not is_group and fact.path[0] not in _MOMENTOUS
