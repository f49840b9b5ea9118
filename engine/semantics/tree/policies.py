"""Everything that decides, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..vocabulary import Vocabulary
from .calendar import RuleCalendar, calendar_of
from .rules import Rule, SetDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that decides: the vocabulary, the sets, and the rules in order of their id."""

    vocabulary: Vocabulary
    sets: Mapping[str, SetDefinition]
    rules: tuple[Rule, ...]
    calendars: Mapping[str, RuleCalendar] = field(init=False, compare=False, repr=False)
    """What in each rule depends on the day, by the id of the rule."""

    def __post_init__(self) -> None:
        calendars = {rule.id: calendar_of(rule, self.sets) for rule in self.rules}
        object.__setattr__(self, "calendars", calendars)
