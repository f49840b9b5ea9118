"""Texts as arguments, which may be bytes that are no UTF-8 and can then be written nowhere."""

import click


class WrittenType(click.ParamType[str]):
    """A text that can be written, in a file as in a database."""

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
