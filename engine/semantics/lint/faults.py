"""The catalogue of what the reasoning checks say: errors, and doubts as warnings.

An error is what certainly does not mean what it says. A warning is what probably does not.
"""

from datetime import date, timedelta

from ...source.diagnostic import Diagnostic, error, warning
from ...source.text import Span

# --- rules ------------------------------------------------------------------------------------


def never_applies(span: Span, rule: str, why: str) -> Diagnostic:
    """A rule whose conditions of applicability exclude each other."""
    return error(
        "E0701",
        f"the rule `{rule}` can never apply",
        span,
        label=why,
        help="change `applies when` so that some campaign can meet it",
    )


def never_violated(span: Span, deed: str, why: str) -> Diagnostic:
    """A rule that no campaign can violate, or the duty of which none can owe."""
    return error(
        "E0702",
        f"no campaign can ever {deed}",
        span,
        label=why,
        help="a rule that never speaks protects nobody; mend its conditions, or remove it",
    )


def never_met(span: Span, rule: str, why: str) -> Diagnostic:
    """A requirement that no campaign can meet."""
    return error(
        "E0703",
        f"no campaign can ever meet what the rule `{rule}` requires",
        span,
        label=why,
        help="to forbid something altogether, say so with `prohibit when`",
    )


def always_excepted(span: Span, broken: str, exception: str, why: str) -> Diagnostic:
    """An exception that holds wherever its rule is violated."""
    return error(
        "E0704",
        f"the exception `{exception}` holds wherever a campaign violates {broken}",
        span,
        label=why,
        help="narrow the exception, so that the rule still refuses something",
    )


def opposite(span: Span, rule: str, other: str, place: str, why: str) -> Diagnostic:
    """Two rules of which a campaign can never meet both."""
    return error(
        "E0705",
        f"no campaign can meet both the rule `{rule}` and the rule `{other}`",
        span,
        label=why,
        help=f"the other is at {place}; let one of them leave out the campaigns of the other",
    )


# --- conditions -------------------------------------------------------------------------------


def exception_never_holds(span: Span, exception: str, why: str) -> Diagnostic:
    """An exception that no campaign can show."""
    return warning(
        "W0711",
        f"the exception `{exception}` can never hold",
        span,
        label=why,
        help="change it so that some campaign can show it, or remove it",
    )


def never_holds(span: Span, why: str) -> Diagnostic:
    """One of several conditions of which no campaign can meet this."""
    return warning("W0712", "this condition can never hold here", span, label=why)


def always_holds(span: Span, why: str) -> Diagnostic:
    """A condition that is true of every campaign of which it is not unknown."""
    return warning(
        "W0713",
        "this condition can never be false",
        span,
        label=why,
        help="it leaves nothing out; was `and` meant in place of `or`?",
    )


def adds_nothing(span: Span, other: str) -> Diagnostic:
    """A condition beside another that already says it."""
    return warning(
        "W0714",
        "this condition adds nothing",
        span,
        label=f"`{other}` already says it",
        help="leave it out, or was another fact or limit meant?",
    )


def half_denied(span: Span) -> Diagnostic:
    """A denial before an `or`, which ends there."""
    return warning(
        "W0716",
        "this `not` ends before the `or`",
        span,
        label="what stands behind the `or` is not denied",
        help="if that is meant, put brackets around this: `(not A) or B`; if neither is to hold, "
        "write `none of (a) A; (b) B`, or `not (A or B)`",
    )


# --- the law over time ------------------------------------------------------------------------


def no_edition(span: Span, name: str, rule: str, first: date, last: date | None) -> Diagnostic:
    """Days on which a rule is in force and what it names has no edition."""
    return warning(
        "W0721",
        f"`{name}` has no edition {_days(first, last)}, when the rule `{rule}` is in force",
        span,
        label="on these days nobody can tell what it says",
        help="add an edition for these days, or change when the rule is in force",
    )


def last_day_left_out(span: Span, until: date) -> Diagnostic:
    """An end on the last day of a month, as those write it who mean that day too."""
    return warning(
        "W0722",
        f"`until {until}` leaves out the last day of the month",
        span,
        label="the first day on which it no longer holds",
        help=f"write `through {until}` if it holds on that day too, and "
        f"`through {until - timedelta(days=1)}` if that day is left out",
    )


def _days(first: date, last: date | None) -> str:
    return f"from {first} on" if last is None else f"from {first} to {last}"


# --- names ------------------------------------------------------------------------------------


def unused(span: Span, what: str, name: str) -> Diagnostic:
    """A name that is declared and that nothing uses."""
    return warning(
        "W0731",
        f"nothing uses the {what} `{name}`",
        span,
        help="remove it, or was it meant somewhere under another name?",
    )


def unnamed_element(span: Span, name: str) -> Diagnostic:
    """A condition of the elements of a list that speaks of none of them."""
    return warning(
        "W0731",
        f"the condition never speaks of `{name}`",
        span,
        label="it is the same for every element",
        help=f"name `{name}` in it where an element is meant, or leave the list out",
    )


# --- upkeep -----------------------------------------------------------------------------------


def waiver_over(span: Span, name: str, until: date) -> Diagnostic:
    """A waiver that has ended."""
    return warning(
        "W0540",
        f"the waiver `{name}` is over",
        span,
        label=f"since {until} it holds no more",
        help="delete it; where the rule is to be waived for longer, have that approved anew",
    )


def approval_to_come(span: Span, name: str, approved: date) -> Diagnostic:
    """A waiver whose approval is dated on a day that has not come."""
    return warning(
        "W0543",
        f"the approval of the waiver `{name}` is yet to come",
        span,
        label=f"on {approved} somebody may approve it, or not",
        help="write the day on which it was approved; until then, leave the waiver out",
    )


def untested_waiver(span: Span, name: str) -> Diagnostic:
    """A waiver that no test expects to hold."""
    return warning(
        "W0541",
        f"no test expects the waiver `{name}` to hold",
        span,
        label="it may be meant for no campaign at all",
        help=f"write a test of a campaign for which it is meant: `expect waived by {name}`",
    )


def stale_review(span: Span, name: str, reviewed: date) -> Diagnostic:
    """A parameter that was looked over too long ago."""
    return warning(
        "W0542",
        f"nobody has looked over the parameter `{name}` for more than a year",
        span,
        label=f"it was last reviewed on {reviewed}",
        help="see that its value is still right, and write down the day",
    )
