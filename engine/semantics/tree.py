"""The typed core: what a rule means once every name is resolved.

A dozen kinds of node. Both evaluators, the justification and later analyses read this tree and
never the syntax. Spans take no part in equality.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import assert_never

from ..source.text import Location, Span
from ..syntax.lexis import Comparator
from ..syntax.tree import (
    ArithmeticOperator,
    Gravity,
    JunctionKind,
    QuantifierKind,
    UnknownTreatment,
)
from .types import ElementType, ListType, Scalar, Type
from .vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency; amounts of two currencies are never compared."""

    amount: Fraction
    currency: str


Value = str | bool | int | Fraction | date | Money | frozenset[str] | frozenset[Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What every node carries: where it was written."""

    span: Span = field(compare=False, repr=False)


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Term):
    """A value written in the policy; `text` is how it reads there."""

    type: Type
    value: Value
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTerm(Term):
    """A fact: of the campaign where `variable` is None, else of the element bound to it.

    `path` is empty where the bound element itself is meant. `text` is the path as written.
    """

    type: Type
    variable: str | None
    path: tuple[str, ...]
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayTerm(Term):
    """The day of the evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArithmeticTerm(Term):
    """Two numbers or amounts joined; `text` is the whole as written."""

    type: Type
    operator: ArithmeticOperator
    left: "ValueTerm"
    right: "ValueTerm"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerm(Term):
    """A declared set; its members depend on the day the law is read for."""

    name: str
    type: ElementType
    text: str


ValueTerm = Constant | FactTerm | TodayTerm | ArithmeticTerm | SetTerm


# --- conditions -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Term):
    """A yes_no fact that stands alone as a condition."""

    fact: FactTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Term):
    """A value compared with none, one or two others.

    `within` is -1 for *before* and 1 for *after* where the comparator is WITHIN, else 0.
    """

    comparator: Comparator
    left: ValueTerm
    right: tuple[ValueTerm, ...]
    within: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(Term):
    """Conditions joined by `and` or by `or`; labels are those of a list, else empty."""

    kind: JunctionKind
    operands: tuple["Condition", ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied(Term):
    """A condition denied."""

    operand: "Condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Term):
    """A condition over the elements of a list, each bound to `variable` in turn."""

    kind: QuantifierKind
    variable: str
    collection: FactTerm
    if_any: bool
    condition: "Condition"


Condition = Holds | Compared | Joined | Denied | Over


def inner_conditions(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly below a condition."""
    match condition:
        case Holds() | Compared():
            return ()
        case Joined(operands=operands):
            return operands
        case Denied(operand=operand):
            return (operand,)
        case Over(condition=inner):
            return (inner,)
    assert_never(condition)


def conditions_below(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything below it, parents first."""
    yield condition
    for inner in inner_conditions(condition):
        yield from conditions_below(inner)


def terms_below(condition: Condition) -> Iterator[ValueTerm]:
    """Yield every value that a condition reads, operands of arithmetic included."""
    for part in conditions_below(condition):
        match part:
            case Holds(fact=fact):
                yield fact
            case Compared():
                yield from terms_of(part)
            case Over(collection=collection):
                yield collection
            case Joined() | Denied():
                pass
            case _:
                assert_never(part)


def _operands(term: ValueTerm) -> Iterator[ValueTerm]:
    yield term
    if isinstance(term, ArithmeticTerm):
        yield from _operands(term.left)
        yield from _operands(term.right)


def bound_elements(condition: Condition) -> dict[str, Type]:
    """Return the names that quantifiers bind in a condition, with the type of their elements."""
    found: dict[str, Type] = {}
    for part in conditions_below(condition):
        if isinstance(part, Over) and isinstance(part.collection.type, ListType):
            found.setdefault(part.variable, part.collection.type.element)
    return found


# --- rules ------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Everything that decides: the vocabulary, the sets, and the rules in order of their id."""

    vocabulary: Vocabulary
    sets: Mapping[str, SetDefinition]
    rules: tuple[Rule, ...]
    calendars: Mapping[str, "RuleCalendar"] = field(init=False, compare=False, repr=False)
    """What in each rule depends on the day, by the id of the rule."""

    def __post_init__(self) -> None:
        calendars = {rule.id: calendar_of(rule, self.sets) for rule in self.rules}
        object.__setattr__(self, "calendars", calendars)


# --- what depends on the day ------------------------------------------------------------------

_MOST_DURATIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCalendar:
    """What in a rule depends on the day.

    `changes` are the days on which the law changes as the rule reads it: where the rule begins or
    ends to be in force, and where an edition of a set that it names does. Where a condition reads
    `today`, `days` are the days written beside it, and `offsets` the numbers of days by which its
    durations may move a day; both are empty where none does.
    """

    changes: tuple[date, ...]
    reads_today: bool
    days: frozenset[date]
    offsets: frozenset[int]


def calendar_of(rule: Rule, sets: Mapping[str, SetDefinition]) -> RuleCalendar:
    """Return the calendar of a rule. `sets` has every set that it names."""
    parts = [
        part
        for clause in clauses_of(rule)
        for part in conditions_below(clause.condition)
        if isinstance(part, Compared)
    ]
    timely = [part for part in parts if any(isinstance(t, TodayTerm) for t in terms_of(part))]
    days = (t.value for part in timely for t in terms_of(part) if isinstance(t, Constant))
    return RuleCalendar(
        changes=tuple(sorted(set(_law_changes(rule, sets)))),
        reads_today=bool(timely),
        days=frozenset(day for day in days if isinstance(day, date)),
        offsets=frozenset(offset for part in timely for offset in _offsets(part)),
    )


def clauses_of(rule: Rule) -> tuple[Clause, ...]:
    """Return every clause of a rule that states a condition."""
    return (*rule.applicability, rule.main, *(each.clause for each in rule.exemptions))


def terms_of(condition: Compared) -> tuple[ValueTerm, ...]:
    """Return every value that a comparison reads, operands of arithmetic included."""
    sides = (condition.left, *condition.right)
    return tuple(term for side in sides for term in _operands(side))


def _law_changes(rule: Rule, sets: Mapping[str, SetDefinition]) -> Iterator[date]:
    terms = [term for clause in clauses_of(rule) for term in terms_below(clause.condition)]
    names = {term.name for term in (*terms, rule.places) if isinstance(term, SetTerm)}
    windows = [edition.window for name in sorted(names) for edition in sets[name].editions]
    for window in (rule.window, *windows):
        yield from (day for day in (window.start, window.until) if day is not None)


def _offsets(condition: Compared) -> frozenset[int]:
    """Return the sums of any of a comparison's durations, each forwards, backwards or left out."""
    durations = [
        term.value
        for term in terms_of(condition)
        if isinstance(term, Constant) and term.type is Scalar.DAYS and isinstance(term.value, int)
    ]
    sums = {0}
    for duration in durations[:_MOST_DURATIONS]:
        sums |= {one + sign * duration for one in sums for sign in (-1, 1)}
    return frozenset(sums)
