"""What a rule reads: its facts by their paths from the campaign, and the lists it refers to."""

from collections.abc import Iterator, Mapping

from .tree import (
    AggregateTerm,
    ComparisonCondition,
    Condition,
    DatedTerm,
    DefinedCondition,
    FactCondition,
    FactTerm,
    QuantifiedCondition,
    Rule,
    ValueTerm,
    clauses_of,
    conditions_within,
    inner_conditions,
    inner_terms,
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
        case QuantifiedCondition(variable=name, collection=collection):
            path = _path(collection, bound, root)
            yield path
            bound = {**bound, name: path}
        case DefinedCondition():
            bound = {}
        case _:
            pass
    for inner in inner_conditions(node):
        yield from _condition(inner, bound, root)


def _term(term: ValueTerm, bound: Bound, root: str) -> Iterator[str]:
    if isinstance(term, FactTerm):
        yield _path(term, bound, root)
    if isinstance(term, AggregateTerm):
        path = _path(term.collection, bound, root)
        yield path
        bound = {**bound, term.variable: path}
    for inner in inner_terms(term):
        yield from _term(inner, bound, root)
    if isinstance(term, AggregateTerm) and term.where is not None:
        yield from _condition(term.where, bound, root)


def _path(fact: FactTerm, bound: Bound, root: str) -> str:
    if fact.is_market:
        return f"{root}.markets"
    start = root if fact.variable is None else bound[fact.variable]
    return ".".join((start, *fact.path))
