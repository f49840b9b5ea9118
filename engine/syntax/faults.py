"""The catalogue of what the scanner and the parser say, but for `misfits`."""

import unicodedata

from ..source.diagnostic import Diagnostic, error, warning
from ..source.text import Span
from .habits import MARK_HABITS, STRANGE_HABITS, SYMBOL_HABITS
from .lexis import LONGEST_NAME, MAXIMUM_DEPTH, MOST_DIGITS, MOST_FAULTS

SHAPES = {
    "policy": "policy NAME",
    "vocabulary": "vocabulary NAME",
    "record": "record NAME",
    "set": "set NAME of TYPE",
    "parameter": "parameter NAME : TYPE",
    "define": "define NAME",
    "table": "table NAME unique",
    "waiver": "waiver NAME",
    "profile": "profile NAME",
    "test": 'test "TITLE"',
}
"""The constructs that end with words of their own, and how each begins."""

_NOUNS = {"define": "definition"}
"""What a construct is called where its keyword is no noun."""


# --- characters and words ---------------------------------------------------------------------


def symbol_habit(span: Span, symbol: str) -> Diagnostic:
    """Report a sign of a programming language or spreadsheet."""
    words = SYMBOL_HABITS[symbol]
    kind = "conditions are joined" if words in ("and", "or", "not") else "values are compared"
    return error(
        "E0101",
        f"`{symbol}` is a sign; policies are written in words",
        span,
        label=f"say `{words}`",
        help=f"{kind} in words, so that everyone reads them the same way: `{words}`",
        replacement=words,
    )


def mark_habit(span: Span, mark: str) -> Diagnostic:
    """Report a mark that looks like one of the language, or does its work elsewhere."""
    meant = MARK_HABITS[mark]
    is_comment = meant == "#"
    return error(
        "E0101",
        f"`{mark}` is not a mark of the language",
        span,
        label=f"use `{meant}`",
        help="a remark begins with `#` and goes to the end of the line" if is_comment else None,
        replacement=meant,
    )


def unclosed_text(span: Span) -> Diagnostic:
    """Report a text without its closing quotation mark."""
    return error(
        "E0102",
        "this text has no closing quotation mark",
        span,
        label="it begins here and never ends",
        help='close the text with `"` on the same line',
    )


def curled_quote(span: Span, text: str) -> Diagnostic:
    """Report a text in quotation marks of a word processor or of another language, or one mark."""
    is_whole = len(text) > 1 and "\\" not in text
    return error(
        "E0103",
        f"`{text[0]}` is not a quotation mark of the language",
        span,
        label='put this between straight quotation marks: `"`',
        help="word processors put such marks in place of the straight double one",
        replacement=f'"{text[1:-1]}"' if is_whole else None,
    )


def apostrophe(span: Span, mark: str) -> Diagnostic:
    """Report the mark of a genitive."""
    return error(
        "E0104",
        f"the character `{mark}` has no meaning here",
        span,
        help="what belongs to something is named behind a full stop: `campaign.targeting.age`",
    )


def strange_character(span: Span, character: str) -> Diagnostic:
    """Report a character that has no meaning here."""
    return error(
        "E0104",
        f"the character `{character}` has no meaning here",
        span,
        help=STRANGE_HABITS.get(character),
    )


def foreign_letter(span: Span, word: str) -> Diagnostic:
    """Report a letter outside a to z in a word."""
    letter = next(character for character in word if not character.isascii())
    name = unicodedata.name(letter, "unnamed").lower()
    return error(
        "E0104",
        f"the word `{word}` has a letter that names cannot have: `{letter}`",
        span,
        label=name,
        help="names are made of the letters a to z, digits and `_`; texts in quotation marks may "
        "have any letter",
    )


def hidden_character(span: Span, character: str) -> Diagnostic:
    """Report a character that a reviewer cannot see, or cannot tell from a space."""
    name = unicodedata.name(character, "control character").lower()
    is_space = unicodedata.category(character) == "Zs"
    return error(
        "E0105",
        f"there is a character here that nobody can see (U+{ord(character):04X}, {name})",
        span,
        help="put an ordinary space in its place"
        if is_space
        else "delete it: such characters can make a text read differently from what it says",
        replacement=" " if is_space else "",
    )


def too_deep(span: Span) -> Diagnostic:
    """Report brackets within brackets within brackets."""
    return error(
        "E0106",
        f"brackets are nested deeper than {MAXIMUM_DEPTH}",
        span,
        label="this bracket is one too many",
        help="split the condition into several rules, or write it as a labelled list",
    )


def too_many_digits(span: Span) -> Diagnostic:
    """Report a number that no campaign holds."""
    return error(
        "E0107",
        f"this number has more than {MOST_DIGITS} digits in a row",
        span,
        help="write a number that a campaign could hold",
    )


def file_too_long(span: Span, most: int, parts: str) -> Diagnostic:
    """Report a text that is not read at all."""
    return error(
        "E0108",
        f"the file has more than {most:,} {parts}",
        span,
        help="split it into several files, one for each subject",
    )


def unknown_escape(span: Span, escape: str) -> Diagnostic:
    r"""Report a backslash before anything but `"` and `\`."""
    is_star = escape == r"\*"
    own = r"`\\*` for a star in a pattern" if is_star else r"`\\` for a backslash of your own"
    return error(
        "E0109",
        f"`{escape}` means nothing in a text",
        span,
        help=f'a backslash stands before `"` or before another backslash; write {own}',
    )


def name_too_long(span: Span) -> Diagnostic:
    """Report a name that no index of decisions holds."""
    return error(
        "E0111",
        f"this name has more than {LONGEST_NAME} letters",
        span,
        help="give it a short name, and say the rest in the text beside it",
    )


def too_many_faults(span: Span) -> Diagnostic:
    """Report the end of a long list of faults."""
    return error(
        "E0110",
        f"there are more than {MOST_FAULTS} faults; the rest is not listed",
        span,
        help="mend the faults above and check the file again",
    )


# --- constructs -------------------------------------------------------------------------------


def missing_end(
    span: Span,
    construct: str,
    *,
    line: int | None = None,
    found: str | None = None,
    item: str | None = None,
) -> Diagnostic:
    """Report a construct that does not end before `line`.

    `found` is a wrong `end …` there, `item` the keyword of what begins there in its stead.
    """
    words, noun = f"end {construct}", _NOUNS.get(construct, construct)
    if found is not None:
        return error(
            "E0202",
            f"expected `{words}`, found `{found}`",
            span,
            help=f"the {noun} is closed by `{words}`",
            replacement=words,
        )
    where = "at the end of the file" if line is None else f"before line {line}"
    if item is not None and item != construct:
        inner = _NOUNS.get(item, item)
        where += f": {'an' if inner[0] in 'aeiou' else 'a'} {inner} stands outside of a {noun}"
    return error(
        "E0202",
        f"`{words}` is missing",
        span,
        label=f"this {noun} is never closed",
        help=f"write `{words}` on a line of its own, {where}",
    )


def mixed_junction(span: Span, second: str) -> Diagnostic:
    """`and` and `or` without brackets."""
    other = "or" if second == "and" else "and"
    return error(
        "E0203",
        "`and` and `or` are mixed without brackets",
        span,
        label=f"does this `{second}` bind closer than the `{other}` before it?",
        help="put brackets around the part that belongs together, or write a labelled list: "
        "`any of (a) …; (b) …`",
    )


def unclosed_bracket(span: Span, opening: str, closing: str) -> Diagnostic:
    """Report an opening bracket without its partner."""
    return error(
        "E0204",
        f"the bracket `{opening}` is never closed",
        span,
        label="opened here",
        help=f"write `{closing}` where the part in brackets ends",
    )


def stray_bracket(span: Span, bracket: str) -> Diagnostic:
    """Report a closing bracket without its partner."""
    return error(
        "E0205",
        f"the bracket `{bracket}` was never opened",
        span,
        help="delete it, or open a bracket where the part in brackets begins",
    )


def impossible_day(span: Span, day: str) -> Diagnostic:
    """Report a day that no calendar has, or one not written in full."""
    year, month, number = day.split("-")
    full = f"{year}-{month:0>2}-{number:0>2}"
    if full != day:
        return error(
            "E0206",
            f"the day `{day}` is not written in full",
            span,
            label=f"write `{full}`",
            help="months and days have two digits",
            replacement=full,
        )
    return error(
        "E0206",
        f"there is no day `{day}` in the calendar",
        span,
        help="days are written year-month-day, such as `2026-02-28`",
    )


def too_tall(span: Span) -> Diagnostic:
    """Report a condition with too many parts within parts."""
    return error(
        "E0207",
        "this condition has too many parts within parts",
        span,
        label="it begins here",
        help="split it into several rules, or write it as a labelled list",
    )


def unbracketed_list(span: Span, words: str) -> Diagnostic:
    """Report a labelled list inside another condition."""
    return error(
        "E0208",
        "a labelled list inside another condition needs brackets around it",
        span,
        label="the list begins here",
        help=f"write `({words} (a) …; (b) …)`, so that everyone sees where the list ends",
    )


def end_of_rule(span: Span) -> Diagnostic:
    """Report a rule closed as if it were a policy."""
    return error(
        "E0209",
        "a rule has no `end rule`",
        span,
        label="delete this line",
        help="a rule ends where the next rule begins, or at `end policy`",
        replacement="",
    )


def outside(span: Span, found: str, construct: str) -> Diagnostic:
    """Report a part of a construct where no such construct is open."""
    opening, noun = SHAPES[construct], _NOUNS.get(construct, construct)
    if found.startswith("end "):
        return error(
            "E0210",
            f"`{found}` closes nothing",
            span,
            label=f"no {noun} is open here",
            help=f"delete it, or write `{opening}` where the {noun} begins",
        )
    return error(
        "E0210",
        f"`{found}` stands outside of any {noun}",
        span,
        label=f"no {noun} is open here",
        help=f"it belongs between `{opening}` and `end {construct}`; "
        f"an `end {construct}` above may come too early, or a line `{opening}` may be missing",
    )


# --- layout -----------------------------------------------------------------------------------


def nested_exception(span: Span) -> Diagnostic:
    """Report an exception that is written as if it were one from another exception."""
    return warning(
        "W0715",
        "this exception is from the rule, and not from the exception before it",
        span,
        label="it excuses a campaign by itself",
        help="write what an exception does not cover into its condition: `… and not …`; if two "
        "exceptions are meant, begin both in the same column",
    )
