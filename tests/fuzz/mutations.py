"""Mutations: what a slip of the hand, a bad merge or an ill will makes of a text or a document."""

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from engine.source.text import Source
from engine.syntax.lexis import (
    CLAUSE_KEYWORDS,
    ITEM_KEYWORDS,
    RESERVED_WORDS,
    SCALAR_TYPES,
    TEST_KEYWORDS,
    Comparator,
)
from engine.syntax.tokens import scan

ODDITIES = (
    *("(", ")", "{", "}", "[", "]", '"', "'", "`", "\\", ",", ";", ":", ".", "..", "%", "-", "+"),
    *("*", "/", "#", "//", ">=", "=", "!", "|", "[0]", "[1]", "[99999999999999999999]", "{}", "()"),
    *("\n", "\r", "\r\n", "\t", "\0", "\ufeff", "\u00a0", "\u2028", "\u202e", "\u200b", "\u0301"),
    *("é", "ß", "\u0131", "\U0001d4b3", "\U0001f600", "\ud800", "“", "„", "—", "\u00d7", "٣", "²"),
    *("1", "-1", "0" * 40, "9" * 34, "1.5", "1.", "1,000", "80%", "EUR 5", "XXX 1", "30 days"),
    *("2026-02-30", "2026-2-3", "0000-00-00", "9999-12-31", "DE", "US-CA", "ZZ", "en-GB", "x" * 99),
)
WORDS = (
    *(*ITEM_KEYWORDS, *CLAUSE_KEYWORDS, *TEST_KEYWORDS, *RESERVED_WORDS, *SCALAR_TYPES),
    *(comparator.phrase for comparator in Comparator),
    *("end policy", "end test", "end set", "end vocabulary", "end record", "end rule", "record"),
    *("all of", "any of", "none of", "(a)", "(b)", "any creative in", "if any", "until", "from"),
    *("campaign", "campaign.id", "campaign.flight.start", "required", "deny by", "allow", "type"),
)
Mutate = Callable[[random.Random, list[str], Sequence[str]], None]


def mutated(chance: random.Random, text: str, others: Sequence[str]) -> str:
    """Return a text with one to four mutations of its tokens or bytes, or spliced with another."""
    if chance.random() < 0.1:
        text = _spliced(chance, text, chance.choice(others))
    if chance.random() < 0.3:
        return _of_bytes(chance, text)
    tokens = [token.text for token in scan(Source(name="mutated", text=text))]
    for _ in range(chance.randint(1, 4)):
        chance.choice(_TOKEN_MUTATIONS)(chance, tokens, others)
    return "".join(tokens)


def _spliced(chance: random.Random, text: str, other: str) -> str:
    return text[: chance.randint(0, len(text))] + other[chance.randint(0, len(other)) :]


def _of_bytes(chance: random.Random, text: str) -> str:
    data = bytearray(text.encode(errors="surrogatepass"))
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((0, 1, 1, 2, 8, 64)))
        piece = data[start:end]
        if chance.random() < 0.5:
            piece = bytearray(chance.randbytes(chance.choice((0, 1, 1, 2, 4))))
        data[start:end] = piece * chance.choice((0, 1, 1, 2, 3))
    return data.decode(errors="replace")


# --- tokens -----------------------------------------------------------------------------------


def _delete(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    start = chance.randint(0, len(tokens))
    del tokens[start : start + chance.choice((1, 1, 1, 2, 5, 20))]


def _duplicate(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    start = chance.randint(0, len(tokens))
    piece = tokens[start : start + chance.choice((1, 1, 2, 5, 20))]
    tokens[start:start] = piece * chance.choice((1, 1, 2, 50))


def _swap(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    if tokens:
        one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        tokens[one], tokens[other] = tokens[other], tokens[one]


def _insert(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    word = chance.choice(chance.choice((ODDITIES, WORDS)))
    space = chance.choice(("", " ", "\n"))
    tokens.insert(chance.randint(0, len(tokens)), f"{space}{word}{space}")


def _replace(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    if tokens:
        tokens[chance.randrange(len(tokens))] = chance.choice(chance.choice((ODDITIES, WORDS)))


def _truncate(chance: random.Random, tokens: list[str], _: Sequence[str]) -> None:
    del tokens[chance.randint(0, len(tokens)) :]


def _borrow(chance: random.Random, tokens: list[str], others: Sequence[str]) -> None:
    other = chance.choice(others)
    start = chance.randint(0, len(other))
    tokens.insert(chance.randint(0, len(tokens)), other[start : start + chance.randint(1, 300)])


_TOKEN_MUTATIONS: tuple[Mutate, ...] = (
    *(_delete, _delete, _duplicate, _swap, _insert, _insert, _replace, _replace, _borrow),
    _truncate,
)

# --- documents --------------------------------------------------------------------------------

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**40, "", "x", "DE", "EUR", "2026-02-30", "2026-01-01"),
    *("\ud800", "\0", "x" * 10_000, [], {}, [[]], [None], {"": None}, "NaN", "1e400", "-0", "1.5"),
)


def mutated_document(chance: random.Random, document: Any) -> Any:
    """Return a JSON value with one to four of its parts removed, repeated or replaced."""
    made = deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        part = _part(chance, made)
        if isinstance(part, dict):
            _change_object(chance, part)
        elif isinstance(part, list):
            _change_list(chance, part)
    return made


def _part(chance: random.Random, document: Any) -> Any:
    part = document
    while chance.random() < 0.8:
        inner = part.values() if isinstance(part, dict) else part
        below = [each for each in inner if isinstance(each, dict | list)]
        if not below:
            break
        part = chance.choice(below)
    return part


def _change_object(chance: random.Random, part: dict[str, Any]) -> None:
    name = chance.choice([*part, "unheard_of"])
    match chance.randrange(4):
        case 0:
            part.pop(name, None)
        case 1:
            part[f"{name}{chance.choice(ODDITIES)}"] = part.pop(name, None)
        case 2 if name in part:
            part[chance.choice([*part])] = deepcopy(part[name])
        case _:
            part[name] = deepcopy(chance.choice(VALUES))


def _change_list(chance: random.Random, part: list[Any]) -> None:
    place = chance.randint(0, len(part))
    match chance.randrange(3):
        case 0:
            del part[place : place + 1]
        case 1:
            part[place:place] = deepcopy(part[place : place + 1]) * chance.choice((1, 2, 50))
        case _:
            part[place : place + 1] = [deepcopy(chance.choice(VALUES))]
