"""Facts, bound names, and the bare words that stand for members and codes."""

import re
from collections.abc import Mapping
from dataclasses import replace

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from .. import faults
from ..fact_advice import elsewhere, fact_advice
from ..tree import Constant, FactTerm, ParameterTerm, ValueTerm
from ..types import CODES, EnumerationType, ListType, RecordType, Scalar, Type, codes, is_code
from ..vocabulary import Fact
from .scope import Scope, constant

_RUN_TOGETHER = re.compile(r"[A-Za-z]{3}\d+", re.ASCII)


def path(scope: Scope, node: syntax.Path, expected: Type | None) -> ValueTerm | None:
    """Return what a path means: a fact, or a word read as `expected`."""
    first = node.steps[0]
    if any(step.ordinal is not None for step in node.steps):
        return scope.refuse(faults.names.ordinal_in_condition(node.span))
    if names_fact(scope, first):
        return fact(scope, node)
    if len(node.steps) == 1:
        return _word(scope, first, expected)
    return scope.refuse(_no_beginning(scope, node))


def _no_beginning(scope: Scope, node: syntax.Path) -> Diagnostic:
    """Return what to say of a path that begins with nothing known."""
    first, root = node.steps[0], scope.vocabulary.root
    facts = _facts_of_the_campaign(scope)
    listed = next((name for name in (first.name, f"{first.name}s") if name in facts), None)
    if listed is None:
        return _of_no_list(scope, node)
    if isinstance(facts[listed].type, ListType):
        return faults.names.unbound_element(first.span, first.name, f"{root}.{listed}")
    return faults.names.rootless(first.span, first.name, f"{root}.{listed}")


def _of_no_list(scope: Scope, node: syntax.Path) -> Diagnostic:
    """Return what to say of a path whose first name is none of the campaign's facts either."""
    first, second, root = node.steps[0], node.steps[1], scope.vocabulary.root
    fault = faults.names.unknown_word(first.span, first.name, (*scope.variables, root))
    if fault.help:
        return fault
    kinds = {name: fact.type for name, fact in _facts_of_the_campaign(scope).items()}
    with_it = [
        f"{root}.{name}"
        for name, kind in kinds.items()
        if isinstance(kind, ListType)
        and isinstance(kind.element, RecordType)
        and second.name in scope.vocabulary.records[kind.element.name].facts
    ]
    if len(with_it) == 1:
        return faults.names.unbound_element(first.span, first.name, with_it[0])
    return replace(fault, help=elsewhere(scope.vocabulary, first.name))


def names_fact(scope: Scope, first: syntax.Step) -> bool:
    """Whether a path that begins so leads to a fact, of the campaign or of a bound element."""
    return first.name in scope.variables or first.name == scope.vocabulary.root


def quoted(node: syntax.Expression) -> str | None:
    """Return the text that an expression states in quotation marks; None where it is other."""
    return node.value if isinstance(node, syntax.TextLiteral) else None


def bare_word(node: syntax.Expression) -> str:
    """Return the bare word that an expression is; empty where it is anything else."""
    match node:
        case syntax.Path(steps=(syntax.Step(name=name, ordinal=None),)):
            return name
        case _:
            return ""


def parameter(scope: Scope, step: syntax.Step) -> ParameterTerm | None:
    """Return the parameter of a name that is one; None where it has faults."""
    found = scope.parameters[step.name]
    if found is None:
        return None
    return ParameterTerm(
        span=step.span, name=found.name, type=found.type, label=found.label, text=found.name
    )


def is_member(word: str, expected: Type | None) -> bool:
    """Whether a bare word is a value of a type."""
    match expected:
        case EnumerationType(members=members):
            return word in members
        case Scalar() if expected in CODES:
            return is_code(expected, word)
        case _:
            return False


def _word(
    scope: Scope, step: syntax.Step, expected: Type | None
) -> Constant | ParameterTerm | None:
    """Return what a bare word that is no fact means: a parameter, a member or a code."""
    if step.name in scope.parameters:
        if expected is not None and is_member(step.name, expected):
            return scope.refuse(faults.names.two_meanings(step.span, step.name, expected))
        return parameter(scope, step)
    if step.name in scope.tables:
        return scope.refuse(faults.tables.table_as_word(step.span, step.name))
    match expected:
        case EnumerationType(members=members):
            if step.name in members:
                return constant(scope, step.span, expected, step.name)
            return scope.refuse(
                faults.names.unknown_member(step.span, step.name, expected, members)
            )
        case Scalar() if expected in CODES:
            if is_code(expected, step.name):
                return constant(scope, step.span, expected, step.name)
            if step.name in scope.sets:
                return scope.refuse(faults.names.set_among_members(step.span, step.name))
            known = codes(expected)
            return scope.refuse(faults.names.unknown_member(step.span, step.name, expected, known))
        case _:
            if step.name in scope.definitions:
                return scope.refuse(faults.values.definition_as_value(step.span, step.name))
            names = (*scope.variables, *scope.parameters, *scope.definitions)
            known = frozenset((*names, scope.vocabulary.root, "yes", "no", "today"))
            fault = faults.names.unknown_word(step.span, step.name, known)
            return scope.refuse(fault if fault.help else _other_word(scope, fault, step, expected))


def _facts_of_the_campaign(scope: Scope) -> Mapping[str, Fact]:
    """Return the facts by name; none while the vocabulary itself is read."""
    campaign = scope.vocabulary.records.get(scope.vocabulary.root)
    return {} if campaign is None else campaign.facts


def _other_word(
    scope: Scope, fault: Diagnostic, step: syntax.Step, expected: Type | None
) -> Diagnostic:
    """Return the fault of an unknown word with what is needed in its place, where that shows."""
    word, root = step.name, scope.vocabulary.root
    if word in _facts_of_the_campaign(scope):
        return faults.names.rootless(step.span, word, f"{root}.{word}")
    if expected is Scalar.TEXT:
        quoted_word = f'"{word}"'
        advice = f"a text stands in quotation marks: `{quoted_word}`"
        return replace(fault, help=advice, replacement=quoted_word)
    if expected is Scalar.MONEY and _RUN_TOGETHER.fullmatch(word):
        apart = f"{word[:3].upper()} {word[3:]}"
        return replace(fault, help=f"set the currency apart: `{apart}`", replacement=apart)
    if expected is Scalar.YES_NO:
        return replace(fault, help="say `yes` or `no`; the fact alone is a condition too")
    return replace(fault, help=elsewhere(scope.vocabulary, word))


def fact(scope: Scope, node: syntax.Path) -> FactTerm | None:
    """Return the fact at a path that begins with a bound name or the campaign."""
    first, *steps = node.steps
    bound = scope.variables.get(first.name)
    kind: Type = bound if bound is not None else RecordType(name=scope.vocabulary.root)
    owner, label, presumed = first.name, first.name, None
    sensitive = first.name in scope.sensitive
    for step in steps:
        found = _step(scope, owner, kind, step)
        if found is None:
            return None
        owner, kind, label = f"{owner}.{step.name}", found.type, found.label
        presumed, sensitive = found.presumed, sensitive or found.sensitive
    return FactTerm(
        span=node.span,
        type=kind,
        variable=first.name if bound is not None else None,
        path=tuple(step.name for step in steps),
        label=label,
        text=owner,
        presumed=presumed,
        sensitive=sensitive,
    )


def _step(scope: Scope, owner: str, kind: Type, step: syntax.Step) -> Fact | None:
    match kind:
        case RecordType(name=name):
            facts = scope.vocabulary.records[name].facts
            if step.name in facts:
                return facts[step.name]
            advice = fact_advice(scope.vocabulary, name, step.name)
            fault = faults.names.unknown_fact(step.span, step.name, owner, facts, advice)
            return scope.refuse(fault)
        case ListType():
            return scope.refuse(faults.names.step_into_list(step.span, owner))
        case _:
            return scope.refuse(faults.names.no_facts_below(step.span, owner, kind))
