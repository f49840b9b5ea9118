"""Proofs that some claims exclude each other, or that they go together: an analytic tableau.

The claims are taken apart into *branches*, the ways in which all of them may hold. An `or` splits a
branch, one for each of its operands; a quantifier speaks of an element, and what holds of every
element holds of that one. Each comparison narrows the regions of what it is about (`limits`), and
a branch is *closed* once nothing is left of one. Of the claims

    campaign.age is less than 13 or campaign.age is more than 65
    campaign.age is between 18 and 30

the first opens two branches. In both the second leaves no age, so that the claims exclude each
other. Claims go together where a branch stays open in which each comparison is about a fact of its
own. In between, and beyond a number of steps, nothing is proved.

Source: R. M. Smullyan, First-Order Logic (1968), ch. II and V.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from itertools import combinations
from typing import assert_never

from ...syntax.lexis import Comparator
from ..elaborate.kinds import may_stay_open
from ..tree import ComparisonCondition, Constant, DatedTerm, FactCondition, FactTerm
from ..types import ListType, RecordType
from .claims import All, Both, Claim, Either, Plain, Some, of_element, subject
from .law import Law
from .limits import Aspect
from .regions import Contents, Line, Region, meet
from .understanding import Topic, Understanding, Understood

MOST_STEPS = 1_000
"""Claims that take more steps to be taken apart are left alone."""

_MOST_STRETCHES = 128
"""What is left of an order in more pieces than these is not narrowed further: steps are short."""

_LARGEST_PAIRING = 24
"""Of more claims than these, a contradiction is not looked for in every two."""

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
class Budget:
    """How many steps of reasoning are left; those of one proof are also taken of a `whole`."""

    steps: int
    whole: "Budget | None" = None

    def spend(self) -> bool:
        """Take a step, if there is one left."""
        self.steps -= 1
        return self.steps >= 0 and (self.whole is None or self.whole.spend())


@dataclass(slots=True, kw_only=True)
class _Branch:
    """One way in which claims may hold together, as far as it has been looked at.

    `pending` are the claims that are not taken yet, the next one last. `left` has what the claims
    that are taken leave of each topic, and which of them speak of it. `all_claims` and
    `some_claims` are those about the elements of lists.
    """

    pending: list[Claim]
    taken: list[Claim] = field(default_factory=list)
    left: dict[Topic, tuple[Region, tuple[Claim, ...]]] = field(default_factory=dict)
    all_claims: tuple[All, ...] = ()
    some_claims: tuple[Some | All, ...] = ()

    def with_claim(self, claim: Claim) -> "_Branch":
        """Return the branch in which a further claim holds, which is the next to be taken."""
        return _Branch(
            pending=[*self.pending, claim],
            taken=[*self.taken],
            left={**self.left},
            all_claims=self.all_claims,
            some_claims=self.some_claims,
        )


class _Ending(Enum):
    """How the expansion of a branch ends that is neither closed nor split."""

    OPEN = "every claim is taken, and something is left of each topic"
    ABANDONED = "no step is left, or something is in too many pieces"


class Prover:
    """Proves by one law, which `understanding` applies to claims, within a budget."""

    def __init__(self, *, law: Law, budget: Budget) -> None:
        self.understanding = Understanding(law)
        self._budget = budget

    def exclusion(self, *claims: Claim) -> tuple[Contradiction, ...]:
        """Return the contradiction in each branch of some claims; none where one may stay open."""
        found: list[Contradiction] = []
        waiting, steps = [_Branch(pending=[*reversed(claims)])], self._steps()
        while waiting:
            match _expand(waiting.pop(), self.understanding, steps):
                case Contradiction() as contradiction:
                    found.append(contradiction)
                case _Ending():
                    return ()
                case branches:
                    waiting.extend(branches)
        return tuple(found)

    def agreement(self, *claims: Claim) -> bool:
        """Whether some campaign certainly meets all claims; false also where this is not known.

        The law is that of a single day.
        """
        waiting, steps = [_Branch(pending=[*reversed(claims)])], self._steps()
        while waiting:
            branch = waiting.pop()
            match _expand(branch, self.understanding, steps):
                case Contradiction():
                    pass
                case _Ending.ABANDONED:
                    return False
                case _Ending.OPEN:
                    if _certainly_has_a_campaign(branch, self.understanding):
                        return True
                case branches:
                    waiting.extend(branches)
        return False

    def _steps(self) -> Budget:
        return Budget(steps=MOST_STEPS, whole=self._budget)


def _expand(
    branch: _Branch, understanding: Understanding, steps: Budget
) -> Sequence[_Branch] | Contradiction | _Ending:
    """Take the claims of a branch until it is closed or splits, or none is pending.

    Return why it is closed, or the branches into which it splits, the next one last.
    """
    while branch.pending:
        if not steps.spend():
            return _Ending.ABANDONED
        understood = understanding.of(branch.pending.pop())
        said = understood.said
        match said:
            case Both(claims=claims):
                branch.pending.extend(reversed(claims))
            case Either(claims=claims):
                return [branch.with_claim(each) for each in reversed(claims)]
            case Plain() | Some() | All():
                if (empty := _take(branch, understood)) is not None:
                    return _contradiction(empty, branch.left[empty][1], understanding)
                if any(_is_in_pieces(branch.left[topic][0]) for topic, _ in understood.limits):
                    return _Ending.ABANDONED
                if not isinstance(said, Plain):
                    _speak_of_elements(branch, said)
            case _:
                assert_never(said)
    return _Ending.OPEN


def _take(branch: _Branch, understood: Understood) -> Topic | None:
    """Take a claim to hold in a branch; return the first topic of which it leaves nothing."""
    for topic, region in understood.limits:
        before, claims = branch.left.get(topic, (None, ()))
        left = region if before is None else meet(before, region)
        branch.left[topic] = (left, (*claims, understood.claim))
        if left.is_empty:
            return topic
    branch.taken.append(understood.claim)
    return None


def _is_in_pieces(region: Region) -> bool:
    return isinstance(region, Line) and len(region.stretches) > _MOST_STRETCHES


def _contradiction(
    topic: Topic, claims: tuple[Claim, ...], understanding: Understanding
) -> Contradiction:
    """Return the contradiction among claims about a topic, without those it does not need."""

    def leave_nothing(some: Iterable[Claim]) -> bool:
        regions = [
            region
            for claim in some
            for about, region in understanding.of(claim).limits
            if about is topic
        ]
        return reduce(meet, regions).is_empty

    needed = tuple(dict.fromkeys(claims))
    pairs = combinations(needed, 2) if len(needed) <= _LARGEST_PAIRING else ()
    needed = next(filter(leave_nothing, pairs), needed)
    for claim in needed:
        fewer = tuple(each for each in needed if each is not claim)
        if fewer and leave_nothing(fewer):
            needed = fewer
    return Contradiction(topic=topic, claims=needed)


def _speak_of_elements(branch: _Branch, said: Some | All) -> None:
    """Say what holds of every element of a list of those that are spoken of."""
    more: list[Claim] = []
    all_claims = branch.all_claims
    if isinstance(said, Some):
        more.append(said.claim)
    else:
        branch.all_claims = (*all_claims, said)
    if isinstance(said, Some) or said.is_some:
        branch.some_claims = (*branch.some_claims, said)
        more.extend(_said_of(all_claims, (said,)))
    if isinstance(said, All):
        more.extend(_said_of((said,), branch.some_claims))
    branch.pending.extend(reversed(more))


def _said_of(all_claims: Iterable[All], some_claims: Iterable[Some | All]) -> Iterator[Claim]:
    """Yield what is claimed of every element of a list, of each element of it that is spoken of."""
    # What is said of an element may speak of further ones, without an end unless there is a bound.
    near = [some for some in some_claims if some.element.depth <= _DEEPEST]
    for every in all_claims:
        for some in near:
            if every.element.collection == some.element.collection:
                yield of_element(every.claim, every.variable, some.element)


# --- branches in which nothing is left open -----------------------------------------------------


def _certainly_has_a_campaign(branch: _Branch, understanding: Understanding) -> bool:
    """Whether the claims of an open branch certainly hold of some campaign."""
    regions = [region for region, _ in branch.left.values()]
    if any(isinstance(each, Contents) and each.may_not_exist for each in regions):
        return False
    return all(_is_limited(understanding.of(claim)) for claim in branch.taken)


def _is_limited(understood: Understood) -> bool:
    """Whether a claim is about one fact of the campaign, and its limits say all of it."""
    condition = understood.claim.condition
    match condition:
        case FactCondition(fact=fact):
            return _is_own(fact)
        case ComparisonCondition() if may_stay_open(condition):
            return False  # What is said of countries or of letters is not all of it.
        case ComparisonCondition(left=FactTerm() as fact) if _is_own(fact):
            if condition.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
                return True
            about = subject(fact, ())
            says_it = any(
                topic.aspect in (Aspect.VALUE, Aspect.CONTENTS) and topic.subject == about
                for topic, _ in understood.limits
            )
            return says_it and all(isinstance(t, Constant | DatedTerm) for t in condition.right)
        case _:
            return False


def _is_own(fact: FactTerm) -> bool:
    """Whether a fact is one value of the campaign, on which no more depends than what is said."""
    inner = fact.type.element if isinstance(fact.type, ListType) else fact.type
    is_group = isinstance(inner, RecordType)
    return fact.variable is None and not is_group and fact.path[0] not in _MOMENTOUS
