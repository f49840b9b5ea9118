"""Everything that decides, as one value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from ..vocabulary import Vocabulary
from .calendar import RuleCalendar, calendar_of
from .declarations import Citation, Dated, Parameter, SetDefinition
from .rules import Definition, Rule, clauses_read
from .tables import Table
from .terms import FactTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that decides: the vocabulary, what it declares, the rules in order of their id."""

    vocabulary: Vocabulary
    sets: Mapping[str, SetDefinition]
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    calendars: Mapping[str, RuleCalendar] = field(init=False, compare=False, repr=False)
    """What in each rule depends on the day, by the id of the rule."""
    reading_markets: frozenset[str] = field(init=False, compare=False, repr=False)
    """The rules that look at the list of all markets, and not only at the one being judged."""

    def __post_init__(self) -> None:
        reading = frozenset(rule.id for rule in self.rules if _reads_markets(rule))
        object.__setattr__(self, "reading_markets", reading)
        calendars = {rule.id: calendar_of(rule, self.dated) for rule in self.rules}
        object.__setattr__(self, "calendars", calendars)

    @property
    def dated(self) -> Mapping[str, Dated[Any]]:
        """Every declaration in dated editions, by name; no two share one."""
        return {**self.sets, **self.parameters, **self.tables}

    @property
    def citations(self) -> Iterator[Citation]:
        """Every provision that a rule or a declaration rests on, as often as one does."""
        parameters = self.parameters.values()
        cited = (
            *(each.sources for each in self.rules),
            *(each.sources for each in self.definitions.values()),
            *(each.sources for each in self.tables.values()),
            *(each.sources for each in parameters),
            *(edition.sources for each in parameters for edition in each.editions),
        )
        return chain.from_iterable(cited)


def _reads_markets(rule: Rule) -> bool:
    terms = (term for clause in clauses_read(rule) for term in clause.terms)
    return any(
        isinstance(term, FactTerm) and term.variable is None and term.path == ("markets",)
        for term in terms
    )
