"""Conditions and the values in them, as written, to the typed core."""

from collections.abc import Callable
from fractions import Fraction

from ...source.diagnostic import Diagnostic
from ...source.text import Span
from ...syntax import tree as syntax
from ...syntax.lexis import SET_COMPARATORS, UNARY_COMPARATORS, Comparator, MonthEnd
from .. import faults
from ..tree import (
    ArithmeticTerm,
    ComparisonCondition,
    Condition,
    Constant,
    DefinedCondition,
    FactCondition,
    FactTerm,
    JunctionCondition,
    NegatedCondition,
    QuantifiedCondition,
    SetTerm,
    TodayTerm,
    ValueTerm,
    measure,
)
from ..types import LENGTHS, ListType, Scalar, Type, element_type
from .advice import comparison_advice, period_advice, set_needed
from .aggregates import aggregate
from .kinds import ORDERED, comparable, fits, in_time, plain, result, type_of
from .literals import money_constant, number_constant, text_constant
from .lookups import lookup
from .names import bare_word, fact, names_fact, path
from .periods import inside, is_period, overlap, period
from .scope import Scope, constant
from .several import alternative, set_for_value


def value(  # noqa: C901, PLR0912 - one case for each kind of expression.
    scope: Scope, node: syntax.Expression, expected: Type | None = None
) -> ValueTerm | None:
    """Return the value that an expression states; bare words are read as `expected`."""
    match node:
        case syntax.NumberLiteral(span=span, value=literal):
            return number_constant(scope, span, literal, expected)
        case syntax.PercentLiteral(span=span, value=literal):
            return constant(scope, span, Scalar.PERCENTAGE, Fraction(literal) / 100)
        case syntax.MoneyLiteral(span=span, currency=currency, amount=amount):
            return money_constant(scope, span, currency, amount)
        case syntax.DateLiteral(span=span, value=day):
            return constant(scope, span, Scalar.DATE, day)
        case syntax.MeasureLiteral(span=span, amount=amount, unit=unit):
            stated = measure(Fraction(amount), unit)
            return constant(scope, span, stated.kind, stated)
        case syntax.TextLiteral(span=span, value=text):
            return text_constant(scope, span, text, expected)
        case syntax.YesNoLiteral(span=span, value=flag):
            return constant(scope, span, Scalar.YES_NO, flag)
        case syntax.Today(span=span):
            return TodayTerm(span=span)
        case syntax.Path():
            return path(scope, node, expected)
        case syntax.Arithmetic():
            return _arithmetic(scope, node)
        case syntax.PercentOf():
            return _percent_of(scope, node)
        case syntax.Aggregate():
            return aggregate(scope, node, value, condition)
        case syntax.Lookup():
            return lookup(scope, node, value)
        case syntax.PeriodLiteral():
            return scope.refuse(faults.values.period_as_value(node.span))
        case _:
            return scope.refuse(faults.values.not_a_value(node.span))


def _arithmetic(scope: Scope, node: syntax.Arithmetic) -> ArithmeticTerm | None:
    left, right = value(scope, node.left), value(scope, node.right)
    if left is None or right is None:
        return None
    one, other = type_of(left), type_of(right)
    kind = result(node.operator, plain(one), plain(other))
    if kind is None and {one, other} == set(LENGTHS):
        return scope.refuse(faults.values.days_and_months(node.span))
    if kind is None:
        return scope.refuse(faults.values.no_arithmetic(node.span, node.operator.value, one, other))
    return ArithmeticTerm(
        span=node.span,
        type=kind,
        operator=node.operator,
        left=left,
        right=right,
        text=scope.words(node.span),
        month_end=_month_end(scope, other),
    )


def _month_end(scope: Scope, length: Type) -> MonthEnd:
    """Return where a count of months ends; other lengths are counted in one way only."""
    return scope.month_end if length is Scalar.MONTHS else MonthEnd.ROUNDS_DOWN


def _percent_of(scope: Scope, node: syntax.PercentOf) -> ArithmeticTerm | None:
    whole = value(scope, node.whole)
    if whole is None:
        return None
    if plain(type_of(whole)) not in ORDERED:
        return scope.refuse(
            faults.values.wrong_type(node.whole.span, type_of(whole), Scalar.NUMBER)
        )
    share = constant(scope, node.percent.span, Scalar.NUMBER, Fraction(node.percent.value) / 100)
    return ArithmeticTerm(
        span=node.span,
        type=plain(type_of(whole)),
        operator=syntax.ArithmeticOperator.MULTIPLY,
        left=share,
        right=whole,
        text=scope.words(node.span),
    )


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
            return None if inner is None else NegatedCondition(span=node.span, operand=inner)
        case syntax.Quantified():
            return _over(scope, node)
        case syntax.Path():
            return _holds(scope, node)
        case _:
            is_settled = isinstance(node, syntax.YesNoLiteral)
            fault = faults.values.always(node.span) if is_settled else None
            return scope.refuse(fault or faults.values.not_a_condition(node.span, None))


def _holds(scope: Scope, node: syntax.Path) -> FactCondition | DefinedCondition | None:
    name = bare_word(node)
    if name in scope.definitions:
        definition = scope.definitions[name]
        return None if definition is None else definition.used_at(node.span, scope.month_end)
    term = value(scope, node)
    if term is None:
        return None
    if not isinstance(term, FactTerm) or term.type is not Scalar.YES_NO:
        return scope.refuse(faults.values.not_a_condition(node.span, type_of(term)))
    return FactCondition(span=node.span, fact=term)


def _joined(
    scope: Scope,
    span: Span,
    kind: syntax.JunctionKind,
    nodes: tuple[syntax.Expression, ...],
    labels: tuple[str, ...] = (),
) -> JunctionCondition | None:
    operands: list[Condition | None] = []
    last: syntax.Comparison | None = None
    for node in nodes:
        fault = alternative(scope, kind, last, node)
        operands.append(condition(scope, node) if fault is None else scope.refuse(fault))
        last = node if isinstance(node, syntax.Comparison) else last
    if any(operand is None for operand in operands):
        return None
    known = tuple(operand for operand in operands if operand is not None)
    return JunctionCondition(span=span, kind=kind, operands=known, labels=labels)


def _listing(scope: Scope, node: syntax.Listing) -> Condition | None:
    every = node.kind is syntax.ListingKind.ALL
    kind = syntax.JunctionKind.AND if every else syntax.JunctionKind.OR
    nodes = tuple(item.condition for item in node.items)
    labels = tuple(item.label for item in node.items)
    joined = _joined(scope, node.span, kind, nodes, labels)
    if joined is None or node.kind is not syntax.ListingKind.NONE:
        return joined
    return NegatedCondition(span=node.span, operand=joined)


def _over(scope: Scope, node: syntax.Quantified) -> QuantifiedCondition | None:
    collection = value(scope, node.collection)
    name = node.variable.text
    if scope.is_taken(name):
        return scope.refuse(faults.names.shadowing(node.variable.span, name))
    if collection is None:
        return None
    if not isinstance(collection, FactTerm) or not isinstance(collection.type, ListType):
        return scope.refuse(faults.values.not_a_list(node.collection.span, type_of(collection)))
    if node.if_any and node.kind is not syntax.QuantifierKind.EVERY:
        return scope.refuse(faults.values.if_any_without_every(node.span, node.kind.value))
    within = scope.binding(name, collection.type.element, sensitive=collection.sensitive)
    inner = condition(within, node.condition)
    if inner is None:
        return None
    return QuantifiedCondition(
        span=node.span,
        kind=node.kind,
        variable=name,
        collection=collection,
        if_any=node.if_any,
        condition=inner,
    )


def _within(scope: Scope, node: syntax.Within) -> ComparisonCondition | None:
    left = value(scope, node.left)
    length, anchor = value(scope, node.length), value(scope, node.anchor, Scalar.DATE)
    if left is None or length is None or anchor is None:
        return None
    wanted: tuple[tuple[syntax.Expression, ValueTerm, tuple[Scalar, ...]], ...] = (
        (node.left, left, (Scalar.DATE, Scalar.INSTANT)),
        (node.length, length, LENGTHS),
        (node.anchor, anchor, (Scalar.DATE, Scalar.INSTANT)),
    )
    for written, term, kinds in wanted:
        if type_of(term) not in kinds:
            return _mistyped(scope, written, term, kinds[0])
    return ComparisonCondition(
        span=node.span,
        comparator=Comparator.WITHIN,
        left=left,
        right=(length, anchor),
        within=-1 if node.before else 1,
        month_end=_month_end(scope, type_of(length)),
    )


def _overlapping(
    scope: Scope, span: Span, left: syntax.Expression, right: syntax.Expression
) -> Condition | None:
    one, other = period(scope, left), period(scope, right)
    return None if one is None or other is None else overlap(span, one, other)


def _inside(
    scope: Scope, span: Span, written: syntax.Expression, within: syntax.Expression
) -> Condition | None:
    day, days = value(scope, written, Scalar.DATE), period(scope, within)
    if day is None or days is None:
        return None
    if is_period(type_of(day), scope.vocabulary):
        advice = period_advice(scope, written, Comparator.WITHIN, (within,))
        return scope.refuse(
            faults.values.not_comparable(span, Comparator.WITHIN, type_of(day), advice)
        )
    if type_of(day) not in (Scalar.DATE, Scalar.INSTANT):
        return _mistyped(scope, written, day, Scalar.DATE)
    return inside(span, day, days)


def _comparison(scope: Scope, node: syntax.Comparison) -> Condition | None:
    includes = node.comparator is Comparator.INCLUDES
    if node.comparator is Comparator.OVERLAPS:
        return _overlapping(scope, node.span, node.left, node.right[0])
    if node.comparator is Comparator.WITHIN:
        return _inside(scope, node.span, node.left, node.right[0])
    if includes and isinstance(node.left, syntax.PeriodLiteral):
        return _inside(scope, node.span, node.right[0], node.left)
    left = value(scope, node.left)
    if left is None:
        return None
    if includes and is_period(type_of(left), scope.vocabulary):
        return _inside(scope, node.span, node.right[0], node.left)
    kind, comparator = type_of(left), node.comparator
    if (fault := set_for_value(scope, node, kind)) is not None:
        return scope.refuse(fault)
    if not fits(comparator, left):
        advice = comparison_advice(scope, node, kind)
        return scope.refuse(faults.values.not_comparable(node.span, comparator, kind, advice))
    right = _right(scope, node, left)
    if right is None:
        return None
    return ComparisonCondition(span=node.span, comparator=comparator, left=left, right=right)


def _right(scope: Scope, node: syntax.Comparison, left: ValueTerm) -> tuple[ValueTerm, ...] | None:
    kind = type_of(left)
    if node.comparator in UNARY_COMPARATORS:
        return ()
    element = element_type(kind)
    if node.comparator in SET_COMPARATORS:
        some_set = _members_or_list(scope, node.right[0], element)
        return None if some_set is None else (some_set,)
    if node.comparator in (Comparator.LIKE, Comparator.NOT_LIKE):
        pattern = node.right[0]
        if not isinstance(pattern, syntax.TextLiteral):
            return scope.refuse(faults.values.pattern_needed(pattern.span))
    terms = []
    for written in node.right:
        term = value(scope, written, element)
        if term is None:
            return None
        if {kind, type_of(term)} == set(LENGTHS):
            return scope.refuse(faults.values.days_and_months(node.span))
        is_apt = comparable(left, term) or in_time(node.comparator, left, term)
        if node.comparator is not Comparator.INCLUDES and not is_apt:
            return _mistyped(scope, written, term, kind)
        if node.comparator is Comparator.INCLUDES and plain(type_of(term)) != plain(element):
            return _mistyped(scope, written, term, element)
        terms.append(term)
    return tuple(terms)


def stated_constant(
    scope: Scope, node: syntax.Expression, kind: Type, refusal: Callable[[Span], Diagnostic]
) -> Constant | None:
    """Return the value of a type that is written out; `refusal` is the fault of any other."""
    term = value(scope, node, kind)
    if term is None:
        return None
    if not isinstance(term, Constant):
        return scope.refuse(refusal(node.span))
    sample = Constant(span=node.span, type=kind, value=term.value, text="")
    return term if comparable(sample, term) else _mistyped(scope, node, term, kind)


def _mistyped(scope: Scope, written: syntax.Expression, term: ValueTerm, wanted: Type) -> None:
    """Report a value of another type than is needed."""
    words = scope.words(written.span)
    scope.report(faults.values.wrong_type(written.span, type_of(term), wanted, words))


def members(scope: Scope, node: syntax.Expression, element: Type) -> SetTerm | Constant | None:
    """Return the set that an expression names or lists, with members of type `element`."""
    match node:
        case syntax.SetLiteral(span=span, members=written):
            return _listed(scope, span, written, element)
        case syntax.Path(span=span, steps=(syntax.Step(name=name),)) if name in scope.sets:
            kind = scope.sets[name].type
            if plain(kind) != plain(element):
                return scope.refuse(faults.values.wrong_type(span, kind, element))
            return SetTerm(span=span, name=name, type=kind, text=name)
        case _:
            return scope.refuse(set_needed(scope, node, element))


def _members_or_list(
    scope: Scope, node: syntax.Expression, element: Type
) -> SetTerm | Constant | FactTerm | None:
    """Return a set, or a fact that is a list, with members of type `element`."""
    if not isinstance(node, syntax.Path) or not names_fact(scope, node.steps[0]):
        return members(scope, node, element)
    term = fact(scope, node)
    if term is None:
        return None
    if not isinstance(term.type, ListType):
        return scope.refuse(faults.values.not_a_list(node.span, term.type))
    if plain(term.type.element) != plain(element):
        return scope.refuse(faults.values.wrong_type(node.span, term.type.element, element))
    return term


def _listed(
    scope: Scope, span: Span, written: tuple[syntax.Expression, ...], element: Type
) -> Constant | None:
    if not written:
        return scope.refuse(faults.structure.empty_set(span))
    values = []
    for node in written:
        term = value(scope, node, element)
        if term is None:
            continue
        if not isinstance(term, Constant):
            scope.report(faults.structure.member_not_constant(node.span))
        elif plain(term.type) != plain(element):
            _mistyped(scope, node, term, element)
        else:
            values.append(term.value)
    if len(values) < len(written):
        return None
    kind = ListType(element=element)  # type: ignore[arg-type]  # an element is never itself a list.
    return constant(scope, span, kind, frozenset(values))  # type: ignore[arg-type]  # all are of `element`.
