"""Diagnostics as JSON-ready values. Columns and offsets count code points."""

from collections.abc import Iterable, Mapping

from ..codes import command_for
from ..diagnostic import Diagnostic, mending_text
from ..text import Source


def render_json(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> list[dict[str, object]]:
    """Return diagnostics for a program, one object each; `page` is the command that shows it."""
    return [_object(diagnostic, sources[diagnostic.span.source]) for diagnostic in diagnostics]


def _object(diagnostic: Diagnostic, source: Source) -> dict[str, object]:
    start = source.locate(diagnostic.span.start)
    end = source.locate(diagnostic.span.end)
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "headline": diagnostic.headline,
        "file": start.source,
        "start": {"line": start.line, "column": start.column, "offset": diagnostic.span.start},
        "end": {"line": end.line, "column": end.column, "offset": diagnostic.span.end},
        "label": diagnostic.label,
        "help": diagnostic.help,
        "replacement": mending_text(diagnostic, source),
        "page": command_for(diagnostic.code),
    }
