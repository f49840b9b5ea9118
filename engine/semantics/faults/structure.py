"""What the checker says about clauses, and about how a policy is put together."""

from datetime import date

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from ...syntax import tree as syntax


def sprawling(span: Span, most: int) -> Diagnostic:
    """A condition that grows beyond measure once its definitions are written out."""
    return error(
        "E0322",
        "with all that its definitions mean, this condition has too many parts",
        span,
        help=f"written out it may have {most:,} parts, and no more than 64 within one another; "
        "use fewer definitions of definitions",
    )


def missing_clause(span: Span, name: str, clause: str, why: str, what: str = "rule") -> Diagnostic:
    """A rule or declaration without a clause that all of its kind need."""
    return error(
        "E0501",
        f"the {what} `{name}` has no `{clause}`",
        span,
        help=why,
    )


def repeated_clause(span: Span, clause: str, what: str) -> Diagnostic:
    """A clause that may stand once."""
    return error("E0502", f"`{clause}` stands twice in this {what}", span)


_USELESS = {
    "oblige": "nobody is denied by it; its own text, in the main clause, is what a person is told",
    "permit when": "it denies nobody, and holds only where it is shown; what limits it stands in "
    "its condition",
}


def useless_clause(span: Span, clause: str, effect: str) -> Diagnostic:
    """A clause that has no use beside the main clause of its rule."""
    return error(
        "E0520",
        f"`{clause}` has no use in a rule that says `{effect}`",
        span,
        label="leave it out",
        help=_USELESS.get(effect, "only a permission lifts a rule: one that says `permit when …`"),
    )


def second_demand(span: Span) -> Diagnostic:
    """Two main clauses in one rule."""
    return error(
        "E0511",
        "a rule makes one demand, and this is its second",
        span,
        help="write a second rule for it",
    )


def misplaced_clause(span: Span, clause: str) -> Diagnostic:
    """A clause of rules among the common clauses of a policy."""
    return error(
        "E0503",
        f"`{clause}` belongs into a rule",
        span,
        help="before the first rule stand only clauses common to all rules of the policy",
    )


def empty_window(end: syntax.End, start: date) -> Diagnostic:
    """An end before which no day is left."""
    day = end.day.value
    if end.word is syntax.EndWord.THROUGH:
        headline = "`through` is before `from`"
        advice = "`through` names the last day on which it holds"
    else:
        headline = "`until` is not after `from`"
        advice = "`until` names the first day on which it no longer holds"
        advice += f"; `through {day}` is that day alone" if day == start else ""
    return error("E0504", f"this period is empty: {headline}", end.day.span, help=advice)


def no_end(end: syntax.End) -> Diagnostic:
    """A last day behind which the calendar has none."""
    return error(
        "E0525",
        f"`{end.text}` is no end",
        end.span,
        label="the calendar has no later day",
        help="write the last day that is meant; what has no end holds for good",
    )


def overlapping_editions(span: Span, name: str) -> Diagnostic:
    """Two editions of a set for one day."""
    return error("E0505", f"two editions of `{name}` hold on the same day", span)


def type_name_taken(span: Span, name: str) -> Diagnostic:
    """A group or type with the name of another kind of type."""
    return error(
        "E0519",
        f"`{name}` already names a type",
        span,
        help="give the group or list of words a name of its own",
    )


def placeholder(span: Span, text: str, reason: str, advice: str = "") -> Diagnostic:
    """A placeholder that cannot be filled in."""
    usual = "use a fact (`{campaign.…}`) or a name that the rule binds (`{segment.name}`)"
    return error(
        "E0509",
        f"the placeholder `{{{text}}}` cannot be filled in",
        span,
        label=reason,
        help=advice or usual,
    )


def empty_set(span: Span) -> Diagnostic:
    """Braces with nothing in them."""
    return error(
        "E0510",
        "this set has no members",
        span,
        help="a list that is known to have no elements `is empty`",
    )


def member_not_constant(span: Span) -> Diagnostic:
    """A fact or a calculation among the members of a set."""
    return error("E0517", "braces list values, not facts", span, help="write the value")


def edition_not_constant(span: Span, what: str) -> Diagnostic:
    """A fact or a calculation where a declaration states a value."""
    return error("E0517", f"a {what} states a value, not a fact", span, help="write the value")
