"""Elaboration: conditions as written to the typed core.

Names are resolved and types inferred in one pass, because they depend on each other: a bare word
is a member, a code or a set according to the type of what it is compared with. Every function
returns None where it has reported a fault, so that one fault is reported once.
"""

# mypy: disable-error-code="func-returns-value"
# Reason: `return _tell(…)` reports a fault and gives up in one statement, dozens of times below.

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from ..source.diagnostic import Diagnostic
from ..source.text import Source, Span
from ..syntax import tree as syntax
from ..syntax.lexis import (
    DATE_COMPARATORS,
    ORDER_COMPARATORS,
    SET_COMPARATORS,
    UNARY_COMPARATORS,
    Comparator,
)
from . import faults
from .tree import (
    ArithmeticTerm,
    Compared,
    Condition,
    Constant,
    Denied,
    FactTerm,
    Holds,
    Joined,
    Money,
    Over,
    SetDefinition,
    SetTerm,
    TodayTerm,
    ValueTerm,
)
from .types import (
    CODES,
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    codes,
    is_code,
)
from .vocabulary import Fact, Vocabulary

_SYNONYMS = {Scalar.COUNTRY: Scalar.PLACE, Scalar.WHOLE_NUMBER: Scalar.NUMBER}
_ORDERED = (Scalar.NUMBER, Scalar.PERCENTAGE, Scalar.MONEY, Scalar.DAYS)
_DATE_PHRASES = {
    Comparator.AT_LEAST: "is on or after",
    Comparator.AT_MOST: "is on or before",
    Comparator.MORE_THAN: "is after",
    Comparator.EXCEEDS: "is after",
    Comparator.LESS_THAN: "is before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean at one place of a policy, and whom to tell about faults."""

    source: Source
    vocabulary: Vocabulary
    sets: Mapping[str, SetDefinition]
    variables: Mapping[str, Type]
    report: Callable[[Diagnostic], None]

    def binding(self, name: str, kind: Type) -> "Scope":
        """Return the scope inside a quantifier."""
        return replace(self, variables={**self.variables, name: kind})

    def words(self, span: Span) -> str:
        """Return the words of a span, on one line."""
        return " ".join(self.source.slice(span).split())


def number(value: Decimal) -> int | Fraction:
    """Return the exact number that a literal states."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def type_of(term: ValueTerm) -> Type:
    """Return the type of a value; a set counts as a list of its members."""
    match term:
        case Constant(type=kind) | FactTerm(type=kind) | ArithmeticTerm(type=kind):
            return kind
        case TodayTerm():
            return Scalar.DATE
        case SetTerm(type=kind):
            return ListType(element=kind)
    assert_never(term)


def comparable(left: ValueTerm, right: ValueTerm) -> bool:
    """Whether two values may be compared: equal types, or a computed ratio with a percentage."""
    one, other = _plain(type_of(left)), _plain(type_of(right))
    ratio = isinstance(left, ArithmeticTerm) or isinstance(right, ArithmeticTerm)
    return one == other or (ratio and {one, other} == {Scalar.NUMBER, Scalar.PERCENTAGE})


def _plain(kind: Type) -> Type:
    return _SYNONYMS.get(kind, kind) if isinstance(kind, Scalar) else kind


# --- values -----------------------------------------------------------------------------------


def value(  # noqa: C901, PLR0912 - one case for each kind of expression.
    scope: Scope, node: syntax.Expression, expected: Type | None = None
) -> ValueTerm | None:
    """Return the value that an expression states; bare words are read as `expected`."""
    match node:
        case syntax.NumberLiteral(span=span, value=literal):
            return _number(scope, span, literal, expected)
        case syntax.PercentLiteral(span=span, value=literal):
            return _constant(scope, span, Scalar.PERCENTAGE, Fraction(literal) / 100)
        case syntax.MoneyLiteral(span=span, currency=currency, amount=amount):
            if not is_code(Scalar.CURRENCY, currency):
                known = codes(Scalar.CURRENCY)
                return _tell(scope, faults.unknown_member(span, currency, Scalar.CURRENCY, known))
            money = Money(amount=Fraction(amount), currency=currency)
            return _constant(scope, span, Scalar.MONEY, money)
        case syntax.DateLiteral(span=span, value=day):
            return _constant(scope, span, Scalar.DATE, day)
        case syntax.DaysLiteral(span=span, days=days):
            return _constant(scope, span, Scalar.DAYS, days)
        case syntax.TextLiteral(span=span, value=text):
            return _text(scope, span, text, expected)
        case syntax.YesNoLiteral(span=span, value=flag):
            return _constant(scope, span, Scalar.YES_NO, flag)
        case syntax.Today(span=span):
            return TodayTerm(span=span)
        case syntax.Path():
            return _path(scope, node, expected)
        case syntax.Arithmetic():
            return _arithmetic(scope, node)
        case syntax.PercentOf():
            return _percent_of(scope, node)
        case _:
            return _tell(scope, faults.not_a_value(node.span))


def _tell(scope: Scope, diagnostic: Diagnostic) -> None:
    scope.report(diagnostic)


def _constant(scope: Scope, span: Span, kind: Type, literal: object) -> Constant:
    return Constant(span=span, type=kind, value=literal, text=scope.words(span))  # type: ignore[arg-type]  # callers pass the value that `kind` describes.


def _number(scope: Scope, span: Span, literal: Decimal, expected: Type | None) -> Constant | None:
    if expected is Scalar.PERCENTAGE:
        return _tell(scope, faults.number_for_percentage(span, scope.words(span)))
    return _constant(scope, span, Scalar.NUMBER, number(literal))


def _text(scope: Scope, span: Span, text: str, expected: Type | None) -> Constant | None:
    if not isinstance(expected, Scalar) or expected not in CODES:
        return _constant(scope, span, Scalar.TEXT, unicodedata.normalize("NFC", text))
    if not is_code(expected, text):
        return _tell(scope, faults.unknown_member(span, text, expected, codes(expected)))
    return Constant(span=span, type=expected, value=text, text=text)


def _path(scope: Scope, node: syntax.Path, expected: Type | None) -> ValueTerm | None:
    first = node.steps[0]
    if any(step.ordinal is not None for step in node.steps):
        return _tell(scope, faults.ordinal_in_condition(node.span))
    if first.name in scope.variables or first.name == scope.vocabulary.root:
        return fact(scope, node)
    if len(node.steps) == 1:
        return _word(scope, first, expected)
    known = (*scope.variables, scope.vocabulary.root)
    return _tell(scope, faults.unknown_word(first.span, first.name, known))


def _word(scope: Scope, step: syntax.Step, expected: Type | None) -> Constant | None:
    """Return what a bare word that is no fact means: a member or code of the expected type."""
    match expected:
        case EnumerationType(members=members):
            if step.name in members:
                return _constant(scope, step.span, expected, step.name)
            return _tell(scope, faults.unknown_member(step.span, step.name, expected, members))
        case Scalar() if expected in CODES:
            if is_code(expected, step.name):
                return _constant(scope, step.span, expected, step.name)
            known = codes(expected)
            return _tell(scope, faults.unknown_member(step.span, step.name, expected, known))
        case _:
            known = frozenset((*scope.variables, scope.vocabulary.root, "yes", "no", "today"))
            return _tell(scope, faults.unknown_word(step.span, step.name, known))


def fact(scope: Scope, node: syntax.Path) -> FactTerm | None:
    """Return the fact at a path that begins with a bound name or the campaign."""
    first, *steps = node.steps
    bound = scope.variables.get(first.name)
    kind: Type = bound if bound is not None else RecordType(name=scope.vocabulary.root)
    owner, label = first.name, first.name
    for step in steps:
        found = _step(scope, owner, kind, step)
        if found is None:
            return None
        owner, kind, label = f"{owner}.{step.name}", found.type, found.label
    return FactTerm(
        span=node.span,
        type=kind,
        variable=first.name if bound is not None else None,
        path=tuple(step.name for step in steps),
        label=label,
        text=owner,
    )


def _step(scope: Scope, owner: str, kind: Type, step: syntax.Step) -> Fact | None:
    match kind:
        case RecordType(name=name):
            facts = scope.vocabulary.records[name].facts
            if step.name in facts:
                return facts[step.name]
            return _tell(scope, faults.unknown_fact(step.span, step.name, owner, facts))
        case ListType():
            return _tell(scope, faults.step_into_list(step.span, owner))
        case _:
            return _tell(scope, faults.no_facts_below(step.span, owner, kind))


def _arithmetic(scope: Scope, node: syntax.Arithmetic) -> ArithmeticTerm | None:
    left, right = value(scope, node.left), value(scope, node.right)
    if left is None or right is None:
        return None
    one, other = type_of(left), type_of(right)
    kind = _result(node.operator, _plain(one), _plain(other))
    if kind is None:
        return _tell(scope, faults.no_arithmetic(node.span, node.operator.value, one, other))
    return ArithmeticTerm(
        span=node.span,
        type=kind,
        operator=node.operator,
        left=left,
        right=right,
        text=scope.words(node.span),
    )


def _result(operator: syntax.ArithmeticOperator, left: Type, right: Type) -> Type | None:
    """Return the type of an operation, or None where it has no meaning."""
    number, money, days, day = Scalar.NUMBER, Scalar.MONEY, Scalar.DAYS, Scalar.DATE
    match operator:
        case syntax.ArithmeticOperator.ADD | syntax.ArithmeticOperator.SUBTRACT:
            same = (number, money, days, Scalar.PERCENTAGE)
            if left == right and left in same:
                return left
            return day if (left, right) == (day, days) else None
        case syntax.ArithmeticOperator.MULTIPLY:
            kinds = {(number, number): number, (number, money): money, (money, number): money}
            return kinds.get((left, right))  # type: ignore[arg-type]  # other types are simply absent.
        case syntax.ArithmeticOperator.DIVIDE:
            kinds = {(number, number): number, (money, money): number, (money, number): money}
            return kinds.get((left, right))  # type: ignore[arg-type]  # other types are simply absent.
    assert_never(operator)


def _percent_of(scope: Scope, node: syntax.PercentOf) -> ArithmeticTerm | None:
    whole = value(scope, node.whole)
    if whole is None:
        return None
    if _plain(type_of(whole)) not in (Scalar.NUMBER, Scalar.MONEY):
        return _tell(scope, faults.wrong_type(node.whole.span, type_of(whole), Scalar.NUMBER))
    share = _constant(scope, node.percent.span, Scalar.NUMBER, Fraction(node.percent.value) / 100)
    return ArithmeticTerm(
        span=node.span,
        type=_plain(type_of(whole)),
        operator=syntax.ArithmeticOperator.MULTIPLY,
        left=share,
        right=whole,
        text=scope.words(node.span),
    )


# --- conditions -------------------------------------------------------------------------------


def condition(scope: Scope, node: syntax.Expression) -> Condition | None:
    """Return the condition that an expression states, or None where a fault was reported."""
    match node:
        case syntax.Comparison():
            return _comparison(scope, node)
        case syntax.Within():
            return _within(scope, node)
        case syntax.Junction(kind=kind, operands=operands):
            return _joined(scope, node.span, kind, operands)
        case syntax.MixedJunction(operands=operands):
            for operand in operands:
                condition(scope, operand)
            return None  # Reported by the parser.
        case syntax.Listing():
            return _listing(scope, node)
        case syntax.Not(operand=operand):
            inner = condition(scope, operand)
            return None if inner is None else Denied(span=node.span, operand=inner)
        case syntax.Quantified():
            return _over(scope, node)
        case syntax.Path():
            return _holds(scope, node)
        case _:
            return _tell(scope, faults.not_a_condition(node.span, None))


def _holds(scope: Scope, node: syntax.Path) -> Holds | None:
    term = value(scope, node)
    if term is None:
        return None
    if not isinstance(term, FactTerm) or term.type is not Scalar.YES_NO:
        return _tell(scope, faults.not_a_condition(node.span, type_of(term)))
    return Holds(span=node.span, fact=term)


def _joined(
    scope: Scope,
    span: Span,
    kind: syntax.JunctionKind,
    nodes: tuple[syntax.Expression, ...],
    labels: tuple[str, ...] = (),
) -> Joined | None:
    operands = [condition(scope, node) for node in nodes]
    if any(operand is None for operand in operands):
        return None
    known = tuple(operand for operand in operands if operand is not None)
    return Joined(span=span, kind=kind, operands=known, labels=labels)


def _listing(scope: Scope, node: syntax.Listing) -> Condition | None:
    every = node.kind is syntax.ListingKind.ALL
    kind = syntax.JunctionKind.AND if every else syntax.JunctionKind.OR
    nodes = tuple(item.condition for item in node.items)
    labels = tuple(item.label for item in node.items)
    joined = _joined(scope, node.span, kind, nodes, labels)
    if joined is None or node.kind is not syntax.ListingKind.NONE:
        return joined
    return Denied(span=node.span, operand=joined)


def _over(scope: Scope, node: syntax.Quantified) -> Over | None:
    collection = value(scope, node.collection)
    name = node.variable.text
    if name in scope.variables or name == scope.vocabulary.root or name in scope.sets:
        return _tell(scope, faults.shadowing(node.variable.span, name))
    if collection is None:
        return None
    if not isinstance(collection, FactTerm) or not isinstance(collection.type, ListType):
        return _tell(scope, faults.not_a_list(node.collection.span, type_of(collection)))
    if node.if_any and node.kind is not syntax.QuantifierKind.EVERY:
        return _tell(scope, faults.if_any_without_every(node.span, node.kind.value))
    inner = condition(scope.binding(name, collection.type.element), node.condition)
    if inner is None:
        return None
    return Over(
        span=node.span,
        kind=node.kind,
        variable=name,
        collection=collection,
        if_any=node.if_any,
        condition=inner,
    )


def _within(scope: Scope, node: syntax.Within) -> Compared | None:
    left = value(scope, node.left)
    days, anchor = value(scope, node.days), value(scope, node.anchor, Scalar.DATE)
    if left is None or days is None or anchor is None:
        return None
    wanted = (
        (node.left, left, Scalar.DATE),
        (node.days, days, Scalar.DAYS),
        (node.anchor, anchor, Scalar.DATE),
    )
    for written, term, kind in wanted:
        if type_of(term) != kind:
            return _tell(scope, faults.wrong_type(written.span, type_of(term), kind))
    return Compared(
        span=node.span,
        comparator=Comparator.WITHIN,
        left=left,
        right=(days, anchor),
        within=-1 if node.before else 1,
    )


def _comparison(scope: Scope, node: syntax.Comparison) -> Compared | None:
    left = value(scope, node.left)
    if left is None:
        return None
    kind, comparator = type_of(left), node.comparator
    if not _fits(comparator, left):
        instead = _DATE_PHRASES.get(comparator) if kind is Scalar.DATE else None
        return _tell(scope, faults.not_comparable(node.span, comparator, kind, instead))
    right = _right(scope, node, left)
    if right is None:
        return None
    return Compared(span=node.span, comparator=comparator, left=left, right=right)


def _fits(comparator: Comparator, left: ValueTerm) -> bool:
    """Whether a phrase has a meaning for the type of its left side."""
    kind = type_of(left)
    plain = _plain(kind)
    if comparator in (Comparator.KNOWN, Comparator.UNKNOWN):
        return isinstance(left, FactTerm)
    if comparator in (Comparator.EMPTY, Comparator.NOT_EMPTY):
        return isinstance(kind, ListType)
    if comparator in ORDER_COMPARATORS:
        return plain in _ORDERED
    if comparator in DATE_COMPARATORS:
        return kind in (Scalar.DATE, Scalar.INSTANT)
    if comparator is Comparator.BETWEEN:
        return plain in (*_ORDERED, Scalar.DATE)
    if comparator.phrase.startswith("includes"):
        return isinstance(kind, ListType) and not isinstance(kind.element, RecordType)
    return not isinstance(kind, ListType | RecordType)


def _right(scope: Scope, node: syntax.Comparison, left: ValueTerm) -> tuple[ValueTerm, ...] | None:
    kind = type_of(left)
    if node.comparator in UNARY_COMPARATORS:
        return ()
    element = kind.element if isinstance(kind, ListType) else kind
    if node.comparator in SET_COMPARATORS:
        some_set = members(scope, node.right[0], element)
        return None if some_set is None else (some_set,)
    terms = []
    for written in node.right:
        term = value(scope, written, element)
        if term is None:
            return None
        if node.comparator is not Comparator.INCLUDES and not comparable(left, term):
            return _tell(scope, faults.wrong_type(written.span, type_of(term), kind))
        if node.comparator is Comparator.INCLUDES and _plain(type_of(term)) != _plain(element):
            return _tell(scope, faults.wrong_type(written.span, type_of(term), element))
        terms.append(term)
    return tuple(terms)


def members(scope: Scope, node: syntax.Expression, element: Type) -> SetTerm | Constant | None:
    """Return the set that an expression names or lists, with members of type `element`."""
    match node:
        case syntax.SetLiteral(span=span, members=written):
            return _listed(scope, span, written, element)
        case syntax.Path(span=span, steps=(syntax.Step(name=name),)) if name in scope.sets:
            kind = scope.sets[name].type
            if _plain(kind) != _plain(element):
                return _tell(scope, faults.wrong_type(span, kind, element))
            return SetTerm(span=span, name=name, type=kind, text=name)
        case _:
            return _tell(scope, faults.unknown_set(node.span, scope.words(node.span), scope.sets))


def _listed(
    scope: Scope, span: Span, written: tuple[syntax.Expression, ...], element: Type
) -> Constant | None:
    if not written:
        return _tell(scope, faults.empty_set(span))
    values = []
    for node in written:
        term = value(scope, node, element)
        if term is None:
            return None
        if not isinstance(term, Constant):
            return _tell(scope, faults.member_not_constant(node.span))
        if _plain(term.type) != _plain(element):
            return _tell(scope, faults.wrong_type(node.span, type_of(term), element))
        values.append(term.value)
    kind = ListType(element=element)  # type: ignore[arg-type]  # an element is never itself a list.
    return _constant(scope, span, kind, frozenset(values))
