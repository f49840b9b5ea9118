"""`assent migrate`: brings the database of an earlier version to this one."""

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO
from api.cli.service import service_told
from api.cli.terminal import answer, toned
from api.installation.settings import load_settings
from api.installation.setup import revisions, upgrade
from engine.source.layout import Tone
from engine.storage.migrate import Schema


@click.command()
@click.option("--check", is_flag=True, help="Say what is pending, and change nothing.")
@as_json_option
@click.pass_context
def migrate(ctx: click.Context, *, check: bool, as_json: bool) -> None:
    """Bring the database of an earlier version up to date.

    Stop the service and make a backup first: there is no way back but that. All revisions are one
    transaction; what is logged stays as it is, and contents that are still in clear are sealed.

    \b
      assent migrate --check && echo "nothing to do"
      assent migrate

    Exit status: 0 if the database is up to date, 1 if --check finds that it is not, 2 where it
    cannot be brought there.
    """  # noqa: D301 - click reads the escape.
    with service_told():
        settings = load_settings()
        found = revisions(settings) if check else upgrade(settings)
    now = found.current if check else found.newest
    document = {
        "before": found.current,
        "revision": now,
        "newest": found.newest,
        "revisions": list(found.pending),
        "is_current": now == found.newest,
    }
    answer(document, [_line(found, is_check=check)], as_json=as_json)
    if check and found.pending:
        ctx.exit(NO)


def _line(found: Schema, *, is_check: bool) -> Text:
    if not found.pending:
        return toned(f"the database is up to date, at revision {found.newest}")
    if is_check:
        told = toned(f"the database is at revision {found.current}; pending: ")
        return told + toned(", ".join(found.pending), Tone.VALUE)
    return toned(f"brought from revision {found.current} to {found.newest}", Tone.TITLE)
