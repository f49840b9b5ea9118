"""The strict JSON reader: what it reads, what it refuses and where, and that it is linear."""

import contextlib
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.json_text import JSONFault, JSONLimits, JSONValue, read_json
from tests.calls import calls_in

SMALL = JSONLimits(document=200, depth=3, string=10, items=4)


def fault_of(text: bytes | str, limits: JSONLimits = JSONLimits()) -> JSONFault:  # noqa: B008 - frozen.
    with pytest.raises(JSONFault) as raised:
        read_json(text, limits=limits)
    return raised.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (" [true , false]\r\n", [True, False]),
        ('{"a": {"b": []}}', {"a": {"b": []}}),
        ("-0", 0),
        ("1000000000000000000", 10**18),
        ("-1000000000000000000", -(10**18)),
        ("1.0", Decimal("1.0")),
        ("1e2", Decimal("1e2")),
        ("-0.0", Decimal("-0.0")),
        ("0.1", Decimal("0.1")),
        ("1E18", Decimal("1E18")),
        (b'"gr\xc3\xbc\xc3\x9fe"', "grüße"),
        (r'"\ud83d\ude00"', "😀"),
        (r'"a\"b\\\"]]]"', 'a"b\\"]]]'),
        (r'"\\u0000"', r"\u0000"),
    ],
)
def test_reads(text: bytes | str, value: JSONValue) -> None:
    read = read_json(text)
    assert read == value
    assert type(read) is type(value)
    assert str(read) == str(value)


FAULTS: list[tuple[bytes | str, str, int, int, str]] = [
    # text, code, line, column, pointer
    ("", "empty", 1, 1, ""),
    (" \n ", "empty", 1, 1, ""),
    ("[1", "cut_off", 1, 3, "/0"),
    ('{"a": "b', "cut_off", 1, 7, "/a"),
    ("[1,\n 2,\n ]", "syntax", 3, 2, "/2"),
    ('{"a": 1,}', "syntax", 1, 9, ""),
    ("{'a': 1}", "syntax", 1, 2, ""),
    ('{"a" 1}', "syntax", 1, 6, "/a"),
    ("[1 2]", "syntax", 1, 4, "/0"),
    ("[True]", "syntax", 1, 2, "/0"),
    ("[1, // two\n2]", "syntax", 1, 5, "/1"),
    ("[.5]", "syntax", 1, 2, "/0"),
    ("[01]", "syntax", 1, 3, "/0"),
    ("]", "syntax", 1, 1, ""),
    ("]" + "[" * 70, "too_deep", 1, 66, "/0" * 64),
    ('{"a": 1, "a": 2, "b" 3}', "syntax", 1, 22, "/b"),
    ("hello", "syntax", 1, 1, ""),
    ('["a\tb"]', "syntax", 1, 4, "/0"),
    (r'["\x41"]', "syntax", 1, 3, "/0"),
    (r'["\u12g4"]', "syntax", 1, 3, "/0"),
    ("{} {}", "trailing_text", 1, 4, ""),
    ("\ufeff{}", "byte_order_mark", 1, 1, ""),
    (b"\xef\xbb\xbf{}", "byte_order_mark", 1, 1, ""),
    (b'["\xff"]', "not_utf8", 1, 3, ""),
    ('"é'.encode("utf-16"), "not_utf8", 1, 1, ""),
    ('{"a": {"b/c": 1,\n "b/c": 2}}', "duplicate_member", 2, 2, "/a/b~1c"),
    (r'{"a": 1, "\u0061": 2}', "duplicate_member", 1, 10, "/a"),
    ('{"a": [1, NaN]}', "not_a_number", 1, 11, "/a/1"),
    ("Infinity", "not_a_number", 1, 1, ""),
    ("[-Infinity]", "not_a_number", 1, 2, "/0"),
    ("1000000000000000001", "number_out_of_range", 1, 1, ""),
    ("[1e19]", "number_out_of_range", 1, 2, "/0"),
    ("[1e400000]", "number_out_of_range", 1, 2, "/0"),
    ("[0e400000]", "number_out_of_range", 1, 2, "/0"),
    ("[1e99999999999999999999999]", "number_out_of_range", 1, 2, "/0"),
    ("[1e-400000]", "number_too_precise", 1, 2, "/0"),
    ("[0.12345678901234567890123456789012345]", "number_too_precise", 1, 2, "/0"),
    (f"[{'9' * 5000}]", "number_too_precise", 1, 2, "/0"),
    (r'{"a": "\ud83d"}', "lone_surrogate", 1, 7, "/a"),
    (r'{"\ude00": 1}', "lone_surrogate", 1, 2, r"/\ude00"),
    ('["\ud83d"]', "lone_surrogate", 1, 2, "/0"),
    (r'["a\u0000b"]', "nul_character", 1, 2, "/0"),
]


@pytest.mark.parametrize(("text", "code", "line", "column", "pointer"), FAULTS)
def test_refuses(text: bytes | str, code: str, line: int, column: int, pointer: str) -> None:
    fault = fault_of(text)
    assert (fault.code, fault.line, fault.column, fault.pointer) == (code, line, column, pointer)
    assert fault.help
    assert not fault.message.endswith(".")
    for name in ("str`", "dict", "Decimal", "Expecting", "Invalid"):
        assert name not in fault.message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("[True]", "JSON writes `true`"),
        ("['a']", "JSON writes strings in double quotes"),
        ("[1, // two\n2]", "JSON has no comments; leave it out"),
        ("[01]", "leading zeros"),
        ("[+1]", "plus sign"),
        ("[1 2]", "check the commas"),
    ],
)
def test_the_help_says_what_to_write(text: str, advice: str) -> None:
    assert advice in fault_of(text).help


def test_the_message_shows_the_words_and_no_control_characters() -> None:
    assert fault_of("[1, wahr]").message == "expected a value, found `wahr`"
    assert fault_of("[\x01]").message == "expected a value, found `\\u0001`"
    assert "…" in fault_of("[" + "x" * 100 + "]").message
    assert str(fault_of("[NaN]")) == "`NaN` is not a JSON number (line 1, column 2)"


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (" " * 201, "document_too_long", ""),
        ("[[[[]]]]", "too_deep", "/0/0/0"),
        ('["abcdefghijk"]', "string_too_long", "/0"),
        (r'["\u0061\u0062\u0063\u0064", "\u0061bcdefghijk"]', "string_too_long", "/1"),
        ('{"abcdefghijk": 1}', "string_too_long", "/abcdefghijk"),
        ("[1,2,3,4,5]", "too_many_items", "/4"),
        ('{"a":1,"b":2,"c":3,"d":4,"e":5}', "too_many_items", ""),
    ],
)
def test_refuses_what_is_beyond_a_limit(text: str, code: str, pointer: str) -> None:
    fault = fault_of(text, SMALL)
    assert (fault.code, fault.pointer) == (code, pointer)


@pytest.mark.parametrize(
    "text",
    [
        "[[[]]]",
        '["[[[[[[[["]',
        '["abcdefghij"]',
        r'["\u0061\u0062\u0063\u0064\u0065"]',
        "[1,2,3,4]",
        "[[1,2],[3,4],[5,6]]",
        '{"a":[],"b":[],"c":[]}',
    ],
)
def test_reads_what_is_just_within_the_limits(text: str) -> None:
    assert read_json(text, limits=SMALL) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",".join(['{"a":1,"b":[1,2]}'] * 50_000) + "]",
        "[" + ",".join(["1.5"] * 60_000) + "]",
        '["' + "\u00e9" * 60_000 + '",' + ",".join(["[1,2]"] * 60_000) + "]",
    ],
)
def test_a_long_text_within_limits_is_not_walked_token_by_token(text: str) -> None:
    walked = calls_in(("json_walk.py",), lambda: read_json(text))
    assert walked < 20
    assert read_json(text) == read_json(text.encode())


HEAP = "\u0301\u0327"


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (f'["a{HEAP * 16}"]', "/0"),
        (json.dumps(["a" + HEAP * 16]), "/0"),
        (f'{{"b": {{"{HEAP * 16}": 1}}}}', f"/b/{HEAP * 16}"),
        (f'["a{(HEAP * 7 + chr(0x3164)) * 3}"]', "/0"),  # Between them stands what nobody sees.
        (f'["{chr(0xF73) * 31}"]', "/0"),  # Each stands for two marks, and is none itself.
    ],
)
def test_combining_marks_are_not_heaped(text: str, pointer: str) -> None:
    """To put 21,000 of them in order took a quarter of a second, and as much for each rule."""
    for each in (text, text.encode()):
        fault = fault_of(each)
        assert (fault.code, fault.pointer) == ("heaped_marks", pointer)


def test_blanks_are_not_looked_at_one_by_one_for_marks() -> None:
    """Eight million of them took a second and a half, in a text that holds one letter of French."""
    text = '["é"' + " " * 100_000 + "]"
    assert calls_in(("characters.py",), lambda: read_json(text.encode())) < 20


def test_what_has_marks_as_they_are_written_is_read() -> None:
    for letters in ("a" + HEAP * 15, ("a" + HEAP) * 500, "ü-" * 200, "🔥" * 100, "नि" * 100):
        assert read_json(json.dumps([letters])) == [letters]
        assert read_json(json.dumps([letters], ensure_ascii=False).encode()) == [letters]


@pytest.mark.parametrize("levels", [1_000, 1_000_000])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_deep_document_is_refused_and_crashes_nothing(levels: int, opening: str) -> None:
    fault = fault_of(opening * levels)
    assert fault.code == "too_deep"
    assert fault.offset == 64 * len(opening)


@pytest.mark.parametrize(
    "text",
    [
        r'["\ud83d\ude00"]' + " " * 2_000_000,
        " " * 2_000_000,
        '"' * 2_000_000,
        "\\" * 2_000_000,
        '["' + '\\"' * 1_000_000,
        '[{"a":1},' * 200_000,
        "[" + "1" * 2_000_000,
        "]" * 2_000_000,
        '{"a":' + " " * 2_000_000 + "NaN}",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    # A quadratic reader would need hours; the bound is far above what the slowest machine needs.
    started = time.process_time()
    with contextlib.suppress(JSONFault):
        read_json(text)
    assert time.process_time() - started < 10


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('abc"\\/~é', max_size=4), inner),
    max_leaves=20,
)


@given(JSON_VALUES, st.booleans())
def test_reads_what_a_json_writer_wrote(value: JSONValue, ascii_only: bool) -> None:  # noqa: FBT001 - drawn.
    """Reading a written value gives the value."""
    assert read_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.text('[]{},:"\\u0d8 \n1e-.nNaA', max_size=40) | st.binary(max_size=40))
def test_is_never_more_lenient_than_the_standard_library(text: bytes | str) -> None:
    """Whatever is read is JSON to the standard library too, and nothing but a fault is raised."""
    try:
        value = read_json(text)
    except JSONFault:
        return
    assert json.loads(text, parse_float=Decimal) == value
