"""Words, as full text finds them: the same in every database, and for the writer and the verifier.

A word is a run of letters and digits, after compatibility decomposition (NFKD, Unicode Standard
Annex #15), without marks and without case, cut off after 64 characters: `Köln` is `koln`. Words are
not stemmed. A language that is written without spaces has long ones, which a beginning finds.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST_WORD = 64
"""As many characters of a word are kept."""

MOST_BYTES = 256 * 1024
"""The most bytes of the words of one decision; what lies beyond is not found."""

_ASCII_APART = bytes(
    code if chr(code).isascii() and chr(code).isalnum() else ord(" ")
    for code in bytes(range(256)).lower()
)
"""What becomes of each byte of ASCII text: itself, without case, or a space between words."""

_WORD = re.compile(r"[^\W_]+")  # What `str.isalnum` holds of each character of.


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a text, in their order."""
    for word in _runs(text):
        yield word[:LONGEST_WORD]


def words_of(texts: Iterable[str]) -> str:
    """Return the words of texts, in their order, with one space between each and the next."""
    whole = " ".join(texts)
    if whole.isascii() and len(whole) <= MOST_BYTES:
        words = _ascii_runs(whole)
        is_cut = max(map(len, words), default=0) > LONGEST_WORD
        return " ".join([word[:LONGEST_WORD] for word in words] if is_cut else words)
    kept, left = list[str](), MOST_BYTES
    for word in words_in(whole):
        left -= (len(word) if word.isascii() else len(word.encode())) + 1
        if left < 0:
            break
        kept.append(word)
    return " ".join(kept)


def _ascii_runs(text: str) -> list[str]:
    return text.encode().translate(_ASCII_APART).decode().split()


def _runs(text: str) -> Iterable[str]:
    if text.isascii():
        return _ascii_runs(text)
    # Decomposed again at the end: without case, a character may have become several.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _WORD.findall(folded.translate(_BARE))


class _Bare(dict[int, int | None]):
    """What becomes of each character without marks: itself, or nothing; looked up once each."""

    def __missing__(self, code: int) -> int | None:
        is_mark = unicodedata.category(chr(code)).startswith("M")
        self[code] = None if is_mark else code
        return self[code]


_BARE = _Bare()
