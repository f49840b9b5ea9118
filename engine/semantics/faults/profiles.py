"""What the checker says about profiles."""

from collections.abc import Iterable
from datetime import date

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from .forms import unknown


def unknown_module(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    """Adopted policies that are not there."""
    return unknown(
        "E0550",
        "module",
        name,
        span,
        known,
        label="no policies of this name are there to be adopted",
        otherwise="name a module of the shipped policies, such as `assent.privacy`, or `assent` "
        "for all of them",
    )


def loosened_value(span: Span, name: str, stricter: str, stands: str, day: date) -> Diagnostic:
    """A value that lets more pass than the one it takes the place of."""
    return error(
        "E0551",
        f"this value of `{name}` is looser than the one that is tightened",
        span,
        label=f"it is {stands} on {day.isoformat()}",
        help=f"a profile only tightens, and here the {stricter} value is the stricter one; where a "
        "campaign may break the rule, write a `waiver`",
    )


def loosened_rule(span: Span, rule: str, stands: str) -> Diagnostic:
    """A rule that is stricter already."""
    return error(
        "E0552",
        f"`{rule}` is {stands}, which is stricter",
        span,
        label="a profile only tightens",
        help="delete this clause: the rule is as strict as you ask, or stricter",
    )


def no_direction(span: Span, name: str, why: str) -> Diagnostic:
    """A parameter of which nobody can say which values are the stricter ones."""
    return error(
        "E0553",
        f"it cannot be told which values of `{name}` are stricter",
        span,
        label=why,
        help="write a rule of your own beside the one that reads it",
    )


def not_tightened(span: Span, rule: str, why: str) -> Diagnostic:
    """A rule that has no enforcement, or that a permission lifts."""
    return error(
        "E0554",
        f"`{rule}` cannot be tightened",
        span,
        label=why,
        help="write a rule of your own beside it",
    )


def tightened_twice(span: Span, name: str, first: str) -> Diagnostic:
    """A second clause about one rule, or about one parameter from the same day on."""
    return error(
        "E0310",
        f"`{name}` is tightened twice",
        span,
        label="tightened again here",
        help=f"it is first tightened at {first}; keep the stricter of the two",
    )


def unknown_parameter(span: Span, name: str, known: Iterable[str]) -> Diagnostic:
    """A parameter that nobody declares."""
    return unknown(
        "E0555",
        "parameter",
        name,
        span,
        known,
        label="nothing that can be tightened has this name",
        otherwise="name a rule, such as `minors/profiling`, or a parameter of the policies that "
        "are adopted",
    )
