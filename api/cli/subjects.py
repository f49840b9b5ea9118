"""The options by which commands select decisions: one, or all of a campaign or an actor."""

import click

from engine.storage.subjects import Selector


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
