"""The options by which commands select decisions: one, or all of a campaign or an actor."""

import click

from engine.storage.subjects import Selector


class _WrittenType(click.ParamType[str]):
    """A text that can be written: arguments may be bytes that are no UTF-8."""

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


WRITTEN = _WrittenType()
"""The type of options that end up in the log."""


def selected(decision: str | None, campaign: str | None, actor: str | None) -> tuple[Selector, str]:
    """Return the one selector that is given. Raises `click.UsageError` for none or several."""
    values = {
        Selector.DECISION: decision,
        Selector.CAMPAIGN: campaign,
        Selector.ACTOR: actor,
    }
    given = [(selector, value) for selector, value in values.items() if value is not None]
    if len(given) != 1:
        raise click.UsageError("give one of --decision, --campaign and --actor")
    return given[0]
