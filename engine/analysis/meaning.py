"""Keys: two conditions mean the same if their keys are equal.

A key leaves out everything that only a reader sees: places, wording, labels, the order of operands,
the names of bound elements. Facts and sets that were renamed keep the key of their new name.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from ..semantics.tree import (
    MARKET,
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
    Parameter,
    ParameterTerm,
    Policies,
    QuantifiedCondition,
    SetTerm,
    Template,
    TodayTerm,
    ValueTerm,
    Window,
)
from ..semantics.types import RecordType, Type, element_type
from ..syntax.lexis import Comparator
from ..syntax.tree import QuantifierKind
from .normal import negation_of, normal_form
from .tables import cases
from .timelines import always, listed_members, spans, timeline

Key = Hashable
FactName = tuple[str, str]
"""A fact by its group and name; the group of the campaign itself is the empty name."""

_SYNONYMS = {Comparator.EXCEEDS: Comparator.MORE_THAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """An element that a quantifier binds: how deep, over which list, and its type."""

    depth: int
    collection: Key
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one of two versions in the light of the other.

    `renamed` leads from the facts of this version to their names in the other, where they differ;
    `shared` are the sets and parameters that both versions declare and that differ: a condition
    that names one still says the same, and the change is that of the declaration.
    """

    policies: Policies
    renamed: Mapping[FactName, str]
    shared: frozenset[str]
    bound: Mapping[str, Bound]

    def within(self, over: QuantifiedCondition | AggregateTerm) -> "Reader":
        """Return the reader of what stands inside a quantifier or an aggregate."""
        kind = over.collection.type
        element = element_type(kind)
        made = Bound(depth=len(self.bound), collection=self.term(over.collection), type=element)
        return replace(self, bound={**self.bound, over.variable: made})

    # --- conditions ------------------------------------------------------------------------

    def condition(self, condition: Condition) -> Key:
        """Return the key of a condition in normal form."""
        match condition:
            case FactCondition(fact=fact):
                return ("holds", self.term(fact))
            case ComparisonCondition(comparator=comparator, left=left, right=right):
                phrase = _SYNONYMS.get(comparator, comparator)
                counted = (condition.within, condition.month_end)
                return (phrase, self.term(left), tuple(map(self.term, right)), counted)
            case JunctionCondition(kind=kind, operands=operands):
                return (kind, frozenset(map(self.condition, operands)))
            case NegatedCondition(operand=operand):
                return ("not", self.condition(operand))
            case QuantifiedCondition():
                return self._over(condition)
            case DefinedCondition(name=name):
                # What is not declared in both versions was written out before.
                return ("defined", name, condition.month_end)
        assert_never(condition)

    def _over(self, over: QuantifiedCondition) -> Key:
        kind, if_any, inner = over.kind, over.if_any, over.condition
        if kind is QuantifierKind.NO:
            # `no x has c` is `every x, if any, has not c`.
            kind, if_any, inner = QuantifierKind.EVERY, True, negation_of(inner)
        inside = self.within(over).condition(inner)
        return (kind, if_any, self.term(over.collection), inside)

    def subject(self, condition: Condition) -> Key:
        """Return what a condition is about; two about the same may be versions of each other."""
        match condition:
            case FactCondition(fact=fact):
                return ("compared", self.term(fact))
            case ComparisonCondition(left=left):
                return ("compared", self.term(left))
            case JunctionCondition(operands=operands):
                return ("joined", frozenset(map(self.subject, operands)))
            case NegatedCondition(operand=operand):
                return self.subject(operand)
            case QuantifiedCondition(collection=collection):
                return ("over", self.term(collection))
            case DefinedCondition(name=name):
                return ("defined", name)
        assert_never(condition)

    # --- values ----------------------------------------------------------------------------

    def term(self, term: ValueTerm) -> Key:  # noqa: C901 - one case for each kind of value.
        """Return the key of a value."""
        match term:
            case Constant(value=frozenset()):
                return ("set", always(listed_members(term)))
            case Constant(value=value):
                exact = isinstance(value, int) and not isinstance(value, bool)
                known = Fraction(value) if exact and isinstance(value, int) else value
                return (type(known).__name__, known)
            case FactTerm():
                return self._fact(term)
            case TodayTerm():
                return ("today",)
            case ArithmeticTerm(operator=operator, left=left, right=right):
                return (operator, self.term(left), self.term(right), term.month_end)
            case AggregateTerm(kind=kind, collection=collection, value=each, where=where):
                inside = self.within(term)
                taken = None if each is None else inside.term(each)
                chosen = None if where is None else inside.condition(normal_form(where))
                return (kind, self.term(collection), taken, chosen)
            case SetTerm(name=name):
                if name in self.shared:
                    return ("set", name)
                return ("set", timeline(self.policies.sets[name]))
            case LookupTerm(name=name, arguments=arguments):
                declared: Key = name if name in self.shared else cases(self.policies.tables[name])
                return ("looked up", declared, tuple(map(self.term, arguments)))
            case ParameterTerm(name=name):
                if name in self.shared:
                    return ("parameter", name)
                return self._stated(self.policies.parameters[name])
        assert_never(term)

    def _stated(self, parameter: Parameter) -> Key:
        """Return the key of a parameter; of one that always holds it is that of its value."""
        held = spans(parameter, self.term)
        if len(held) == 1 and held[0].window == Window():
            return held[0].content
        return ("parameter", held)

    def _fact(self, term: FactTerm) -> Key:
        """Return the way to a fact, by the names that the other version gives to each step."""
        root = self.policies.vocabulary.root
        start: Key = ()
        kind: Type = RecordType(name=root)
        if term.is_market:
            return (MARKET,)
        if term.variable is not None:
            element = self.bound[term.variable]
            start, kind = (element.depth, element.collection), element.type
        steps = []
        for name in term.path:
            group = kind.name if isinstance(kind, RecordType) else ""
            owner = "" if group == root else group
            steps.append(self.renamed.get((owner, name), name))
            kind = self.policies.vocabulary.records[group].facts[name].type
        return ("fact", start, tuple(steps))

    # --- texts -----------------------------------------------------------------------------

    def places(self, places: SetTerm | Constant | None) -> Key:
        """Return the key of where a rule applies."""
        return None if places is None else self.term(places)

    def template(self, template: Template, main: Condition) -> Key:
        """Return the key of a text, in which the elements that `main` binds may be named."""
        reader = self._with_elements(main)
        parts = template.parts
        return tuple(part if isinstance(part, str) else reader.term(part) for part in parts)

    def _with_elements(self, condition: Condition) -> "Reader":
        """Return the reader that knows the elements a condition binds, the first of a name."""
        match condition:
            case FactCondition() | ComparisonCondition() | DefinedCondition():
                return self
            case JunctionCondition(operands=operands):
                found: dict[str, Bound] = {}
                for each in operands:
                    found = {**self._with_elements(each).bound, **found}
                return replace(self, bound={**found, **self.bound})
            case NegatedCondition(operand=operand):
                return self._with_elements(operand)
            case QuantifiedCondition():
                inside = Reader._with_elements(self.within(condition), condition.condition)
                return replace(inside, bound={**inside.bound, **self.bound})
        assert_never(condition)


def meaning(reader: Reader, condition: Condition) -> Key:
    """Return the key of a condition as it was written."""
    return reader.condition(normal_form(condition))
