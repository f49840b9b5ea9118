"""What the checker says about permissions and the rules that they lift."""

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span


def one_sided(span: Span, rule: str, clause: str) -> Diagnostic:
    """An override that stands at one end only."""
    return error(
        "E0521",
        f"`{rule}` does not say so at its end",
        span,
        label="both rules must name each other",
        help=f"add to the rule `{rule}`: `{clause}`",
    )


def lifts_mandatory(span: Span, rule: str) -> Diagnostic:
    """A permission despite a rule that nothing sets aside."""
    return error(
        "E0522",
        f"`{rule}` is mandatory, and no permission lifts it",
        span,
        help="take the rule out of this clause; whether it may be lifted is for its own "
        "`enforcement` to say",
    )


def nothing_to_lift(span: Span, permit: str) -> Diagnostic:
    """A permission despite a permission."""
    return error(
        "E0523",
        f"`{permit}` is itself a permission, and there is nothing in it to lift",
        span,
        help="name the rule that denies; permissions do not stand above or below each other",
    )


def not_a_permission(span: Span, rule: str) -> Diagnostic:
    """`subject to` a rule that permits nothing."""
    return error(
        "E0524",
        f"`{rule}` is no permission, and lifts nothing",
        span,
        help="only a rule that says `permit when …` lifts another",
    )
