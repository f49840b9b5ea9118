"""The options by which commands select decisions: one, or all of a campaign or an actor."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from api.cli.arguments import WRITTEN
from engine.source.quoting import excerpt
from engine.storage.lifecycle.subjects import Selector

_Command = TypeVar("_Command", bound=Callable[..., Any])


def subject_options(deed: str) -> Callable[[_Command], _Command]:
    """Give a command the options that select what a deed is done to: `Erase`, or `Hold`."""
    options = (
        click.option("--decision", metavar="ID", type=WRITTEN, help=f"{deed} one decision."),
        click.option("--campaign", metavar="ID", type=WRITTEN, help=f"{deed} all of a campaign."),
        click.option(
            "--actor", metavar="NAME", type=WRITTEN, help=f"{deed} all that a key asked for."
        ),
    )

    def give(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return give


def by_option(deed: str) -> Callable[[_Command], _Command]:
    """Give a command the option that says who does a deed: `erases`, `holds` or `lifts it`."""
    return click.option(
        "--by",
        metavar="NAME",
        type=WRITTEN,
        default="cli",
        show_default=True,
        help=f"Who {deed}, for the log.",
    )


def decisions_of(selector: Selector, value: str) -> str:
    """Return what a selector selects in words: "decision on the campaign `cmp-7`"."""
    relation = " that was asked for by" if selector is Selector.ACTOR else " on"
    whose = "" if selector is Selector.DECISION else f"{relation} the {selector}"
    return f"decision{whose} {excerpt(value)}"


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
