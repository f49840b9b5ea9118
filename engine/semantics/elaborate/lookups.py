"""Tables looked up by values."""

from collections.abc import Callable
from typing import TypeAlias

from ...syntax import tree as syntax
from .. import faults
from ..tree import Constant, LookupTerm, ValueTerm
from ..types import Type
from .kinds import comparable, type_of
from .scope import Scope

ReadValue: TypeAlias = Callable[[Scope, syntax.Expression, Type | None], ValueTerm | None]


def lookup(scope: Scope, node: syntax.Lookup, read_value: ReadValue) -> LookupTerm | None:
    """Return the term of a lookup; its arguments are read as handed in."""
    name = node.table.text
    if name not in scope.tables:
        return scope.refuse(faults.tables.unknown_table(node.table.span, name, scope.tables))
    table = scope.tables[name]
    if table is None:
        return None
    if len(node.arguments) != len(table.inputs):
        names = [each.name for each in table.inputs]
        return scope.refuse(
            faults.tables.number_of_arguments(node.span, name, names, len(node.arguments))
        )
    arguments = []
    for written, each in zip(node.arguments, table.inputs, strict=True):
        term = read_value(scope, written, each.type)
        if term is None:
            return None
        sample = Constant(span=written.span, type=each.type, value=0, text="")
        if not comparable(term, sample):
            return scope.refuse(faults.values.wrong_type(written.span, type_of(term), each.type))
        arguments.append(term)
    return LookupTerm(
        span=node.span,
        name=table.name,
        arguments=tuple(arguments),
        type=table.type,
        label=table.label,
        text=scope.words(node.span),
    )
