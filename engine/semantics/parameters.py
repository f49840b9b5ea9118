"""Parameters: dated values, made of what the files declare."""

from collections.abc import Mapping

from ..source.diagnostic import Diagnostic
from ..syntax import tree as syntax
from ..syntax.visit import first_of
from . import faults, value_faults
from .declare import Instrument, cited, in_succession, value_type, window
from .elaborate import Scope, comparable, type_of, value
from .tree import Constant, Edition, Parameter
from .types import ElementType, EnumerationType


def parameter(
    node: syntax.Parameter,
    scope: Scope,
    enumerations: Mapping[str, EnumerationType],
    instruments: Mapping[str, Instrument],
) -> Parameter | None:
    """Return the parameter, or None where a fault in it was reported."""
    found: list[Diagnostic] = []
    kind = value_type(node.type, enumerations, found.append)
    _check_structure(node, found)
    editions, spans = [], []
    for written in node.clauses:
        if isinstance(written, syntax.ParameterEdition) and kind is not None:
            constant = stated(scope, written.value, kind, "parameter", found)
            force = window(written.start, written.until, found.append)
            sources = cited(written.source, instruments, found.append)
            if constant is not None:
                editions.append(Edition(window=force, content=constant, sources=sources))
                spans.append(written.span)
    name = node.name.text
    ordered = in_succession(name, editions, spans, found.append)
    source = first_of(syntax.SourceClause, node.clauses)
    sources = cited(source, instruments, found.append)
    for diagnostic in found:
        scope.report(diagnostic)
    is_broken = any(isinstance(clause, syntax.Broken) for clause in node.clauses)
    if found or is_broken or kind is None:
        return None
    reviews = (c.day.value for c in node.clauses if isinstance(c, syntax.ReviewClause))
    return Parameter(
        name=name,
        label=node.label.value if node.label else name.replace("_", " "),
        editions=ordered,
        type=kind,
        sources=sources,
        reviewed=next(reviews, None),
    )


def stated(
    scope: Scope,
    written: syntax.Expression,
    kind: ElementType,
    what: str,
    found: list[Diagnostic],
) -> Constant | None:
    """Return the value of a type that a declaration states, adding to the faults found."""
    inner = Scope(source=scope.source, vocabulary=scope.vocabulary, report=found.append)
    term = value(inner, written, kind)
    if term is None:
        return None
    if not isinstance(term, Constant):
        found.append(faults.edition_not_constant(written.span, what))
        return None
    sample = Constant(span=written.span, type=kind, value=term.value, text="")
    if not comparable(sample, term):
        words = scope.words(written.span)
        found.append(value_faults.wrong_type(written.span, type_of(term), kind, words))
        return None
    return term


def _check_structure(node: syntax.Parameter, found: list[Diagnostic]) -> None:
    written = [clause for clause in node.clauses if not isinstance(clause, syntax.Broken)]
    editions = [each for each in written if isinstance(each, syntax.ParameterEdition)]
    sources = [each for each in written if isinstance(each, syntax.SourceClause)]
    reviews = [each for each in written if isinstance(each, syntax.ReviewClause)]
    for clause in (*sources[1:], *reviews[1:]):
        keyword = "source" if isinstance(clause, syntax.SourceClause) else "reviewed on"
        found.append(faults.repeated_clause(clause.span, keyword, "parameter"))
    if len(written) < len(node.clauses):
        return
    name, missing = node.name, []
    if not editions:
        missing.append(("is", "say its value, and since when: `from 2026-01-01 is EUR 5000`"))
    if not sources and not all(each.source for each in editions):
        missing.append(("source", "say who sets it: `source DSA art 28(2)`"))
    for keyword, why in missing:
        found.append(faults.missing_clause(name.span, name.text, keyword, why, "parameter"))
