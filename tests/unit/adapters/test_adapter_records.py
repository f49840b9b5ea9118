"""Reading records: which form, one fault a record, bounded memory, and no other exception."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.adapters import AdapterRefusal, RecordFault, RecordForm, SubmittedRecord, read_records
from api.adapters.lines import LONGEST_RECORD
from api.adapters.records import LONGEST_DOCUMENT


def told(source: bytes | Path, form: RecordForm | None = None) -> list[object]:
    """Return each record's value, and each fault's number, line and first words."""
    return [
        one.value if isinstance(one, SubmittedRecord) else (one.number, one.line, one.reason)
        for one in read_records(source, form)
    ]


def refusal(source: bytes | Path, form: RecordForm | None = None) -> AdapterRefusal:
    with pytest.raises(AdapterRefusal) as raised:
        list(read_records(source, form))
    assert raised.value.help
    return raised.value


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("before", [b"", BOM])
@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b'\n{"a": 1}\r\n\r\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        (b'{\n "a": 1\n}\n', [{"a": 1}]),
        (b'{"a":\n 1}\n', [{"a": 1}]),
        (b' [{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        (b"[]", []),
        (b"a,b\r\n1,\r\n\r\n2,x\r\n", [{"a": "1", "b": ""}, {"a": "2", "b": "x"}]),
        (b'\na , b\n"1\n,""",2', [{"a": '1\n,"', "b": "2"}]),
        ("a\nä\n".encode(), [{"a": "ä"}]),
        (b"a\n", []),
    ],
)
def test_form_is_told_by_how_the_text_begins(
    before: bytes, text: bytes, values: list[object]
) -> None:
    assert told(before + text) == values


def test_form_is_told_by_the_name_of_the_file(tmp_path: Path) -> None:
    for name, text in (("a.csv", b'"{"\n1\n'), ("a.JSONL", b"\n1\n"), ("a.json", b'{"a": 1}')):
        (tmp_path / name).write_bytes(text)
    assert told(tmp_path / "a.csv") == [{"{": "1"}]
    assert told(tmp_path / "a.JSONL") == [
        (1, 2, "the record should be an object, and is the number `1`")
    ]
    assert told(tmp_path / "a.json") == [{"a": 1}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_table_may_be_separated_by_tabs_and_in_utf_16(encoding: str, tmp_path: Path) -> None:
    text = 'a\tb\r\n1\t"2, \u00e4\U0001f600\n"\r\n'.encode(encoding)
    assert told(text) == told(text, RecordForm.CSV) == [{"a": "1", "b": "2, \u00e4\U0001f600\n"}]
    (tmp_path / "a.tsv").write_bytes(text)
    assert told(tmp_path / "a.tsv") == told(text)
    assert told('{"a": "\u00e4"}\n'.encode(encoding)) == [{"a": "\u00e4"}]
    long = ("a\n" + "\u20ac" * 50_000 + "\n").encode(encoding)
    assert told(long) == [{"a": "\u20ac" * 50_000}]


def test_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_records(tmp_path / "none.csv"))


def test_numbers_and_lines_are_of_the_record() -> None:
    records = list(read_records(b'a\n"1\n2"\n3\n'))
    assert [(one.number, one.line) for one in records] == [(1, 2), (2, 4)]


def test_broken_line_of_ndjson_is_its_own_fault() -> None:
    text = b'{"a": 1}\n{"a": \n\n[]\n{"a": {"b": NaN}}\n{"a": 2}'
    first, cut, listed, nan, last = read_records(text)
    assert isinstance(first, SubmittedRecord)
    assert isinstance(cut, RecordFault)
    assert (cut.number, cut.line) == (2, 2)
    assert isinstance(listed, RecordFault)
    assert (listed.number, listed.line) == (3, 4)
    assert isinstance(nan, RecordFault)
    assert nan.pointer == "/a/b"
    assert "in column 13" in nan.reason
    assert isinstance(last, SubmittedRecord)
    assert (last.number, last.line) == (5, 6)


def test_first_line_may_be_the_broken_one() -> None:
    (fault, record) = read_records(b'{"a": 1\n{"a": 2}\n')
    assert isinstance(fault, RecordFault)
    assert isinstance(record, SubmittedRecord)


def test_overlong_line_is_passed_over() -> None:
    long = b'{"a": "' + b"x" * (2 * LONGEST_RECORD) + b'"}\n'
    assert told(long + b'{"a": 2}\n', RecordForm.NDJSON) == [
        (1, 1, "the record is longer than 1,048,576 bytes"),
        {"a": 2},
    ]
    assert told(b"a\n" + long + b"2\n") == [
        (1, 2, "the record is longer than 1,048,576 bytes"),
        {"a": "2"},
    ]


def test_record_of_many_lines_is_bounded() -> None:
    row = b'"' + (b"x" * 99 + b"\n") * 600 + b'",'
    faults = told(b"a,b\n" + row * 20 + b"\n1,2\n")
    assert faults[0] == (1, 2, "the record is longer than 1,048,576 bytes")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1", "the record has 1 cells, and the header 2 columns"),
        (b"1,2,3", "the record has 3 cells, and the header 2 columns"),
        (b"1,\xff", "a cell is not valid UTF-8"),
        (b"1,\x00", "a cell is not valid UTF-8"),
        (b'1,"2"x', "text follows the closing quote of a cell"),
        (b"1,2\r3", "a carriage return stands inside a cell that is not quoted"),
        (b"1," + b"x" * 70_000, "a cell is longer than 65,536 characters"),
        (b"1," + b"x" * 140_000, "a cell is longer than 65,536 characters"),
    ],
)
def test_broken_row_of_csv_is_its_own_fault(row: bytes, reason: str) -> None:
    assert told(b"a,b\n" + row + b"\n3,4\n") == [(1, 2, reason), {"a": "3", "b": "4"}]


def test_quote_that_is_never_closed_takes_the_rest() -> None:
    assert told(b'a,b\n1,2\n"3,4\n5,6\n') == [
        {"a": "1", "b": "2"},
        (2, 3, "the last record ends inside a quoted cell"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "the text is empty"),
        (b"\n\n", "the text is empty"),
        (b"a,a\n", "the header names `a` twice"),
        (b"a, a\n", "the header names `a` twice"),
        (b"a,,b\n", "column 2 of the header has no name"),
        (b"a;b\n1;2\n", "the columns are separated neither by commas nor by tabs"),
        (b"a|b\n", "the columns are separated neither by commas nor by tabs"),
        ("a,b\n".encode("utf-16")[:-1], "the text begins as UTF-16 does, and is none"),
        (b"a,\xff\n", "the header cannot be read: a cell is not valid UTF-8"),
        (b'"a', "the header cannot be read: the last record ends inside a quoted cell"),
        (b"x" * (LONGEST_RECORD + 1), "the header cannot be read: the record is too long"),
    ],
)
def test_header_that_names_nothing_is_refused(text: bytes, reason: str) -> None:
    assert refusal(text, RecordForm.CSV).reason == reason


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (b"PK\x03\x04", "this is a workbook"),
        (b"\x1f\x8b", "this is compressed"),
        (b"\xff\xd8\xff", "this is a JPEG picture"),
        (b"\x89PNG", "this is a PNG picture"),
        (b"%PDF", "this is a PDF document"),
    ],
)
def test_file_that_is_no_text_is_known_for_what_it_is(start: bytes, reason: str) -> None:
    with pytest.raises(AdapterRefusal) as refused:
        list(read_records(start + b"\x08\x00", RecordForm.CSV))
    assert refused.value.reason.startswith(reason)


def test_document_that_is_no_json_is_refused_with_its_place() -> None:
    refused = refusal(b'[{"a": 1},\n {"a": tru}]')
    assert refused.reason == "expected a value, found `tru`, in line 2, column 8"
    assert refused.pointer == "/1/a"
    assert refusal(b"").reason.startswith("the document is empty")
    assert refusal(b" " * (LONGEST_DOCUMENT + 1)).reason == (
        "the document is longer than 8,388,608 bytes"
    )


def test_element_that_is_no_object_is_its_own_fault() -> None:
    assert told(b'[{"a": 1}, 7, "x", null, [], true]') == [
        {"a": 1},
        (2, None, "the record should be an object, and is the number `7`"),
        (3, None, "the record should be an object, and is the text `x`"),
        (4, None, "the record should be an object, and is null"),
        (5, None, "the record should be an object, and is a list"),
        (6, None, "the record should be an object, and is `true`"),
    ]


@given(text=st.binary(max_size=200), form=st.sampled_from([None, *RecordForm]))
def test_any_bytes_are_records_faults_or_a_refusal(text: bytes, form: RecordForm | None) -> None:
    """Whatever is submitted, reading it raises nothing but a refusal."""
    try:
        numbers = [one.number for one in read_records(text, form)]
    except AdapterRefusal:
        return
    assert numbers == list(range(1, len(numbers) + 1))


@given(text=st.text(alphabet='{}[]",:\n\r\\ a1\0ä', max_size=60), form=st.sampled_from(RecordForm))
def test_any_marks_are_records_faults_or_a_refusal(text: str, form: RecordForm) -> None:
    """Whatever stands between quotes, commas and brackets, reading raises only a refusal."""
    try:
        records = list(read_records(text.encode(), form))
    except AdapterRefusal:
        return
    assert all(isinstance(one, SubmittedRecord | RecordFault) for one in records)
