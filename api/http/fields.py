"""Fields of the HTTP shapes, as marshmallow has them, in the words of the house.

A message says what the value should be and what it is; what to do is the field's `advice`. The
campaign has no field of its own: it is read by the engine's decoder alone.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from engine.source.json_fault import excerpt
from engine.source.suggest import nearest

LONGEST_TEXT = 512
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # A day's room on either side for any offset from UTC.


def _refusal(wanted: str, value: object) -> ValidationError:
    shown = excerpt(value) if isinstance(value, str) else "of another kind"
    return ValidationError(f"this should be {wanted}, and is {shown}")


class _Field(fields.Field[Any]):
    """A field with advice."""

    def __init__(self, *, advice: str, **rest: Any) -> None:
        super().__init__(allow_none=True, **rest)
        self.advice = advice


class Word(_Field):
    """One of some words."""

    def __init__(self, words: Sequence[str], **rest: Any) -> None:
        super().__init__(advice="it is one of " + ", ".join(f"`{w}`" for w in words), **rest)
        self._words = words

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and value in self._words:
            return value
        near = nearest(value, self._words) if isinstance(value, str) else None
        if near is not None:
            raise ValidationError(f"{excerpt(str(value))} is unknown here; did you mean `{near}`?")
        raise _refusal("a known word", value)


class Text(_Field):
    """A text of bounded length."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice=f"it has 1 to {LONGEST_TEXT} characters", **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and 1 <= len(value) <= LONGEST_TEXT:
            return value
        raise _refusal("a text", value)


class SoughtText(Text):
    """A text that something in the log may be: nothing there holds U+0000."""

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        text = super()._deserialize(value)
        if "\0" in text:
            raise _refusal("a text without the character U+0000", value)
        return text


class Flag(_Field):
    """Yes or no, in a body."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice="write `true` or `false`, without quotes", **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise _refusal("yes or no", value)


class QueryFlag(_Field):
    """Yes or no, in a query."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice="write `true` or `false`", **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> bool:
        if value in ("true", "false"):
            return value == "true"
        raise _refusal("yes or no", value)


class QueryNumber(_Field):
    """A whole number between bounds, in a query."""

    def __init__(self, least: int, most: int, **rest: Any) -> None:
        super().__init__(advice=f"write a whole number from {least} to {most}", **rest)
        self._least, self._most = least, most

    def _deserialize(self, value: object, *_: Any, **__: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
            number = int(value)
            if self._least <= number <= self._most:
                return number
        raise _refusal(f"a number from {self._least} to {self._most}", value)


class Instant(_Field):
    """An instant after RFC 3339, with its offset, of the years 1970 to 9998."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice="write it after RFC 3339: `2026-11-23T09:00:00Z`", **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise _refusal("an instant with its offset from UTC", value)
        try:
            made = datetime.fromisoformat(value.upper())
        except ValueError:
            raise _refusal("an instant that exists", value) from None
        if not _FIRST_YEAR <= made.year <= _LAST_YEAR:
            raise _refusal(f"an instant of the years {_FIRST_YEAR} to {_LAST_YEAR}", value)
        return made.astimezone(UTC)


class Day(_Field):
    """A day."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice="write it as YYYY-MM-DD: `2026-11-23`", **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise _refusal("a day", value)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _refusal("a day that exists", value) from None
