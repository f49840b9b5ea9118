"""Bringing a database to the current schema: one Alembic history, read from the package itself."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Select, column, select, table
from sqlalchemy.exc import DBAPIError

from .databases.database import Database
from .errors import StorageUnavailable

_HISTORY = Path(__file__).parent / "migrations"

REVISION: Select[Any] = select(column("version_num")).select_from(table("alembic_version"))
"""The query of a migrated database's revision, as Alembic keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The revision of a database, None before the first, and those that it lacks, in order."""

    current: str | None
    newest: str
    pending: tuple[str, ...]


def newest_revision() -> str:
    """Return the revision that this version of Assent reads and writes."""
    return _revisions()[-1]


def migrate(database: Database | str) -> None:
    """Apply every revision that a database lacks; safe to call from several processes at once.

    Takes an open `Database` or a URL. Raises `StorageUnavailable`, also for a database of a later
    version, of which nothing is changed.
    """
    if isinstance(database, str):
        opened = Database(database)
        try:
            migrate(opened)
        finally:
            opened.close()
        return
    with database.writing() as connection:
        schema = schema_of(connection)
        applied: list[str] = []
        config = _config()
        config.attributes |= {"connection": connection, "applied": applied}
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            failed = schema.pending[len(applied)]
            raise StorageUnavailable(_not_applied(schema, failed, error)) from error


def _not_applied(schema: Schema, revision: str, error: DBAPIError) -> str:
    """Say why a revision could not be applied: nearly always, the database has it already."""
    said = " ".join(str(error.orig).split())
    return (
        f"revision {revision} cannot be applied to the database, which says that it is at"
        f" {schema.current or 'none'} and may not be: {said}. Nothing was changed; put back in"
        " `alembic_version` what stood there, or your backup"
    )


def schema_of(connection: Connection) -> Schema:
    """Return how far a database is. Raises `StorageUnavailable` where it is of a later version."""
    current = current_revision(connection)
    history = _revisions()
    if current is not None and current not in history:
        raise StorageUnavailable(
            f"the database is of a later version of Assent (revision {current}, and this one knows"
            f" {history[-1]}); use an `assent` of that version, or put back a backup of before"
        )
    done = 0 if current is None else history.index(current) + 1
    return Schema(current=current, newest=history[-1], pending=history[done:])


def current_revision(connection: Connection) -> str | None:
    """Return the revision of a database, or None before the first.

    Raises `StorageUnavailable` where it says that it is at several.
    """
    found = MigrationContext.configure(connection).get_current_heads()
    if len(found) > 1:
        told = f"`alembic_version` has {len(found)} revisions, and a database has one"
        raise StorageUnavailable(f"{told}: {', '.join(sorted(found))}")
    return found[0] if found else None


@cache
def _revisions() -> tuple[str, ...]:
    """Return all revisions, the oldest first. To ask has Alembic load each one's module."""
    newest_first = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(each.revision for each in newest_first)[::-1]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HISTORY).replace("%", "%%"))
    return config
