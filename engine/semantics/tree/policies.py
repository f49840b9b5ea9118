"""Everything that decides, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..vocabulary import Vocabulary
from .calendar import RuleCalendar, calendar_of
from .conditions import terms_below
from .rules import Rule, SetDefinition, clauses_of
from .terms import FactTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that decides: the vocabulary, the sets, and the rules in order of their id."""

    vocabulary: Vocabulary
    sets: Mapping[str, SetDefinition]
    rules: tuple[Rule, ...]
    calendars: Mapping[str, RuleCalendar] = field(init=False, compare=False, repr=False)
    """What in each rule depends on the day, by the id of the rule."""
    reading_markets: frozenset[str] = field(init=False, compare=False, repr=False)
    """The rules that look at the list of all markets, and not only at the one being judged."""

    def __post_init__(self) -> None:
        reading = frozenset(rule.id for rule in self.rules if _reads_markets(rule))
        object.__setattr__(self, "reading_markets", reading)
        calendars = {rule.id: calendar_of(rule, self.sets) for rule in self.rules}
        object.__setattr__(self, "calendars", calendars)


def _reads_markets(rule: Rule) -> bool:
    terms = (term for clause in clauses_of(rule) for term in terms_below(clause.condition))
    return any(
        isinstance(term, FactTerm) and term.variable is None and term.path == ("markets",)
        for term in terms
    )
