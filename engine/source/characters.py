"""What counts of the characters of a text: two texts that read alike are compared as alike.

A form leaves a blank behind a name; an editor bends apostrophes, and keeps words together by blanks
and hyphens of their own; an ad is set in bold letters that are characters of their own, or has some
that nobody sees between them. None of these says anything else.

Sources: UAX #15 (normalisation); the Unicode Standard, 3.13, D146 (`NFKC_Casefold`), and the
property `Default_Ignorable_Code_Point` of its database.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain
from types import MappingProxyType

_IGNORABLE = frozenset(
    map(
        chr,
        chain(
            (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
            *(range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x202A, 0x202F)),
            *(range(0x2060, 0x2070), range(0xFE00, 0xFE10), range(0xFFF0, 0xFFF9)),
            *(range(0x1BCA0, 0x1BCA4), range(0x1D173, 0x1D17B), range(0xE0000, 0xE1000)),
        ),
    )
)
"""Characters that a reader does not see, and that no comparison by reading minds."""

_BRAILLE_BLANK = "\u2800"
_UNSEEN = _IGNORABLE | {" ", _BRAILLE_BLANK}
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_BLANKS = _SPACES + _BRAILLE_BLANK + "\xad\u115f\u1160\u200b\u200e\u200f\u2060\u3164\ufeff\uffa0"
"""What says nothing at the end of a text; joiners and variants may belong to the last letter."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02b9\u02bc\uff07`\u00b4"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"
_ALIKE: Mapping[int, str | None] = MappingProxyType(
    {
        **{ord(each): None for each in _IGNORABLE},
        **{ord(each): "-" for each in _DASHES},
        **{ord(each): "'" for each in _SINGLE_QUOTES},
        **{ord(each): '"' for each in _DOUBLE_QUOTES},
        ord(_BRAILLE_BLANK): " ",
    }
)
_SEVERAL_SPACES = re.compile(r"\s+")

_LONGEST_KEPT = 10_000
"""The longest text, in characters, whose form is kept for the next pattern."""

MOST_MARKS = 30
"""The most combining marks in a row that writing needs, with a wide margin (UAX #15, 12.1)."""

_FEW = 1_000
"""Of so many texts the forms are kept for several lists or sets at a time, of more for two."""


def heaps_marks(text: str, most: int = MOST_MARKS) -> bool:
    """Whether more combining marks than so many follow each other, unseen characters aside.

    Putting them in order, as normalisation does, takes a time quadratic in their number.
    """
    if text.isascii():
        return False
    # Looked at one by one, blanks by the million would take a second; ASCII has no marks.
    beyond_ascii = re.compile(rf"[^\x00-\x7f]{{{most + 1},}}")
    for found in beyond_ascii.finditer(text):
        rows = _without_letters(most + 1).finditer(found[0])
        if any(_longest_heap(row[0]) > most for row in rows):
            return True
    return False


@cache
def _without_letters(least: int) -> re.Pattern[str]:
    """Return what finds so many characters in a row of which none is a letter that is seen."""
    unseen_letters = "".join(filter(str.isalnum, sorted(_IGNORABLE)))
    return re.compile(rf"[\W{unseen_letters}]{{{least},}}")


def _longest_heap(row: str) -> int:
    longest = heap = 0
    for each in row:
        if each not in _IGNORABLE:
            # Some that are no marks themselves stand for nothing but marks.
            is_mark = unicodedata.combining(unicodedata.normalize("NFD", each)[0]) > 0
            heap = heap + 1 if is_mark else 0
            longest = max(longest, heap)
    return longest


def stated(text: str) -> str:
    """Return a text as it counts, for `is` too: in NFC, without the blanks at its ends."""
    return unicodedata.normalize("NFC", text).strip(_BLANKS)


def same(one: str, other: str) -> bool | None:
    """Whether two texts are the same, letter by letter; None if they only read alike."""
    if one == other:
        return True
    return None if folded(one) == folded(other) else False


def any_same(some: Iterable[str], others: Collection[str]) -> bool | None:
    """Whether any of some texts is one of some others; None if one only reads like one of them."""
    few, many = sorted((frozenset(some), frozenset(others)), key=len)
    if not few.isdisjoint(many):
        return True
    forms = by_form(many)
    return None if any(folded(each) in forms for each in few) else False


def by_form(texts: frozenset[str]) -> Mapping[str, str]:
    """Return the first of some texts, in their order, by how they read.

    They are kept for whatever is looked for among them next: those of the sets of policies, which
    are short, and the last of the lists that a campaign may have.
    """
    return (_of_few if len(texts) <= _FEW else _of_many)(texts)


def _by_form(texts: frozenset[str]) -> Mapping[str, str]:
    return {folded(each): each for each in sorted(texts, reverse=True)}


_of_few = lru_cache(maxsize=64)(_by_form)
_of_many = lru_cache(maxsize=2)(_by_form)


def says_something(text: str) -> bool:
    """Whether a text has a character that can be seen."""
    return any(each.isprintable() and each not in _UNSEEN for each in text)


def folded(text: str) -> str:
    """Return how a text reads, by which `is like` compares: alike for all texts that read alike.

    In lower case and NFKC; without what nobody sees; each kind of dash is `-`, each kind of
    quotation mark `'` or `"`, and white space is one blank.
    """
    # A campaign is asked for many patterns in turn.
    return _kept(text) if len(text) <= _LONGEST_KEPT else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        lowered = text.replace("`", "'").lower()
    else:
        plain = unicodedata.normalize("NFKC", text.translate(_ALIKE))
        lowered = unicodedata.normalize("NFKC", plain.casefold().translate(_ALIKE))
    return _SEVERAL_SPACES.sub(" ", lowered)


_kept = lru_cache(maxsize=256)(_folded)
