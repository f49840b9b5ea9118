"""The lossless scanner: a text as tokens that, joined, are the text again.

It finds what no grammar should meet (strange quotation marks, invisible characters, habits such
as `>=`, brackets nested too deep) and hides comments from the grammar without moving any offset.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ..source.diagnostic import Diagnostic
from ..source.text import Source
from . import faults
from .lexis import MAXIMUM_DEPTH, QUOTE_HABITS, SYMBOL_HABITS


class TokenKind(Enum):
    """What a token is, as far as the scanner can tell."""

    SPACE = "space"
    COMMENT = "comment"
    TEXT = "text"
    OPEN_TEXT = "open_text"
    NUMBER = "number"
    WORD = "word"
    MARK = "mark"
    HABIT = "habit"
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


_HABITS = "|".join(re.escape(symbol) for symbol in sorted(SYMBOL_HABITS, key=len, reverse=True))
_SCANNER = re.compile(
    rf"""
      (?P<space>[ \t\r\n]+)
    | (?P<comment>\#[^\n]*)
    | (?P<text>"(?:[^"\\\n]|\\.)*")
    | (?P<open_text>"[^\n]*)
    | (?P<number>\d[\d.\-]*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<habit>{_HABITS})
    | (?P<mark>[(){{}}\[\],;:.%+*/\-])
    | (?P<strange>[\s\S])
    """,
    re.VERBOSE | re.ASCII,
)


def scan(source: Source) -> Iterator[Token]:
    """Yield the tokens of a text, in order; joined they are the text."""
    for match in _SCANNER.finditer(source.text):
        kind = TokenKind(match.lastgroup)
        yield Token(kind=kind, text=match.group(), start=match.start())


def examine(source: Source) -> tuple[str, tuple[Diagnostic, ...]]:
    """Return the text with its comments blanked out, and the faults that the scanner sees."""
    blanked: list[str] = []
    found: list[Diagnostic] = []
    depth = 0
    for token in scan(source):
        is_comment = token.kind is TokenKind.COMMENT
        blanked.append(" " * len(token.text) if is_comment else token.text)
        found.extend(_token_faults(source, token))
        if token.text in "([{":
            depth += 1
            if depth == MAXIMUM_DEPTH + 1:
                found.append(faults.too_deep(source.span(token.start, token.end)))
        elif token.text in ")]}":
            depth = max(0, depth - 1)
    return "".join(blanked), tuple(found)


def _token_faults(source: Source, token: Token) -> Iterator[Diagnostic]:
    span = source.span(token.start, token.end)
    match token.kind:
        case TokenKind.HABIT:
            yield faults.symbol_habit(span, token.text)
        case TokenKind.OPEN_TEXT:
            yield faults.unclosed_text(span)
        case TokenKind.STRANGE if token.text in QUOTE_HABITS:
            yield faults.curly_quote(span, token.text)
        case TokenKind.STRANGE:
            yield faults.strange_character(span, token.text)
        case TokenKind.COMMENT | TokenKind.TEXT:
            yield from _hidden_characters(source, token)
        case _:
            pass


def _hidden_characters(source: Source, token: Token) -> Iterator[Diagnostic]:
    """Find characters that change what a reviewer sees (Trojan Source, CVE-2021-42574)."""
    for offset, character in enumerate(token.text, token.start):
        if unicodedata.category(character) in {"Cf", "Cc", "Co", "Cn"} and character != "\t":
            yield faults.hidden_character(source.span(offset, offset + 1), character)
