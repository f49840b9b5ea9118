"""`assent contents`: the keys that contents are sealed under, apart from the log's database."""

from datetime import UTC, datetime

import click

from api.cli.arguments import as_json_option
from api.cli.groups import Group
from api.cli.service import opened_service
from api.cli.terminal import answer, toned
from engine.source.layout import Tone, counted
from engine.storage.databases.database import Database
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
    _tell("ROTATED", count, "wrapped anew", as_json=as_json)


@contents.command("settle")
@as_json_option
def settle_(*, as_json: bool) -> None:
    """Destroy the keys of all that was ever erased, also those that a backup brought back.

    Erasures destroy keys by themselves. Run this after a backup of the key store was put back, and
    after an erasure that could not reach it. Running it again changes nothing.

    \b
      assent contents settle

    Exit status: 0 if they are destroyed, 2 where they cannot be.
    """  # noqa: D301 - click reads the escape.
    with opened_service() as (_, database):
        count = settle(database, datetime.now(UTC), again=True)
        _contents(database).keys.database.purge()
    _tell("SETTLED", count, "destroyed", as_json=as_json)


def _contents(database: Database) -> Contents:
    assert database.contents is not None  # noqa: S101 - that of the service has them.
    return database.contents


def _tell(done: str, count: int, deed: str, *, as_json: bool) -> None:
    keys = f"{counted(count, 'key', 'keys')} {deed}"
    line = toned(done, Tone.ALLOW) + toned(f"  {keys}", Tone.TITLE)
    answer({done.lower(): count}, [line], as_json=as_json)
