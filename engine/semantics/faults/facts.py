"""What the checker says about the vocabulary: facts that are absent, presumed or sensitive."""

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from ...syntax.lexis import Comparator
from ..types import Type, describe


def no_vocabulary(span: Span) -> Diagnostic:
    """Policies without facts to speak of."""
    return error(
        "E0507",
        "there is no vocabulary in this bundle",
        span,
        help="begin with the vocabulary that Assent ships: `assent new vocabulary`",
    )


def fact_depended_on(span: Span, path: str, kind: Type) -> Diagnostic:
    """A vocabulary without a fact that deciding itself depends on."""
    return error(
        "E0516",
        f"the vocabulary has no `{path}` that is {describe(kind)}",
        span,
        label="this vocabulary",
        help="every decision depends on it: where, when, and about which campaign",
    )


def second_vocabulary(span: Span, name: str, root: str) -> Diagnostic:
    """A vocabulary of another name than the first."""
    return error(
        "E0518",
        f"there is a second vocabulary, `{name}`, beside `{root}`",
        span,
        help=f"to add facts, write another block `vocabulary {root}`",
        replacement=root,
    )


def unlabelled_fact(span: Span, name: str) -> Diagnostic:
    """A fact without its label."""
    return error(
        "E0506",
        f"the fact `{name}` has no label",
        span,
        help='say in plain words what it is: `"lowest age the ads are shown to"`',
    )


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
