"""JSON as it is sent and answered: exactly as it was given.

Numbers stay exact (`Decimal`); what JSON cannot say is refused here, by its pointer, rather than
sent as something else.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from .errors import UnexpectedAnswerError

Campaign = Mapping[str, object]
"""A campaign descriptor, or a platform's own record, as JSON would have it."""

_Answer = TypeVar("_Answer")
_Member = TypeVar("_Member")

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def given(members: Mapping[str, _Member | None]) -> dict[str, _Member]:
    """Return the members that are given: those that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def encoded(value: object) -> bytes:
    """Return a value as JSON. Raises `ValueError` where JSON cannot say it."""
    _check(value, "")
    try:
        return _ENCODER.encode(value)
    except (TypeError, msgspec.MsgspecError) as error:
        raise ValueError(f"JSON cannot say this: {error}") from error


def decoded(body: bytes, type: type[_Answer]) -> _Answer:  # noqa: A002 - as in msgspec.
    """Return an answer; numbers of a campaign in it are exact. Raises `UnexpectedAnswerError`."""
    try:
        return msgspec.json.Decoder(type, float_hook=Decimal).decode(body)
    except msgspec.MsgspecError as error:
        raise UnexpectedAnswerError(f"the answer is not as Assent gives it: {error}") from error


def instant(value: datetime, name: str) -> str:
    """Return an instant after RFC 3339. Raises `ValueError` where it has no offset from UTC."""
    if value.utcoffset() is None:
        raise ValueError(f"`{name}` has no offset from UTC; give `datetime(…, tzinfo=UTC)`")
    return value.isoformat()


def _check(value: object, pointer: str) -> None:
    match value:
        case float() if not math.isfinite(value):
            raise ValueError(f"the number at `{pointer}` is not finite")
        case Decimal() if not value.is_finite():
            raise ValueError(f"the number at `{pointer}` is not finite")
        case Mapping():
            for name, member in value.items():
                _check(member, f"{pointer}/{name}")
        case list() | tuple():
            for index, element in enumerate(value):
                _check(element, f"{pointer}/{index}")
        case _:
            pass
