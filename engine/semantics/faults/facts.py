"""The catalogue of what the checker says about facts that are absent, presumed or sensitive.

And about elements of lists, which tests count.
"""

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from ...syntax.lexis import Comparator
from ..types import Type, describe


def required_and_presumed(span: Span, name: str) -> Diagnostic:
    """A fact that is asked for, and presumed where it is absent."""
    return error(
        "E0530",
        f"`{name}` is `required`, and yet something is presumed of it",
        span,
        help="a fact that must be stated is never presumed; leave one of the two out",
    )


def nothing_to_presume(span: Span, name: str, kind: Type) -> Diagnostic:
    """A list or group of facts of which a value is presumed."""
    return error(
        "E0531",
        f"nothing can be presumed of `{name}`, which is {describe(kind)}",
        span,
        help="presume values of single facts",
    )


def presumed_not_stated(span: Span) -> Diagnostic:
    """A presumed value that is not written out."""
    return error("E0532", "what is presumed is a plain value", span, help="write the value")


def plain_fact_needed(span: Span, path: str, word: str) -> Diagnostic:
    """A fact that every decision shows, or reads as it is stated, declared otherwise."""
    return error(
        "E0533",
        f"`{path}` cannot be `{word}`",
        span,
        help="every decision names it, and reads it as the campaign states it",
    )


def sensitive_shown(span: Span, written: str) -> Diagnostic:
    """A text or evidence that would show a sensitive fact."""
    return error(
        "E0534",
        f"this would show `{written}`, which is sensitive",
        span,
        help="say it without the value; the clause that decided is named in the answer anyway",
    )


def presumption_helps(span: Span) -> Diagnostic:
    """A presumed value by which leaving the fact out helps, or might."""
    return error(
        "E0610",
        "leaving the fact out could help the campaign, as its value is presumed",
        span,
        label="when the fact is left out, this does not surely count against the campaign",
        help="presume the value that counts against the campaign, or compare with a plain value",
    )


def absence_helps(span: Span, comparator: Comparator) -> Diagnostic:
    """A condition by which leaving a fact out would help the campaign."""
    return error(
        "E0601",
        f"with `{comparator.phrase}` here, leaving the fact out would help the campaign",
        span,
        label="absence must never help",
        help=(
            "ask for the fact with `require … is known`, or write the condition so that a "
            "missing fact counts against the campaign"
        ),
    )


def absence_helps_in_definition(span: Span, name: str) -> Diagnostic:
    """A definition that asks whether a fact is known, where absence would help."""
    return error(
        "E0601",
        f"with `{name}` here, leaving out a fact that it asks for would help the campaign",
        span,
        label="absence must never help",
        help=(
            f"`{name}` asks whether a fact is known or unknown; "
            "say what the rule needs in the rule itself"
        ),
    )


def element_needed(span: Span, owner: str) -> Diagnostic:
    """A path of a test that passes through a list without saying which element."""
    return error(
        "E0513",
        f"`{owner}` is a list; say which of its elements is meant",
        span,
        help=f"count from one: `{owner}[1]`",
    )


def counted_from_one(span: Span, owner: str) -> Diagnostic:
    """The element before the first one of a list."""
    return error(
        "E0513",
        f"the first element of `{owner}` has the number one",
        span,
        help=f"count from one: `{owner}[1]`",
    )
