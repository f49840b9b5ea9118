"""What tests can decide one way or the other: parts of rules and definitions, with their words."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from ..bundle.bundle import Bundle, policy_sources
from ..evaluation.wording import term_text
from ..semantics.tree import (
    Clause,
    ComparisonCondition,
    Condition,
    DefinedCondition,
    Definition,
    FactCondition,
    JunctionCondition,
    QuantifiedCondition,
    Rule,
    clauses_of,
    parts_within,
)
from ..source.text import Location, Source, Span
from .judgments import Address, clauses_tried

_BRACKETED = re.compile(r"^\(([^()]*)\)$")

LONGEST = 96
"""The most characters of a part that are shown."""


class PartKind(Enum):
    """What a part of a rule is."""

    PLACE = "place"
    APPLICABILITY = "applicability"
    EXCEPTION = "exception"
    WAIVER = "waiver"
    ITEM = "list item"
    COMPARISON = "comparison"
    QUANTIFIER = "quantifier"
    DEFINITION = "definition"


PLACE_CLAUSE = -1
"""The ordinal that stands for `applies in`, which holds no condition."""

PartKey = tuple[int, Address]
"""The ordinal of the clause, and the way down within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a rule or definition that is true or false of a campaign."""

    key: PartKey
    kind: PartKind
    text: str
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of a bundle, to show any part as it was written."""

    sources: Mapping[str, Source]

    def of(self, span: Span) -> str:
        """Return the words of a span on one line, shortened, without brackets all around."""
        text = self.sources[span.source].slice(span)
        return short(_BRACKETED.sub(r"\1", text))

    def of_condition(self, condition: Condition) -> str:
        """Return a condition as it was written; half of what some words say in words of its own."""
        if isinstance(condition, ComparisonCondition) and condition.is_half:
            terms = condition.left, *condition.right
            return short(f" {condition.comparator.phrase} ".join(map(term_text, terms)))
        return self.of(condition.span)

    def place(self, span: Span) -> Location:
        """Return where a span begins."""
        return self.sources[span.source].locate(span.start)


def words_of(bundle: Bundle) -> Words:
    """Return the words of a bundle."""
    return Words(sources=policy_sources(bundle.files))


def short(text: str) -> str:
    """Return a text on one line, shortened."""
    return textwrap.shorten(" ".join(text.split()), LONGEST, placeholder=" …")


def parts_of(rule: Rule, words: Words) -> Iterator[Part]:
    """Yield the parts of a rule, in the order of its clauses."""
    if rule.places is not None:
        yield Part(
            key=(PLACE_CLAUSE, ()),
            kind=PartKind.PLACE,
            text=f"applies in {short(rule.places.text)}",
            location=words.place(rule.places.span),
        )
    for index, clause in enumerate(clauses_tried(rule)):
        yield from _clause_parts(rule, index, clause, words)


def _clause_parts(rule: Rule, index: int, clause: Clause, words: Words) -> Iterator[Part]:
    for address, condition, is_item in _below(clause.condition):
        kind = _kind(condition)
        if is_item:
            kind = PartKind.ITEM
        if not address and clause is not rule.main:
            kind = _kind_of_clause(rule, index)
        if kind is not None:
            text = words.of_condition(condition) if address else short(clause.text)
            place = words.place(condition.span) if address else clause.location
            yield Part(key=(index, address), kind=kind, text=text, location=place)


def _kind_of_clause(rule: Rule, index: int) -> PartKind:
    """Return what a clause is that is not the main one of its rule."""
    if index < len(rule.applicability):
        return PartKind.APPLICABILITY
    return PartKind.EXCEPTION if index < len(clauses_of(rule)) else PartKind.WAIVER


def parts_of_definition(definition: Definition, words: Words) -> Iterator[Part]:
    """Yield the parts of what a definition means, each once however many rules use it."""
    for address, condition, is_item in _below(definition.clause.condition):
        kind = PartKind.ITEM if is_item else _kind(condition)
        if kind is not None:
            text, place = words.of_condition(condition), words.place(condition.span)
            yield Part(key=(0, address), kind=kind, text=text, location=place)


def _kind(condition: Condition) -> PartKind | None:
    match condition:
        case FactCondition() | ComparisonCondition():
            return PartKind.COMPARISON
        case QuantifiedCondition():
            return PartKind.QUANTIFIER
        case DefinedCondition():
            return PartKind.DEFINITION
        case _:
            return None


def _below(
    condition: Condition, address: Address = (), *, is_item: bool = False
) -> Iterator[tuple[Address, Condition, bool]]:
    """Yield every condition with its address, and whether it is an item of a labelled list.

    What a definition means has its parts there, and not where it is used.
    """
    yield address, condition, is_item
    if isinstance(condition, DefinedCondition):
        return
    items = isinstance(condition, JunctionCondition) and bool(condition.labels)
    for index, inner in enumerate(parts_within(condition)):
        yield from _below(inner, (*address, index), is_item=items)
