"""Canonical JSON: the published RFC 8785 cases, and the fast path equal to the library."""

import json
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.canonical import GREATEST_INTEGER, CanonicalError, canonical

NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@pytest.mark.parametrize("name", NAMES)
def test_published_cases(vectors: Path, name: str) -> None:
    folder = vectors / "rfc8785-jcs" / "testdata"
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())
    expected = bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())
    assert canonical(value) == expected


@given(VALUES)
def test_equals_the_library(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value), parse_int=float) == value


def test_every_character_is_written_as_the_library_does() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000)]))
    assert canonical([every]) == rfc8785.dumps([every])


def test_names_sort_by_utf16_code_units() -> None:
    assert canonical({"\ue000": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ue000":1}'.encode()


class Word(StrEnum):
    YES = "yes"


class Number(IntEnum):
    ONE = 1


def test_subclasses_and_tuples_are_what_they_hold() -> None:
    assert canonical({Word.YES: (Word.YES, Number.ONE, (True, None))}) == (
        b'{"yes":["yes",1,[true,null]]}'
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**53, "beyond"),
        ([-(2**53)], "beyond"),
        ({"a": "\ud800"}, "surrogate"),
        (["\ud800", 1.5], "surrogate"),
        (float("nan"), "no canonical JSON"),
        (Decimal("1.5"), "no canonical JSON"),
        ({1: "one"}, "no canonical JSON"),
        ([b"bytes"], "no canonical JSON"),
    ],
)
def test_refuses(value: object, message: str) -> None:
    with pytest.raises(CanonicalError, match=message):
        canonical(value)


def test_refuses_what_is_nested_beyond_the_interpreter() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(CanonicalError, match="deep"):
        canonical(value)
    while value:  # Taken apart by hand: not every interpreter frees such a value without help.
        value = value.pop()
