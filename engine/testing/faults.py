"""The catalogue of what is said of tests: what they do not show, and what they do not have."""

from collections.abc import Iterable

from ..source.diagnostic import Diagnostic, error, warning
from ..source.suggest import did_you_mean, nearest
from ..source.text import Span


def never_against(
    span: Span, rule: str, deed: str, against: str, passing: str | None
) -> Diagnostic:
    """A rule that no test expects to do what it is there for; `passing` where none passes either.

    `against` and `passing` are what tests would expect.
    """
    both = "" if passing is None else f", and one in which it is kept, with `expect {passing}`"
    return warning(
        "W0901",
        f"no test expects the rule `{rule}` to {deed}",
        span,
        help=f"write a test in which it does, with `expect {against}`{both}",
    )


def never_passed(span: Span, rule: str, passing: str) -> Diagnostic:
    """A rule beside which no test expects a campaign to pass."""
    return warning(
        "W0902",
        f"no test beside the rule `{rule}` expects a campaign to pass",
        span,
        help=f"write a test in which it is kept, with `expect {passing}`",
    )


def no_campaign(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    """A test whose campaign is in a file that is not there."""
    near = nearest(name, known)
    return error(
        "E0901",
        f"there is no file `{name}` beside the policies",
        span,
        label="the test cannot run without it",
        help=did_you_mean(near, "paths are read from the folder of this policy"),
    )
