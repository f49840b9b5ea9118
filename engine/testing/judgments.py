"""How a rule was judged, part by part: every condition of the clauses that were reached.

The truth of each part is that of the reference evaluator, which is asked about each part alone. A
clause is reached where the judge asks for it: an exception is looked at only where there is a
breach to excuse, and nothing where the rule does not apply.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from ..evaluation.evaluate_rule import EvaluationContext, evaluate_rule
from ..evaluation.market_groups import Market
from ..evaluation.operations.lookup import lookup_text
from ..evaluation.outcome import Outcome, Truth
from ..evaluation.reference import (
    Element,
    Situation,
    evaluate,
    lookup,
    situation,
    stated,
    unbound,
)
from ..evaluation.result import RuleResult
from ..evaluation.values import Datum, show_fact
from ..evaluation.wording import dotted, in_force
from ..semantics.tree import (
    AggregateTerm,
    Clause,
    ComparisonCondition,
    Condition,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    ParameterTerm,
    QuantifiedCondition,
    Rule,
    TodayTerm,
    Value,
    ValueTerm,
    clauses_of,
    inner_terms,
    terms_below,
)

Address = tuple[int, ...]
"""The way down to a part of a condition: the ordinal of the inner condition at each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A value that a part read: how it reads, and where it stands in the campaign."""

    term: FactTerm | TodayTerm | ParameterTerm | LookupTerm
    path: str
    value: Datum | Value | None
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """The truth of one part, what it read, and the judgments below it.

    Below a quantifier, and where an aggregate chooses, there is one for each element, all at the
    same address; `element` says which.
    """

    condition: Condition
    address: Address
    truth: Truth
    read: tuple[Read, ...] = ()
    inner: "tuple[Judgment, ...]" = ()
    element: str = ""

    def parts(self) -> "Iterator[Judgment]":
        """Yield this judgment and all below it, parents first."""
        yield self
        for each in self.inner:
            yield from each.parts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A clause of a rule as it was judged under the law of a day; `index` is its ordinal.

    `market` is the one that it was judged in, where it speaks of one.
    """

    index: int
    clause: Clause
    day: date
    market: Market | None
    judgment: Judgment


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """The result of a rule with every clause that was reached."""

    result: RuleResult
    heard: tuple[Heard, ...]


def clauses_tried(rule: Rule) -> tuple[Clause, ...]:
    """Return every clause that tests decide: those of a rule, then the scopes of its waivers."""
    return (*clauses_of(rule), *(waiver.scope for waiver in rule.waivers))


def record(rule: Rule, context: EvaluationContext) -> RuleRecord:
    """Return how a rule was judged."""
    clauses = clauses_tried(rule)
    heard: list[Heard] = []

    def evaluate_clause(clause: Clause, law_day: date, market: Market | None) -> Outcome:
        here = situation(context, law_day, market)
        index = next((i for i, each in enumerate(clauses) if each is clause), None)
        if index is not None:  # The clauses of its permissions are theirs.
            found = judged(clause.condition, here)
            heard.append(
                Heard(index=index, clause=clause, day=law_day, market=market, judgment=found)
            )
        return evaluate(clause.condition, here)

    result = evaluate_rule(rule, context, evaluate_clause)
    return RuleRecord(result=result, heard=tuple(heard))


def judged(condition: Condition, situation: Situation, address: Address = ()) -> Judgment:
    """Return the judgment of a condition and of everything below it."""
    truth = evaluate(condition, situation).truth
    read: tuple[Read, ...] = ()
    inner: tuple[Judgment, ...] = ()
    match condition:
        case FactCondition():
            read = tuple(_reads(condition, situation))
        case ComparisonCondition():
            read = tuple(_reads(condition, situation))
            inner = tuple(
                each
                for index, (chain, where) in enumerate(_choosing(condition))
                for each in _chosen(chain, where, situation, (*address, index))
            )
        case JunctionCondition(operands=operands):
            inner = tuple(
                judged(operand, situation, (*address, index))
                for index, operand in enumerate(operands)
            )
        case NegatedCondition(operand=operand):
            inner = (judged(operand, situation, (*address, 0)),)
        case DefinedCondition(condition=meant):
            inner = (judged(meant, unbound(situation), (*address, 0)),)
        case QuantifiedCondition():
            read = (_read(condition.collection, situation),)
            inner = tuple(_elements(condition, condition.condition, situation, (*address, 0)))
        case _:
            assert_never(condition)
    return Judgment(condition=condition, address=address, truth=truth, read=read, inner=inner)


_Chain: TypeAlias = tuple[AggregateTerm, ...]
"""An aggregate that chooses among elements, behind those that take it of each of theirs."""


def _choosing(condition: Condition) -> Iterator[tuple[_Chain, Condition]]:
    """Yield the aggregates of a comparison that choose, each with the condition it does by."""
    if isinstance(condition, ComparisonCondition):
        for term in (condition.left, *condition.right):
            yield from _choosing_below(term, ())


def _choosing_below(term: ValueTerm, around: _Chain) -> Iterator[tuple[_Chain, Condition]]:
    if isinstance(term, AggregateTerm):
        around = (*around, term)
        if term.where is not None:
            yield around, term.where
    for inner in inner_terms(term):
        yield from _choosing_below(inner, around)


def _chosen(
    chain: _Chain, where: Condition, situation: Situation, address: Address
) -> Iterator[Judgment]:
    first, *others = chain
    if not others:
        yield from _elements(first, where, situation, address)
        return
    for _, within in _bound(first, situation):
        yield from _chosen(tuple(others), where, within, address)


def _elements(
    over: QuantifiedCondition | AggregateTerm,
    condition: Condition,
    situation: Situation,
    address: Address,
) -> Iterator[Judgment]:
    for element, within in _bound(over, situation):
        path = dotted(situation.policies.vocabulary.root, element.pointer)
        found = judged(condition, within, address)
        yield replace(found, element=f"{over.variable} = {path}")


def _bound(
    over: QuantifiedCondition | AggregateTerm, situation: Situation
) -> Iterator[tuple[Element, Situation]]:
    """Yield each element of a list that is gone through, and the situation in which it is."""
    elements, pointer = stated(over.collection, situation)
    for index, value in enumerate(elements if isinstance(elements, tuple) else ()):
        element = Element(value=value, pointer=f"{pointer}/{index}")
        yield element, replace(situation, bound={**situation.bound, over.variable: element})


def _reads(condition: Condition, situation: Situation) -> Iterator[Read]:
    for term in dict.fromkeys(terms_below(condition)):
        if isinstance(term, FactTerm):
            if term.variable is None or term.variable in situation.bound:
                yield _read(term, situation)
        elif isinstance(term, TodayTerm):
            today = situation.today
            yield Read(term=term, path="today", value=today, shown=today.isoformat())
        elif isinstance(term, LookupTerm):
            found, _ = lookup(term, situation)
            value = None if found is None else found.value
            yield Read(term=term, path=term.text, value=value, shown=lookup_text(term, found))
        elif isinstance(term, ParameterTerm):
            shown = in_force(term, situation.policies, situation.law_day)
            yield Read(term=term, path=term.name, value=None, shown=shown)


def _read(fact: FactTerm, situation: Situation) -> Read:
    value, pointer = stated(fact, situation)
    path = dotted(situation.policies.vocabulary.root, pointer)
    if value is not None or fact.presumed is None:
        return Read(term=fact, path=path, value=value, shown=show_fact(fact, value))
    told = f"{show_fact(fact, fact.presumed)} (presumed, not stated)"
    return Read(term=fact, path=path, value=fact.presumed, shown=told)
