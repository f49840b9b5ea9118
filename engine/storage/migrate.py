"""Bringing a database to the current schema: one Alembic history, read from the package itself."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .database import Database

_HISTORY = Path(__file__).parent / "migrations"


def migrate(database: Database | str) -> None:
    """Apply every revision that a database lacks; safe to call from several processes at once.

    Takes an open `Database` or a URL. Raises `StorageUnavailable`.
    """
    if isinstance(database, str):
        opened = Database(database)
        try:
            migrate(opened)
        finally:
            opened.close()
        return
    with database.writing() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(connection: Connection) -> str | None:
    """Return the revision of a database, or None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Return the revision that this version of the code wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HISTORY).replace("%", "%%"))
    return config
