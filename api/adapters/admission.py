"""Admission: what an adapter accepts as a record, whoever parsed it.

A record usually comes from the strict reader (`engine.source.json_text`), but may come from any
other. Here it is held to the same limits, so that nothing behind this door meets a value that is
not JSON, a float, a number or a text beyond measure, or an object that holds itself.
"""

from decimal import Decimal
from typing import Never, TypeVar

from engine.source.json_fault import GREATEST_NUMBER, MOST_DIGITS, JSONLimits
from engine.source.json_text import JSONValue
from engine.source.quoting import escaped

from .refusal import AdapterRefusal

MOST_VALUES = 1_000_000
"""The most values in one record, counted with those inside lists and objects."""

_LIMITS = JSONLimits()

_Number = TypeVar("_Number", int, Decimal)


def admitted(value: object) -> JSONValue:
    """Return a copy of a JSON value in which every number is an integer or an exact decimal.

    Raises `AdapterRefusal` where the value is not JSON, or is beyond the limits.
    """
    return _Admission().value(value, "", 0)


class _Admission:
    """One walk through a value, which counts what it has seen."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = 0

    def value(self, value: object, pointer: str, depth: int) -> JSONValue:
        self._seen += 1
        if self._seen > MOST_VALUES:
            _refuse(pointer, f"the record holds more than {MOST_VALUES:,} values", "send less")
        match value:
            case None | bool():
                return value
            case str():
                return _text(value, pointer)
            case int():
                return _bounded(int(value), pointer)
            case float():
                # A lenient reader stood before us; the shortest form is what was written.
                return _exact(Decimal(repr(value)), pointer)
            case Decimal():
                return _exact(value, pointer)
            case list():
                _bound(len(value), pointer, depth)
                return [
                    self.value(element, f"{pointer}/{index}", depth + 1)
                    for index, element in enumerate(value)
                ]
            case dict():
                _bound(len(value), pointer, depth)
                return dict(self._member(n, v, pointer, depth) for n, v in value.items())
            case _:
                raise AdapterRefusal(
                    "a value is of a kind that JSON does not have",
                    pointer=pointer,
                    help="send JSON",
                )

    def _member(
        self, name: object, value: object, pointer: str, depth: int
    ) -> tuple[str, JSONValue]:
        if not isinstance(name, str):
            _refuse(pointer, "the name of a member is not a text", "send JSON")
        text = _text(name, pointer)
        return text, self.value(value, f"{pointer}/{escaped(text)}", depth + 1)


def _bound(length: int, pointer: str, depth: int) -> None:
    if depth >= _LIMITS.depth:
        _refuse(
            pointer,
            f"lists and objects are nested deeper than {_LIMITS.depth}",
            "no platform's record is this deep; send the record itself",
        )
    if length > _LIMITS.items:
        _refuse(
            pointer,
            f"a list or an object has more than {_LIMITS.items:,} members",
            "send fewer in one record",
        )


def _text(value: str, pointer: str) -> str:
    if len(value) > _LIMITS.string:
        _refuse(
            pointer,
            f"a text is longer than {_LIMITS.string:,} characters",
            "shorten it, or leave it out of the record",
        )
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in _rare(value)):
        _refuse(pointer, "a text holds a character that is none", "send the text as valid UTF-8")
    return str(value)


def _rare(value: str) -> str:
    return "" if value.isascii() else value


def _exact(value: Decimal, pointer: str) -> Decimal:
    _, digits, exponent = value.as_tuple()
    # The exponent of what is not finite is a letter.
    if not isinstance(exponent, int) or max(len(digits), abs(exponent)) > MOST_DIGITS:
        _refuse(pointer, "a number is not finite, or has too many digits", "send an exact number")
    _bounded(value, pointer)
    return value


def _bounded(value: "_Number", pointer: str) -> "_Number":
    if abs(value) > GREATEST_NUMBER:
        _refuse(pointer, f"a number is beyond {GREATEST_NUMBER:,}", "send a smaller number")
    return value


def _refuse(pointer: str, reason: str, advice: str) -> Never:
    raise AdapterRefusal(reason, pointer=pointer, help=advice)
