"""The scanner: what it takes for what, and what it refuses."""

import pytest

from engine.source.text import Source
from engine.syntax.lexis import MOST_FAULTS
from engine.syntax.tokens import TokenKind, examine, scan


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind.value, t.text) for t in scan(Source(name="t", text=text)) if t.text != " "]


def faults(text: str) -> list[tuple[str, int, int]]:
    return [(d.code, d.span.start, d.span.end) for d in examine(Source(name="t", text=text))[1]]


def test_every_kind_of_token() -> None:
    assert kinds('x 5.0 "a" >= ( # r\r\n“b” “ ? "c') == [
        ("word", "x"),
        ("number", "5.0"),
        ("text", '"a"'),
        ("habit", ">="),
        ("mark", "("),
        ("comment", "# r"),
        ("space", "\r\n"),
        ("curled_text", "“b”"),
        ("curled_text", "“"),
        ("strange", "?"),
        ("open_text", '"c'),
    ]
    assert {kind.value for kind in TokenKind} == {
        k for k, _ in kinds("x 5'0 isn't \"a\">=(#\n'b'?\"c")
    } | {"space"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a >= b", [("E0101", 2, 4)]),
        ("a \N{EN DASH} b", [("E0101", 2, 3)]),
        ("a // b", [("E0101", 2, 4)]),
        ('"a', [("E0102", 0, 2)]),
        ("«a»", [("E0103", 0, 3)]),
        ("a ? b", [("E0104", 2, 3)]),
        ("größe", [("E0104", 0, 5)]),
        ("a\u00a0b", [("E0105", 1, 2)]),
        ("a\u200bb", [("E0105", 1, 2)]),
        ("a\rb", [("E0105", 1, 2)]),
        ("# \u202e", [("E0105", 2, 3)]),
        ('"\u2028"', [("E0105", 1, 2)]),
        ("a\ufeff", [("E0105", 1, 2)]),
        ("a" * 100, []),
        ("a" * 101, [("E0111", 0, 101)]),
        ("1" * 34, []),
        ("1" * 35, [("E0107", 0, 35)]),
        ('"\\n"', [("E0109", 1, 3)]),
        ('"\\\\ \\""', []),
        ('# tab\t in a remark, "größe\u00a0” \n"größe\u00a0\t😀"', []),
        ("\ufeffa\tb\r\n", []),
    ],
)
def test_faults_stand_where_they_are(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert faults(text) == expected


def test_the_grammar_reads_spaces_for_what_nobody_sees_and_straight_marks_for_curled_ones() -> None:
    text, _ = examine(Source(name="t", text="\ufeffa\u00a0“b” „ # c"))
    assert text == ' a "b" „    '


def test_a_token_ends_behind_its_last_character() -> None:
    first, *_ = scan(Source(name="t", text="abc d"))
    assert (first.start, first.end) == (0, 3)


def test_examining_ends_behind_a_hundred_faults() -> None:
    text = "? " * 1000
    readied, found = examine(Source(name="t", text=text))
    assert len(found) == MOST_FAULTS + 1
    assert text.startswith(readied)
    one_text = '"' + "\u200b" * 1000 + '"'
    assert len(examine(Source(name="t", text=one_text))[1]) == MOST_FAULTS + 1


def test_a_line_that_goes_on_for_ever_is_no_row_of_a_table() -> None:
    assert faults("case 1" + "\n" * 23 + "| 2") == []
    assert faults("case 1" + "\n" * 24 + "| 2") == [("E0101", 30, 31)]
