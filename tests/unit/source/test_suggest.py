"""The near name."""

import pytest

from engine.source.suggest import nearest

WORDS = ("severity", "source", "message", "remedy")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("severty", "severity"),
        ("SOURCE", "source"),
        ("mesage", "message"),
        ("colour", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_near_word_is_found_and_a_far_one_is_not(word: str, near: str | None) -> None:
    assert nearest(word, WORDS) == near


def test_equal_likeness_goes_by_the_alphabet_and_not_by_the_order_given() -> None:
    assert nearest("abx", ["aby", "abz"]) == nearest("abx", ["abz", "aby"]) is None
    assert nearest("abcx", ["abcz", "abcy"]) == nearest("abcx", ["abcy", "abcz"]) == "abcy"


def test_the_least_likeness_may_be_raised_and_lowered() -> None:
    assert nearest("severty", WORDS, least=0.99) is None
    assert nearest("sevxxx", ["severe"], least=0.4) == "severe"


def test_a_word_longer_than_people_type_has_no_near_name() -> None:
    known = ["y" * 65, "y" * 60]
    assert nearest("y" * 64, known) == "y" * 65
    assert nearest("y" * 66, known) is None
