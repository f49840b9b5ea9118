"""Bytes that a fast reader reads and writes again alike are read by it; the value is the same."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.source.json_text import JSONFault, JSONLimits, JSONValue, read_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(value: object, colon: str, comma: str) -> str:
    """Return the JSON text of a value with separators of one's own."""
    match value:
        case Decimal():
            return f"{value:f}"
        case list():
            return f"[{comma.join(written(each, colon, comma) for each in value)}]"
        case dict():
            pairs = (
                f"{written(name, colon, comma)}{colon}{written(inner, colon, comma)}"
                for name, inner in value.items()
            )
            return f"{{{comma.join(pairs)}}}"
        case _:
            return json.dumps(value, ensure_ascii=False)


def outcome(text: bytes | str, limits: JSONLimits = JSONLimits()) -> JSONValue | str:  # noqa: B008 - frozen.
    try:
        return read_json(text, limits=limits)
    except JSONFault as fault:
        return str(fault)


@given(JSON, st.sampled_from([":", ": "]), st.sampled_from([",", ", "]))
def test_bytes_and_text_have_one_value(value: object, colon: str, comma: str) -> None:
    text = written(value, colon, comma)
    assert repr(outcome(text.encode("utf-8", "surrogatepass"))) == repr(outcome(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":-0}',
        "[1e5]",
        "[1.50]",
        "[-0.0]",
        "[NaN]",
        "[1234567890123456789012345678901234567890]",
        '["\\u0000"]',
        '["\\ud800"]',
        '["\\/"]',
        "[" * 70 + "]" * 70,
        "[" * 64 + "]" * 64,
        "[" + "[]," * 70 + "[" * 63 + "]" * 63 + "]",
        "[" + "[]," * 70 + "[" * 64 + "]" * 64 + "]",
        '[{"a":' * 33 + "1" + "}]" * 33,
        '["]",' * 70 + '"["' + ',"["]' * 70,
        '["\\"]",' * 70 + '"["' + ',"["]' * 70,
        "[" * 5_000 + "]" * 5_000,
        "[1,2",
        '["a\tb"]',
        "",
        "\ufeff[]",
        "[" + "1." + "1" * 400 + "]",
    ],
)
def test_odd_bytes_and_odd_text_have_one_outcome(text: str) -> None:
    assert repr(outcome(text.encode())) == repr(outcome(text))


def test_limits_hold_for_bytes() -> None:
    few = JSONLimits(items=3, string=20)
    assert outcome(b"[1,2,3]", few) == [1, 2, 3]
    assert outcome(b"[1,2,3,4]", few) == outcome("[1,2,3,4]", few) != [1, 2, 3, 4]
    assert outcome(b'["' + b"a" * 30 + b'"]', few) == outcome('["' + "a" * 30 + '"]', few)
