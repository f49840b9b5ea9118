"""The lossless scanner: a text as tokens that, joined, are the text again.

It finds what no grammar should meet (strange quotation marks, invisible characters, habits such
as `>=`) and readies the text for the grammar without moving any offset: comments, invisible
characters and a byte order mark become spaces, strange quotation marks straight ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from ..source.diagnostic import Diagnostic
from ..source.text import Source, Span
from . import faults
from .habits import BARE_HABITS
from .lexis import (
    CLAUSE_KEYWORDS,
    CONTRACTION,
    ITEM_KEYWORDS,
    LONGEST_NAME,
    MOST_DIGITS,
    MOST_FAULTS,
    ROW_KEYWORDS,
    TEST_KEYWORDS,
    TEXT,
)
from .notations import MARK_HABITS, QUOTE_HABITS, SYMBOL_HABITS


class TokenKind(Enum):
    """What a token is, as far as the scanner can tell."""

    SPACE = "space"
    COMMENT = "comment"
    TEXT = "text"
    OPEN_TEXT = "open_text"
    CONTRACTION = "contraction"
    GROUPING = "grouping"
    CURLED_TEXT = "curled_text"
    NUMBER = "number"
    WORD = "word"
    HABIT = "habit"
    MARK = "mark"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token and the offset at which it starts."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset just behind it."""
        return self.start + len(self.text)


_HABITS = "|".join(map(re.escape, sorted((*SYMBOL_HABITS, *MARK_HABITS), key=len, reverse=True)))
_PAIRS = (
    *(("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«")),
    *(("‘", "’"), ("‚", "‘"), ("'", "'"), ("`", "`")),  # noqa: RUF001 - the ambiguity is the point.
)
_LONGEST_CURLED = 500
_CURLED = "|".join(
    (
        *(
            rf"(?<!\w){opening}[^\r\n\"]{{0,{_LONGEST_CURLED}}}?{closing}(?!\w)"
            for opening, closing in _PAIRS
        ),
        f"[{QUOTE_HABITS}]",
    )
)
"""A text in other quotation marks, which may hold apostrophes, or such a mark alone."""

_TOKEN = rf"""
      (?P<space>\A\ufeff|(?:[ \t\n]|\r\n)+)
    | (?P<comment>\#[^\r\n]*)
    | (?P<text>{TEXT})
    | (?P<open_text>"[^\r\n]*)
    | (?P<contraction>{CONTRACTION})
    | (?P<grouping>(?<=[0-9])['\u2019](?=[0-9]))
    | (?P<curled_text>{_CURLED})
    | (?P<number>[0-9][0-9.\-]*)
    | (?P<word>[^\W\d]\w*)
    | (?P<habit>{_HABITS})
    | (?P<mark>[(){{}}\[\],;:.%+*/\-])
    | (?P<strange>[\s\S])
    """
_SCANNER = re.compile(_TOKEN, re.VERBOSE)
_SWIFT_SCANNER = re.compile(
    rf"""
      (?P<plain>(?:
          [ \t\n]
        | [A-Za-z_][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}+(?![\w'\u2019])
        | "[ !#-\[\]-~]*+(?:\\[\\"][ !#-\[\]-~]*+)*"
        | [(){{}}\[\],;:.%+*\-]
        | [0-9][0-9.\-]{{0,{MOST_DIGITS - 1}}}+(?![0-9.\-])
      ){{1,1000}})
    | {_TOKEN}
    """,
    re.VERBOSE,
)
"""Takes many tokens at once where nothing can be wrong with them.

A thousand at most, since `re` remembers a way back for each of them. Only one set of characters is
repeated possessively: of a group with alternatives, Python before 3.11.5 then matches too much or
too little (python/cpython#106052).
"""

_BEGINNINGS = {
    words.split()[0] for words in (*ITEM_KEYWORDS, *CLAUSE_KEYWORDS, *TEST_KEYWORDS, "end", "rule")
}
_FIRST_WORD = re.compile(r"[ \t]*(\w+)")
_LONGEST_ROW = 24
"""The row of a table may stand on so many lines."""

_LONG_NUMBER = re.compile(rf"[0-9]{{{MOST_DIGITS + 1}}}")
_ESCAPE = re.compile(r"\\.")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that change what a reviewer sees (Trojan Source, CVE-2021-42574)."""


def scan(source: Source) -> Iterator[Token]:
    """Yield the tokens of a text, in order; joined they are the text."""
    for match in _SCANNER.finditer(source.text):
        yield _token(match)


def _token(match: re.Match[str]) -> Token:
    return Token(kind=TokenKind(match.lastgroup), text=match.group(), start=match.start())


def examine(source: Source) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text as the grammar reads it, and the faults that the scanner sees.

    It stops reading once there are more than `MOST_FAULTS`.
    """
    readied: list[str] = []
    found: list[Diagnostic] = []
    for match in _SWIFT_SCANNER.finditer(source.text):
        if match.lastgroup == "plain":
            readied.append(match.group())
            continue
        token = _token(match)
        readied.append(_readied(token))
        if token.text == "|" and _first_word(source.text, token.start) in ROW_KEYWORDS:
            continue
        found.extend(islice(_token_faults(source, token), MOST_FAULTS + 1))
        if len(found) > MOST_FAULTS:
            break
    return "".join(readied), tuple(found)


def _first_word(text: str, place: int) -> str | None:
    """Return the keyword with which the line begins that a place lies in, or that goes on there."""
    for _ in range(_LONGEST_ROW):
        place = text.rfind("\n", 0, place)
        first = _FIRST_WORD.match(text, place + 1)
        if first is not None and first[1] in _BEGINNINGS:
            return first[1]
        if place < 0:
            break
    return None


def _readied(token: Token) -> str:
    match token.kind:
        case TokenKind.COMMENT:
            return " " * len(token.text)
        case TokenKind.CURLED_TEXT if len(token.text) > 1:
            return f'"{token.text[1:-1]}"'
        case TokenKind.SPACE | TokenKind.STRANGE if _is_unseen(token.text[0]):
            return " "
        case _:
            return token.text


def _is_unseen(character: str) -> bool:
    return character not in " \t\r\n" and unicodedata.category(character) in {*_UNSEEN, "Zs"}


def _token_faults(source: Source, token: Token) -> Iterator[Diagnostic]:  # noqa: C901 - one flat choice.
    span = source.span(token.start, token.end)
    match token.kind:
        case TokenKind.HABIT if token.text in SYMBOL_HABITS:
            yield _symbol_fault(span, token.text, _first_word(source.text, token.start))
        case TokenKind.HABIT:
            yield faults.characters.mark_habit(span, token.text)
        case TokenKind.OPEN_TEXT:
            yield faults.characters.unclosed_text(span)
        case TokenKind.CURLED_TEXT:
            told = (
                faults.characters.apostrophe
                if _is_apostrophe(source.text, token)
                else faults.characters.curled_quote
            )
            yield told(span, token.text)
        case TokenKind.NUMBER if _LONG_NUMBER.search(token.text):
            yield faults.characters.too_many_digits(span)
        case TokenKind.WORD if not token.text.isascii():
            yield faults.characters.foreign_letter(span, token.text)
        case TokenKind.WORD if len(token.text) > LONGEST_NAME:
            yield faults.characters.name_too_long(span)
        case TokenKind.STRANGE if _is_unseen(token.text) or token.text == "\r":
            yield faults.characters.hidden_character(span, token.text)
        case TokenKind.GROUPING | TokenKind.STRANGE:
            yield faults.characters.strange_character(span, token.text)
        case TokenKind.COMMENT:
            yield from _hidden_characters(source, token)
        case TokenKind.TEXT:
            yield from _hidden_characters(source, token)
            yield from _unknown_escapes(source, token)
        case _:
            pass


def _symbol_fault(span: Span, symbol: str, first: str | None) -> Diagnostic:
    """Report a sign in a line that begins with a keyword, for which other words may fit there."""
    words = SYMBOL_HABITS[symbol]
    if first == "given" and words in ("and", "or"):
        return faults.characters.joined_facts(span, symbol)
    bare = words.removeprefix("is ")
    is_limit = first == "case" and bare in BARE_HABITS
    return faults.characters.symbol_habit(span, symbol, bare if is_limit else words)


def _is_apostrophe(text: str, token: Token) -> bool:
    around = text[token.start - 1 : token.start], text[token.end : token.end + 1]
    return token.text in "'’" and all(map(str.isalnum, around))  # noqa: RUF001 - as typed.


def _hidden_characters(source: Source, token: Token) -> Iterator[Diagnostic]:
    if token.text.isprintable():
        return
    for offset, character in enumerate(token.text, token.start):
        if unicodedata.category(character) in _UNSEEN and character != "\t":
            yield faults.characters.hidden_character(source.span(offset, offset + 1), character)


def _unknown_escapes(source: Source, token: Token) -> Iterator[Diagnostic]:
    for match in _ESCAPE.finditer(token.text):
        if match.group() not in ("\\\\", '\\"'):
            start = token.start + match.start()
            yield faults.characters.unknown_escape(source.span(start, start + 2), match.group())
