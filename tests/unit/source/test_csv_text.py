"""The strict CSV reader: what it reads, what it refuses, and where records and fields stand."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.csv_text import CSVFault, read_csv
from engine.source.text import Source


def source(text: str) -> Source:
    return Source(name="x.csv", text=text)


def fields(text: str) -> list[tuple[str, ...]]:
    return [record.fields for record in read_csv(source(text))]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", []),
        ("a", [("a",)]),
        ("a,b\nc,d\n", [("a", "b"), ("c", "d")]),
        ("a,b\r\nc,d\r\n", [("a", "b"), ("c", "d")]),
        ("\ufeffa,b\n", [("a", "b")]),
        ('\ufeff"a",b\n', [("a", "b")]),
        ('"a,b","c ""d""","e\nf"\n', [("a,b", 'c "d"', "e\nf")]),
        ("a\n\nb\n", [("a",), ("",), ("b",)]),
        (",\n", [("", "")]),
        ("a\u2028b\x0bc\n", [("a\u2028b\x0bc",)]),
    ],
)
def test_records_are_read_as_rfc_4180_says(text: str, read: list[tuple[str, ...]]) -> None:
    assert fields(text) == read


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('a,b\n"c"d,e\nf,g\n', 2, '"c"d,e'),
        ('a\n"b\nc\nd', 2, '"b\nc\nd'),
        ("a\rb\n", 1, "a\rb"),
    ],
)
def test_a_record_that_is_not_csv_is_refused_with_its_place(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(CSVFault) as raised:
        fields(text)
    made, span = source(text), raised.value.span
    assert made.locate(span.start).line == line
    assert made.slice(span) == words


def test_a_field_is_found_where_nothing_is_quoted() -> None:
    made = source('\ufeffa,b\nDE,Germany,\nFR,"France"\nx,\'two\n')
    _, plain, quoted, _ = read_csv(made)
    assert [made.slice(plain.place(number)) for number in range(3)] == ["DE", "Germany", ""]
    assert made.slice(quoted.place(0)) == made.slice(quoted.span) == 'FR,"France"'


@given(st.lists(st.lists(st.text(alphabet='ab,"\n é'), min_size=1, max_size=3), max_size=4))
def test_what_is_written_is_read_and_every_record_has_its_lines(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    made = source(stream.getvalue())
    records = list(read_csv(made))
    assert [list(record.fields) for record in records] == rows
    assert "".join(f"{made.slice(record.span)}\n" for record in records) == made.text
