"""The command `assent`: its commands in the order in which a newcomer meets them."""

import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from api.cli.failures import told
from api.cli.groups import Group
from engine import __version__

COMMANDS = {
    "decide": "Decide whether campaigns may launch, and say why.",
    "adapt": "Write records of a platform as descriptors, to see and complete what they tell.",
    "check": "Find every mistake in policies.",
    "explain": "Explain a diagnostic: what it means, why it matters, how to fix it.",
    "test": "Run the tests that stand in policies.",
    "docs": "Write a handbook of the policies in plain prose.",
    "credentials": "Read the content credentials (C2PA) of an ad, as facts of its provenance.",
    "diff": "Say what changed in meaning between two versions of policies.",
    "new": "Begin something new: a policy, or the vocabulary that policies need.",
    "fmt": "Lay policy files out as all policies are laid out.",
    "lsp": "Help an editor while policies are written, by the Language Server Protocol.",
    "init": "Prepare the service: its database, and the first keys.",
    "keys": "Make, list and revoke the keys of those who call the service.",
    "serve": "Serve decisions over HTTP, and record every one.",
    "migrate": "Bring the database of an earlier version up to date.",
    "doctor": "Look over an installation: settings, files, database, log, keys, policies.",
    "push": "Upload a folder of policies to a service, as a draft.",
    "policies": "Bring policies into force at a service, with four eyes.",
    "waivers": "Ask for a rule to be waived, and grant or refuse it, at a service.",
    "facts": "Record standing facts at a service: what need not be asked of every campaign.",
    "log": "Search the log, publish it as files, erase and hold, and keep the keys that sign it.",
    "retention": "Keep what is logged of decisions no longer than the setting `retention` says.",
    "contents": "Keep the keys that the contents of the log are sealed under.",
    "verify": "Verify a receipt, an export, a published log or a database, whoever made it.",
    "replay": "Decide again what is in the log, and compare with what was recorded.",
}
"""Each command, and the first sentence of its help: the list of all of them imports none.

The module of its name is imported when the command is called for."""


class Commands(Group):
    """A group that keeps the order of its commands, and ends every failure on one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in their order."""
        del ctx
        return list(COMMANDS)

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the name of each command, and the first sentence of its help."""
        del ctx
        return list(COMMANDS.items())

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
