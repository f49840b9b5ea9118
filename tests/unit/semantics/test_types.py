"""Types, their words and their code lists."""

import pytest

from engine.semantics.types import (
    CODES,
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    codes,
    describe,
    is_code,
)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Scalar.YES_NO, "yes or no"),
        (Scalar.MONEY, "an amount of money"),
        (EnumerationType(name="colour", members=("red",)), "one of `colour`"),
        (RecordType(name="flight"), "a group of facts (`flight`)"),
        (ListType(element=Scalar.PLACE), "a list of country or region"),
        (ListType(element=Scalar.INSTANT), "a list of instant"),
        (
            ListType(element=EnumerationType(name="colour", members=("red",))),
            "a list of one of `colour`",
        ),
    ],
)
def test_a_type_is_described_in_words(kind: Type, words: str) -> None:
    assert describe(kind) == words


@pytest.mark.parametrize("kind", list(Scalar))
def test_every_scalar_has_words(kind: Scalar) -> None:
    assert describe(kind)


@pytest.mark.parametrize(
    ("kind", "word", "known"),
    [
        (Scalar.COUNTRY, "DE", True),
        (Scalar.COUNTRY, "US-CA", False),
        (Scalar.PLACE, "US-CA", True),
        (Scalar.PLACE, "DE", True),
        (Scalar.PLACE, "ZZ", False),
        (Scalar.CURRENCY, "EUR", True),
        (Scalar.CURRENCY, "eur", False),
        (Scalar.LANGUAGE, "de", True),
        (Scalar.LANGUAGE, "de-AT", True),
        (Scalar.LANGUAGE, "gsw", True),
        (Scalar.LANGUAGE, "zz", False),
        (Scalar.LANGUAGE, "de-", False),
        (Scalar.LANGUAGE, "de-toolonganything", False),
        (Scalar.LANGUAGE, "de-A T", False),
        (Scalar.LANGUAGE, "de-AT\n", False),
    ],
)
def test_a_code_is_one_of_its_list(kind: Scalar, word: str, known: bool) -> None:  # noqa: FBT001 - a table's last column.
    assert is_code(kind, word) is known


@pytest.mark.parametrize("kind", CODES)
def test_every_code_list_has_codes(kind: Scalar) -> None:
    assert codes(kind)


def test_what_is_no_code_list_has_no_codes() -> None:
    with pytest.raises(ValueError, match="TEXT"):
        codes(Scalar.TEXT)
