"""Diagnostics as one line each, `file:line:column: error[CODE] headline`, for editors and CI."""

from collections.abc import Iterable, Mapping

from ..diagnostic import Diagnostic
from ..text import Source


def render_concise(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Return a line for each diagnostic, with what was probably meant where that is known."""
    return "".join(
        f"{_line(diagnostic, sources[diagnostic.span.source])}\n" for diagnostic in diagnostics
    )


def _line(diagnostic: Diagnostic, source: Source) -> str:
    place = source.locate(diagnostic.span.start)
    kind = f"{diagnostic.severity.value}[{diagnostic.code}]"
    return f"{place}: {kind} {diagnostic.headline}{_suggestion(diagnostic)}"


def _suggestion(diagnostic: Diagnostic) -> str:
    """Return what would mend the words, in brackets; blanks cannot be shown and are described."""
    if diagnostic.replacement is None:
        return ""
    if diagnostic.replacement.strip():
        return f" (did you mean `{diagnostic.replacement}`?)"
    return f" ({diagnostic.label or diagnostic.help or 'leave it out'})"
