"""The command `assent`: its commands in the order in which a newcomer meets them."""

import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any

import click

from api.cli.check import check
from api.cli.decide import decide
from api.cli.diff import diff
from api.cli.explain import explain
from api.cli.failures import told
from api.cli.fmt import fmt
from api.cli.new import new
from api.cli.test import test
from engine import __version__

# A database, a server and signatures are no matter for most commands: what needs them is imported
# when it is called for, which halves the time that the others take to start.


def _adapt() -> click.Command:
    from api.cli.adapt import adapt  # noqa: PLC0415 - as said.

    return adapt


def _credentials() -> click.Command:
    from api.cli.credentials import credentials  # noqa: PLC0415 - as said.

    return credentials


def _docs() -> click.Command:
    from api.cli.docs import docs  # noqa: PLC0415 - as said.

    return docs


def _init() -> click.Command:
    from api.cli.init import init  # noqa: PLC0415 - as said.

    return init


def _keys() -> click.Command:
    from api.cli.keys import keys  # noqa: PLC0415 - as said.

    return keys


def _lsp() -> click.Command:
    from api.cli.lsp import lsp  # noqa: PLC0415 - as said.

    return lsp


def _log() -> click.Command:
    from api.cli.log import log  # noqa: PLC0415 - as said.

    return log


def _policies() -> click.Command:
    from api.cli.policies import policies  # noqa: PLC0415 - as said.

    return policies


def _waivers() -> click.Command:
    from api.cli.waivers import waivers  # noqa: PLC0415 - as said.

    return waivers


def _facts() -> click.Command:
    from api.cli.facts import facts  # noqa: PLC0415 - as said.

    return facts


def _push() -> click.Command:
    from api.cli.push import push  # noqa: PLC0415 - as said.

    return push


def _migrate() -> click.Command:
    from api.cli.migrate import migrate  # noqa: PLC0415 - as said.

    return migrate


def _doctor() -> click.Command:
    from api.cli.doctor import doctor  # noqa: PLC0415 - as said.

    return doctor


def _replay() -> click.Command:
    from api.cli.replay import replay  # noqa: PLC0415 - as said.

    return replay


def _contents() -> click.Command:
    from api.cli.contents import contents  # noqa: PLC0415 - as said.

    return contents


def _retention() -> click.Command:
    from api.cli.retention import retention  # noqa: PLC0415 - as said.

    return retention


def _serve() -> click.Command:
    from api.cli.serve import serve  # noqa: PLC0415 - as said.

    return serve


def _verify() -> click.Command:
    from api.cli.verify import verify  # noqa: PLC0415 - as said.

    return verify


COMMANDS: dict[str, Callable[[], click.Command]] = {
    "decide": lambda: decide,
    "adapt": _adapt,
    "check": lambda: check,
    "explain": lambda: explain,
    "test": lambda: test,
    "docs": _docs,
    "credentials": _credentials,
    "diff": lambda: diff,
    "new": lambda: new,
    "fmt": lambda: fmt,
    "lsp": _lsp,
    "init": _init,
    "keys": _keys,
    "serve": _serve,
    "migrate": _migrate,
    "doctor": _doctor,
    "push": _push,
    "policies": _policies,
    "waivers": _waivers,
    "facts": _facts,
    "log": _log,
    "retention": _retention,
    "contents": _contents,
    "verify": _verify,
    "replay": _replay,
}
"""What gives each command, by its name."""


class Commands(click.Group):
    """A group that keeps the order of its commands, and ends every failure on one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in their order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        del ctx
        found = COMMANDS.get(cmd_name)
        return found() if found is not None else None

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
