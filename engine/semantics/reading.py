"""What a rule reads: its facts by their paths from the campaign, and the lists it refers to."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from .tree import (
    AggregateTerm,
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    DatedTerm,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    LookupTerm,
    NegatedCondition,
    ParameterTerm,
    QuantifiedCondition,
    Rule,
    SetTerm,
    TodayTerm,
    ValueTerm,
    clauses_of,
    conditions_within,
)

Bound = Mapping[str, str]
"""The path of the list whose elements a name stands for."""


def names_read(rule: Rule, kind: type[DatedTerm]) -> tuple[str, ...]:
    """Return the names of the sets, parameters or tables that a rule refers to, its places first.

    `kind` is the term that stands for what is asked about, as `SetTerm` for sets.
    """
    read = (term for each in clauses_of(rule) for term in each.terms)
    terms = (rule.places, *read)
    return tuple(dict.fromkeys(term.name for term in terms if isinstance(term, kind)))


def definitions_read(rule: Rule) -> tuple[str, ...]:
    """Return the names of the definitions that a rule rests on, directly or by another."""
    parts = (part for each in clauses_of(rule) for part in conditions_within(each.condition))
    return tuple(dict.fromkeys(part.name for part in parts if isinstance(part, DefinedCondition)))


def paths_read(rule: Rule, root: str) -> tuple[str, ...]:
    """Return the dotted paths of the facts that decide a rule, in the order of reading."""
    found = (path for each in clauses_of(rule) for path in _condition(each.condition, {}, root))
    return tuple(dict.fromkeys(found))


def _condition(node: Condition, bound: Bound, root: str) -> Iterator[str]:
    match node:
        case FactCondition(fact=fact):
            yield from _term(fact, bound, root)
        case ComparisonCondition(left=left, right=right):
            for term in (left, *right):
                yield from _term(term, bound, root)
        case JunctionCondition(operands=operands):
            for operand in operands:
                yield from _condition(operand, bound, root)
        case NegatedCondition(operand=operand):
            yield from _condition(operand, bound, root)
        case QuantifiedCondition(variable=name, collection=collection, condition=inner):
            path = _path(collection, bound, root)
            yield path
            yield from _condition(inner, {**bound, name: path}, root)
        case DefinedCondition(condition=inner):
            yield from _condition(inner, {}, root)
        case _:
            assert_never(node)


def _term(term: ValueTerm, bound: Bound, root: str) -> Iterator[str]:
    match term:
        case FactTerm():
            yield _path(term, bound, root)
        case ArithmeticTerm(left=left, right=right):
            yield from _term(left, bound, root)
            yield from _term(right, bound, root)
        case LookupTerm(arguments=arguments):
            for argument in arguments:
                yield from _term(argument, bound, root)
        case AggregateTerm(variable=name, collection=collection, value=value, where=where):
            path = _path(collection, bound, root)
            yield path
            if value is not None:
                yield from _term(value, {**bound, name: path}, root)
            if where is not None:
                yield from _condition(where, {**bound, name: path}, root)
        case Constant() | TodayTerm() | SetTerm() | ParameterTerm():
            pass
        case _:
            assert_never(term)


def _path(fact: FactTerm, bound: Bound, root: str) -> str:
    if fact.is_market:
        return f"{root}.markets"
    start = root if fact.variable is None else bound[fact.variable]
    return ".".join((start, *fact.path))
