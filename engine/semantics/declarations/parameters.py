"""Parameters: dated values, made of what the files declare."""

from collections.abc import Iterator, Mapping
from functools import partial

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.visit import all_of, any_broken, first_of
from .. import faults
from ..clauses import Reasons, structure_faults
from ..elaborate import Scope, stated_constant
from ..tree import Constant, Edition, Parameter
from ..types import ElementType, EnumerationType
from .editions import in_succession, window
from .instruments import Instrument, cited
from .names import value_type

_NEEDED: Reasons = {
    syntax.ParameterEdition: "say its value, and since when: `from 2026-01-01 is EUR 5000`"
}
_NEEDED_AT_LARGE: Reasons = {syntax.SourceClause: "say who sets it: `source DSA art 28(2)`"}
"""What is needed unless each edition says so itself."""


def parameter(
    node: syntax.Parameter,
    scope: Scope,
    enumerations: Mapping[str, EnumerationType],
    instruments: Mapping[str, Instrument],
) -> Parameter | None:
    """Return the parameter, or None where a fault in it was reported."""
    inner, found = scope.heeding()
    for fault in _structure_faults(node):
        inner.report(fault)
    kind = value_type(node.type, enumerations, inner.report)
    editions, spans = [], []
    for written in node.clauses:
        if isinstance(written, syntax.ParameterEdition) and kind is not None:
            made = stated(inner, written.value, kind, "parameter")
            force = window(written.start, written.end, inner.report)
            sources = cited(written.source, instruments, inner.report)
            if made is not None:
                editions.append(Edition(window=force, content=made, sources=sources))
                spans.append(written.span)
    name = node.name.text
    ordered = in_succession(name, editions, spans, inner.report)
    source = first_of(syntax.SourceClause, node.clauses)
    sources = cited(source, instruments, inner.report)
    if found or any_broken(node.clauses) or kind is None:
        return None
    review = first_of(syntax.ReviewClause, node.clauses)
    return Parameter(
        name=name,
        label=node.label.value if node.label else name.replace("_", " "),
        editions=ordered,
        type=kind,
        sources=sources,
        reviewed=review.day.value if review is not None else None,
    )


def stated(
    scope: Scope, written: syntax.Expression, kind: ElementType, what: str
) -> Constant | None:
    """Return the value of a type that a declaration states, or None where a fault was reported."""
    inner = Scope(source=scope.source, vocabulary=scope.vocabulary, report=scope.report)
    return stated_constant(
        inner, written, kind, partial(faults.structure.edition_not_constant, what=what)
    )


def _structure_faults(node: syntax.Parameter) -> Iterator[Diagnostic]:
    is_cited = all(each.source for each in all_of(syntax.ParameterEdition, node.clauses))
    needed = _NEEDED if is_cited else {**_NEEDED, **_NEEDED_AT_LARGE}
    yield from structure_faults(node, "parameter", needed, (syntax.ParameterEdition,))
