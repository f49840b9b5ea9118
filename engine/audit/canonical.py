"""Canonical JSON: RFC 8785 bytes, the only JSON that the log hashes.

The `rfc8785` library is the reference. A plain encoder with sorted keys writes the same bytes a
hundred times as fast, if a value has no floats, no integers beyond 2^53 and no characters beyond
U+FFFF: code point order is then UTF-16 order. Whether that is so shows in the output: parsed again,
it gives the same value. Everything else, and everything that is refused, is left to the library; a
property test holds the two equal.

RFC 8785 has no exact decimals, since its numbers are doubles: they are passed as strings.
"""

import json
from collections import Counter

import msgspec
import rfc8785

GREATEST_INTEGER = 2**53 - 1
"""The greatest absolute value of an integer: RFC 8785 §3.2.2.3, as in I-JSON (RFC 7493 §2.2)."""

_FIRST_BEYOND_BMP = 0xF0
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_GREAT = b"0" * 16
"""What an integer beyond the greatest has, once its digits are zeros; a text may have it, too."""


def _refuse(_text: str) -> object:
    raise ValueError("a float")


_ENCODER = msgspec.json.Encoder(order="sorted")
_READER = msgspec.json.Decoder(float_hook=_refuse)


class CanonicalError(ValueError):
    """A value has no canonical bytes; the message says why."""


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises `CanonicalError` for integers beyond ±(2^53 - 1), lone surrogates, NaN, infinities,
    nesting beyond what the interpreter follows, and anything that JSON does not have.
    """
    try:
        text = _plain(value)
        if text is not None:
            return text
        return bytes(rfc8785.dumps(value))  # type: ignore[arg-type] # It refuses the others.
    except rfc8785.IntegerDomainError as error:
        raise CanonicalError(
            f"an integer is beyond ±{GREATEST_INTEGER:,}; write it as a string"
        ) from error
    except rfc8785.CanonicalizationError as error:
        if isinstance(error.__cause__, UnicodeEncodeError):
            surrogate = "a string holds a lone surrogate, which UTF-8 cannot write"
            raise CanonicalError(surrogate) from error
        raise CanonicalError(f"a value has no canonical JSON: {error}") from error
    except RecursionError as error:
        raise CanonicalError("a value is nested too deeply") from error


def canonical_struct(value: msgspec.Struct) -> bytes:
    """Return the RFC 8785 bytes of a struct of texts, truths and small whole numbers.

    INVARIANT: its names are ASCII, so that a plain sorted encoder writes them in order. Raises
    `CanonicalError` for lone surrogates.
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError as error:
        raise CanonicalError("a string holds a lone surrogate, which UTF-8 cannot write") from error


def _plain(value: object) -> bytes | None:
    """Return the text of a value that is the same again when it is read, None for another."""
    try:
        text = _ENCODER.encode(value)
        is_plain = _GREAT not in text.translate(_ZEROS) and _READER.decode(text) == value
    except (TypeError, ValueError):  # What is no JSON, a float, a lone surrogate.
        return None
    return text if is_plain and (text.isascii() or max(text) < _FIRST_BEYOND_BMP) else None


def check_names(text: bytes) -> None:
    """Raise `ValueError` for JSON in which an object has a member twice.

    Some readers take the first of the two, and others the last: it is two texts.
    """
    json.loads(text, object_pairs_hook=_check_once)


def _check_once(members: list[tuple[str, object]]) -> None:
    names = Counter(name for name, _ in members)
    for name, count in names.items():
        if count > 1:
            raise ValueError(f"an object has the member `{name[:64]}` twice")
