"""What is said of ends that are written in other words, without a beginning, or twice."""

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span

_BOTH = "`through` names the last day, and `until` the first on which it no longer holds"


def without_beginning(span: Span, typed: str) -> Diagnostic:
    """Report a clause that names the day on which something ends, and none on which it begins."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label="from which day on does it hold?",
        help="both days stand in one clause: `in force from 2026-01-01 through 2026-12-31`; "
        f"{_BOTH}",
    )


def undecided(span: Span, typed: str, day: str) -> Diagnostic:
    """Report words that leave open whether the day behind them is the last one."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label="is that day the last one?",
        help=f"`through {day}` includes the day, and `until {day}` leaves it out",
    )


def included(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report other words for a day that is included, and the phrase that says so."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `{phrase}`",
        help="`through` names the last day, which is included",
        replacement=phrase,
    )


def second(span: Span, typed: str) -> Diagnostic:
    """Report an end behind another."""
    return error(
        "E0211",
        f"`{typed}` does not belong here",
        span,
        label="it has an end already",
        help=f"write one end: {_BOTH}",
    )
