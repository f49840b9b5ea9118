"""The near name: the known word that a writer probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_NEAR = 0.7
_LONGEST = 64


def nearest(word: str, known: Iterable[str], *, least: float = _NEAR) -> str | None:
    """Return the known word most like `word`, or None where none is near enough.

    Likeness is Ratcliff and Obershelp's ratio over the lower-case forms, at least `least`; equal
    likeness is settled alphabetically, so that the answer does not depend on the order given. A
    word longer than any name that people type has no near name.
    """
    if len(word) > _LONGEST:
        return None
    folded = word.lower()
    best, best_ratio = None, least
    for candidate in sorted(set(known)):
        matcher = SequenceMatcher(None, folded, candidate.lower())
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if best is None or ratio > best_ratio:
            best, best_ratio = candidate, ratio
    return best
