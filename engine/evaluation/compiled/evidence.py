"""Compiles what is told of facts: as evidence for a known value, or as wanted for an unknown one.

A value is told by the facts that it was computed from, each with its place in the campaign. Of

    sum of (segment.size for each segment in campaign.segments) exceeds 100

that is the list, `/segments`, with its sum. Places and labels are resolved when the policies are
compiled; what remains is to read the facts, and to show them.
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
    FactTerm,
    LookupTerm,
    ParameterTerm,
    ValueTerm,
    facts_of,
)
from ..operations.aggregate import EXTREMES, MOST_DECIDING
from ..operations.lookup import lookup_text
from ..outcome import Evidence, Truth, WantedFact
from ..values import Datum, compile_show_fact
from ..wording import (
    ReportedTerm,
    campaign_facts,
    dotted,
    in_force,
    requirement,
    shown_aggregate,
    term_text,
)
from .closures import (
    Frame,
    Names,
    compile_fact,
    compile_lookup,
    compile_stated,
    compile_test,
    compile_value,
)

ReadEvidence: TypeAlias = Callable[[Frame], list[Evidence]]
"""Returns the evidence for a known value: the facts it was computed from."""

ComparisonEvidence: TypeAlias = Callable[[Frame, Truth], tuple[Evidence, ...]]
"""Returns the evidence for a comparison in a frame, by its truth there, which is known."""


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
        "_type",
        "_variables",
        "value",
    )

    def __init__(self, fact: FactTerm, names: Names) -> None:
        self._label = fact.label
        self._type = fact.type
        self.value = compile_fact(fact, names)
        self._stated = compile_stated(fact, names)
        self._below = "".join(f"/{step}" for step in fact.path)
        self._depth = None if fact.variable is None else names.bound[fact.variable][0]
        self._variables = tuple(names.bound)
        self._root = names.policies.vocabulary.root
        self._path = dotted(self._root if self._depth is None else "", self._below)
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

    def description(self, frame: Frame) -> str:
        """Return the fact by its value and path, as `requirement` has it."""
        seen = self.evidence(frame, self.value(frame))
        return f"{seen.value} ({seen.path})"

    def wanted(self, frame: Frame, why: str = "") -> WantedFact:
        """Return the fact as a wanted one."""
        pointer, path = self._place(frame)
        return WantedFact(pointer=pointer, path=path, label=self._label, type=self._type, why=why)

    def element_frames(self, frame: Frame) -> Iterator[Frame]:
        """Yield the frames in which each element of the list is bound in turn, if it is known."""
        elements, pointer = self.value(frame), self.pointer(frame)
        for index, element in enumerate(elements if isinstance(elements, tuple) else ()):
            yield Frame(
                frame.facts,
                frame.today,
                frame.law_day,
                (*frame.bound, element),
                (*frame.pointers, f"{pointer}/{index}"),
            )

    def _place(self, frame: Frame) -> tuple[str, str]:
        """Return where the fact stands: its pointer, and its path as a person writes it."""
        if self._depth is None:
            return self._below, self._path
        element = frame.pointers[self._depth]
        return element + self._below, _dotted(self._root, element) + self._path


_dotted = lru_cache(maxsize=4096)(dotted)
"""Elements of lists stand in the same few places in all campaigns."""


# --- comparisons ------------------------------------------------------------------------------


def compile_comparison_evidence(condition: ComparisonCondition, names: Names) -> ComparisonEvidence:
    """Return the function that returns the evidence; the first fact says what was required."""
    written = _written_requirements(condition)
    partners = [fact for term in condition.right for fact in facts_of(term)]
    if written is not None and isinstance(condition.left, FactTerm) and not partners:
        return _evidence_of_one_fact(names.once(FactReader, condition.left), written)
    terms = (condition.left, *condition.right)
    reads = [_compile_evidence(term, names) for term in terms]
    descriptions = {
        id(term): _compile_description(term, names)
        for term in terms
        if isinstance(term, ReportedTerm)
    }

    def comparison_evidence(frame: Frame, truth: Truth) -> tuple[Evidence, ...]:
        if written is not None:
            required = written[truth]
        else:
            required = requirement(
                condition, lambda term: descriptions[id(term)](frame), truth=truth is True
            )
        evidence = [each for read in reads for each in read(frame)]
        evidence[:1] = [replace(first, required=required) for first in evidence[:1]]
        return tuple(dict.fromkeys(evidence))

    return comparison_evidence


def _evidence_of_one_fact(reader: FactReader, written: Mapping[Truth, str]) -> ComparisonEvidence:
    """Return the same for a comparison of one fact with what is written: the most are such."""
    value, evidence = reader.value, reader.evidence
    return lambda frame, truth: (evidence(frame, value(frame), written[truth]),)


def _written_requirements(condition: ComparisonCondition) -> Mapping[Truth, str] | None:
    """Return the requirement for each truth of a comparison, where it does not depend on values.

    None where it names a value of the campaign, a parameter or a table.
    """
    if isinstance(condition.left, LookupTerm) or any(
        isinstance(t, ReportedTerm) for t in condition.right
    ):
        return None
    return {truth: requirement(condition, term_text, truth=truth) for truth in (True, False)}


def _compile_description(term: ReportedTerm, names: Names) -> Callable[[Frame], str]:
    """Return the function that returns a term as `requirement` describes it: value and name."""
    match term:
        case LookupTerm():
            found = compile_lookup(term, names)
            return lambda frame: f"{lookup_text(term, found(frame))} ({term.text})"
        case ParameterTerm():
            policies = names.policies
            return lambda frame: f"{in_force(term, policies, frame.law_day)} ({term.name})"
        case FactTerm():
            return names.once(FactReader, term).description
    assert_never(term)


# --- values -----------------------------------------------------------------------------------


def _compile_evidence(term: ValueTerm, names: Names) -> ReadEvidence:
    match term:
        case FactTerm():
            reader = names.once(FactReader, term)
            return lambda frame: [reader.evidence(frame, reader.value(frame))]
        case ArithmeticTerm(left=left, right=right):
            return _evidence_of_all((left, right), names)
        case LookupTerm(arguments=arguments):
            return _evidence_of_all(arguments, names)
        case AggregateTerm():
            return _evidence_of_aggregate(term, names)
        case _:
            return lambda _: []


def _evidence_of_all(terms: Sequence[ValueTerm], names: Names) -> ReadEvidence:
    parts = [_compile_evidence(term, names) for term in terms]
    return lambda frame: [each for part in parts for each in part(frame)]


def _evidence_of_aggregate(term: AggregateTerm, names: Names) -> ReadEvidence:
    """Return the evidence of the list, of the elements that decide, and of other facts known."""
    reader, value_of = names.once(FactReader, term.collection), compile_value(term, names)
    deciding = _evidence_of_deciding_elements(term, names)
    readers = [names.once(FactReader, fact) for fact in campaign_facts(term)]

    def read(frame: Frame) -> list[Evidence]:
        text = f"{term.kind.value} {shown_aggregate(term, value_of(frame))}"
        known = ((each, each.value(frame)) for each in readers)
        return [
            reader.evidence_of_text(frame, text),
            *deciding(frame),
            *(each.evidence(frame, value) for each, value in known if value is not None),
        ]

    return read


def _evidence_of_deciding_elements(term: AggregateTerm, names: Names) -> ReadEvidence:
    """Return the evidence of the elements whose value is that of an extreme; else of none."""
    if term.value is None or term.kind not in EXTREMES:
        return lambda _: []
    reader, value_of = names.once(FactReader, term.collection), compile_value(term, names)
    inside = names.binding(term)
    is_chosen = None if term.where is None else compile_test(term.where, inside)
    element_value, read = compile_value(term.value, inside), _compile_evidence(term.value, inside)

    def read_deciding(frame: Frame) -> list[Evidence]:
        value = value_of(frame)
        deciding = (
            inner
            for inner in reader.element_frames(frame)
            if (is_chosen is None or is_chosen(inner)) and element_value(inner) == value
        )
        return [seen for inner in islice(deciding, MOST_DECIDING) for seen in read(inner)]

    return read_deciding
