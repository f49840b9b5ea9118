"""Sets: dated lists of members, in braces or from a file."""

from collections.abc import Mapping

from ...source.text import Source
from ...syntax import tree as syntax
from ...syntax.lexis import SCALAR_TYPES
from ..elaborate import Scope, members
from ..findings import Report
from ..tree import Constant, Edition, Members, SetDefinition
from ..types import EnumerationType, Scalar
from .editions import in_succession, window
from .lists import listed_members, name_in_bundle
from .names import value_type


def declared_set(
    node: syntax.SetDeclaration,
    scope: Scope,
    enumerations: Mapping[str, EnumerationType],
    sources: Mapping[str, Source],
) -> SetDefinition | None:
    """Return the set, or None where its type is unknown, as reported.

    An edition with faults is left out. `sources` are the files of the bundle by name.
    """
    kind = _type(node, enumerations, scope.report)
    if kind is None:
        return None
    editions, spans = [], []
    for written in node.editions:
        if isinstance(written, syntax.Broken):
            continue
        content = _members(written.members, kind, scope, sources)
        if content is not None:
            force = window(written.start, written.until, scope.report)
            file = _file_of(written.members)
            editions.append(Edition(window=force, content=content, file=file))
            spans.append(written.span)
    name = node.name.text
    return SetDefinition(
        name=name,
        type=kind,
        label=node.label.value if node.label else name,
        editions=in_succession(name, editions, spans, scope.report),
        span=node.name.span,
    )


def _members(
    written: syntax.SetLiteral | syntax.CsvColumn,
    kind: Scalar | EnumerationType,
    scope: Scope,
    sources: Mapping[str, Source],
) -> Members | None:
    if isinstance(written, syntax.CsvColumn):
        return listed_members(written, kind, sources, scope.report)
    listed = members(scope, written, kind)
    if isinstance(listed, Constant) and isinstance(listed.value, frozenset):
        return listed.value
    return None


def _type(
    node: syntax.SetDeclaration, enumerations: Mapping[str, EnumerationType], report: Report
) -> Scalar | EnumerationType | None:
    """Return the type of a set's members."""
    known = [name for name in SCALAR_TYPES if name not in ("yes_no", "money")]
    return value_type(node.type, enumerations, report, known)


def _file_of(written: syntax.SetLiteral | syntax.CsvColumn) -> str:
    return name_in_bundle(written.file) if isinstance(written, syntax.CsvColumn) else ""
