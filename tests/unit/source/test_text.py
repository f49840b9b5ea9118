"""Places in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.text import Source, Span


@pytest.mark.parametrize(
    ("offset", "place"), [(0, "f:1:1"), (2, "f:1:3"), (3, "f:2:1"), (4, "f:3:1"), (6, "f:3:3")]
)
def test_lines_and_columns_count_from_one(offset: int, place: str) -> None:
    assert str(Source(name="f", text="ab\n\ncd").locate(offset)) == place


def test_a_line_comes_without_its_end() -> None:
    source = Source(name="f", text="ab\r\ncd\n")
    assert [source.line(n) for n in (1, 2, 3)] == ["ab", "cd", ""]


def test_a_span_may_be_stretched_and_its_words_read() -> None:
    source = Source(name="f", text="one two three")
    stretched = source.span(0, 3).to(source.span(4, 7))
    assert stretched == Span(source="f", start=0, end=7)
    assert source.slice(stretched) == "one two"


@given(st.text(), st.data())
def test_an_offset_is_found_again_in_its_line(text: str, data: st.DataObject) -> None:
    """The character at an offset is the one in its column of its line."""
    source = Source(name="f", text=text + "x")
    offset = data.draw(st.integers(0, len(text)))
    place = source.locate(offset)
    line = source.text.split("\n")[place.line - 1] + "\n"
    assert line[place.column - 1] == source.text[offset]
