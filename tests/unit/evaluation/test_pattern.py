"""Patterns: stars, case, composition, and the time that they take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.operations.pattern import is_like


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("free shipping", "free*"),
        ("free shipping", "*shipping"),
        ("free shipping", "*ee*ip*"),
        ("FREE", "free"),
        ("Straße", "STRASSE"),
        ("caf\u00e9", "cafe\u0301*"),
        ("", ""),
        ("", "*"),
        ("aba", "a*a"),
        ("5*", "5\\\\*".replace("\\\\", "\\")),
        ("a\\b", "a\\\\b"),
        ("a\\b", "a\\b"),
        ("abcabc", "*abc"),
        ("free\u00a0\nshipping", "free shipping"),
        ("free shipping", "free  ship*"),
        ("eco\u2011fri\u00adendly", "eco-friendly"),
        ("l\u2019eau \u201cpure\u201d", 'l\'eau "pure"'),
        ("\U0001d5f2\U0001d5f0\U0001d5fc", "ECO"),
        ("\uff25\uff23\uff2f", "e\u200bco"),
    ],
)
def test_a_text_is_like_its_pattern(text: str, pattern: str) -> None:
    assert is_like(text, pattern)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("free", "free "),
        ("free shipping", "free"),
        ("a", "a*a"),
        ("aba", "a*b"),
        ("ba", "a*"),
        ("abc", "a*c*b*c"),
        ("5x", "5\\*"),
        ("x", ""),
    ],
)
def test_a_text_is_unlike_another_pattern(text: str, pattern: str) -> None:
    assert not is_like(text, pattern)


@given(st.text("ab", max_size=12), st.text("ab*", max_size=8))
def test_stars_mean_what_they_mean_in_a_regular_expression(text: str, pattern: str) -> None:
    """On short texts a backtracking matcher answers the same."""
    meaning = ".*".join(map(re.escape, pattern.split("*")))
    assert is_like(text, pattern) is (re.fullmatch(meaning, text, re.DOTALL) is not None)


def test_a_hostile_text_is_read_once() -> None:
    """A matcher that goes back would take for ever: 100,000 to the power of 50 ways."""
    assert not is_like("a" * 100_000, "*a" * 50 + "*b")
