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


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("minimum", ("min", "max", "no_maximum"), "min"),
        ("snapchat", ("meta", "snap"), "snap"),
        ("pol", ("political",), None),
        ("prof", ("profile", "roof"), "profile"),
        ("assent.privacie", ("assent", "assent.privacy"), "assent.privacy"),
        ("UE", ("EU",), "EU"),
        ("adn", ("and",), "and"),
        ("money", ("yes_no",), None),
    ],
)
def test_beginnings_and_swapped_letters_are_near(
    word: str, known: tuple[str, ...], near: str | None
) -> None:
    assert nearest(word, known) == near


@pytest.mark.parametrize(
    ("word", "opposite"),
    [
        ("maximum_age", "minimum_age"),
        ("exclude", "include"),
        ("male", "female"),
        ("unverified", "verified"),
        ("not_political", "political"),
        ("political", "no_political"),
        ("start_date", "end_date"),
        ("over_18", "under_18"),
        ("none of", "one of"),
    ],
)
def test_what_says_the_opposite_is_never_near(word: str, opposite: str) -> None:
    assert nearest(word, (opposite,), least=0.1) is nearest(opposite, (word,), least=0.1) is None


def test_a_denial_that_is_misspelt_or_written_together_is_still_the_same() -> None:
    assert nearest("budgets/neverr", ("budgets/never",)) == "budgets/never"
    assert nearest("noprofiling", ("no_profiling",)) == "no_profiling"


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
