"""Aggregates: one value of the elements of a list."""

from collections.abc import Callable
from typing import TypeAlias

from ...syntax import tree as syntax
from .. import faults
from ..tree import ELEMENT, AggregateTerm, Condition, FactTerm, ValueTerm
from ..types import ListType, RecordType, Scalar, Type
from .kinds import ORDERED, TIMES, plain, type_of
from .names import path
from .scope import Scope

ReadValue: TypeAlias = Callable[[Scope, syntax.Expression], ValueTerm | None]
ReadCondition: TypeAlias = Callable[[Scope, syntax.Expression], Condition | None]

_COMPARED = (syntax.AggregateKind.LOWEST, syntax.AggregateKind.HIGHEST)


def aggregate(
    scope: Scope, node: syntax.Aggregate, read_value: ReadValue, read_condition: ReadCondition
) -> AggregateTerm | None:
    """Return the term of an aggregate; values and conditions in it are read as handed in."""
    collection = path(scope, node.collection, None)
    if collection is None:
        return None
    kind = type_of(collection)
    if not isinstance(collection, FactTerm) or not isinstance(kind, ListType):
        return scope.refuse(faults.values.not_a_list(node.collection.span, kind))
    name = ELEMENT if node.variable is None else node.variable.text
    if node.variable is not None and scope.is_taken(name):
        return scope.refuse(faults.names.shadowing(node.variable.span, name))
    inside = scope.binding(name, kind.element, sensitive=collection.sensitive)
    value = _value(inside, node, collection, kind, read_value)
    where = None if node.where is None else read_condition(inside, node.where)
    made = _type(scope, node, value)
    if made is None or (where is None and node.where is not None):
        return None
    return AggregateTerm(
        span=node.span,
        type=made,
        kind=node.kind,
        variable=name,
        collection=collection,
        value=value,
        where=where,
        text=scope.words(node.span),
    )


def _value(
    scope: Scope,
    node: syntax.Aggregate,
    collection: FactTerm,
    kind: ListType,
    read_value: ReadValue,
) -> ValueTerm | None:
    """Return what of each element is taken together: what is written, or the element itself."""
    if node.kind is syntax.AggregateKind.COUNT:
        return None
    if node.value is not None:
        return read_value(scope, node.value)
    if isinstance(kind.element, RecordType):
        return scope.refuse(faults.values.value_of_element(node.span, node.kind.value))
    return FactTerm(
        span=node.collection.span,
        type=kind.element,
        variable=ELEMENT,
        path=(),
        label=collection.label,
        text=collection.text,
        sensitive=collection.sensitive,
    )


def _type(scope: Scope, node: syntax.Aggregate, value: ValueTerm | None) -> Type | None:
    """Return the type of an aggregate, or None where its values have none."""
    if node.kind is syntax.AggregateKind.COUNT:
        return Scalar.NUMBER
    if value is None:
        return None
    kind = type_of(value)
    allowed = (*ORDERED, *TIMES) if node.kind in _COMPARED else ORDERED
    if plain(kind) not in allowed:
        return scope.refuse(faults.values.no_aggregate(node.span, node.kind.value, kind))
    return plain(kind)
