"""The near name: the known word that a writer probably meant."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TypeVar

Otherwise = TypeVar("Otherwise", bound=str | None)

_NEAR = 0.7
_MISSPELT = 0.85
"""The likeness of a word and its misspelling, which goes before every other."""

_LONGEST = 64
_BEGINNING = 3
"""The fewest letters by which one word begins another and is near to it for that."""

_LEAST_BEGUN = 0.4
"""The least part of the longer word that the shorter one makes up."""

_WORD = re.compile(r"[^\W_]+")
_DENIALS = frozenset({"no", "not", "non", "never", "none", "without"})
_DENYING = ("un", "non", "not", "dis", "in", "im", "il", "ir")
_OPPOSITES = (
    *(("min", "max"), ("in", "ex"), ("im", "ex"), ("include", "omit"), ("female", "male")),
    *(("women", "men"), ("woman", "man"), ("girl", "boy"), ("start", "end"), ("first", "last")),
    *(("before", "after"), ("over", "under"), ("above", "below"), ("lower", "upper")),
    *(("low", "high"), ("least", "most"), ("more", "less"), ("more", "most"), ("all", "any")),
    *(("old", "young"), ("long", "short"), ("in", "out"), ("on", "off"), ("from", "until")),
    *(("allow", "deny"), ("permit", "prohibit"), ("yes", "no"), ("true", "false")),
)
"""Beginnings of words that say the opposite of each other and stand in names that look alike."""


def nearest(word: str, known: Iterable[str], *, least: float = _NEAR) -> str | None:
    """Return the known word most like `word`, or None where none is near enough.

    Likeness is Ratcliff and Obershelp's ratio over the lower-case forms, at least `least`; two
    neighbouring letters that changed places are a plain misspelling. Equal likeness is settled
    alphabetically, so that the answer does not depend on the order given. Of names (`least` as it
    stands), one that begins the word, or is begun by it, comes before all that are not plainly
    misspelt: `min` is meant by `minimum`, and not `no_maximum`. What says the opposite is never
    near, however alike it looks, as what is suggested may be put in place by a machine. A word
    longer than any name that people type has no near name.
    """
    if len(word) > _LONGEST:
        return None
    folded = word.lower()
    candidates = sorted(set(known))
    near = _most_like(folded, candidates, _MISSPELT) if least == _NEAR else None
    if near is None and least == _NEAR:
        begun = [each for each in candidates if _begins(folded, each.lower())]
        near = _most_like(folded, begun, 0)
    return near if near is not None else _most_like(folded, candidates, least)


def did_you_mean(near: str | None, otherwise: Otherwise) -> str | Otherwise:
    """Return the advice to write a near name, or what is advised where there is none."""
    return otherwise if near is None else f"did you mean `{near}`?"


def _most_like(folded: str, candidates: Iterable[str], least: float) -> str | None:
    best, best_likeness = None, least
    for candidate in candidates:
        matcher = SequenceMatcher(None, folded, candidate.lower())
        if matcher.real_quick_ratio() < best_likeness or matcher.quick_ratio() < best_likeness:
            continue
        likeness = matcher.ratio()
        if likeness < _MISSPELT and _has_letters_swapped(folded, candidate.lower()):
            likeness = _MISSPELT
        is_better = likeness > best_likeness or (best is None and likeness == best_likeness)
        if is_better and not _opposed(folded, candidate.lower()):
            best, best_likeness = candidate, likeness
    return best


def _has_letters_swapped(one: str, other: str) -> bool:
    """Whether two words differ in two neighbouring letters that changed places, as `adn`, `and`."""
    if len(one) != len(other):
        return False
    places = [
        place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]
    ]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return one[first] == other[second] and one[second] == other[first]


def _begins(one: str, other: str) -> bool:
    """Whether the shorter of two words begins the longer, and makes up enough of it."""
    short, long = sorted((one, other), key=len)
    enough = max(_BEGINNING, _LEAST_BEGUN * len(long))
    return len(short) >= enough and long.startswith(short)


def _opposed(one: str, other: str) -> bool:
    """Whether two words, in lower case, say the opposite of each other."""
    listed, listed_other = _WORD.findall(one), _WORD.findall(other)
    if "".join(listed) == "".join(listed_other):
        return False
    only, only_other = set(listed) - set(listed_other), set(listed_other) - set(listed)
    if _is_denied(only, only_other) != _is_denied(only_other, only):
        return True
    return any(
        _denies(left, right) or _denies(right, left) or _are_opposites(left, right)
        for left in only
        for right in only_other
    )


def _is_denied(words: set[str], others: set[str]) -> bool:
    """Whether there is a denial among some words, and none among others that is merely misspelt."""
    return any(
        not any(
            word[0] == other[0] and SequenceMatcher(None, word, other).ratio() >= _NEAR
            for other in others
        )
        for word in words & _DENIALS
    )


def _denies(one: str, other: str) -> bool:
    return any(one == f"{prefix}{other}" for prefix in _DENYING)


def _are_opposites(one: str, other: str) -> bool:
    return any(
        (one.startswith(left) and other.startswith(right))
        or (one.startswith(right) and other.startswith(left))
        for left, right in _OPPOSITES
    )
