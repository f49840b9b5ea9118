"""What full text asks for: words that must all occur, beginnings of words, and phrases.

`profiled ads` finds justifications with both words, wherever they stand; `"profiled ads"` those in
which they follow each other; `profil*` those with a word that begins so. Case and marks do not
matter (`audit.entries.words`). There is no other operator, and what looks like one is refused.

`TextQuery.meets` is the definition. Both databases look the words up in an index of their own, and
then compare phrases in the stored words, so that they find the same.
"""

import re
from dataclasses import dataclass
from typing import Self

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from ...audit.entries.words import LONGEST_WORD, words_in
from ..errors import InvalidQuery
from ..schema import log_entry_words

MOST_WORDS = 32
"""The most words of a query."""

_OPERATORS = frozenset({"AND", "OR", "NOT", "NEAR"})
_PIECE = re.compile(r'"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)')

_FOUND = table("log_entry_found", column("rowid", Integer), column("log_entry_found"))
"""The table of FTS5 that lies beside `log_entry_words` on SQLite."""

_VECTOR = func.array_to_tsvector(
    func.string_to_array(log_entry_words.c.words, literal_column("' '"))
)
"""What the index of PostgreSQL is over, in the very words of the migration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuery:
    """Words that must all occur, beginnings of which each must be one of a word, and phrases."""

    words: frozenset[str]
    beginnings: frozenset[str]
    phrases: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a text asks for. Raises `InvalidQuery`."""
        if text.count('"') % 2:
            raise InvalidQuery("a quotation mark of the text has no partner")
        words, beginnings, phrases = set[str](), set[str](), set[str]()
        for piece in _PIECE.finditer(text):
            if piece["phrase"] is not None:
                found = _phrase(piece["phrase"])
                phrases.add(" ".join(found))
            elif piece["word"].endswith("*"):
                found = []
                beginnings.add(_beginning(piece["word"]))
            else:
                found = _words(piece["word"])
            words |= set(found)
        if not 1 <= len(words) + len(beginnings) <= MOST_WORDS:
            raise InvalidQuery(f"a text has 1 to {MOST_WORDS} words to find")
        return cls(
            words=frozenset(words), beginnings=frozenset(beginnings), phrases=frozenset(phrases)
        )

    def meets(self, words: str) -> bool:
        """Whether the words of a justification meet this."""
        listed = words.split()
        return (
            self.words.issubset(listed)
            and all(any(each.startswith(one) for each in listed) for one in self.beginnings)
            and all(f" {phrase} " in f" {words} " for phrase in self.phrases)
        )

    def place(self, dialect: str) -> tuple[FromClause, ColumnElement[int], ColumnElement[bool]]:
        """Return where a kind of database finds this: a table, its index of entries, a condition.

        Pages follow that index rather than the one of `log_entry`: FTS5 gives what it found in this
        order, so that a page of a word that is everywhere reads no more than a page.
        """
        if dialect == "sqlite":
            matched = _FOUND.c.log_entry_found.bool_op("MATCH")(self._sqlite())
            phrases = log_entry_words.c.index == _FOUND.c.rowid
            exact: list[ColumnElement[bool]] = [
                select(1).where(phrases, _has_phrase(each)).correlate(_FOUND).exists()
                for each in sorted(self.phrases)
            ]
            return _FOUND, _FOUND.c.rowid, and_(matched, *exact)
        matched = _VECTOR.bool_op("@@")(cast(self._postgresql(), TSQUERY))
        exact = [_has_phrase(each) for each in sorted(self.phrases)]
        return log_entry_words, log_entry_words.c.index, and_(matched, *exact)

    def _sqlite(self) -> str:
        listed = [f'"{word}"' for word in sorted(self.words)]
        return " AND ".join([*listed, *(f'"{each}" *' for each in sorted(self.beginnings))])

    def _postgresql(self) -> str:
        listed = [f"'{word}'" for word in sorted(self.words)]
        return " & ".join([*listed, *(f"'{each}':*" for each in sorted(self.beginnings))])


def _has_phrase(phrase: str) -> ColumnElement[bool]:
    spaced = literal(" ") + log_entry_words.c.words + literal(" ")
    return spaced.contains(f" {phrase} ")


def _words(text: str) -> list[str]:
    if text in _OPERATORS:
        raise InvalidQuery(
            f"`{text}` is no operator here: all words must occur; to find the word, write it small"
        )
    if text.startswith("-"):
        raise InvalidQuery("a word cannot be excluded: leave out the `-`")
    if "*" in text:
        raise InvalidQuery("a `*` stands at the end of a word: `profil*`")
    return list(words_in(text))


def _phrase(text: str) -> list[str]:
    if "*" in text:
        raise InvalidQuery("a phrase has whole words: leave out its `*`")
    found = list(words_in(text))
    if not found:
        raise InvalidQuery("a phrase has no word to find")
    return found


def _beginning(text: str) -> str:
    found = _words(text[:-1])
    if len(found) != 1 or len(found[0]) >= LONGEST_WORD:
        raise InvalidQuery("a `*` follows the beginning of one word: `profil*`")
    return found[0]
