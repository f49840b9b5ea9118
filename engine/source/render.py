"""Renderers of diagnostics: text with the source line underlined, and JSON-ready values."""

from collections.abc import Iterable, Mapping

from .diagnostic import Diagnostic
from .text import Source

_WIDEST_LINE = 160


def render_text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Return diagnostics for a person: headline, place, the line with its words underlined, help.

    `sources` holds every source that a span names.
    """
    return "\n".join(
        _block(diagnostic, sources[diagnostic.span.source]) for diagnostic in diagnostics
    )


def render_json(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> list[dict[str, object]]:
    """Return diagnostics for a program, one JSON-ready object each, with lines and columns."""
    return [_object(diagnostic, sources[diagnostic.span.source]) for diagnostic in diagnostics]


def _block(diagnostic: Diagnostic, source: Source) -> str:
    place = source.locate(diagnostic.span.start)
    gutter = " " * len(str(place.line))
    line = source.line(place.line).replace("\t", " ")
    room = max(1, len(line) - place.column + 1)
    width = min(max(1, diagnostic.span.end - diagnostic.span.start), room)
    marks = " " * (place.column - 1) + "^" * width
    line, marks = _window(line, marks, place.column)
    label = f" {diagnostic.label}" if diagnostic.label else ""
    lines = [
        f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.headline}",
        f"{gutter}--> {place}",
        f"{gutter} |",
        f"{place.line} | {line}",
        f"{gutter} | {marks}{label}",
    ]
    if diagnostic.help:
        lines.append(f"{gutter} = help: {diagnostic.help}")
    return "\n".join(lines) + "\n"


def _window(line: str, marks: str, column: int) -> tuple[str, str]:
    """Cut a very long line to the neighbourhood of the marked words."""
    if len(line) <= _WIDEST_LINE:
        return line, marks
    start = max(0, column - 1 - _WIDEST_LINE // 4)
    return line[start : start + _WIDEST_LINE], marks[start : start + _WIDEST_LINE]


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
        "replacement": diagnostic.replacement,
    }
