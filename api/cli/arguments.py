"""Arguments that several commands take: texts, days and instants, and the form of the answer."""

import re
from datetime import UTC, date, datetime, time

import click

from engine.source.instants import read_instant
from engine.source.quoting import excerpt

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document instead of text."
)


class WrittenType(click.ParamType[str]):
    """A text that can be written, in a file as in a database: none of bytes that are no UTF-8."""

    name = "text"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text."""
        text = str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("this is no UTF-8", param, ctx)
        return text


WRITTEN = WrittenType()


class DayType(click.ParamType[date]):
    """A day of ISO 8601, written YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the day."""
        day = _day(str(value))
        if day is None:
            self.fail(f"{excerpt(str(value))} is no day; write 2026-11-23", param, ctx)
        return day


class InstantType(click.ParamType[datetime]):
    """An instant of RFC 3339 with its offset, or a day, which stands for its first one in UTC."""

    name = "instant"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant."""
        text = str(value)
        day = _day(text)
        if day is not None:
            return datetime.combine(day, time(), tzinfo=UTC)
        made = read_instant(text)
        if made is None and read_instant(f"{text}Z") is not None:
            offered = f"{text}Z for UTC, or {text}+01:00"
            self.fail(f"{excerpt(text)} has no offset from UTC; write {offered}", param, ctx)
        if made is None:
            advice = "write 2026-11-23 or 2026-11-23T09:00:00Z, with at most six digits of a second"
            self.fail(f"{excerpt(text)} is no instant; {advice}", param, ctx)
        return made


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
