"""Rules and definitions of the typed core, ready to be judged by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from ...source.text import Location, Span
from ...syntax.lexis import MonthEnd
from ...syntax.tree import Gravity, Term, UnknownTreatment
from ..values import Measure
from .conditions import Condition, DefinedCondition, terms_below
from .declarations import Citation, Window
from .terms import Constant, FactTerm, LookupTerm, ParameterTerm, SetTerm, ValueTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A condition of a rule with the words and the place in which it was written."""

    condition: Condition
    text: str
    location: Location
    terms: tuple[ValueTerm, ...] = field(init=False, compare=False, repr=False)
    """Every value that the condition reads, operands and arguments included."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(terms_below(self.condition)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A statutory definition: a named condition about the campaign, and where it comes from.

    `rounding_up` is the same condition for rules whose counts of months round up.
    """

    name: str
    label: str
    sources: tuple[Citation, ...]
    clause: Clause
    rounding_up: Condition

    def used_at(self, span: Span, month_end: MonthEnd) -> DefinedCondition:
        """Return the condition that names the definition in a rule whose months end so."""
        counts_down = month_end is MonthEnd.ROUNDS_DOWN or self.rounding_up == self.clause.condition
        return DefinedCondition(
            span=span,
            name=self.name,
            label=self.label,
            condition=self.clause.condition if counts_down else self.rounding_up,
            month_end=MonthEnd.ROUNDS_DOWN if counts_down else MonthEnd.ROUNDS_UP,
        )


class Enforcement(Enum):
    """What a violation does: `advisory` is only reported; `mandatory` can never be waived.

    What is `enforced` denies, and so does what a role may override.
    """

    ADVISORY = "advisory"
    ENFORCED = "enforced"
    OVERRIDABLE = "overridable"
    MANDATORY = "mandatory"


class Effect(Enum):
    """What the main clause of a rule does."""

    PROHIBIT = "prohibit"
    REQUIRE = "require"
    OBLIGE = "oblige"
    PERMIT = "permit"

    @property
    def denies(self) -> bool:
        """Whether a rule that does this can be violated."""
        return self in (Effect.PROHIBIT, Effect.REQUIRE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A named exception of a rule."""

    name: str
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with values to be filled in: literal parts, and terms as written."""

    parts: tuple["str | Filling", ...]

    @property
    def written(self) -> str:
        """The text as its author wrote it, with the names of the values in braces."""
        texts = (part if isinstance(part, str) else f"{{{part.text}}}" for part in self.parts)
        return "".join(texts)

    def facts(self) -> Iterator[FactTerm]:
        """Yield the facts that are told, and those by which a table is looked up."""
        waiting: list[str | ValueTerm] = [*reversed(self.parts)]
        while waiting:
            match waiting.pop():
                case FactTerm() as fact:
                    yield fact
                case LookupTerm(arguments=arguments):
                    waiting.extend(reversed(arguments))
                case _:
                    pass


Filling = FactTerm | ParameterTerm | LookupTerm
"""What a text may be filled in with; the arguments of a lookup are facts, names or constants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a rule obliges to, and by when: `within` a length of time of what `term` names.

    `due` is that in the words of the rule.
    """

    text: Template
    term: Term
    within: Measure | None
    month_end: MonthEnd
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What lets some campaigns break a rule for a time, and who answers for it.

    `scope` says which campaigns, and `window` on which days of the law; it has a beginning and an
    end. It was `approved` on a day, its first one or before; `ticket` is where that is on record.
    """

    name: str
    scope: Clause
    window: Window
    approver: str
    role: str
    approved: date
    ticket: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, ready to be judged.

    It is violated where it is in force, applies in a market of the campaign, everything in
    `applicability` holds, the main clause is breached, and no exception is established. A rule
    that obliges has a `duty` in place of a message and a remedy: where the main clause holds and
    no exception does, the duty is owed. A permission denies nobody; the rules that it lifts have it
    among their `permissions`. `waivers` let it be broken. `override_role` is who may override the
    rule, where it says so, and `text` the words of the law.
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
    duty: Duty | None = None
    permissions: "tuple[Rule, ...]" = ()
    waivers: tuple[Waiver, ...] = ()
    override_role: str | None = None
    text: str = ""
    reads_market: bool = field(init=False, compare=False, repr=False)
    """Whether each market is judged apart: a condition, a text, a permission or a waiver asks."""

    def __post_init__(self) -> None:
        asking = (*clauses_of(self), *(each.scope for each in self.waivers))
        read = [term for each in asking for term in each.terms]
        told = (*self.message.facts(), *self.remedy.facts(), *self.evidence)
        owed = self.duty.text.facts() if self.duty is not None else ()
        facts = (term for term in (*read, *told, *owed) if isinstance(term, FactTerm))
        placed = any(each.places is not None or each.reads_market for each in self.permissions)
        reads = placed or any(term.is_market for term in facts)
        object.__setattr__(self, "reads_market", reads)


def with_conditions(rule: Rule, change: Callable[[Condition], Condition]) -> Rule:
    """Return a rule with the condition of every clause changed."""

    def changed(clause: Clause) -> Clause:
        return replace(clause, condition=change(clause.condition))

    return replace(
        rule,
        applicability=tuple(map(changed, rule.applicability)),
        main=changed(rule.main),
        exemptions=tuple(replace(each, clause=changed(each.clause)) for each in rule.exemptions),
        permissions=tuple(with_conditions(each, change) for each in rule.permissions),
        waivers=tuple(replace(each, scope=changed(each.scope)) for each in rule.waivers),
    )


def signed_clauses(rule: Rule) -> Iterator[tuple[Clause, bool]]:
    """Yield every clause of a rule, and whether its truth leads towards denial.

    Those of a permission lead towards allowing. Those of a duty lead both ways: where they are
    settled at all, it is not undetermined.
    """
    if rule.effect in (Effect.OBLIGE, Effect.PERMIT):
        yield from ((clause, False) for clause in (*rule.applicability, rule.main))
    if rule.effect is not Effect.PERMIT:
        yield from ((clause, True) for clause in rule.applicability)
        yield rule.main, rule.effect is not Effect.REQUIRE
    for exemption in rule.exemptions:
        yield exemption.clause, False
    for waiver in rule.waivers:
        yield waiver.scope, False


def clauses_of(rule: Rule) -> tuple[Clause, ...]:
    """Return every clause of a rule that states a condition."""
    return (*rule.applicability, rule.main, *(each.clause for each in rule.exemptions))


def clauses_read(rule: Rule) -> tuple[Clause, ...]:
    """Return every condition that decides a rule, those of permissions and waivers included."""
    lifting = (clause for permit in rule.permissions for clause in clauses_of(permit))
    return (*clauses_of(rule), *lifting, *(waiver.scope for waiver in rule.waivers))
