r"""Patterns of `is like`: a star stands for any text, none included; `\*` for a star itself.

Texts that read alike are alike (`characters.folded`). The time taken is linear in the text: what
stands between stars is sought once, from the left.
"""

import re
from functools import lru_cache

from ...source.characters import folded

_PART = re.compile(r"\\([\\*])|(\*)|([^\\*]+|\\)")


def is_like(text: str, pattern: str) -> bool:
    """Whether the whole of a text is as a pattern has it."""
    head, *others = _pieces(pattern)
    read = folded(text)
    if not others:
        return read == head
    *inner, tail = others
    place, end = len(head), len(read) - len(tail)
    if place > end or not read.startswith(head) or not read.endswith(tail):
        return False
    for piece in inner:
        found = read.find(piece, place, end)
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
    return tuple(map(folded, pieces))
