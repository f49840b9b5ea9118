"""The command `assent`: its commands in the order in which a newcomer meets them."""

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from api.cli.failures import told
from api.cli.groups import Group
from engine import __version__

COMMANDS = (
    *("decide", "adapt", "check", "explain", "test", "docs", "credentials", "diff", "new", "fmt"),
    *(
        "lsp",
        "init",
        "keys",
        "serve",
        "migrate",
        "doctor",
        "push",
        "policies",
        "waivers",
        "facts",
        "log",
    ),
    *("retention", "contents", "verify", "replay"),
)
"""The commands; each has the module of its name, imported when the command is called for."""


class Commands(Group):
    """A group that keeps the order of its commands, and ends every failure on one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in their order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"api.cli.{cmd_name}"), cmd_name)
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments that stand before the command."""
        with told():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and write what is left to write while a failure can still be told."""
        with told():
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"max_content_width": 96, "help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="assent", message="%(prog)s %(version)s")
@click.pass_context
def assent(ctx: click.Context) -> None:
    """Decide whether an advertising campaign may launch, by policies that read like law.

    \b
      assent decide campaign.json       is it allowed, and if not, what has to change?
      assent adapt ad.json --format …   what does a platform's own record tell?
      assent check policies/            is there a mistake in the policies?
      assent explain E0301              what does a mistake mean, and what mends it?
      assent test policies/             do they decide as their tests say?
      assent docs policies/ -o book/    what do they say, in plain words?
      assent credentials summer.jpg     what does a file say of its own origin?
      assent diff old/ policies/        what changed in meaning?
      assent new policy alcohol_ads     write one of your own, beginning with an example
      assent fmt policies/              lay policies out as all are laid out
      assent lsp                        help an editor while policies are written
      assent init && assent serve       decide for others, and log every decision
      assent push policies/             bring a new version of them to the service
      assent policies approve VERSION   be the second pair of eyes, and bring it into force
      assent facts record dpia.json     state once what every campaign would be asked
      assent log export /srv/log        publish the log, for anyone to check
      assent verify /srv/log --vkey …   is that log whole and unchanged?

    Every command takes --help, and all but lsp and serve take --json, for programs. Exit status:
    0 for yes, 1 for no, 2 where the question could not be put. Text is coloured on a terminal only.
    """  # noqa: D301 - click reads the escape.
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    assent(prog_name="assent")
