"""Conditions compiled to closures that return their outcome: truth, evidence, and wanted facts.

The counterpart of `closures`, for the few rules whose result must be explained. An explanation is
given the truth that was found before, so that only what determines it is looked at again: of

    campaign.age is at least 18 or campaign.consent

that is true by the age alone, the age is told, and nothing of the consent. What is told of facts is
compiled by `evidence`; what is wanted where a value is unknown, here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, assert_never

from ...semantics.tree import (
    AggregateTerm,
    ArithmeticTerm,
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
    QuantifiedCondition,
    SetTerm,
    ValueTerm,
    facts_of,
)
from ...syntax.tree import JunctionKind, QuantifierKind
from ..operations.aggregate import aggregate
from ..operations.comparison import UndefinedError, calculate, holds
from ..operations.lookup import look_up
from ..outcome import (
    MOST_TOLD,
    Outcome,
    Truth,
    WantedFact,
    conjunction,
    disjunction,
    negation,
    told,
    unknown_for_want_of,
)
from ..wording import (
    SENSITIVE_REASON,
    any_sensitive,
    changeable,
    missing_edition,
    undefined_terms,
)
from .closures import Frame, Names, Test, compile_lookup, compile_test, compile_value, unbound
from .evidence import FactReader, compile_comparison_evidence

Evaluate: TypeAlias = Callable[[Frame], Outcome]
Explain: TypeAlias = Callable[[Frame, Truth], Outcome]
"""Returns the outcome of a condition in a frame, by its truth there, which it is given."""

Part: TypeAlias = tuple[Test, Explain]
"""A condition compiled both ways: only operands of a certain truth are explained."""

FindWanted: TypeAlias = Callable[[Frame], list[WantedFact]]
"""Returns the facts for want of which a value is unknown; nothing for a known value."""


def compile_outcome(condition: Condition, names: Names) -> Evaluate:
    """Return the closure that returns the outcome of a condition in a frame."""
    test, explain = _part(condition, names)
    return lambda frame: explain(frame, test(frame))


def compile_explanation(condition: Condition, names: Names) -> Explain:
    """Return the closure that returns the outcome of a condition whose truth is known."""
    return names.once(_explanation, condition)


def _explanation(condition: Condition, names: Names) -> Explain:
    match condition:
        case FactCondition(fact=fact):
            return _holds(fact, names)
        case ComparisonCondition():
            return _compared(condition, names)
        case JunctionCondition(kind=kind, operands=operands, labels=labels):
            parts = [_part(operand, names) for operand in operands]
            return _joined(kind, parts, [f"({label})" for label in labels])
        case NegatedCondition(operand=operand):
            return _denied(compile_explanation(operand, names))
        case QuantifiedCondition():
            return _over(condition, names)
        case DefinedCondition(name=name, condition=meant):
            return _defined(name, compile_explanation(meant, names.unbound()), names)
    assert_never(condition)


def _part(condition: Condition, names: Names) -> Part:
    return compile_test(condition, names), compile_explanation(condition, names)


def _denied(explain: Explain) -> Explain:
    return lambda frame, truth: negation(explain(frame, _DENIAL[truth]))


_DENIAL: Mapping[Truth, Truth] = {True: False, False: True, None: None}


def _joined(kind: JunctionKind, parts: Sequence[Part], labels: Sequence[str]) -> Explain:
    combine = disjunction if kind is JunctionKind.OR else conjunction
    named = tuple(
        (*part, label) for part, label in zip(parts, labels or [""] * len(parts), strict=True)
    )

    def joined(frame: Frame, truth: Truth) -> Outcome:
        # The operands that determine a junction are those of its own truth, no others.
        return combine(
            [
                explain(frame, truth).with_label(label) if label else explain(frame, truth)
                for test, explain, label in named
                if test(frame) is truth
            ]
        )

    return joined


def _defined(name: str, explain: Explain, names: Names) -> Explain:
    variables, kept = tuple(names.bound), len(names.unbound().bound)

    def defined(frame: Frame, truth: Truth) -> Outcome:
        bindings = tuple(zip(variables, frame.pointers, strict=True))
        return explain(unbound(frame, kept), truth).within_definition(name, bindings)

    return defined


def _holds(fact: FactTerm, names: Names) -> Explain:
    reader = names.once(FactReader, fact)

    def holds(frame: Frame, truth: Truth) -> Outcome:
        if truth is None:
            return Outcome(truth=None, wanted=(reader.wanted(frame),))
        required = "is no" if truth else "is yes"
        return Outcome(truth=truth, evidence=(reader.evidence(frame, truth, required),))

    return holds


def _over(condition: QuantifiedCondition, names: Names) -> Explain:
    reader = names.once(FactReader, condition.collection)
    test, explain = _part(condition.condition, names.binding(condition))
    every = condition.kind is QuantifierKind.EVERY
    combine = conjunction if every else disjunction

    def over(frame: Frame, truth: Truth) -> Outcome:
        elements = reader.value(frame)
        if not isinstance(elements, tuple):
            return Outcome(truth=None, wanted=(reader.wanted(frame),))
        if not elements and every and not condition.if_any:
            return Outcome(truth=None, wanted=(reader.wanted(frame, "the list is empty"),))
        if not elements:
            return Outcome(truth=every, evidence=(reader.evidence(frame, (), "is not empty"),))
        # The elements that determine a quantifier are those of its own truth, as in a junction.
        inner_frames = reader.element_frames(frame)
        found = combine(told(explain(each, truth) for each in inner_frames if test(each) is truth))
        if truth is None or found.is_about(reader.pointer(frame)):
            return found
        return found.beside(reader.evidence(frame, elements, "" if truth is every else "is empty"))

    return _denied(over) if condition.kind is QuantifierKind.NO else over


def _compared(condition: ComparisonCondition, names: Names) -> Explain:
    evidence = compile_comparison_evidence(condition, names)
    find_wanted = _wanted_by_comparison(condition, names)

    def compared(frame: Frame, truth: Truth) -> Outcome:
        if truth is None:
            return unknown_for_want_of(find_wanted(frame))
        return Outcome(truth=truth, evidence=evidence(frame, truth))

    return compared


# --- wanted facts -----------------------------------------------------------------------------


def _wanted_by_comparison(condition: ComparisonCondition, names: Names) -> FindWanted:
    """Return what finds the facts wanted by a comparison that is unknown."""
    terms = (condition.left, *condition.right)
    values = [compile_value(term, names) for term in terms]
    wanted_where_undefined = _wanted_where_undefined(terms, names)

    def of_known_terms(frame: Frame) -> list[WantedFact]:
        why = _undefined_reason(holds, condition, [value(frame) for value in values])
        return wanted_where_undefined(frame, why)

    return _wanted_by_any(terms, of_known_terms, names)


def _wanted_by_term(term: ValueTerm, names: Names) -> FindWanted:
    match term:
        case FactTerm():
            return _wanted_by_fact(names.once(FactReader, term))
        case SetTerm() | ParameterTerm():
            value = compile_value(term, names)
            return lambda frame: (
                [missing_edition(term, frame.law_day)] if value(frame) is None else []
            )
        case ArithmeticTerm():
            return _wanted_by_arithmetic(term, names)
        case LookupTerm():
            return _wanted_by_lookup(term, names)
        case AggregateTerm():
            return _wanted_by_aggregate(term, names)
        case _:
            return lambda _: []


def _wanted_by_any(
    terms: Sequence[ValueTerm], of_known_terms: FindWanted, names: Names
) -> FindWanted:
    """Return what finds the facts wanted by terms; where all are known, `of_known_terms` does."""
    parts = [_wanted_by_term(term, names) for term in terms if not isinstance(term, Constant)]

    def find_wanted(frame: Frame) -> list[WantedFact]:
        return [wanted for part in parts for wanted in part(frame)] or of_known_terms(frame)

    return find_wanted


def _wanted_by_fact(reader: FactReader) -> FindWanted:
    return lambda frame: [reader.wanted(frame)] if reader.value(frame) is None else []


def _wanted_by_arithmetic(term: ArithmeticTerm, names: Names) -> FindWanted:
    left, right = compile_value(term.left, names), compile_value(term.right, names)
    wanted_where_undefined = _wanted_where_undefined((term,), names)

    def of_known_terms(frame: Frame) -> list[WantedFact]:
        why = _undefined_reason(calculate, term.operator, left(frame), right(frame), term.month_end)
        return wanted_where_undefined(frame, why) if why else []

    return _wanted_by_any((term.left, term.right), of_known_terms, names)


def _wanted_by_lookup(term: LookupTerm, names: Names) -> FindWanted:
    values = [compile_value(argument, names) for argument in term.arguments]
    table, found = names.policies.tables[term.name], compile_lookup(term, names)
    wanted_where_undefined = _wanted_where_undefined((term,), names)

    def of_known_terms(frame: Frame) -> list[WantedFact]:
        if found(frame) is not None:
            return []
        day = frame.law_day
        why = _undefined_reason(look_up, table, day, [value(frame) for value in values])
        return wanted_where_undefined(frame, why) if why else [missing_edition(term, day)]

    return _wanted_by_any(term.arguments, of_known_terms, names)


def _wanted_by_aggregate(term: AggregateTerm, names: Names) -> FindWanted:
    """Return what finds the facts wanted to choose elements, or by their values, or else the list.

    The list is wanted with other elements where the values of these have no aggregate.
    """
    reader, inside = names.once(FactReader, term.collection), names.binding(term)
    where = None if term.where is None else _part(term.where, inside)
    value = None if term.value is None else compile_value(term.value, inside)
    wanted_by_value = None if term.value is None else _wanted_by_term(term.value, inside)

    def find_wanted(frame: Frame) -> list[WantedFact]:
        if reader.value(frame) is None:
            return [reader.wanted(frame)]
        values: list[object] = []
        missing: list[WantedFact] = []
        for inner in reader.element_frames(frame):
            if len(missing) >= MOST_TOLD:
                break
            chosen = True if where is None else where[0](inner)
            if chosen is None and where is not None:
                missing.extend(where[1](inner, None).wanted)
            elif chosen:
                missing.extend([] if wanted_by_value is None else wanted_by_value(inner))
                values.append(None if value is None else value(inner))
        if missing:
            return missing
        why = _undefined_reason(aggregate, term, values)
        return [reader.wanted(frame, _shown_reason((term,), why))] if why else []

    return find_wanted


def _undefined_reason(operation: Callable[..., object], *operands: object) -> str:
    """Return why an operation on known values is undefined; empty where it is not."""
    try:
        operation(*operands)
    except UndefinedError as error:
        return str(error)
    return ""


def _wanted_where_undefined(
    terms: Sequence[ValueTerm], names: Names
) -> Callable[[Frame, str], list[WantedFact]]:
    """Return what returns the facts that could make terms defined, by why they are not."""
    facts = (fact for term in changeable(terms) for fact in facts_of(term))
    readers = [names.once(FactReader, fact) for fact in facts]

    def wanted(frame: Frame, why: str) -> list[WantedFact]:
        shown = _shown_reason(terms, why)
        found = dict.fromkeys(reader.wanted(frame, shown) for reader in readers)
        return list(found) or [undefined_terms(terms, why)]

    return wanted


def _shown_reason(terms: Sequence[ValueTerm], why: str) -> str:
    return SENSITIVE_REASON if any_sensitive(terms) else why
