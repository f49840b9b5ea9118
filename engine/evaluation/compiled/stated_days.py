"""The days and lengths of time that a campaign states, from which conditions on `today` count.

Which facts of a vocabulary state days or lengths, and which groups lead to such facts, is found out
once, so that a campaign is read at these places and nowhere else.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from ...semantics.tree import (
    ComparisonCondition,
    Condition,
    FactTerm,
    Measure,
    Rule,
    TodayTerm,
    ValueTerm,
    clauses_read,
    conditions_below,
    terms_of,
)
from ...semantics.types import LENGTHS, Scalar, element_type
from ...semantics.vocabulary import Fact, Vocabulary
from ..operations.days import day_of
from ..values import Campaign, Datum, Group
from .closures import descend

FactName: TypeAlias = tuple[str, str]
"""A fact as the vocabulary declares it: the name of its group, and its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The days, and the lengths of time, that a campaign states at some places."""

    days: frozenset[date]
    lengths: frozenset[Measure]


class StatedReader:
    """Reads the days and lengths that campaigns of one vocabulary state."""

    def __init__(self, vocabulary: Vocabulary, only: frozenset[FactName] | None = None) -> None:
        """Find the facts to read: all that state days or lengths, or `only` those among some.

        Each group has the places of its facts to read, and of the groups that lead to such facts.
        """
        self._root = vocabulary.root
        self._facts: dict[str, tuple[int, ...]] = {
            name: tuple(
                place
                for place, fact in enumerate(shape.facts.values())
                if _is_of_time(fact) and (only is None or (name, fact.name) in only)
            )
            for name, shape in vocabulary.records.items()
        }
        leading = vocabulary.with_groups_around(
            frozenset(name for name, places in self._facts.items() if places)
        )
        self._groups: dict[str, tuple[tuple[int, str], ...]] = {
            name: tuple(
                (place, fact.record)
                for place, fact in enumerate(shape.facts.values())
                if fact.record in leading
            )
            for name, shape in vocabulary.records.items()
        }

    def read(self, campaign: Campaign) -> Stated:
        """Return what a campaign states."""
        found: list[object] = []
        self._collect(campaign.facts, self._root, found)
        lengths = frozenset(each for each in found if isinstance(each, Measure))
        days = frozenset(
            day_of(each) if isinstance(each, datetime) else each
            for each in found
            if isinstance(each, date)
        )
        return Stated(days=days, lengths=lengths)

    def _collect(self, group: Datum, name: str, found: list[object]) -> None:
        """Add what a group of a name states, and what groups within it state."""
        assert isinstance(group, Group)  # noqa: S101 - as the vocabulary declares it.
        values = group.values
        for place in self._facts[name]:
            value = values[place]
            if isinstance(value, tuple):
                found.extend(value)
            elif value is not None:
                found.append(value)
        for place, inner in self._groups[name]:
            value = values[place]
            if isinstance(value, tuple):
                for each in value:
                    self._collect(each, inner, found)
            elif value is not None:
                self._collect(value, inner, found)


def _is_of_time(fact: Fact) -> bool:
    return element_type(fact.type) in (Scalar.DATE, Scalar.INSTANT, *LENGTHS)


# --- how many, at most ------------------------------------------------------------------------


class StatedBound:
    """Bounds how many days and lengths campaigns state, by the lengths of their lists alone."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        found = list(_lists_around_facts(vocabulary, vocabulary.root, (), (), frozenset()))
        self._outside_lists = sum(not lists for lists in found)
        self._per_element = tuple(Counter(lists[0] for lists in found if lists).items())
        self._has_nested_lists = any(len(lists) > 1 for lists in found)

    def of(self, campaign: Campaign) -> int | None:
        """Return the bound; None where lists within lists would have to be counted."""
        if self._has_nested_lists:
            return None
        found = self._outside_lists
        for path, count in self._per_element:
            elements = descend(campaign.facts, path)
            if isinstance(elements, tuple):
                found += count * len(elements)
        return found


def _lists_around_facts(
    vocabulary: Vocabulary,
    name: str,
    path: tuple[int, ...],
    lists: tuple[tuple[int, ...], ...],
    above: frozenset[str],
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield the paths of the lists, outermost first, around each fact that states days or lengths.

    The facts are those below the group of a name, which stands at a path within some lists, and
    below the groups `above`.
    """
    for place, fact in enumerate(vocabulary.records[name].facts.values()):
        here = (*path, place)
        within = (*lists, here) if fact.is_list else lists
        if _is_of_time(fact):
            yield within
        elif fact.record in above:
            yield (here, here)  # A group within itself: lists may be nested to any depth.
        elif fact.record is not None:
            yield from _lists_around_facts(vocabulary, fact.record, here, within, above | {name})


# --- beside `today` ---------------------------------------------------------------------------


def facts_beside_today(rule: Rule, vocabulary: Vocabulary) -> frozenset[FactName]:
    """Return the facts that stand in comparisons of a rule with `today`."""
    return frozenset(
        name
        for clause in clauses_read(rule)
        for terms in _compared_with_today(clause.condition)
        for term in terms
        if isinstance(term, FactTerm)
        for name in _facts_meant(term, vocabulary)
    )


def _compared_with_today(condition: Condition) -> Iterator[tuple[ValueTerm, ...]]:
    """Yield the terms of each comparison of a condition that reads `today`."""
    for part in conditions_below(condition):
        terms = tuple(terms_of(part)) if isinstance(part, ComparisonCondition) else ()
        if any(isinstance(term, TodayTerm) for term in terms):
            yield terms


def _facts_meant(term: FactTerm, vocabulary: Vocabulary) -> Iterator[FactName]:
    """Yield every fact of the vocabulary that a term may read, by its last name.

    An element of a list of days has no name of its own: then it may be of any list.
    """
    for name, shape in vocabulary.records.items():
        for fact in shape.facts.values():
            is_meant = fact.name == term.path[-1] if term.path else fact.is_list
            if is_meant:
                yield name, fact.name
