"""Changes of text that an editor may make: those that mend a fault, and the canonical layout."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..source.diagnostic import Diagnostic, mending_text
from ..source.text import Span
from ..syntax.format import format_source
from .snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A text in place of a span."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What would mend a diagnostic, and how that is called."""

    title: str
    diagnostic: Diagnostic
    edit: Edit


def fixes(snapshot: Snapshot, span: Span) -> tuple[Fix, ...]:
    """Return what would mend the faults that a span of a file touches."""
    return tuple(
        Fix(
            title=f"Write `{text.strip()}`" if text.strip() else "Leave this out",
            diagnostic=each,
            edit=Edit(span=each.span, text=text),
        )
        for each in snapshot.diagnostics
        if each.span.source == span.source
        and each.span.start <= span.end
        and span.start <= each.span.end
        and (text := mending_text(each, snapshot.sources[span.source])) is not None
    )


def laid_out(snapshot: Snapshot, file: str) -> Edit | None:
    """Return the change to the canonical layout; None where it has it, or has faults of syntax."""
    source = snapshot.sources[file]
    text, diagnostics = format_source(source)
    if diagnostics or text == source.text:
        return None
    return Edit(span=source.span(0, len(source.text)), text=text)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with changes made that do not overlap."""
    for edit in sorted(edits, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
