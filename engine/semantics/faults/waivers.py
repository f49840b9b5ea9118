"""What the checker says about waivers."""

from collections.abc import Iterable
from datetime import date

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from .forms import unknown


def endless_waiver(span: Span, name: str) -> Diagnostic:
    """A waiver that says from which day on, and not to which."""
    return error(
        "E0540",
        f"the waiver `{name}` has no end",
        span,
        label="the last day is missing",
        help="a rule is waived for a time: `in force from 2026-09-01 through 2026-11-30`",
    )


def waives_mandatory(span: Span, rule: str) -> Diagnostic:
    """A waiver of a rule that nothing sets aside."""
    return error(
        "E0541",
        f"`{rule}` is mandatory, and nobody can waive it",
        span,
        help="delete the waiver; whether the rule may be waived is for its own `enforcement` to "
        "say",
    )


def other_role(span: Span, rule: str, role: str, approving: str) -> Diagnostic:
    """A waiver that another has approved than the rule names."""
    return error(
        "E0542",
        f'`{rule}` can be waived by "{role}" alone',
        span,
        label=f'this was approved as "{approving}"',
        help=f'have the waiver approved by whoever has that role, and write `as "{role}"`',
    )


def waives_advice(span: Span, rule: str) -> Diagnostic:
    """A waiver of a rule that only warns."""
    return error(
        "E0543",
        f"`{rule}` is advisory, and needs no waiver",
        span,
        label="this rule denies nobody",
        help="delete the waiver: the rule warns, and the campaign is allowed",
    )


def nothing_to_waive(span: Span, rule: str, effect: str) -> Diagnostic:
    """A waiver of a rule that cannot be violated."""
    return error(
        "E0544",
        f"`{rule}` says `{effect}`, and there is nothing in it to waive",
        span,
        label="this rule denies nobody",
        help="name a rule that says `prohibit when …` or `require …`",
    )


def unknown_waiver(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A waiver that a test names and nobody declares."""
    return unknown("E0545", "waiver", word, span, known)


def says_nothing(span: Span, what: str) -> Diagnostic:
    """A waiver that leaves a text empty."""
    return error(
        "E0546",
        f"the {what} of a waiver is empty",
        span,
        label="say it",
        help="whoever reads the decision must be able to tell who has waived the rule, and why",
    )


def approved_later(span: Span, name: str, approved: date, start: date) -> Diagnostic:
    """A waiver that holds before anybody has approved it."""
    return error(
        "E0547",
        f"the waiver `{name}` begins before it was approved",
        span,
        label=f"it holds from {start} on",
        help=f"let it hold from {approved} on or later, or write the day on which it was approved: "
        "nobody can approve what has been let pass already",
    )
