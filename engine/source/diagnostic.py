"""A diagnostic is data: what is wrong, where, and what to do. Rendering is elsewhere.

The wording rules are those of `docs/contributing/messages.md`: a lower-case headline without a
final period, the user's own words in backticks, help apart, at most one suggestion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .text import Source, Span


class Severity(Enum):
    """How much a diagnostic matters: an error keeps a bundle from being loaded."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault or doubt in policy text.

    `label` explains the underlined words; `replacement` is the text that would mend them, where a
    single near name or phrase is known.
    """

    code: str
    severity: Severity
    headline: str
    span: Span
    label: str | None = None
    help: str | None = None
    replacement: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether this keeps a bundle from being loaded."""
        return self.severity is Severity.ERROR


def error(code: str, headline: str, span: Span, **details: str | None) -> Diagnostic:
    """Return an error; `details` are the label, the help and the replacement, where it has them."""
    return Diagnostic(code=code, severity=Severity.ERROR, headline=headline, span=span, **details)


def warning(code: str, headline: str, span: Span, **details: str | None) -> Diagnostic:
    """Return a warning, with the same details as an error."""
    return Diagnostic(code=code, severity=Severity.WARNING, headline=headline, span=span, **details)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics by source, then place, then code, without repetitions."""
    return tuple(
        sorted(
            dict.fromkeys(diagnostics),
            key=lambda d: (d.span.source, d.span.start, d.span.end, d.code, d.headline),
        )
    )


def mending_text(diagnostic: Diagnostic, source: Source) -> str | None:
    """Return what a tool may put in place of the span, or None where nothing is known."""
    text = diagnostic.replacement
    if text is None:
        return None
    before = source.text[diagnostic.span.start - 1 : diagnostic.span.start]
    after = source.text[diagnostic.span.end : diagnostic.span.end + 1]
    # A sign needs no spaces around it, and the word for it does: `!campaign.political`.
    if text[:1].isalnum() and before.isalnum():
        text = f" {text}"
    return f"{text} " if text[-1:].isalnum() and after.isalnum() else text
