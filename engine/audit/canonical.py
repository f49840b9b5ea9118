"""Canonical JSON: RFC 8785 bytes, the only JSON that the log hashes.

The rule is the `rfc8785` library's. A value without floats and without characters beyond U+FFFF
has the same bytes from a plain sorted encoder, which is fifty times as fast: there, sorting by
code points and by UTF-16 code units agree. Everything else, and everything that is refused, goes
to the library; a property test holds the two equal.

Exact decimals have no place in RFC 8785, whose numbers are doubles: they arrive as strings.
"""

from typing import Never

import msgspec
import rfc8785

GREATEST_INTEGER = 2**53 - 1
"""The greatest absolute value of an integer: RFC 8785 §3.2.2.3, as in I-JSON (RFC 7493 §2.2)."""

_FIRST_BEYOND_BMP = 0xF0
_LONG_NUMERAL = b"9" * len(str(GREATEST_INTEGER))
_ALL_DIGITS_NINE = bytes.maketrans(b"012345678", b"999999999")
_ENCODER = msgspec.json.Encoder(order="sorted")


class CanonicalError(ValueError):
    """A value has no canonical bytes; the message says why."""


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises `CanonicalError` for integers beyond ±(2^53 - 1), lone surrogates, NaN, infinities,
    nesting beyond what the interpreter follows, and anything that JSON does not have.
    """
    try:
        text = _plainly(value)
        if text is not None:
            return text
        return bytes(rfc8785.dumps(value))  # type: ignore[arg-type] # It refuses the others.
    except rfc8785.IntegerDomainError as error:
        raise CanonicalError(
            f"an integer is beyond ±{GREATEST_INTEGER:,}; write it as a string"
        ) from error
    except rfc8785.CanonicalizationError as error:
        raise CanonicalError(f"a value has no canonical JSON: {error}") from error
    except UnicodeEncodeError as error:
        raise CanonicalError("a string holds a lone surrogate, which UTF-8 cannot write") from error
    except RecursionError as error:
        raise CanonicalError("a value is nested too deeply") from error


def _plainly(value: object) -> bytes | None:
    """Return the bytes of a value that the plain encoder may be trusted with.

    INVARIANT: what reads back as an equal value holds nothing but texts, booleans, null, lists,
    objects and integers; a float is never read, and a long numeral may be beyond the greatest.
    """
    try:
        text = _ENCODER.encode(value)
        is_short = _LONG_NUMERAL not in text.translate(_ALL_DIGITS_NINE)
        has_order = text.isascii() or max(text) < _FIRST_BEYOND_BMP
        return text if is_short and has_order and _DECODER.decode(text) == value else None
    except (TypeError, OverflowError, msgspec.DecodeError, _FloatError):
        return None


class _FloatError(Exception):
    """A float is among the values."""


def _no_float(numeral: str) -> Never:
    raise _FloatError(numeral)


_DECODER = msgspec.json.Decoder(float_hook=_no_float)
