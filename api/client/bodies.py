"""JSON as it is sent and answered: exactly as it was given.

Numbers stay exact (`Decimal`); what JSON cannot say is refused here, by its pointer, rather than
sent as something else.
"""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import TypeVar

import msgspec

from .errors import UnexpectedAnswerError

Campaign = Mapping[str, object]
"""A campaign descriptor, or a platform's own record, as JSON would have it."""

_Answer = TypeVar("_Answer")
_Member = TypeVar("_Member")

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_ONE_DECODER_AT_A_TIME = Lock()


class _PythonsOwnError(ValueError):
    """A value that `json.loads` makes although JSON cannot say it."""


def given(members: Mapping[str, _Member | None]) -> dict[str, _Member]:
    """Return the members that are given: those that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def encoded(value: object) -> bytes:
    """Return a value as JSON. Raises `ValueError` where JSON cannot say it."""
    try:
        _check(value, "")
        return _ENCODER.encode(value)
    except RecursionError:
        raise ValueError("it is nested too deep, or holds itself") from None
    except (TypeError, msgspec.MsgspecError) as error:
        raise ValueError(f"JSON cannot say this: {error}") from error


def encoded_line(campaign: Campaign, number: int) -> bytes:
    """Return a campaign of a batch as a line of JSON.

    Numbers that are not finite and halves of surrogate pairs, which `json.loads` makes, are written
    as they were read, for the service to refuse that line alone. Raises `ValueError` for any other
    value that JSON does not have.
    """
    try:
        try:
            return encoded(campaign) + b"\n"
        except _PythonsOwnError:
            return json.dumps(campaign, default=_number).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as fault:
        raise ValueError(f"campaign {number:,}: {fault}") from fault


def decoded(body: bytes, type: type[_Answer]) -> _Answer:  # noqa: A002 - as in msgspec.
    """Return an answer; numbers of a campaign in it are exact. Raises `UnexpectedAnswerError`."""
    with _ONE_DECODER_AT_A_TIME:
        decoder = msgspec.json.Decoder(type, float_hook=Decimal)
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise UnexpectedAnswerError(f"the answer is not as Assent gives it: {error}") from error


def instant(value: datetime, name: str) -> str:
    """Return an instant after RFC 3339. Raises `ValueError` where it has no offset from UTC."""
    if value.utcoffset() is None:
        raise ValueError(f"`{name}` has no offset from UTC; give `datetime(…, tzinfo=UTC)`")
    return value.isoformat()


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"JSON cannot say this: {type(value).__name__}")


def _check(value: object, pointer: str) -> None:
    place = f" at `{pointer}`" if pointer else ""
    match value:
        case str() if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
            raise _PythonsOwnError(f"the text{place} holds half of a surrogate pair")
        case float() if not math.isfinite(value):
            raise _PythonsOwnError(f"the number{place} is not finite")
        case Decimal() if not value.is_finite():
            raise _PythonsOwnError(f"the number{place} is not finite")
        case Mapping():
            for name, member in value.items():
                _check(name, pointer)
                _check(member, f"{pointer}/{name}")
        case list() | tuple():
            for index, element in enumerate(value):
                _check(element, f"{pointer}/{index}")
        case _:
            pass
