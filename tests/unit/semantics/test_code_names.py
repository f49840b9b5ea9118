"""The codes for which other words stand."""

import pytest

from engine.semantics.code_names import (
    CODE_ADVICE,
    GROUP_ADVICE,
    code_advice,
    code_meant,
    near_code,
)
from engine.semantics.types import CODES, Scalar, codes


@pytest.mark.parametrize(
    ("kind", "word", "meant"),
    [
        (Scalar.PLACE, "UK", "GB"),
        (Scalar.PLACE, "el", "GR"),
        (Scalar.COUNTRY, "Germany", "DE"),
        (Scalar.COUNTRY, "united_kingdom", "GB"),
        (Scalar.COUNTRY, "DEU", "DE"),
        (Scalar.PLACE, "us_ca", "US-CA"),
        (Scalar.PLACE, "California", "US-CA"),
        (Scalar.PLACE, "Luxembourg", "LU"),
        (Scalar.LANGUAGE, "EN", "en"),
        (Scalar.LANGUAGE, "German", "de"),
        (Scalar.LANGUAGE, "en_GB", "en-GB"),
        (Scalar.CURRENCY, "euro", "EUR"),
        (Scalar.CURRENCY, "usd", "USD"),
    ],
)
def test_a_word_stands_for_the_code_that_people_mean_by_it(
    kind: Scalar, word: str, meant: str
) -> None:
    assert code_meant(kind, word) == near_code(kind, word) == meant
    assert code_advice(kind, word) == f"did you mean `{meant}`?"


@pytest.mark.parametrize("word", ["", "XX", "Georgia", "x" * 1000])
def test_a_word_of_nothing_or_of_several_stands_for_none(word: str) -> None:
    assert code_meant(Scalar.PLACE, word) is None
    assert code_advice(Scalar.PLACE, word) == CODE_ADVICE[Scalar.PLACE]


@pytest.mark.parametrize("kind", CODES)
def test_every_code_stands_for_itself_and_what_is_meant_is_a_code(kind: Scalar) -> None:
    assert all(code_meant(kind, code) == code for code in codes(kind))
    assert kind in CODE_ADVICE


@pytest.mark.parametrize("word", ["EU", "EEA", "ALL", "APAC", "European_Union", "worldwide"])
def test_group_of_countries_is_no_misspelt_country(word: str) -> None:
    assert code_meant(Scalar.PLACE, word) is None
    assert near_code(Scalar.PLACE, word) is None
    assert code_advice(Scalar.PLACE, word) == GROUP_ADVICE
    assert code_advice(Scalar.CURRENCY, "ALL") != GROUP_ADVICE
