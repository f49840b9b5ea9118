"""What to write where a fact is named that its group does not have: where else it is stated."""

from collections.abc import Sequence

from ..source.quoting import series
from .types import EnumerationType, element_type
from .vocabulary import Vocabulary

_MOST = 3

NO_FACTS = "it has no facts yet: state them in the vocabulary"
"""What to say of a group that has none."""


def elsewhere(vocabulary: Vocabulary, word: str) -> str | None:
    """Return where the vocabulary has a fact or a value of this name; None where it has none."""
    if named := _named(vocabulary, word):
        return f"`{word}` is stated elsewhere: {_first(named)}"
    if listing := _with_member(vocabulary, word):
        return f"`{word}` is a value of {_first(listing)}"
    return None


def fact_advice(vocabulary: Vocabulary, group: str, word: str) -> str:
    """Return what to write for a fact that its group does not have."""
    if advice := elsewhere(vocabulary, word):
        return advice
    alike = (*(_named(vocabulary, part) for part in word.split("_")), _partly(vocabulary, word))
    if rarest := min(filter(None, alike), key=len, default=()):
        return f"perhaps it is stated elsewhere: {_first(rarest)}"
    facts = tuple(vocabulary.records[group].facts)
    return f"its facts are {series(facts, 'and')}" if facts else NO_FACTS


def _named(vocabulary: Vocabulary, word: str) -> Sequence[str]:
    return tuple(path for path, fact in vocabulary.paths() if fact.name == word)


def _partly(vocabulary: Vocabulary, word: str) -> Sequence[str]:
    return tuple(path for path, fact in vocabulary.paths() if word in fact.name.split("_"))


def _with_member(vocabulary: Vocabulary, word: str) -> Sequence[str]:
    kinds = ((path, element_type(fact.type)) for path, fact in vocabulary.paths())
    return tuple(
        path for path, kind in kinds if isinstance(kind, EnumerationType) and word in kind.members
    )


def _first(paths: Sequence[str]) -> str:
    others = ", among others" if len(paths) > _MOST else ""
    return f"{series(paths[:_MOST], 'or')}{others}"
