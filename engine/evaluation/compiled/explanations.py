"""Conditions compiled to closures that return their outcome: truth, evidence, and wanted facts.

The counterpart of `closures` for the few rules whose result must be explained.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import TypeAlias, assert_never

from msgspec.structs import replace

from ...semantics.tree import (
    AggregateTerm,
    ArithmeticTerm,
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
    SetTerm,
    ValueTerm,
)
from ...syntax.tree import JunctionKind, QuantifierKind
from ..operations.aggregate import EXTREMES, MOST_DECIDING, aggregate
from ..operations.comparison import UndefinedError, calculate, holds
from ..operations.lookup import look_up, lookup_text
from ..outcome import Evidence, Outcome, Truth, WantedFact, conjunction, disjunction, negation
from ..values import Datum, compile_show_fact
from ..wording import (
    SENSITIVE_REASON,
    ReportedTerm,
    any_sensitive,
    campaign_facts,
    changeable,
    dotted,
    facts_of,
    in_force,
    missing_edition,
    requirement,
    shown_aggregate,
    term_text,
    undefined_terms,
)
from .closures import (
    Frame,
    Names,
    Test,
    compile_fact,
    compile_lookup,
    compile_stated,
    compile_test,
    compile_value,
    unbound,
)

Evaluate: TypeAlias = Callable[[Frame], Outcome]
Explain: TypeAlias = Callable[[Frame, Truth], Outcome]
"""Returns the outcome of a condition in a frame, by its truth there, which it is given."""

Part: TypeAlias = tuple[Test, Explain]
"""A condition compiled both ways: only operands of a certain truth are explained."""

FindWanted: TypeAlias = Callable[[Frame], list[WantedFact]]
"""Returns the facts for want of which a value is unknown; nothing for a known value."""

ReadEvidence: TypeAlias = Callable[[Frame], list[Evidence]]
"""Returns the evidence for a known value: the facts it was computed from."""


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
    decisive = kind is JunctionKind.OR
    combine = disjunction if decisive else conjunction
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


# --- facts ------------------------------------------------------------------------------------


class FactReader:
    """Reads a fact in a frame: its value, and the fact as evidence or as a wanted fact."""

    __slots__ = (
        "_below",
        "_depth",
        "_is_plain",
        "_label",
        "_path",
        "_root",
        "_show",
        "_stated",
        "_variables",
        "value",
    )

    def __init__(self, fact: FactTerm, names: Names) -> None:
        self._label = fact.label
        self.value = compile_fact(fact, names)
        self._stated = compile_stated(fact, names)
        self._below = "".join(f"/{step}" for step in fact.path)
        self._depth = None if fact.variable is None else names.bound[fact.variable][0]
        self._variables = tuple(names.bound)
        self._root = names.policies.vocabulary.root
        self._path = dotted(self._root, self._below)
        self._is_plain = fact.presumed is None
        self._show = compile_show_fact(fact)

    def pointer(self, frame: Frame) -> str:
        """Return where the fact stands in the campaign, or would."""
        return self._below if self._depth is None else frame.pointers[self._depth] + self._below

    def evidence(self, frame: Frame, value: Datum | None, required: str = "") -> Evidence:
        """Return the fact with a value as evidence; `required` is what was required of it."""
        return self.evidence_of_text(frame, self._show(value), required)

    def evidence_of_text(self, frame: Frame, text: str, required: str = "") -> Evidence:
        """Return the same for a value that is text already."""
        pointer, path = self._place(frame)
        return Evidence(
            pointer=pointer,
            path=path,
            label=self._label,
            value=text,
            required=required,
            bindings=tuple(zip(self._variables, frame.pointers)) if self._variables else (),  # noqa: B905 - as many as are bound; asked here, it would be asked for each fact.
            is_presumed=not self._is_plain and self._stated(frame) is None,
        )

    def wanted(self, frame: Frame, why: str = "") -> WantedFact:
        """Return the fact as a wanted one."""
        pointer, path = self._place(frame)
        return WantedFact(pointer=pointer, path=path, label=self._label, why=why)

    def _place(self, frame: Frame) -> tuple[str, str]:
        """Return where the fact stands: its pointer, and its path as a person writes it."""
        if self._depth is None:
            return self._below, self._path
        pointer = frame.pointers[self._depth] + self._below
        return pointer, _dotted(self._root, pointer)


_dotted = lru_cache(maxsize=4096)(dotted)
"""Elements of lists stand in the same few places in all campaigns."""


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
        return combine(
            [
                explain(inner, truth)
                for inner in _inner_frames(frame, elements, reader.pointer(frame))
                if test(inner) is truth
            ]
        )

    return _denied(over) if condition.kind is QuantifierKind.NO else over


def _inner_frames(frame: Frame, elements: tuple[Datum, ...], pointer: str) -> Iterator[Frame]:
    """Yield the frames in which each element of a list is bound in turn."""
    for index, element in enumerate(elements):
        yield Frame(
            frame.facts,
            frame.today,
            frame.law_day,
            (*frame.bound, element),
            (*frame.pointers, f"{pointer}/{index}"),
        )


# --- comparisons ------------------------------------------------------------------------------


def _compared(condition: ComparisonCondition, names: Names) -> Explain:
    find_wanted = _compile_wanted(condition, names)
    written = _written_requirements(condition)
    evidence_of = _compile_comparison_evidence(condition, names, written)
    partners = [fact for term in condition.right for fact in facts_of(term)]
    if written is not None and isinstance(condition.left, FactTerm) and not partners:
        return _compare_one_fact(names.once(FactReader, condition.left), written, find_wanted)

    def compared(frame: Frame, truth: Truth) -> Outcome:
        if truth is None:
            return Outcome(truth=None, wanted=tuple(dict.fromkeys(find_wanted(frame))))
        return Outcome(truth=truth, evidence=evidence_of(frame, truth=truth))

    return compared


def _compare_one_fact(
    reader: FactReader, written: Mapping[bool, str], find_wanted: FindWanted
) -> Explain:
    """Return the explanation of a comparison of one fact with values written in the policy."""
    value, evidence = reader.value, reader.evidence

    def compared(frame: Frame, truth: Truth) -> Outcome:
        if truth is None:
            return Outcome(truth=None, wanted=tuple(dict.fromkeys(find_wanted(frame))))
        return Outcome(truth=truth, evidence=(evidence(frame, value(frame), written[truth]),))

    return compared


def _compile_comparison_evidence(
    condition: ComparisonCondition, names: Names, written: Mapping[bool, str] | None
) -> Callable[..., tuple[Evidence, ...]]:
    """Return the function that returns the evidence of a comparison.

    Its first fact says what was required.
    """
    terms = (condition.left, *condition.right)
    reads = [_compile_evidence(term, names) for term in terms]
    partners = {
        id(fact): names.once(FactReader, fact) for fact in terms[1:] if isinstance(fact, FactTerm)
    }
    lookups = {
        id(term): compile_lookup(term, names) for term in terms if isinstance(term, LookupTerm)
    }

    def comparison_evidence(frame: Frame, *, truth: bool) -> tuple[Evidence, ...]:
        def describe(term: FactTerm | ParameterTerm | LookupTerm) -> str:
            if isinstance(term, LookupTerm):
                return f"{lookup_text(term, lookups[id(term)](frame))} ({term.text})"
            if isinstance(term, ParameterTerm):
                return f"{in_force(term, names.policies, frame.law_day)} ({term.name})"
            reader = partners[id(term)]
            seen = reader.evidence(frame, reader.value(frame))
            return f"{seen.value} ({seen.path})"

        required = written[truth] if written else requirement(condition, describe, truth=truth)
        evidence = [each for read in reads for each in read(frame)]
        evidence[:1] = [replace(first, required=required) for first in evidence[:1]]
        return tuple(dict.fromkeys(evidence))

    return comparison_evidence


def _written_requirements(condition: ComparisonCondition) -> Mapping[bool, str] | None:
    """Return the requirement for each truth of a comparison, where it does not depend on values.

    None where it names a value of the campaign, a parameter or a table.
    """
    if isinstance(condition.left, LookupTerm) or any(
        isinstance(t, ReportedTerm) for t in condition.right
    ):
        return None
    return {truth: requirement(condition, term_text, truth=truth) for truth in (True, False)}


def _compile_evidence(term: ValueTerm, names: Names) -> ReadEvidence:
    match term:
        case FactTerm():
            reader = names.once(FactReader, term)
            return lambda frame: [reader.evidence(frame, reader.value(frame))]
        case ArithmeticTerm(left=left, right=right):
            return _compile_evidence_of_all((left, right), names)
        case LookupTerm(arguments=arguments):
            return _compile_evidence_of_all(arguments, names)
        case AggregateTerm():
            return _compile_evidence_of_aggregate(term, names)
        case _:
            return lambda _: []


def _compile_evidence_of_all(terms: Sequence[ValueTerm], names: Names) -> ReadEvidence:
    parts = [_compile_evidence(term, names) for term in terms]
    return lambda frame: [each for part in parts for each in part(frame)]


def _compile_evidence_of_aggregate(term: AggregateTerm, names: Names) -> ReadEvidence:
    reader, value_of = names.once(FactReader, term.collection), compile_value(term, names)
    deciding_evidence = None
    if term.value is not None and term.kind in EXTREMES:
        deciding_evidence = _compile_deciding_elements(term, term.value, names)
    readers = [names.once(FactReader, fact) for fact in campaign_facts(term)]

    def read(frame: Frame) -> list[Evidence]:
        elements, value = reader.value(frame), value_of(frame)
        found = [
            reader.evidence_of_text(frame, f"{term.kind.value} {shown_aggregate(term, value)}")
        ]
        if deciding_evidence is not None and isinstance(elements, tuple):
            found += deciding_evidence(frame, elements, reader.pointer(frame), value)
        for each in readers:
            if (known := each.value(frame)) is not None:
                found.append(each.evidence(frame, known))
        return found

    return read


def _compile_deciding_elements(
    term: AggregateTerm, each: ValueTerm, names: Names
) -> Callable[[Frame, tuple[Datum, ...], str, object], list[Evidence]]:
    """Return the function that returns the evidence of elements with the aggregate's value."""
    inside = names.binding(term)
    test = None if term.where is None else compile_test(term.where, inside)
    value_of, read = compile_value(each, inside), _compile_evidence(each, inside)

    def decides(
        frame: Frame, elements: tuple[Datum, ...], pointer: str, value: object
    ) -> list[Evidence]:
        deciding = (
            inner
            for inner in _inner_frames(frame, elements, pointer)
            if (test is None or test(inner)) and value_of(inner) == value
        )
        return [seen for inner in islice(deciding, MOST_DECIDING) for seen in read(inner)]

    return decides


def _compile_wanted(condition: ComparisonCondition, names: Names) -> FindWanted:
    """Return the function that returns the wanted facts of an unknown comparison.

    They are those of its unknown terms, or else those that could make it defined.
    """
    terms = (condition.left, *condition.right)
    each = [_wanted_by_term(term, names) for term in terms]
    readers = [
        names.once(FactReader, fact) for term in changeable(terms) for fact in facts_of(term)
    ]
    values = [compile_value(term, names) for term in terms]

    def find_wanted(frame: Frame) -> list[WantedFact]:
        found = [wanted for want in each for wanted in want(frame)]
        if found:
            return found
        why = _undefined_reason(condition, [value(frame) for value in values])
        shown_reason = SENSITIVE_REASON if any_sensitive(terms) else why
        undefined = [reader.wanted(frame, shown_reason) for reader in readers]
        return undefined or [undefined_terms(terms, why)]

    return find_wanted


def _undefined_reason(condition: ComparisonCondition, values: Sequence[object]) -> str:
    """Return why a comparison of known values is undefined; empty where it is not."""
    why = ""
    try:
        holds(condition, values)
    except UndefinedError as error:
        why = str(error)
    return why


def _wanted_by_term(term: ValueTerm, names: Names) -> FindWanted:
    match term:
        case FactTerm():
            reader = names.once(FactReader, term)

            def fact_wants(frame: Frame) -> list[WantedFact]:
                return [reader.wanted(frame)] if reader.value(frame) is None else []

            return fact_wants
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


def _wanted_by_arithmetic(term: ArithmeticTerm, names: Names) -> FindWanted:
    parts = [_wanted_by_term(operand, names) for operand in (term.left, term.right)]
    readers = [names.once(FactReader, fact) for fact in facts_of(term)]
    left, right = compile_value(term.left, names), compile_value(term.right, names)

    def find_wanted(frame: Frame) -> list[WantedFact]:
        found = [wanted for part in parts for wanted in part(frame)]
        if found:
            return found
        try:
            calculate(term.operator, left(frame), right(frame), term.month_end)
        except UndefinedError as error:
            return _wanted_where_undefined(
                term, str(error), [reader.wanted(frame) for reader in readers]
            )
        return []

    return find_wanted


def _wanted_by_lookup(term: LookupTerm, names: Names) -> FindWanted:
    parts = [_wanted_by_term(argument, names) for argument in term.arguments]
    values = [compile_value(argument, names) for argument in term.arguments]
    readers = [names.once(FactReader, fact) for fact in facts_of(term)]
    table = names.policies.tables[term.name]

    def find_wanted(frame: Frame) -> list[WantedFact]:
        found = [wanted for part in parts for wanted in part(frame)]
        if found:
            return found
        try:
            row = look_up(table, frame.law_day, [value(frame) for value in values])
        except UndefinedError as error:
            return _wanted_where_undefined(
                term, str(error), [reader.wanted(frame) for reader in readers]
            )
        return [] if row is not None else [missing_edition(term, frame.law_day)]

    return find_wanted


def _wanted_where_undefined(
    term: ValueTerm, why: str, wanted: Sequence[WantedFact]
) -> list[WantedFact]:
    """Return the wanted facts of a term that is undefined for their values."""
    shown_reason = SENSITIVE_REASON if any_sensitive((term,)) else why
    return list(dict.fromkeys(replace(each, why=shown_reason) for each in wanted)) or [
        undefined_terms((term,), why)
    ]


def _wanted_by_aggregate(term: AggregateTerm, names: Names) -> FindWanted:
    reader, inside = names.once(FactReader, term.collection), names.binding(term)
    where = None if term.where is None else compile_outcome(term.where, inside)
    value = None if term.value is None else compile_value(term.value, inside)
    wanted_by_value = None if term.value is None else _wanted_by_term(term.value, inside)

    def find_wanted(frame: Frame) -> list[WantedFact]:
        elements, wanted = reader.value(frame), reader.wanted(frame)
        if not isinstance(elements, tuple):
            return [wanted]
        values: list[object] = []
        missing: list[WantedFact] = []
        for inner in _inner_frames(frame, elements, wanted.pointer):
            chosen = Outcome(truth=True) if where is None else where(inner)
            missing.extend(chosen.wanted)
            if chosen.truth is True:
                missing.extend([] if wanted_by_value is None else wanted_by_value(inner))
                values.append(None if value is None else value(inner))
        return missing or _wanted_without_aggregate(term, values, wanted)

    return find_wanted


def _wanted_without_aggregate(
    term: AggregateTerm, values: Sequence[object], wanted: WantedFact
) -> list[WantedFact]:
    """Return the list as a wanted fact where its values have no aggregate; else nothing."""
    try:
        aggregate(term, values)
    except UndefinedError as error:
        why = SENSITIVE_REASON if any_sensitive((term,)) else str(error)
        return [replace(wanted, why=why)]
    return []
