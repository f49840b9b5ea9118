r"""Patterns of `is like`: a star stands for any text, none included; `\*` for a star itself.

Texts that read alike are alike (`characters.folded`). The time taken is linear in the text: what
stands between stars is sought once, from the left.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ...source.characters import folded

_PART = re.compile(r"\\([\\*])|(\*)|([^\\*]+|\\)")


def is_like(text: str, pattern: str) -> bool:
    """Whether the whole of a text is as a pattern has it."""
    return compile_pattern(pattern)(folded(text))


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the function that says whether a text is like a pattern, by how it reads."""
    head, *others = _pieces(pattern)
    if not others:
        return lambda read: read == head
    *inner, tail = others
    sought = inner[0] if len(inner) == 1 and not (head or tail) else None
    if sought is not None:
        return lambda read: sought in read

    def matches(read: str) -> bool:
        place, end = len(head), len(read) - len(tail)
        if place > end or not read.startswith(head) or not read.endswith(tail):
            return False
        for piece in inner:
            found = read.find(piece, place, end)
            if found < 0:
                return False
            place = found + len(piece)
        return True

    return matches


def _pieces(pattern: str) -> tuple[str, ...]:
    """Return what stands between the stars of a pattern."""
    pieces = [""]
    for escaped, star, plain in _PART.findall(pattern):
        if star:
            pieces.append("")
        else:
            pieces[-1] += escaped or plain
    return tuple(map(folded, pieces))
