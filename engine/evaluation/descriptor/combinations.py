"""How many combinations of elements a rule looks at, and how many it may.

    any first in campaign.approvals has (any second in campaign.approvals has (…))

looks at every approval once for each. A descriptor of a megabyte would keep that busy for hours,
so that one whose lists are too long for a rule is refused. Lists within elements, as the claims of
each ad, make no combinations: they are no longer than the descriptor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from ...semantics.tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    FactTerm,
    LookupTerm,
    Policies,
    QuantifiedCondition,
    ValueTerm,
    clauses_read,
    inner_conditions,
    inner_terms,
)
from ...source.quoting import series
from ..values import Campaign, Datum, stated_fact

MOST_COMBINATIONS = 100_000
"""A rule takes some ten microseconds for each, and some more where it is to be explained."""

MOST_IN_MARKETS = 500_000
"""Of a list that a rule goes through in each market: an element takes some microseconds."""

_Binder: TypeAlias = tuple[str, FactTerm]
"""A name that is bound to the elements of a list, and the list."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Lists whose elements a rule combines, each with the name of its elements, outermost first.

    A rule that reads `market` does so once in each market, and goes through a single list so too.
    """

    rule: str
    binders: tuple[_Binder, ...]
    reads_market: bool

    @property
    def pointer(self) -> str:
        """Where the outermost list stands in a campaign."""
        return "".join(f"/{step}" for step in self.binders[0][1].path)

    @property
    def complaint(self) -> str:
        """What is said of a campaign whose lists are too long."""
        lists = series(dict.fromkeys(collection.text for _, collection in self.binders), "and")
        where = " in each market" if self.reads_market else ""
        does, looked_at = "goes through", "elements"
        if _combines(self.binders):
            does, looked_at = "combines", "combinations"
        return (
            f"rule `{self.rule}` {does} the elements of {lists}{where}, which are so many that it"
            f" would look at more than {self._most:,} {looked_at}"
        )

    def is_too_many(self, campaign: Campaign) -> bool:
        """Whether the lists of a campaign are too long for the rule."""
        times = len(campaign.markets or ()) if self.reads_market else 1
        most = self._most // max(times, 1)
        return self._visits(campaign, self.binders, {}, most) > most

    @property
    def _most(self) -> int:
        return MOST_COMBINATIONS if _combines(self.binders) else MOST_IN_MARKETS

    def _visits(
        self, campaign: Campaign, binders: Sequence[_Binder], bound: Mapping[str, Datum], most: int
    ) -> int:
        """Return how many elements are looked at, each once for those around it, or beyond most."""
        (name, collection), *inner = binders
        elements = _elements(collection, campaign, bound)
        found = len(elements)
        for element in elements if inner else ():
            if found > most:
                break
            found += self._visits(campaign, inner, {**bound, name: element}, most - found)
        return found


def combinations_of(policies: Policies) -> tuple[Combination, ...]:
    """Return the combinations that the rules of policies look at, each for its first rule."""
    found: dict[object, Combination] = {}
    for rule in policies.rules:
        for clause in clauses_read(rule):
            for binders in _chains(clause.condition, ()):
                if _combines(binders) or (rule.reads_market and binders):
                    made = Combination(rule.id, binders, rule.reads_market)
                    found.setdefault((binders, rule.reads_market), made)
    return tuple(found.values())


def _chains(
    part: Condition | ValueTerm, around: tuple[_Binder, ...]
) -> Iterator[tuple[_Binder, ...]]:
    """Yield what is bound at each innermost place of a condition or value, outermost first."""
    if isinstance(part, QuantifiedCondition | AggregateTerm):
        around = (*around, (part.variable, part.collection))
    below = _below(part)
    if not below:
        yield around
    for each in below:
        yield from _chains(each, around)


def _below(part: Condition | ValueTerm) -> tuple[Condition | ValueTerm, ...]:
    match part:
        case ComparisonCondition(left=left, right=right):
            return (left, *right)
        case AggregateTerm(value=value, where=where):
            return tuple(each for each in (value, where) if each is not None)
        case ArithmeticTerm() | LookupTerm():
            return inner_terms(part)
        case _ if isinstance(part, Condition):
            return inner_conditions(part)
        case _:
            return ()


def _combines(binders: tuple[_Binder, ...]) -> bool:
    """Whether a list is gone through for each element of one that it does not lie in."""
    return any(inner.variable != name for (name, _), (_, inner) in pairwise(binders))


def _elements(
    collection: FactTerm, campaign: Campaign, bound: Mapping[str, Datum]
) -> tuple[Datum, ...]:
    found: Datum | None = (
        campaign.facts if collection.variable is None else bound[collection.variable]
    )
    for step in collection.path:
        found = stated_fact(found, step)
    return found if isinstance(found, tuple) else ()
