"""What is said of characters, words and whole texts: `E01xx`."""

import unicodedata

from ...source.diagnostic import Diagnostic, error
from ...source.text import Span
from ..lexis import LONGEST_NAME, MAXIMUM_DEPTH, MOST_DIGITS, MOST_FAULTS
from ..notations import MARK_HABITS, STRANGE_HABITS


def symbol_habit(span: Span, symbol: str, words: str) -> Diagnostic:
    """Report a sign of a programming language or spreadsheet, for which these words are said."""
    kind = "conditions are joined" if words in ("and", "or", "not") else "values are compared"
    return error(
        "E0101",
        f"`{symbol}` is a sign; policies are written in words",
        span,
        label=f"say `{words}`",
        help=f"{kind} in words, so that everyone reads them the same way: `{words}`",
        replacement=words,
    )


def joined_facts(span: Span, symbol: str) -> Diagnostic:
    """Report a sign between what is given, of which neither `and` nor `or` is said."""
    return error(
        "E0101",
        f"`{symbol}` is a sign; policies are written in words",
        span,
        label="say each by itself",
        help="a test states one value of each fact, each in a line `given …` of its own; the "
        "inputs of a table are set apart by commas",
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
