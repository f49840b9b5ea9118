"""Fields of the HTTP shapes, as marshmallow has them, in the words of the house.

A message says what the value should be and what it is; what to do is the field's `advice`. The
campaign has no field of its own: it is read by the engine's decoder alone.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from engine.semantics.code_names import CODE_ADVICE, code_advice
from engine.semantics.types import Scalar, describe, is_code
from engine.source.instants import INSTANT_FORM, read_instant
from engine.source.quoting import described, excerpt
from engine.source.suggest import nearest
from engine.storage.search.saved_queries import NAME_PATTERN

LONGEST_TEXT = 512
_MISSING: dict[str, Any] = {"required": "this is missing", "null": "this is missing"}
_YES_NO = {"type": "boolean"}
_PLUS = "in an address write the `+` of the offset as `%2B`: a bare one is read as a space"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"
_FIRST_YEAR, _LAST_YEAR = 1970, 9998  # A day's room on either side for any offset from UTC.


CURSOR_ADVICE = "send the `next` of the page before, as it came, with the same filters"


def _refusal(wanted: str, value: object) -> ValidationError:
    if value == "":
        shown = "empty"
    else:
        shown = excerpt(value) if isinstance(value, str) else described(value)
    return ValidationError(f"this should be {wanted}, and is {shown}")


def _overlong(value: str, most: int) -> ValidationError:
    return ValidationError(f"this has {len(value):,} characters, and may have {most:,}")


class Described(fields.Field[Any]):
    """A field with advice, and with the JSON Schema of what it reads."""

    def __init__(self, *, advice: str, json_schema: Mapping[str, object], **rest: Any) -> None:
        super().__init__(
            allow_none=not rest.get("required", False), error_messages=_MISSING, **rest
        )
        self.advice = advice
        self.json_schema = json_schema


class Barred(fields.Field[Any]):
    """A member that is known elsewhere, and is a fault here."""

    def __init__(self, why: str, *, advice: str) -> None:
        super().__init__(allow_none=True)
        self.advice = advice
        self._why = why

    def _deserialize(self, *_: Any, **__: Any) -> None:
        raise ValidationError(self._why)


class Word(Described):
    """One of some words."""

    def __init__(self, words: Sequence[str], **rest: Any) -> None:
        advice = "it is one of " + ", ".join(f"`{w}`" for w in words)
        super().__init__(advice=advice, json_schema={"type": "string", "enum": list(words)}, **rest)
        self._words = words

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and value in self._words:
            return value
        near = nearest(value, self._words) if isinstance(value, str) else None
        if near is not None:
            raise ValidationError(f"{excerpt(str(value))} is unknown here; did you mean `{near}`?")
        raise _refusal("a known word", value)


class Text(Described):
    """A text of bounded length."""

    def __init__(self, **rest: Any) -> None:
        advice = f"it has 1 to {LONGEST_TEXT} characters, and none of them is U+0000"
        bounded = {"minLength": 1, "maxLength": LONGEST_TEXT, "pattern": r"^[^\u0000]*$"}
        super().__init__(advice=advice, json_schema={"type": "string", **bounded}, **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise _refusal("a text", value)
        if not value:
            raise ValidationError("this is empty")
        if len(value) > LONGEST_TEXT:
            raise _overlong(value, LONGEST_TEXT)
        return value


class Line(Described):
    """A text of bounded length on one line, with something to read in it."""

    def __init__(self, most: int = LONGEST_TEXT, **rest: Any) -> None:
        advice = f"write 1 to {most:,} characters on one line"
        bounded = {"minLength": 1, "maxLength": most, "pattern": _ONE_LINE}
        super().__init__(advice=advice, json_schema={"type": "string", **bounded}, **rest)
        self._most = most

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise _refusal("a text", value)
        if len(value) > self._most:
            raise _overlong(value, self._most)
        if not value.strip():
            raise ValidationError("this says nothing")
        if not value.isprintable():
            raise _refusal("one line of printable characters", value)
        return value


class Lines(Described):
    """A list of lines."""

    def __init__(self, most: int, item: Described, **rest: Any) -> None:
        schema = {"type": "array", "maxItems": most, "items": item.json_schema}
        super().__init__(advice=f"write at most {most}: {item.advice}", json_schema=schema, **rest)
        self._most, self._item = most, item

    def _deserialize(self, value: object, *_: Any, **__: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > self._most:
            raise _refusal(f"a list of at most {self._most} texts", value)
        made: list[str] = []
        faults: dict[int, list[Any]] = {}
        for index, each in enumerate(value):
            try:
                made += [] if each is None else [str(self._item.deserialize(each))]
            except ValidationError as fault:
                message, *advice = fault.messages
                faults[index] = [message, *(advice or [self._item.advice])]
        if faults:
            raise ValidationError(faults)
        return tuple(made)


class Pattern(Described):
    """A text of a form."""

    def __init__(self, pattern: str, wanted: str, example: str, **rest: Any) -> None:
        schema = {"type": "string", "pattern": f"^{pattern}$"}
        super().__init__(advice=f"write it like `{example}`", json_schema=schema, **rest)
        self._pattern, self._wanted = re.compile(pattern), wanted

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and self._pattern.fullmatch(value):
            return value
        raise _refusal(self._wanted, value)


class Place(Described):
    """The code of a country or region."""

    def __init__(self, **rest: Any) -> None:
        schema = {"type": "string", "pattern": "^[A-Z0-9-]{1,10}$"}
        super().__init__(advice=CODE_ADVICE[Scalar.PLACE], json_schema=schema, **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise _refusal("the code of a market", value)
        if not is_code(Scalar.PLACE, value):
            what = f"{excerpt(value)} is not {describe(Scalar.PLACE)}"
            raise ValidationError([what, code_advice(Scalar.PLACE, value)])
        return value


class QueryName(Described):
    """The name of a saved query."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            advice="it has 1 to 64 of a-z, 0-9, `-` and `_`, a letter or digit first",
            json_schema={"type": "string", "pattern": f"^{NAME_PATTERN}$"},
            **rest,
        )

    def _deserialize(self, value: object, *_: Any, **__: Any) -> str:
        if isinstance(value, str) and re.fullmatch(NAME_PATTERN, value):
            return value
        raise _refusal("the name of a query", value)


class Flag(Described):
    """Yes or no, in a body."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            advice="write `true` or `false`, without quotes", json_schema=_YES_NO, **rest
        )

    def _deserialize(self, value: object, *_: Any, **__: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise ValidationError(f"this should be true or false, and is {described(value)}")


class QueryFlag(Described):
    """Yes or no, in a query."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(advice="write `true` or `false`", json_schema=_YES_NO, **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> bool:
        if value in ("true", "false"):
            return value == "true"
        raise _refusal("true or false", value)


class LenientFlag(Described):
    """Yes or no in a query, as OPA reads it: empty is yes, and letters are of either case."""

    def __init__(self, **rest: Any) -> None:
        either = {"type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])?$"}
        super().__init__(advice="write `true` or `false`", json_schema=either, **rest)

    def _deserialize(self, value: object, *_: Any, **__: Any) -> bool:
        if isinstance(value, str) and value.lower() in ("", "true", "false"):
            return value.lower() != "false"
        raise _refusal("true or false", value)


class QueryNumber(Described):
    """A whole number between bounds, in a query."""

    def __init__(self, least: int, most: int, **rest: Any) -> None:
        super().__init__(
            advice=f"write a whole number from {least} to {most}",
            json_schema={"type": "integer", "minimum": least, "maximum": most},
            **rest,
        )
        self._least, self._most = least, most

    def _deserialize(self, value: object, *_: Any, **__: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
            number = int(value)
            if self._least <= number <= self._most:
                return number
        raise _refusal(f"a number from {self._least} to {self._most}", value)


class Cursor(Described):
    """The `next` of a page: an entry of the log, which is a text to who sends it back."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            advice=CURSOR_ADVICE,
            json_schema={"type": "string", "pattern": "^[0-9]{1,15}$"},
            **rest,
        )

    def _deserialize(self, value: object, *_: Any, **__: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
            return int(value)
        raise ValidationError("this is no cursor")


class Instant(Described):
    """An instant after RFC 3339, with its offset, of the years 1970 to 9998."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            advice=f"write it after {INSTANT_FORM}: `2026-11-23T09:00:00Z`",
            json_schema={"type": "string", "format": "date-time"},
            **rest,
        )

    def _deserialize(self, value: object, *_: Any, **__: Any) -> datetime:
        made = read_instant(value) if isinstance(value, str) else None
        if made is None:
            refusal = _refusal("an instant with its offset from UTC", value)
            if isinstance(value, str) and read_instant("+".join(value.rsplit(" ", 1))):
                raise ValidationError([*refusal.messages, _PLUS])
            raise refusal
        if not _FIRST_YEAR <= made.year <= _LAST_YEAR:
            raise _refusal(f"an instant of the years {_FIRST_YEAR} to {_LAST_YEAR}", value)
        return made.astimezone(UTC)


class Day(Described):
    """A day."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            advice="write it as YYYY-MM-DD: `2026-11-23`",
            json_schema={"type": "string", "format": "date"},
            **rest,
        )

    def _deserialize(self, value: object, *_: Any, **__: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise _refusal("a day", value)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise _refusal("a day that exists", value) from None
