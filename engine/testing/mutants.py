"""Mutants: a rule with one thing changed, which the tests of the rule should notice.

They are made of the typed core and never of text. `change` completes the sentence *no test notices
if …*. What no expectation can tell apart makes no mutant: whether a rule is mandatory, its severity
and message, when a duty is due, and whether an advisory rule that is undetermined warns. Of a list
with many members only the first are left out one by one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import assert_never

from ..semantics.tree import (
    AggregateTerm,
    Clause,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    Definition,
    Enforcement,
    FactCondition,
    JunctionCondition,
    NegatedCondition,
    Parameter,
    Policies,
    QuantifiedCondition,
    Rule,
    SetDefinition,
    Table,
    ValueTerm,
    Waiver,
    Window,
    clauses_read,
    conditions_within,
    inner_terms,
    rewritten,
    with_conditions,
    with_inner,
    with_inner_terms,
)
from ..source.text import Location, Span
from ..syntax.lexis import Comparator
from ..syntax.tree import JunctionKind, QuantifierKind, UnknownTreatment
from .parts import Words, short

MOST_MEMBERS = 12

_BOUNDARIES = {
    Comparator.AT_LEAST: Comparator.MORE_THAN,
    Comparator.MORE_THAN: Comparator.AT_LEAST,
    Comparator.EXCEEDS: Comparator.AT_LEAST,
    Comparator.AT_MOST: Comparator.LESS_THAN,
    Comparator.LESS_THAN: Comparator.AT_MOST,
    Comparator.BEFORE: Comparator.ON_OR_BEFORE,
    Comparator.ON_OR_BEFORE: Comparator.BEFORE,
    Comparator.AFTER: Comparator.ON_OR_AFTER,
    Comparator.ON_OR_AFTER: Comparator.AFTER,
    Comparator.INCLUDES_ANY_OF: Comparator.INCLUDES_ALL_OF,
    Comparator.INCLUDES_ALL_OF: Comparator.INCLUDES_ANY_OF,
}
_QUANTIFIERS = {
    QuantifierKind.ANY: QuantifierKind.EVERY,
    QuantifierKind.EVERY: QuantifierKind.ANY,
    QuantifierKind.NO: QuantifierKind.ANY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """Rules with one change: of a rule, or of a declaration in all the rules that use it.

    `changed` are the `rules` as they would be, none where the rule is deleted. `in_clause` is
    whether the change can only matter where a condition of a rule is looked at. `policies` declare
    what the changed rules read, where that is what changed.
    """

    owner: Rule | Definition | Parameter | Table | SetDefinition
    rules: tuple[Rule, ...]
    changed: tuple[Rule, ...]
    change: str
    location: Location
    in_clause: bool = False
    policies: Policies | None = None

    @property
    def name(self) -> str:
        """The id of the rule, or the name of the declaration, that the change is in."""
        return self.owner.id if isinstance(self.owner, Rule) else self.owner.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    condition: Condition
    change: str
    span: Span


def mutants_of(rule: Rule, words: Words) -> Iterator[Mutant]:
    """Yield the mutants of a rule: first those of the whole, then clause by clause."""
    head = rule.main.location
    yield Mutant(owner=rule, rules=(rule,), changed=(), change="the rule is deleted", location=head)
    for changed, change in _terms(rule):
        yield _mutant(rule, changed, change, head)
    if rule.places is not None:
        yield from _places(rule, rule.places.text, words.place(rule.places.span), words)
    for waiver in rule.waivers:
        others = tuple(each for each in rule.waivers if each is not waiver)
        bound = replace(rule, waivers=others)
        change = f"the waiver `{waiver.name}` is deleted"
        yield _mutant(rule, bound, change, waiver.scope.location, in_clause=True)
        for made, change, place in _of_waiver(waiver, words):
            otherwise = tuple(made if each is waiver else each for each in rule.waivers)
            changed = replace(rule, waivers=otherwise)
            yield _mutant(rule, changed, change, place, in_clause=True)
    for clause, changed, change, span in _clauses(rule, words):
        place = words.place(span) if span is not None else clause.location
        yield _mutant(rule, changed, change, place, in_clause=True)


def _mutant(
    rule: Rule, changed: Rule, change: str, location: Location, *, in_clause: bool = False
) -> Mutant:
    return Mutant(
        owner=rule,
        rules=(rule,),
        changed=(changed,),
        change=change,
        location=location,
        in_clause=in_clause,
    )


def mutants_of_definition(
    definition: Definition, rules: Iterable[Rule], words: Words
) -> Iterator[Mutant]:
    """Yield the mutants of what a definition means, in all of the rules that use it at once."""
    using = tuple(rule for rule in rules if _uses(rule, definition.name))
    for variant in _variants(definition.clause.condition, words) if using else ():
        instead = partial(_redefined, name=definition.name, meaning=variant.condition)
        yield Mutant(
            owner=definition,
            rules=using,
            changed=tuple(with_conditions(rule, instead) for rule in using),
            change=variant.change,
            location=words.place(variant.span),
            in_clause=True,
        )


def _uses(rule: Rule, name: str) -> bool:
    parts = (part for clause in clauses_read(rule) for part in conditions_within(clause.condition))
    return any(isinstance(part, DefinedCondition) and part.name == name for part in parts)


def _redefined(condition: Condition, *, name: str, meaning: Condition) -> Condition:
    def instead(part: Condition) -> Condition:
        is_it = isinstance(part, DefinedCondition) and part.name == name
        return with_inner(part, (meaning,)) if is_it else part

    return rewritten(condition, instead)


def _terms(rule: Rule) -> Iterator[tuple[Rule, str]]:
    """Yield changes of when a rule is in force and of what it does."""
    start, until = rule.window.start, rule.window.until
    if start is not None:
        window = Window(until=until)
        yield replace(rule, window=window), f"the rule is in force before {start} as well"
    if until is not None:
        window = Window(start=start)
        yield replace(rule, window=window), f"the rule stays in force from {until} on"
    if rule.enforcement is Enforcement.ADVISORY:
        enforced = replace(rule, enforcement=Enforcement.ENFORCED)
        yield enforced, "the rule denies instead of advising"
    if rule.if_unknown is UnknownTreatment.DENY:
        asking = replace(rule, if_unknown=UnknownTreatment.ASK)
        yield asking, "`if unknown deny` reads `if unknown ask`"
    elif rule.effect.denies and rule.enforcement is not Enforcement.ADVISORY:
        denying = replace(rule, if_unknown=UnknownTreatment.DENY)
        yield denying, "the rule denies for want of a fact instead of asking for it"


def _of_waiver(waiver: Waiver, words: Words) -> Iterator[tuple[Waiver, str, Location]]:
    """Yield changes of when a waiver holds, and for whom."""
    start, until = waiver.window.start, waiver.window.until
    head = waiver.scope.location
    early = replace(waiver, window=Window(until=until))
    yield early, f"the waiver `{waiver.name}` holds before {start} as well", head
    late = replace(waiver, window=Window(start=start))
    yield late, f"the waiver `{waiver.name}` holds from {until} on", head
    for made, each in _changed(waiver.scope, words):
        yield replace(waiver, scope=made), each.change, words.place(each.span)


def _places(rule: Rule, text: str, place: Location, words: Words) -> Iterator[Mutant]:
    everywhere = replace(rule, places=None)
    change = f"`applies in {short(text)}` is removed"
    yield _mutant(rule, everywhere, change, place)
    if isinstance(rule.places, Constant):
        for made, without in _fewer_members(rule.places, words):
            changed = replace(rule, places=made)
            yield _mutant(rule, changed, without, place)


def _clauses(rule: Rule, words: Words) -> Iterator[tuple[Clause, Rule, str, Span | None]]:
    """Yield every change of a clause: the clause, the changed rule, the change and its place."""
    for index, clause in enumerate(rule.applicability):
        before, after = rule.applicability[:index], rule.applicability[index + 1 :]
        removed = f"`{short(clause.text)}` is removed"
        yield clause, replace(rule, applicability=(*before, *after)), removed, None
        for made, each in _changed(clause, words):
            changed = replace(rule, applicability=(*before, made, *after))
            yield clause, changed, each.change, each.span
    for made, each in _changed(rule.main, words):
        yield rule.main, replace(rule, main=made), each.change, each.span
    for index, exemption in enumerate(rule.exemptions):
        others, later = rule.exemptions[:index], rule.exemptions[index + 1 :]
        removed = f"the exception “{exemption.name}” is removed"
        yield exemption.clause, replace(rule, exemptions=(*others, *later)), removed, None
        for made, each in _changed(exemption.clause, words):
            excused = replace(exemption, clause=made)
            changed = replace(rule, exemptions=(*others, excused, *later))
            yield exemption.clause, changed, each.change, each.span


def _changed(clause: Clause, words: Words) -> Iterator[tuple[Clause, _Variant]]:
    for variant in _variants(clause.condition, words):
        yield replace(clause, condition=variant.condition), variant


# --- conditions -------------------------------------------------------------------------------


def _variants(condition: Condition, words: Words) -> Iterator[_Variant]:
    """Yield a condition with one change in it, in every way."""
    span = condition.span
    shown = f"`{words.of_condition(condition)}`"
    denied = NegatedCondition(span=span, operand=condition)
    match condition:
        case FactCondition() | DefinedCondition():
            yield _Variant(condition=denied, change=f"{shown} is denied", span=span)
        case ComparisonCondition():
            yield _Variant(condition=denied, change=f"{shown} is denied", span=span)
            yield from _comparisons(condition, shown, words)
        case JunctionCondition():
            yield from _junctions(condition, words)
        case NegatedCondition(operand=operand):
            yield _Variant(condition=operand, change=f"{shown} is not denied", span=span)
            for each in _variants(operand, words):
                yield replace(each, condition=replace(condition, operand=each.condition))
        case QuantifiedCondition(kind=kind, condition=inner):
            other = replace(condition, kind=_QUANTIFIERS[kind], if_any=False)
            change = f"`{kind.value}` reads `{other.kind.value}` in {shown}"
            yield _Variant(condition=other, change=change, span=span)
            for each in _variants(inner, words):
                yield replace(each, condition=replace(condition, condition=each.condition))
        case _:
            assert_never(condition)


def _comparisons(condition: ComparisonCondition, shown: str, words: Words) -> Iterator[_Variant]:
    span = condition.span
    other = _BOUNDARIES.get(condition.comparator)
    if other is not None:
        change = f"{shown} reads `{other.phrase}`"
        made: Condition = replace(condition, comparator=other)
        yield _Variant(condition=made, change=change, span=span)
    if condition.comparator is Comparator.BETWEEN:
        for bound in condition.right:
            differs = replace(condition, comparator=Comparator.IS_NOT, right=(bound,))
            made = JunctionCondition(
                span=span, kind=JunctionKind.AND, operands=(condition, differs)
            )
            change = f"{shown} leaves out `{words.of(bound.span)}`"
            yield _Variant(condition=made, change=change, span=span)
    for at, changed, change in _otherwise_chosen(condition.left, words):
        yield _Variant(condition=replace(condition, left=changed), change=change, span=at)
    for index, term in enumerate(condition.right):
        before, after = condition.right[:index], condition.right[index + 1 :]
        for fewer, without in _fewer_members(term, words):
            made = replace(condition, right=(*before, fewer, *after))
            yield _Variant(condition=made, change=without, span=term.span)
        for at, changed, change in _otherwise_chosen(term, words):
            made = replace(condition, right=(*before, changed, *after))
            yield _Variant(condition=made, change=change, span=at)


def _fewer_members(term: ValueTerm, words: Words) -> Iterator[tuple[Constant, str]]:
    """Yield a list that is written out without one of its members."""
    if isinstance(term, Constant) and isinstance(term.value, frozenset) and len(term.value) > 1:
        for member in sorted(term.value, key=str)[:MOST_MEMBERS]:
            rest = term.value.difference((member,))
            change = f"`{member}` is left out of `{words.of(term.span)}`"
            yield replace(term, value=rest), change


def _otherwise_chosen(term: ValueTerm, words: Words) -> Iterator[tuple[Span, ValueTerm, str]]:
    """Yield a value in which an aggregate chooses among its elements with one change."""
    if isinstance(term, AggregateTerm) and term.where is not None:
        where = term.where
        yield where.span, replace(term, where=None), f"`where {words.of(where.span)}` is removed"
        for each in _variants(where, words):
            yield each.span, replace(term, where=each.condition), each.change
    inner = inner_terms(term)
    for index, part in enumerate(inner):
        for span, changed, change in _otherwise_chosen(part, words):
            others = (*inner[:index], changed, *inner[index + 1 :])
            yield span, with_inner_terms(term, others), change


def _junctions(condition: JunctionCondition, words: Words) -> Iterator[_Variant]:
    span, operands = condition.span, condition.operands
    is_and = condition.kind is JunctionKind.AND
    other = JunctionKind.OR if is_and else JunctionKind.AND
    both, either = ("all of", "any of") if condition.labels else ("and", "or")
    was, now = (both, either) if is_and else (either, both)
    change = f"`{was}` reads `{now}` in `{words.of(span)}`"
    yield _Variant(condition=replace(condition, kind=other), change=change, span=span)
    for index, operand in enumerate(operands):
        rest = (*operands[:index], *operands[index + 1 :])
        labels = (*condition.labels[:index], *condition.labels[index + 1 :])
        made = rest[0] if len(rest) == 1 else replace(condition, operands=rest, labels=labels)
        label = f"({condition.labels[index]}) " if condition.labels else ""
        change = f"`{label}{words.of_condition(operand)}` is dropped"
        yield _Variant(condition=made, change=change, span=operand.span)
    for index, operand in enumerate(operands):
        for each in _variants(operand, words):
            mixed = (*operands[:index], each.condition, *operands[index + 1 :])
            yield replace(each, condition=replace(condition, operands=mixed))
