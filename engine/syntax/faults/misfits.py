"""What is said where words do not fit; which of it applies, `syntax.misfits` decides."""

import re

from ...source.diagnostic import Diagnostic, error
from ...source.suggest import did_you_mean, nearest
from ...source.text import Span
from .. import expectations as expect

_QUOTED = re.compile("`([^`]+)`")
_STARTS = {
    expect.CLAUSE: "begins no clause",
    expect.ITEM: "begins no part of a policy file",
    expect.STEP: "begins no step of a test",
    expect.FACT: "begins no fact",
    expect.EDITION: "begins no edition of a set",
    expect.PARAMETER_CLAUSE: "begins no part of a parameter",
    expect.DEFINITION_CLAUSE: "begins no part of a definition",
    expect.TABLE_CLAUSE: "begins no part of a table",
    expect.WAIVER_CLAUSE: "begins no part of a waiver",
    expect.PROFILE_CLAUSE: "begins no part of a profile",
}


def capitals(span: Span, typed: str, keyword: str) -> Diagnostic:
    """Report a keyword in capitals."""
    return error(
        "E0213",
        f"`{typed}` has capital letters; keywords are written in lower case",
        span,
        label=f"write `{keyword}`",
        help="words such as NO, IN and IT are country codes, so capitals make a difference",
        replacement=keyword,
    )


def habit(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report a phrase of ordinary English for which the language has another."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `{phrase}`",
        help=f"the same is said with `{phrase}`",
        replacement=phrase,
    )


def norm(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report what shall be so, in a condition, which says what is so."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label="a condition says what is, and its clause what shall be",
        help=f"say `require … {phrase} …`; behind `prohibit when` stands what is not to be",
    )


def leading(span: Span, word: str, advice: str | None) -> Diagnostic:
    """Report a word in front of a condition; without advice it says nothing that would be lost."""
    return error(
        "E0211",
        f"`{word}` does not belong here",
        span,
        label=None if advice else "leave it out",
        help=advice,
        replacement=None if advice else "",
    )


def habit_of_age(span: Span, typed: str, phrase: str, of_days: str) -> Diagnostic:
    """Report a phrase that may speak of an age or of a day."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `{phrase}` of an age, `{of_days}` of a day",
        help=f"of ages and lengths the same is said with `{phrase}`, of days with `{of_days}`",
    )


def habit_of_text(span: Span, typed: str, text: str) -> Diagnostic:
    """Report a phrase of which it is open whether it speaks of a list or of a text."""
    pattern = f'is like "*{text}*"'
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f"say `includes` of a list, `{pattern}` of a text",
        help=f"a list `includes` a value; a text that has words in it `{pattern}`",
    )


def pattern(span: Span, typed: str, written: str) -> Diagnostic:
    """Report a phrase about a part of a text, which a pattern says."""
    return error(
        "E0212",
        f"`{typed}` is not a phrase of the language",
        span,
        label=f'say `is like "{written}"`',
        help="a star in a pattern stands for any text",
    )


def counted(span: Span, typed: str) -> Diagnostic:
    """Report a number that does not say of what it is."""
    return error(
        "E0212",
        f"`{typed}` cannot begin a condition",
        span,
        label="of what?",
        help="of one say `any approval in campaign.approvals has (…)`; of more, count them: "
        f"`count of (each approval in campaign.approvals where …) is {typed} 2`",
    )


def misspelt(span: Span, typed: str, phrase: str) -> Diagnostic:
    """Report a phrase of the language, nearly."""
    return error(
        "E0214",
        f"`{typed}` is not a phrase of the language",
        span,
        label="is this misspelt?",
        help=f"did you mean `{phrase}`?",
        replacement=phrase,
    )


def one_word(span: Span, found: str, named: str) -> Diagnostic:
    """Report the second word of a name; `named` is the first."""
    whole = f"{named}_{found.lower()}".lower() if found.isidentifier() else None
    return error(
        "E0217",
        f"`{found}` does not go on with the name `{named}`",
        span,
        help=f"a name is one word: {f'`{whole}`' if whole else 'join its parts by `_`'}",
    )


def unknown_start(
    span: Span, found: str, expected: str, advice: str, *, replacement: str | None = None
) -> Diagnostic:
    """Report a word that begins nothing."""
    return error(
        "E0217",
        f"`{found}` {_STARTS[expected]}",
        span,
        help=advice,
        replacement=replacement,
    )


def short_name(span: Span, found: str) -> Diagnostic:
    """Report the name of an instrument that is not one word."""
    return error(
        "E0201",
        f"expected {expect.TEXT}, found `{found}`",
        span,
        help="the short name is one word of letters, digits and `_`, such as `CAP_CODE`; the "
        "full name follows it in quotation marks",
    )


def unfinished(span: Span, tail: str, expected: str, advice: str | None) -> Diagnostic:
    """Report a clause that stops short."""
    return error(
        "E0215",
        f"{expected} is missing after `{tail}`",
        span,
        label="something is missing behind this",
        help=advice,
    )


def surplus(span: Span, found: str, part: str, advice: str) -> Diagnostic:
    """Report something behind the end of a clause; `part` is what a clause is called there."""
    return error(
        "E0211",
        f"`{found}` does not belong here",
        span,
        label=f"the {part} is complete before this",
        help=advice,
    )


def reserved(span: Span, word: str, expected: str) -> Diagnostic:
    """Report a word of the language used as a name."""
    return error(
        "E0216",
        f"`{word}` is a word of the language and cannot be {expected.removesuffix(expect.CASE)}",
        span,
        label="choose another word",
        help=f"`is {word}` has a meaning of its own" if expected == expect.MEMBER else None,
    )


def full_stop(span: Span, before: str) -> Diagnostic:
    """Report a clause that ends as a sentence does, or within a name of which one word stands."""
    is_begun = before.isidentifier()
    return error(
        "E0218",
        "a clause does not end with a full stop",
        span,
        label="leave it out, or write the rest of the name" if is_begun else "leave it out",
        help="a clause ends with its line",
        replacement=None if is_begun else "",
    )


def unfit(span: Span, found: str, expected: str, advice: str | None) -> Diagnostic:
    """Report one word where another should stand."""
    near = nearest(found, _QUOTED.findall(expected)) if found else None
    wanted = "`and`, `or` or `)`" if expected == "`)`" else expected
    return error(
        "E0201",
        f"expected {wanted}, found {f'`{found}`' if found else 'the end of the file'}",
        span,
        help=did_you_mean(near, advice),
        replacement=near,
    )
