"""The labels of facts as parts of a sentence: nouns, questions, and statements that are denied.

A label is what the author of the vocabulary wrote. It is a noun phrase (`lowest age the ads are
shown to`), a question (`who approved the campaign`), or, for what is yes or no, a statement (`the
ads are aimed by profiling people`). A statement is denied within its main clause where its verb is
known, and otherwise as a whole.
"""

import re
from itertools import pairwise

_QUESTIONS = frozenset(
    ("who", "whom", "whose", "what", "which", "where", "when", "why", "how", "whether")
)
_PREPOSITIONS = frozenset(("to", "on", "in", "by", "for", "from", "with", "at", "of"))
_ARTICLES = frozenset(("a", "an", "the", "every", "each"))
_AUXILIARIES = frozenset(
    ("is", "are", "was", "were", "can", "may", "must", "will", "shall", "should", "has", "have")
)
_SUBORDINATORS = frozenset(
    (*_QUESTIONS, "that", "if", "because", "before", "after", "until", "unless", "as", "than")
)
_FAR_REACHING = frozenset(
    (
        *("all", "any", "both", "each", "either", "every", "few", "many", "most", "some"),
        *("must", "shall", "should", "neither", "never", "no", "nobody", "none", "not", "nothing"),
        *("anybody", "anyone", "anything", "somebody", "someone", "something"),
        *("everybody", "everyone", "everything", "least", "fewer", "more"),
        *("one", "two", "three", "several", "always", "only", "and", "or"),
    )
)
"""Words before a verb, or right behind it, with which its denial says something else.

That *every ad carries it* is false does not mean that every ad does not carry it.
"""
_TURNING = frozenset(("not", "rather", "until", "unless", "because"))
"""Words behind a verb that its denial takes in: *not … until* says from when on."""
_SINGULAR = {
    "says": "say",
    "carries": "carry",
    "discloses": "disclose",
    "reviews": "review",
    "influences": "influence",
    "collects": "collect",
    "leads": "lead",
    "shows": "show",
    "names": "name",
    "states": "state",
    "holds": "hold",
    "uses": "use",
    "reveals": "reveal",
    "reaches": "reach",
}
_PLURAL = frozenset(("carry", "run", "show", "say", "reach", "use"))


def is_question(label: str) -> bool:
    """Whether a label asks: `who approved the campaign`, `to whom the ads were shown`."""
    first, second = (*label.lower().split(), "", "")[:2]
    return first in _QUESTIONS or (first in _PREPOSITIONS and second in _QUESTIONS)


def noun(label: str) -> str:
    """Return a label as a noun phrase: with its article, or as the answer to its question."""
    if is_question(label):
        return f"the answer to “{label}”"
    return label if _first(label) in _ARTICLES else f"the {label}"


def bare(label: str) -> str:
    """Return a label without its article."""
    return re.sub(r"^(?:an?|the|one) ", "", label)


def is_plural(label: str) -> bool:
    """Whether the first word of a label that counts is a plural, as far as its ending tells."""
    word = _first(bare(label))
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def denied(statement: str) -> str:
    """Return the opposite of a statement."""
    words = statement.split(" ")
    # *A person reviews it* is false where none does, and not only where some do not.
    for position, word in enumerate(words if words[0].lower() not in ("a", "an") else ()):
        if word in _SUBORDINATORS or word.lower() in _FAR_REACHING:
            break
        following = words[position + 1 :]
        verb = _denied_verb(word, following) if position else None
        if verb is not None:
            if _reaches_no_further(following):
                return " ".join((*words[:position], verb, *following))
            break
    return f"it is not the case that {statement}"


def denied_as_a_whole(statement: str) -> str:
    """Return the opposite of a statement that may join several: only one of them has that verb."""
    joins = {"and", "or"} & set(statement.split())
    return f"it is not the case that {statement}" if joins else denied(statement)


def _reaches_no_further(following: list[str]) -> bool:
    """Whether the denial of a verb is that of its statement, by what follows the verb."""
    if following and following[0].lower() in _FAR_REACHING:
        return False
    if not _TURNING.isdisjoint(following):
        return False
    pairs = pairwise(following)
    return not any(word in ("and", "or") and _denied_verb(then, []) for word, then in pairs)


def _denied_verb(word: str, following: list[str]) -> str | None:
    owns = bool(following) and following[0] in _ARTICLES
    if word in ("has", "have") and owns:
        return "does not have" if word == "has" else "do not have"
    if word == "can":
        return "cannot"
    if word in _AUXILIARIES:
        return f"{word} not"
    if word in _SINGULAR:
        return f"does not {_SINGULAR[word]}"
    return f"do not {word}" if word in _PLURAL else None


def _first(label: str) -> str:
    return label.lower().partition(" ")[0]
