"""How comparisons and templates read, and paths as a person writes them."""

from collections.abc import Callable, Iterable
from datetime import date

from ..semantics.tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    DatedTerm,
    FactTerm,
    LookupTerm,
    ParameterTerm,
    Policies,
    Template,
    ValueTerm,
    operands_of,
)
from ..syntax.lexis import Comparator
from .outcome import WantedFact
from .values import SENSITIVE, show_typed

ReportedTerm = FactTerm | ParameterTerm | LookupTerm
"""A term of which a requirement shows the value beside the name."""


def missing_edition(term: DatedTerm, day: date) -> WantedFact:
    """Return the wanted fact for a declaration that has no edition on a day."""
    kind, label = "set", term.name
    if isinstance(term, ParameterTerm):
        kind, label = "parameter", term.label
    if isinstance(term, LookupTerm):
        kind, label = "table", term.label
    why = f"the {kind} has no edition for {day}"
    return WantedFact(pointer="", path=term.name, label=label, why=why)


def in_force(term: ParameterTerm, policies: Policies, day: date) -> str:
    """Return the value of a parameter that is in force on a day, as it was written."""
    found = policies.parameters[term.name].on(day)
    return found.text if found is not None else "unknown"


def term_text(term: ValueTerm) -> str:
    """Return a value as it was written."""
    return f"{term.text}{term.month_end.remark}" if isinstance(term, ArithmeticTerm) else term.text


def requirement(
    condition: ComparisonCondition, describe: Callable[[ReportedTerm], str], *, truth: bool
) -> str:
    """Return what would have to hold for a comparison of this truth to have the other.

    `describe` returns a fact to the right as its value and path,
    `gender (campaign.segments[1].kind)`, and a parameter as its value and name,
    `180 days (audit_interval)`; a lookup, on either side, as what the table gave,
    `16 (voting_age(market))`.
    """
    phrase = condition.comparator.denial if truth else condition.comparator.phrase
    words = [phrase, *_partners(condition, describe)]
    if isinstance(condition.left, LookupTerm):
        words.insert(0, describe(condition.left))
    elif not isinstance(condition.left, FactTerm):
        words.insert(0, term_text(condition.left))
    return " ".join(words)


def _partners(condition: ComparisonCondition, describe: Callable[[ReportedTerm], str]) -> list[str]:
    right = [
        describe(term) if isinstance(term, ReportedTerm) else term_text(term)
        for term in condition.right
    ]
    match condition.comparator:
        case Comparator.BETWEEN:
            return [right[0], "and", right[1]]
        case Comparator.WITHIN:
            side = "before" if condition.within < 0 else "after"
            return [right[0], side, f"{right[1]}{condition.month_end.remark}"]
        case _:
            return right


def undefined_terms(terms: Iterable[ValueTerm], why: str) -> WantedFact:
    """Return the wanted fact for terms that are undefined together, none of which is a fact."""
    words = ", ".join(term_text(term) for term in terms)
    return WantedFact(pointer="", path=words, label=words, why=why)


def changeable(terms: Iterable[ValueTerm]) -> tuple[ValueTerm, ...]:
    """Return the values of which some must change where they have no meaning together.

    What a table gave is not for a campaign to change, while it states a value beside it.
    """
    every = tuple(terms)
    stated = tuple(
        term
        for term in every
        if not isinstance(term, LookupTerm)
        and any(isinstance(part, FactTerm) for part in operands_of(term))
    )
    return stated or every


SENSITIVE_REASON = "sensitive values cannot be judged together as they are written"
"""Why a comparison is unknown, where the reason itself would disclose sensitive values."""


def campaign_facts(term: AggregateTerm) -> tuple[FactTerm, ...]:
    """Return the facts of the campaign that an aggregate reads beside its elements."""
    parts = (part for part in operands_of(term) if part is not term.collection)
    facts = (part for part in parts if isinstance(part, FactTerm) and part.variable is None)
    return tuple(dict.fromkeys(facts))


def any_sensitive(terms: Iterable[ValueTerm]) -> bool:
    """Whether some terms read a sensitive fact."""
    parts = (part for term in terms for part in operands_of(term))
    return any(isinstance(part, FactTerm) and part.sensitive for part in parts)


def shown_aggregate(term: AggregateTerm, value: object) -> str:
    """Return the value of an aggregate as a person may read it."""
    return SENSITIVE if any_sensitive((term,)) else show_typed(value, term.type)


def dotted(root: str, pointer: str) -> str:
    """Return a JSON Pointer below the campaign as a path, elements counted from one.

    `/audiences/0/kind` reads `campaign.audiences[1].kind`.
    """
    path = root
    for step in pointer.split("/")[1:]:
        path += f"[{int(step) + 1}]" if step.isdigit() else f".{step}"
    return path


def variables(template: Template) -> frozenset[str]:
    """Return the names of bound elements that a template reads."""
    return frozenset(fact.variable for fact in template.facts() if fact.variable is not None)
