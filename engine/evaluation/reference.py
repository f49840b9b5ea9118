"""The reference evaluator: what a condition means, as a lawyer could follow it.

It is the specification. The compiled program (`compiled.program`) is the fast one and is held equal
to it, on decisions and on justifications. Nothing here is clever, and nothing here is for speed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import assert_never

from msgspec import structs

from ..semantics.tree import (
    MARKET,
    AggregateTerm,
    ArithmeticTerm,
    Clause,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    ParameterTerm,
    Policies,
    QuantifiedCondition,
    SetTerm,
    TodayTerm,
    ValueTerm,
    facts_of,
)
from ..syntax.lexis import Comparator
from ..syntax.tree import JunctionKind, QuantifierKind
from .evaluate_rule import EvaluateClause, EvaluationContext, evaluate_rule
from .market_groups import Market
from .operations.aggregate import EXTREMES, MOST_DECIDING, aggregate
from .operations.comparison import UndefinedError, calculate, holds
from .operations.lookup import look_up, lookup_text
from .outcome import (
    MOST_TOLD,
    Bindings,
    Evidence,
    Outcome,
    WantedFact,
    conjunction,
    disjunction,
    negation,
    unknown_for_want_of,
)
from .result import RuleResult
from .values import Datum, Group, show_fact
from .wording import (
    SENSITIVE_REASON,
    any_sensitive,
    campaign_facts,
    changeable,
    dotted,
    in_force,
    missing_edition,
    requirement,
    shown_aggregate,
    undefined_terms,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """The value that a name is bound to, and its pointer in the descriptor.

    It is an element over which a quantifier runs, or the market, which may be unknown.
    """

    value: Datum | None
    pointer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The environment of an evaluation: everything a condition may depend on."""

    policies: Policies
    campaign: Group
    today: date
    law_day: date
    bound: Mapping[str, Element]


def evaluate_rules(
    context: EvaluationContext, only: frozenset[str] | None = None
) -> tuple[RuleResult, ...]:
    """Return the result of every rule, or only of some, in order of their ids."""
    return tuple(
        evaluate_rule(rule, context, _clauses_of(context))
        for rule in context.policies.rules
        if only is None or rule.id in only
    )


def _clauses_of(context: EvaluationContext) -> EvaluateClause:
    def evaluate_clause(clause: Clause, law_day: date, market: Market | None) -> Outcome:
        return evaluate(clause.condition, situation(context, law_day, market))

    return evaluate_clause


def situation(context: EvaluationContext, law_day: date, market: Market | None) -> Situation:
    """Return the situation in which the clauses of a rule are evaluated."""
    bound = {}
    if market is not None:
        bound[MARKET] = Element(value=market.code, pointer=market.pointer)
    return Situation(
        policies=context.policies,
        campaign=context.campaign.facts,
        today=context.moment.today,
        law_day=law_day,
        bound=bound,
    )


def evaluate(condition: Condition, situation: Situation) -> Outcome:
    """Return the outcome of a condition in a situation."""
    match condition:
        case FactCondition(fact=fact):
            return _holds(fact, situation)
        case ComparisonCondition():
            return _compared(condition, situation)
        case JunctionCondition(kind=kind, operands=operands, labels=labels):
            outcomes = [evaluate(operand, situation) for operand in operands]
            for index, label in enumerate(labels):
                outcomes[index] = outcomes[index].with_label(f"({label})")
            return conjunction(outcomes) if kind is JunctionKind.AND else disjunction(outcomes)
        case NegatedCondition(operand=operand):
            return negation(evaluate(operand, situation))
        case QuantifiedCondition():
            return _over(condition, situation)
        case DefinedCondition(name=name, condition=meant):
            outcome = evaluate(meant, unbound(situation))
            return outcome.within_definition(name, _bindings(situation))
    assert_never(condition)


# --- quantifiers ------------------------------------------------------------------------------


def _over(condition: QuantifiedCondition, situation: Situation) -> Outcome:
    elements, pointer = _value_and_pointer(condition.collection, situation)
    if not isinstance(elements, tuple):
        return Outcome(truth=None, wanted=(_wanted(condition.collection, pointer, situation),))
    if not elements:
        return _over_empty_list(condition, pointer, situation)
    within = _element_situations(condition, situation)
    outcomes = [evaluate(condition.condition, each) for each in within]
    every = condition.kind is QuantifierKind.EVERY
    found = conjunction(outcomes) if every else disjunction(outcomes)
    if found.truth is not None and not found.is_about(pointer):
        required = "" if found.truth is every else "is empty"
        seen = _evidence(condition.collection, elements, pointer, required, situation)
        found = found.beside(seen)
    return negation(found) if condition.kind is QuantifierKind.NO else found


def _element_situations(
    binder: QuantifiedCondition | AggregateTerm, situation: Situation
) -> Iterator[Situation]:
    """Yield the situation with each element of a known list bound in turn."""
    elements, pointer = _value_and_pointer(binder.collection, situation)
    for index, value in enumerate(elements if isinstance(elements, tuple) else ()):
        element = Element(value=value, pointer=f"{pointer}/{index}")
        yield replace(situation, bound={**situation.bound, binder.variable: element})


def _over_empty_list(condition: QuantifiedCondition, pointer: str, situation: Situation) -> Outcome:
    """Of no elements `any` is false and `no` true; `every` needs some, unless it says `if any`."""
    collection = condition.collection
    if condition.kind is QuantifierKind.EVERY and not condition.if_any:
        why = "the list is empty"
        return Outcome(
            truth=None, wanted=(structs.replace(_wanted(collection, pointer, situation), why=why),)
        )
    seen = _evidence(collection, (), pointer, "is not empty", situation)
    return Outcome(truth=condition.kind is not QuantifierKind.ANY, evidence=(seen,))


# --- comparisons ------------------------------------------------------------------------------


def _holds(fact: FactTerm, situation: Situation) -> Outcome:
    value, pointer = _value_and_pointer(fact, situation)
    if value is None:
        return Outcome(truth=None, wanted=(_wanted(fact, pointer, situation),))
    required = "is no" if value else "is yes"
    seen = _evidence(fact, value, pointer, required, situation)
    return Outcome(truth=value is True, evidence=(seen,))


def _compared(condition: ComparisonCondition, situation: Situation) -> Outcome:
    if condition.comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        return _known(condition, situation)
    terms = (condition.left, *condition.right)
    values, wanted = [], []
    for term in terms:
        value, missing = _value(term, situation)
        values.append(value)
        wanted.extend(missing)
    if wanted:
        return unknown_for_want_of(wanted)
    try:
        truth = holds(condition, values)
    except UndefinedError as error:
        return unknown_for_want_of(_wanted_where_undefined(terms, str(error), situation))
    return Outcome(
        truth=truth, evidence=_comparison_evidence(condition, terms, situation, truth=truth)
    )


def _known(condition: ComparisonCondition, situation: Situation) -> Outcome:
    assert isinstance(condition.left, FactTerm)  # noqa: S101 - the checker lets only facts be known.
    value, _ = _value_and_pointer(condition.left, situation)
    truth = (value is not None) is (condition.comparator is Comparator.KNOWN)
    return Outcome(
        truth=truth,
        evidence=_comparison_evidence(condition, (condition.left,), situation, truth=truth),
    )


def _comparison_evidence(
    condition: ComparisonCondition,
    terms: tuple[ValueTerm, ...],
    situation: Situation,
    *,
    truth: bool,
) -> tuple[Evidence, ...]:
    """Return the facts that were compared; the first carries what was required."""

    def describe(fact: FactTerm | ParameterTerm | LookupTerm) -> str:
        if isinstance(fact, LookupTerm):
            return f"{lookup_text(fact, lookup(fact, situation)[0])} ({fact.text})"
        if isinstance(fact, ParameterTerm):
            return f"{in_force(fact, situation.policies, situation.law_day)} ({fact.name})"
        value, pointer = _value_and_pointer(fact, situation)
        path = dotted(situation.policies.vocabulary.root, pointer)
        return f"{show_fact(fact, value)} ({path})"

    required = requirement(condition, describe, truth=truth)
    found = [each for term in terms for each in _evidence_of_term(term, situation)]
    found[:1] = [structs.replace(first, required=required) for first in found[:1]]
    return tuple(dict.fromkeys(found))


def _evidence_of_term(term: ValueTerm, situation: Situation) -> list[Evidence]:
    """Return the evidence for a known value: the facts it was computed from.

    Of an aggregate, these are its list, the elements that decide it, and other facts that it reads.
    """
    match term:
        case FactTerm():
            value, pointer = _value_and_pointer(term, situation)
            return [_evidence(term, value, pointer, "", situation)]
        case ArithmeticTerm(left=left, right=right):
            return [*_evidence_of_term(left, situation), *_evidence_of_term(right, situation)]
        case LookupTerm(arguments=arguments):
            return [
                each for argument in arguments for each in _evidence_of_term(argument, situation)
            ]
        case AggregateTerm():
            return _evidence_of_aggregate(term, situation)
        case _:
            return []


def _evidence_of_aggregate(term: AggregateTerm, situation: Situation) -> list[Evidence]:
    value, _ = _value(term, situation)
    _, pointer = _value_and_pointer(term.collection, situation)
    whole = _evidence(term.collection, None, pointer, "", situation)
    found = [structs.replace(whole, value=f"{term.kind.value} {shown_aggregate(term, value)}")]
    if term.value is not None and term.kind in EXTREMES:
        deciding = (
            inner
            for inner in _element_situations(term, situation)
            if _is_chosen(term, inner) and _value(term.value, inner)[0] == value
        )
        for inner in islice(deciding, MOST_DECIDING):
            found.extend(_evidence_of_term(term.value, inner))
    for fact in campaign_facts(term):
        if _value(fact, situation)[0] is not None:
            found.extend(_evidence_of_term(fact, situation))
    return found


def _is_chosen(term: AggregateTerm, situation: Situation) -> bool:
    return term.where is None or evaluate(term.where, situation).truth is True


def _wanted_where_undefined(
    terms: tuple[ValueTerm, ...], why: str, situation: Situation
) -> tuple[WantedFact, ...]:
    found = []
    for fact in (fact for term in changeable(terms) for fact in facts_of(term)):
        _, pointer = _value_and_pointer(fact, situation)
        shown_reason = why if not any_sensitive(terms) else SENSITIVE_REASON
        found.append(structs.replace(_wanted(fact, pointer, situation), why=shown_reason))
    return tuple(dict.fromkeys(found)) or (undefined_terms(terms, why),)


# --- values -----------------------------------------------------------------------------------


def _value(term: ValueTerm, situation: Situation) -> tuple[object, list[WantedFact]]:
    """Return the value of a term, and what is wanted where it is unknown."""
    match term:
        case Constant(value=constant):
            return constant, []
        case TodayTerm():
            return situation.today, []
        case SetTerm(name=name):
            members = situation.policies.sets[name].on(situation.law_day)
            return members, [] if members is not None else [
                missing_edition(term, situation.law_day)
            ]
        case ParameterTerm(name=name):
            found = situation.policies.parameters[name].on(situation.law_day)
            if found is None:
                return None, [missing_edition(term, situation.law_day)]
            return found.value, []
        case FactTerm():
            value, pointer = _value_and_pointer(term, situation)
            return value, [] if value is not None else [_wanted(term, pointer, situation)]
        case ArithmeticTerm():
            return _calculated(term, situation)
        case AggregateTerm():
            return _aggregated(term, situation)
        case LookupTerm():
            found, missing = lookup(term, situation)
            return None if found is None else found.value, missing
    assert_never(term)


def _calculated(term: ArithmeticTerm, situation: Situation) -> tuple[object, list[WantedFact]]:
    left, missing = _value(term.left, situation)
    right, also_missing = _value(term.right, situation)
    if missing or also_missing:
        return None, [*missing, *also_missing]
    try:
        return calculate(term.operator, left, right, term.month_end), []
    except UndefinedError as error:
        return None, list(_wanted_where_undefined((term,), str(error), situation))


def lookup(term: LookupTerm, situation: Situation) -> tuple[Constant | None, list[WantedFact]]:
    """Return what a table gives, and what is wanted where it gives nothing."""
    values, missing = [], []
    for argument in term.arguments:
        value, lacking = _value(argument, situation)
        values.append(value)
        missing.extend(lacking)
    if missing:
        return None, missing
    try:
        found = look_up(situation.policies.tables[term.name], situation.law_day, values)
    except UndefinedError as error:
        return None, list(_wanted_where_undefined((term,), str(error), situation))
    return found, [] if found is not None else [missing_edition(term, situation.law_day)]


def _aggregated(term: AggregateTerm, situation: Situation) -> tuple[object, list[WantedFact]]:
    elements, pointer = _value_and_pointer(term.collection, situation)
    wanted = _wanted(term.collection, pointer, situation)
    if elements is None:
        return None, [wanted]
    values: list[object] = []
    missing: list[WantedFact] = []
    for inner in _element_situations(term, situation):
        if len(missing) >= MOST_TOLD:
            break
        chosen = Outcome(truth=True) if term.where is None else evaluate(term.where, inner)
        missing.extend(chosen.wanted)
        if chosen.truth is True:
            value, lacking = (None, []) if term.value is None else _value(term.value, inner)
            values.append(value)
            missing.extend(lacking)
    if missing:
        return None, missing
    try:
        return aggregate(term, values), []
    except UndefinedError as error:
        why = SENSITIVE_REASON if any_sensitive((term,)) else str(error)
        return None, [structs.replace(wanted, why=why)]


def _value_and_pointer(fact: FactTerm, situation: Situation) -> tuple[Datum | None, str]:
    """Return a fact's value, stated or presumed, or None, and the pointer where it would stand."""
    value, pointer = stated(fact, situation)
    return fact.presumed if value is None else value, pointer


def stated(fact: FactTerm, situation: Situation) -> tuple[Datum | None, str]:
    """Return the value that the campaign states, or None, and the pointer where it would stand."""
    value: Datum | None = situation.campaign
    pointer = ""
    if fact.variable is not None:
        element = situation.bound[fact.variable]
        value, pointer = element.value, element.pointer
    for name in fact.path:
        pointer = f"{pointer}/{name}"
        value = value.get(name) if isinstance(value, Group) else None
    return value, pointer


def _wanted(fact: FactTerm, pointer: str, situation: Situation) -> WantedFact:
    path = dotted(situation.policies.vocabulary.root, pointer)
    return WantedFact(pointer=pointer, path=path, label=fact.label, type=fact.type)


def _evidence(
    fact: FactTerm, value: Datum | None, pointer: str, required: str, situation: Situation
) -> Evidence:
    return Evidence(
        pointer=pointer,
        path=dotted(situation.policies.vocabulary.root, pointer),
        label=fact.label,
        value=show_fact(fact, value),
        required=required,
        is_presumed=fact.presumed is not None and stated(fact, situation)[0] is None,
        bindings=_bindings(situation),
    )


def unbound(situation: Situation) -> Situation:
    """Return the situation inside a definition: of the names bound around it only the market."""
    bound = {name: each for name, each in situation.bound.items() if name == MARKET}
    return replace(situation, bound=bound)


def _bindings(situation: Situation) -> Bindings:
    return tuple((name, element.pointer) for name, element in situation.bound.items())
