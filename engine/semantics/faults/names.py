"""What the checker says about names."""

from collections.abc import Iterable

from ...source.diagnostic import Diagnostic, error
from ...source.quoting import series
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from ...syntax.habits import COMPARISON_HABITS
from ...syntax.notations import TYPE_HABITS, WORD_HABITS
from ..code_names import code_advice, code_meant
from ..types import CODES, Scalar, Type, describe
from ..written import written_code
from .forms import unknown


def unknown_fact(
    span: Span, word: str, owner: str, known: Iterable[str], advice: str
) -> Diagnostic:
    """A step of a path that its owner does not have; the advice is for one without a near name."""
    label = f"`{owner}` has no fact of this name"
    return unknown("E0301", "fact", word, span, known, label=label, otherwise=advice)


def no_facts_below(span: Span, owner: str, kind: Type) -> Diagnostic:
    """A path that goes on behind a value."""
    return error("E0302", f"`{owner}` is {describe(kind)} and has no facts of its own", span)


def step_into_list(span: Span, owner: str) -> Diagnostic:
    """A path that passes through a list."""
    return error(
        "E0303",
        f"`{owner}` is a list; say which of its elements is meant",
        span,
        help=f"write `any x in {owner} has (…)`, or begin with `every` or `no`",
    )


def unknown_word(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A bare word that is nothing."""
    habit = WORD_HABITS.get(word.lower())
    if habit is None:
        return unknown("E0304", "name", word, span, known)
    replacement = COMPARISON_HABITS.get(word.lower())
    return error("E0304", f"unknown name `{word}`", span, help=habit, replacement=replacement)


def unknown_member(span: Span, word: str, kind: Type, known: Iterable[str]) -> Diagnostic:
    """A word that its type does not list, or that is no code of its list."""
    what = f"`{word}` is not {describe(kind)}"
    if isinstance(kind, Scalar) and kind in CODES:
        meant = code_meant(kind, word)
        replacement = written_code(meant) if meant is not None else None
        return error("E0305", what, span, help=code_advice(kind, word), replacement=replacement)
    listed = tuple(known)
    near = nearest(word, listed)
    advice = did_you_mean(near, f"it is one of {series(listed)}")
    return error("E0305", what, span, help=advice, replacement=near)


def unknown_set(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A set that is not declared."""
    if word in ("none", "nothing", "null"):
        advice = "of a list without elements say `is empty`"
        return error("E0306", f"unknown set `{word}`", span, help=advice)
    return unknown("E0306", "set", word, span, known)


def member_for_set(span: Span, word: str, member: str) -> Diagnostic:
    """A single member where a set is needed; `member` is what the word stands for."""
    braced = f"{{{written_code(member)}}}"
    return error(
        "E0306",
        f"unknown set `{word}`",
        span,
        help=f"a single member stands in braces too: `{braced}`",
        replacement=braced,
    )


def unknown_instrument(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """An instrument that is not declared."""
    return unknown("E0307", "instrument", word, span, known)


def unknown_type(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A type that is not declared."""
    meant = TYPE_HABITS.get(word.lower())
    if meant is None:
        return unknown("E0308", "type", word, span, known)
    return error("E0308", f"unknown type `{word}`", span, help=f"say `{meant}`", replacement=meant)


def unknown_rule(span: Span, word: str, known: Iterable[str]) -> Diagnostic:
    """A rule that a test names and no policy has."""
    return unknown("E0309", "rule", word, span, known)


def duplicate(span: Span, what: str, word: str, first: str) -> Diagnostic:
    """A second declaration of a name."""
    return error(
        "E0310",
        f"{what} `{word}` is declared twice",
        span,
        label="declared again here",
        help=f"it is first declared at {first}; rename one of them",
    )


def adopted_already(span: Span, what: str, word: str, file: str) -> Diagnostic:
    """A declaration that stands in an adopted file too, of which this one may be a copy."""
    return error(
        "E0310",
        f"{what} `{word}` is declared twice",
        span,
        label="declared again here",
        help=f"`{file}` comes with what the profile adopts, and declares it: delete here all that "
        "stands there too, or rename what is not the same",
    )


def name_taken(span: Span, word: str, what: str, first: str) -> Diagnostic:
    """A name that means something else already, where both may stand as bare words."""
    return error(
        "E0320",
        f"`{word}` already names {what}",
        span,
        label="declared again here",
        help=f"it is first declared at {first}; rename one of them",
    )


def name_of_the_market(span: Span, word: str) -> Diagnostic:
    """A declaration by the name of the market that is being judged."""
    return error(
        "E0320",
        f"`{word}` already names the market that is being judged",
        span,
        help="choose another name",
    )


def two_meanings(span: Span, word: str, kind: Type) -> Diagnostic:
    """A bare word that is a parameter and a member of the type that is expected too."""
    return error(
        "E0323",
        f"`{word}` has two meanings here",
        span,
        label=f"a parameter, and {describe(kind)}",
        help="rename the parameter",
    )


def circular_definition(span: Span, names: Iterable[str]) -> Diagnostic:
    """A definition that rests on itself."""
    first, *others = names
    path = " → ".join(f"`{name}`" for name in (first, *others, first))
    return error(
        "E0321",
        f"the definition `{first}` rests on itself",
        span,
        label=path,
        help="say what it means in facts of the campaign, without its own name",
    )


def shadowing(span: Span, word: str) -> Diagnostic:
    """A bound name that hides another."""
    return error(
        "E0311",
        f"the name `{word}` is already in use here",
        span,
        help="give the element a name of its own",
    )


def ordinal_in_condition(span: Span) -> Diagnostic:
    """`[1]` outside a test."""
    return error(
        "E0312",
        "elements of a list are not counted in conditions",
        span,
        help="write `any x in … has (…)`; `[1]` belongs to tests",
    )


def set_among_members(span: Span, name: str) -> Diagnostic:
    """The name of a set among the members of another."""
    return error(
        "E0305",
        f"`{name}` is a set, and no member of one",
        span,
        help=f"declare a set that takes its members over, `is {{{name}, …}}`, and name that",
    )


def unbound_element(span: Span, word: str, collection: str) -> Diagnostic:
    """An element of a list by a name that nothing binds."""
    return error(
        "E0304",
        f"unknown name `{word}`",
        span,
        label="nothing says which one is meant",
        help=f"name it first: `any {word} in {collection} has (…)`",
    )


def rootless(span: Span, word: str, path: str) -> Diagnostic:
    """A fact without the campaign that it is of."""
    return error(
        "E0304",
        f"unknown name `{word}`",
        span,
        help=f"facts begin with the campaign: `{path}`",
        replacement=path,
    )
