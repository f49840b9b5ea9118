"""`assent contents`: the keys that contents are sealed under, apart from the log's database."""

from datetime import UTC, datetime

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO
from api.cli.groups import Group
from api.cli.service import opened_service
from api.cli.terminal import answer, toned
from engine.source.layout import Tone, counted
from engine.storage.databases.database import Database
from engine.storage.lifecycle.cleaning import finish
from engine.storage.sealed.contents import Contents
from engine.storage.sealed.key_destruction import settle


@click.group(cls=Group)
def contents() -> None:
    """Keep the keys that the contents of the log are sealed under."""


@contents.command()
@as_json_option
def rotate(*, as_json: bool) -> None:
    """Replace the key that wraps the keys of contents, and wrap these anew.

    It may run beside the service, and be stopped at any moment: everything goes on opening, and
    running it again completes it. Afterwards the file of the content key has the new key only;
    copies of the key store made before open with copies of the old file only.

    \b
      assent contents rotate

    Exit status: 0 if all keys are wrapped anew, 2 where they cannot be.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        count = _contents(database).keys.rotate()
    answer({"rotated": count}, [_line("ROTATED", count, "wrapped anew")], as_json=as_json)


@contents.command("settle")
@as_json_option
@click.pass_context
def settle_(ctx: click.Context, *, as_json: bool) -> None:
    """Finish what erasures have begun: destroy the keys of all that was ever erased, clean files.

    Erasures do both by themselves. Run this after a backup of the key store was put back, which
    brings keys back, and after an erasure that could not reach the key store, was broken off, or
    found a reader at work. Running it again changes nothing.

    \b
      assent contents settle

    Exit status: 0 if it is done, 1 if the keys are destroyed and a reader kept the database's files
    from being cleaned, 2 where it cannot be done.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        now = datetime.now(UTC)
        count = settle(database, now, again=True)
        purged = _contents(database).keys.database.purge() and finish(database, now)
    lines = [_line("SETTLED", count, "destroyed")]
    if not purged:
        waiting = "a reader was at work: the database's files still have it; run this again later"
        lines.append(toned(f"  {waiting}", Tone.OPEN))
    answer({"settled": count, "purged": purged}, lines, as_json=as_json)
    if not purged:
        ctx.exit(NO)


def _contents(database: Database) -> Contents:
    assert database.contents is not None  # noqa: S101 - that of the service has them.
    return database.contents


def _line(done: str, count: int, deed: str) -> Text:
    keys = f"{counted(count, 'key', 'keys')} {deed}"
    return toned(done, Tone.ALLOW) + toned(f"  {keys}", Tone.TITLE)
