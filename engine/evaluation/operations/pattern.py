r"""Patterns of `is like`: a star stands for any text, none included; `\*` for a star itself.

Letters are compared without regard to case and to how they are composed (Unicode case folding in
NFC). The time taken is linear in the text: what stands between stars is sought once, from the left.
"""

import re
import unicodedata
from functools import lru_cache

_PART = re.compile(r"\\([\\*])|(\*)|([^\\*]+|\\)")


def is_like(text: str, pattern: str) -> bool:
    """Whether the whole of a text is as a pattern has it."""
    head, *others = _pieces(pattern)
    folded = _folded(text)
    if not others:
        return folded == head
    *inner, tail = others
    place, end = len(head), len(folded) - len(tail)
    if place > end or not folded.startswith(head) or not folded.endswith(tail):
        return False
    for piece in inner:
        found = folded.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


@lru_cache(maxsize=1024)
def _pieces(pattern: str) -> tuple[str, ...]:
    """Return what stands between the stars of a pattern."""
    pieces = [""]
    for escaped, star, plain in _PART.findall(pattern):
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or plain
    return tuple(map(_folded, pieces))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", text).casefold()
    return unicodedata.normalize("NFC", composed)
