"""Strict JSON: one text in, one value out, or the first fault with its place.

RFC 8259, read more strictly than most readers do, in what the RFC leaves open (§4, §6, §8, §9):
duplicate member names, a byte order mark, lone surrogates and U+0000 are refused, and so are sizes,
nesting and numbers beyond limits. Integers stay integers (`-0` is 0) and every other
numeral becomes an exact decimal (`1.0`, `1e2`): no value passes through binary floating point.

The parsing is the standard library's. What its decoder cannot see is scanned for in one pass each;
only a doubted text is walked token by token (`json_walk`).
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Never

import msgspec

from .characters import heaps_marks
from .json_fault import Complaint, JSONFault, JSONLimits, JSONValue
from .json_walk import first_fault, is_unicode, masked, pointer_at, too_deep, word_complaint
from .quoting import excerpt

__all__ = ["JSONFault", "JSONLimits", "JSONValue", "compact", "read_decimal", "read_json"]

_BOM = "\ufeff"
_BLANK = " \t\n\r"
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_SURE_LENGTH = 18
_STRING = re.compile(r'"[^"]*"?')
_BRACKET = re.compile(r"[\[\]{}]")
_AS_LISTS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_DOUBTFUL_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_LONG_NUMERAL = b"9" * (_SURE_LENGTH + 1)
_ALL_DIGITS_NINE = bytes.maketrans(b"012345678", b"999999999")
_WORD = re.compile(r"[^ \t\n\r\[\]{},:]+")
_LITERALS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}


class _DoubtError(ValueError):
    """A hook of the decoder refuses something; the walk will find where."""


def read_json(text: bytes | str, *, limits: JSONLimits = JSONLimits()) -> JSONValue:  # noqa: B008 - frozen.
    """Return the value of one JSON text.

    Bytes are UTF-8, as RFC 8259 §8.1 demands. Raises `JSONFault` for the first fault. The time is
    linear in the length of the text, whatever the text is.
    """
    if len(text) > limits.document:
        raise _too_long(len(text), limits).at("", 0, "")
    if isinstance(text, bytes) and (plain := _read_plainly(text, limits)):
        return plain
    document = text if isinstance(text, str) else _characters(text)
    if document.startswith(_BOM):
        raise _BYTE_ORDER_MARK.at(document, 0, "")
    if _is_too_deep(document, limits):
        raise _found(document, limits)
    try:
        value: JSONValue = _DECODER.decode(document)
    except json.JSONDecodeError as error:
        raise _syntax_fault(document, error, limits) from None
    except _DoubtError:
        raise _found(document, limits) from None
    if _is_doubtful(document, value, limits):
        fault = first_fault(document, limits)
        if fault is not None:
            raise fault
    return value


def compact(text: bytes) -> bytes:
    """Return a JSON text without the blanks between its tokens."""
    return msgspec.json.format(text, indent=-1)


def _read_plainly(text: bytes, limits: JSONLimits) -> JSONValue:
    """Return the value of a text that a fast reader reads, and writes again byte for byte.

    Blanks between tokens make no difference. INVARIANT: what is written again alike has no name
    twice and no odd numerals, and a text that is no longer than a limit is within it. Escapes by
    code, long numerals, and sizes that may be beyond limits are left to the strict reader.
    """
    is_long = len(text) > min(limits.string, limits.items)
    if is_long or b"\\u" in text or _LONG_NUMERAL in text.translate(_ALL_DIGITS_NINE):
        return None
    try:
        if _may_be_too_deep(text, limits) and _is_too_deep(text.decode(), limits):
            return None
        if not text.isascii() and heaps_marks(text.decode(), limits.marks):
            return None
        value: JSONValue = _PLAIN_DECODER.decode(text)
        written = _PLAIN_ENCODER.encode(value)
        return value if written == text or written == compact(text) else None
    except (ValueError, RecursionError):
        return None


def _characters(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        before = text[: error.start].decode()
        wide = text[:2] in (b"\xff\xfe", b"\xfe\xff")
        raise (_WIDE if wide else _NOT_UTF8).at(before, len(before), "") from None


def _may_be_too_deep(text: bytes, limits: JSONLimits) -> bool:
    """Whether it takes a closer look to see that a text nests within limits.

    Without escapes, every second part between quotation marks lies outside of strings. Of the
    brackets there, all being of one kind, those around nothing are taken away, level by level.
    """
    if text.count(b"[") + text.count(b"{") <= limits.depth:
        return False
    if b"\\" in text:
        return True
    left = b"".join(text.split(b'"')[::2]).translate(_AS_LISTS, _NO_BRACKETS)
    for _ in range(limits.depth):
        left = left.replace(b"[]", b"")
        if not left:
            return False
    return True


def _is_too_deep(document: str, limits: JSONLimits) -> bool:
    if document.count("[") + document.count("{") <= limits.depth:
        return False
    outside_strings = _STRING.sub("", masked(document))
    steps = map(_STEP.__getitem__, _BRACKET.findall(outside_strings))
    return max(accumulate(steps), default=0) > limits.depth


def _is_doubtful(document: str, value: JSONValue, limits: JSONLimits) -> bool:
    """Whether strings or sizes may be at fault; the decoder does not look at either."""
    return (
        _DOUBTFUL_ESCAPE.search(document) is not None
        or not (document.isascii() or is_unicode(document))
        or (_may_have_marks(document) and _heaps_marks(value, limits))
        or (document.count(",") >= limits.items and _has_too_many_items(value, limits))
        or _may_hold_long_string(document, limits)
    )


def _may_have_marks(document: str) -> bool:
    return "\\u" in document or not document.isascii()


def _has_too_many_items(value: JSONValue, limits: JSONLimits) -> bool:
    """Whether a list or an object in a value is longer than the limit."""
    return any(
        isinstance(each, list | dict) and len(each) > limits.items for each in _values(value)
    )


def _heaps_marks(value: JSONValue, limits: JSONLimits) -> bool:
    """Whether a string in a value, or the name of a member, heaps marks beyond the limit."""
    return any(isinstance(each, str) and heaps_marks(each, limits.marks) for each in _values(value))


def _values(value: JSONValue) -> Iterator[JSONValue]:
    """Yield a value, and every value and name within it."""
    left = [value]
    while left:
        found = left.pop()
        yield found
        if isinstance(found, dict):
            left.extend(found)
            left.extend(found.values())
        elif isinstance(found, list):
            left.extend(found)


def _may_hold_long_string(document: str, limits: JSONLimits) -> bool:
    if len(document) <= limits.string:
        return False
    return max(map(len, _STRING.findall(masked(document))), default=0) > limits.string + 2


def _found(document: str, limits: JSONLimits) -> JSONFault:
    """Return the fault that a hook or the depth scan has seen; both judge as the walk does."""
    fault = first_fault(document, limits)
    return fault if fault is not None else too_deep(limits).at(document, 0, "")


# ---- hooks of the decoder: they judge, and leave the wording to the walk


def _object(members: Sequence[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
    value = dict(members)
    if len(value) != len(members):
        raise _DoubtError
    return value


def _integer(numeral: str) -> int:
    if len(numeral) <= _SURE_LENGTH:
        return int(numeral)
    if word_complaint(numeral) is not None:
        raise _DoubtError
    return int(numeral)


def read_decimal(numeral: str) -> Decimal:
    """Return the exact value of a numeral of JSON. Raises `ValueError` for one beyond measure."""
    is_sure = len(numeral) <= _SURE_LENGTH and "e" not in numeral and "E" not in numeral
    if not is_sure and word_complaint(numeral) is not None:
        raise _DoubtError
    return Decimal(numeral)


def _constant(_word: str) -> Never:
    raise _DoubtError


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=read_decimal,
    parse_constant=_constant,
)


_PLAIN_DECODER = msgspec.json.Decoder(float_hook=read_decimal)
_PLAIN_ENCODER = msgspec.json.Encoder(decimal_format="number")


# ---- wording


def _syntax_fault(document: str, error: json.JSONDecodeError, limits: JSONLimits) -> JSONFault:
    end = len(document.rstrip(_BLANK))
    if end == 0:
        return _EMPTY.at(document, 0, "")
    # The decoder's words are those of Python 3.11 to 3.13; others fall back to a plain complaint.
    cut_off = error.pos >= end or error.msg.startswith("Unterminated")
    complaint = _CUT_OFF if cut_off else _syntax_complaint(document, error)
    offset = _offset(document, error, complaint)
    return complaint.at(document, offset, pointer_at(document, offset, limits))


def _offset(document: str, error: json.JSONDecodeError, complaint: Complaint) -> int:
    """Return where a fault is told: versions of Python differ in the character that they name."""
    if complaint is _ESCAPE:
        return document.rfind("\\", 0, error.pos + 1)
    if complaint is _TRAILING_COMMA and document[error.pos] == ",":  # From 3.13 on.
        rest = document[error.pos + 1 :]
        return len(document) - len(rest.lstrip(_BLANK))
    return error.pos


def _syntax_complaint(document: str, error: json.JSONDecodeError) -> Complaint:
    message = error.msg
    if message.startswith("Extra data"):
        return _TRAILING
    if message.startswith("Invalid control"):
        return _CONTROL
    if message.startswith("Invalid \\"):
        return _ESCAPE
    if message.startswith("Illegal trailing comma") or _follows_comma(document, error.pos):
        return _TRAILING_COMMA
    return _unexpected(document, error)


def _follows_comma(document: str, offset: int) -> bool:
    return document[offset] in "]}" and document[:offset].rstrip(_BLANK).endswith(",")


def _unexpected(document: str, error: json.JSONDecodeError) -> Complaint:
    expected = next((words for key, words in _EXPECTED.items() if key in error.msg), "a value")
    word = _WORD.match(document, error.pos)
    found = word[0] if word is not None else document[error.pos]
    return Complaint(
        code="syntax",
        message=f"expected {expected}, found {excerpt(found)}",
        help=_advice(found, document[max(0, error.pos - 1)]),
    )


def _advice(found: str, before: str) -> str:
    if found in _LITERALS:
        return f"JSON writes `{_LITERALS[found]}`"
    if found.startswith("'"):
        return "JSON writes strings in double quotes"
    if found.startswith(("//", "/*", "#")):
        return "JSON has no comments; leave it out"
    if (found[0] in "+.-") or (found[0].isdigit() and before == "0"):
        return (
            "JSON writes numbers like `0.5`, `-12` and `1e3`, without leading zeros or a plus sign"
        )
    return "check the commas, colons and quotes before this place"


def _too_long(length: int, limits: JSONLimits) -> Complaint:
    return Complaint(
        code="document_too_long",
        message=f"a document of {length:,} bytes is longer than the limit",
        help=f"the longest document that is read has {limits.document:,} bytes",
    )


_EXPECTED = {
    "property name": "a member name in double quotes",
    "':'": "a colon",
    "','": "a comma or the end of the list or object",
}
_EMPTY = Complaint(
    code="empty",
    message="the document is empty",
    help="send one JSON value, such as an object in braces",
)
_CUT_OFF = Complaint(
    code="cut_off",
    message="the document ends before it is complete",
    help="a bracket, brace or quote is never closed, or the text was cut off on its way",
)
_TRAILING = Complaint(
    code="trailing_text",
    message="there is more text after the end of the document",
    help="send one JSON value; several go in a list, or one a line as NDJSON",
)
_TRAILING_COMMA = Complaint(
    code="syntax",
    message="a comma stands before the closing bracket",
    help="leave the comma out: JSON has none after the last element",
)
_CONTROL = Complaint(
    code="syntax",
    message="a string holds a raw control character",
    help="write a line end as `\\n` and a tab as `\\t`",
)
_ESCAPE = Complaint(
    code="syntax",
    message="a string holds an escape that JSON does not know",
    help="write a backslash as `\\\\`, any other character as itself or as `\\u` and four digits",
)
_BYTE_ORDER_MARK = Complaint(
    code="byte_order_mark",
    message="the document begins with a byte order mark",
    help="save it as UTF-8 without byte order mark (BOM)",
)
_NOT_UTF8 = Complaint(
    code="not_utf8",
    message="the document is not valid UTF-8",
    help="save it as UTF-8",
)
_WIDE = Complaint(
    code="not_utf8",
    message="the document is UTF-16, not UTF-8",
    help="save it as UTF-8 without byte order mark (BOM)",
)
