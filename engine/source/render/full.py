"""Diagnostics as text for a person, with the source line and its words underlined."""

from collections.abc import Iterable, Mapping

from ..codes import command_for
from ..diagnostic import Diagnostic
from ..text import Source

_WIDEST_LINE = 160


def render_text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Return diagnostics for a person: headline, place, the line with its words underlined, help.

    `sources` holds every source that a span names. The first diagnostic of each code also says
    how to read its page.
    """
    blocks, told = [], set[str]()
    for diagnostic in diagnostics:
        is_first = diagnostic.code not in told
        blocks.append(_block(diagnostic, sources[diagnostic.span.source], with_page=is_first))
        told.add(diagnostic.code)
    return "\n".join(blocks)


def _block(diagnostic: Diagnostic, source: Source, *, with_page: bool) -> str:
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
    if with_page:
        lines.append(f"{gutter} = more: {command_for(diagnostic.code)}")
    return "\n".join(lines) + "\n"


def _window(line: str, marks: str, column: int) -> tuple[str, str]:
    """Cut a very long line to the neighbourhood of the marked words."""
    if len(line) <= _WIDEST_LINE:
        return line, marks
    start = max(0, column - 1 - _WIDEST_LINE // 4)
    return line[start : start + _WIDEST_LINE], marks[start : start + _WIDEST_LINE]
