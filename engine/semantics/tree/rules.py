"""Rules and sets of the typed core, ready to be judged by."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction

from ...source.text import Location
from ...syntax.tree import Gravity, UnknownTreatment
from ..types import ElementType
from .conditions import Condition, terms_below
from .terms import Constant, FactTerm, SetTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A provision that a rule rests on."""

    instrument: str
    title: str
    provision: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days from `start` to the day before `until`; None where it is open."""

    start: date | None = None
    until: date | None = None

    def meets(self, start: date | None, end: date | None) -> bool:
        """Whether any day from `start` to `end`, both included, lies in it."""
        begins_in_time = self.start is None or end is None or self.start <= end
        ends_late_enough = self.until is None or start is None or self.until > start
        return begins_in_time and ends_late_enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The members of a set over a window of time."""

    window: Window
    members: frozenset[str] | frozenset[Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDefinition:
    """A declared set; editions do not overlap and stand in order of time."""

    name: str
    type: ElementType
    label: str
    editions: tuple[Edition, ...]

    def on(self, day: date) -> Edition | None:
        """Return the edition that holds on a day, or None where there is none."""
        return next((e for e in self.editions if e.window.meets(day, day)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A condition of a rule with the words and the place in which it was written."""

    condition: Condition
    text: str
    location: Location


class Enforcement(Enum):
    """What a violation does: `advisory` is only reported; `mandatory` can never be waived."""

    ADVISORY = "advisory"
    ENFORCED = "enforced"
    MANDATORY = "mandatory"


class Effect(Enum):
    """What the main clause of a rule does."""

    PROHIBIT = "prohibit"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A named exception of a rule."""

    name: str
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with facts to be filled in: literal parts and facts, alternating as written."""

    parts: tuple[str | FactTerm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, ready to be judged.

    It is violated where it is in force, applies in a market of the campaign, everything in
    `applicability` holds, the main clause is breached, and no exception is established.
    """

    id: str
    title: str
    sources: tuple[Citation, ...]
    window: Window
    places: SetTerm | Constant | None
    applicability: tuple[Clause, ...]
    effect: Effect
    main: Clause
    exemptions: tuple[Exemption, ...]
    if_unknown: UnknownTreatment
    severity: Gravity
    enforcement: Enforcement
    message: Template
    remedy: Template
    evidence: tuple[FactTerm, ...]
    reads_market: bool = field(init=False, compare=False, repr=False)
    """Whether a condition or a text speaks of `market`, so that each market is judged apart."""

    def __post_init__(self) -> None:
        read = [term for each in clauses_of(self) for term in terms_below(each.condition)]
        told = (*self.message.parts, *self.remedy.parts, *self.evidence)
        facts = (term for term in (*read, *told) if isinstance(term, FactTerm))
        object.__setattr__(self, "reads_market", any(term.is_market for term in facts))


def clauses_of(rule: Rule) -> tuple[Clause, ...]:
    """Return every clause of a rule that states a condition."""
    return (*rule.applicability, rule.main, *(each.clause for each in rule.exemptions))
