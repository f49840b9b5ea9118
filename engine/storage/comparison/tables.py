"""That tables are tables, which keep what they are given and give it to everybody alike.

Where a view is in the place of a table, or a rule, row security or a trigger is on one, the service
may read or write something else than whoever verifies it: all other comparisons are of what this
connection is given. An unlogged table of PostgreSQL is emptied by a crash.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from ..databases.database import Database
from ..errors import LogInconsistent
from ..schema import metadata

_POSTGRESQL = text("""
    SELECT name, CASE
        WHEN relkind <> 'r' THEN 'is no table'
        WHEN relpersistence <> 'p' THEN 'is unlogged, and empty after a crash'
        WHEN relrowsecurity THEN 'has row security'
        WHEN EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid) THEN 'has a rule'
        WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal)
            THEN 'has a trigger'
        WHEN relnamespace <> (
            SELECT relnamespace FROM pg_class WHERE oid = to_regclass('alembic_version')
        ) THEN 'lies in another schema than the others'
    END FROM unnest(CAST(:names AS text[])) AS name
    JOIN pg_class ON pg_class.oid = to_regclass(quote_ident(name))
""")
_SQLITE = text(
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
)
_INDEX = "log_entry_found"
"""The index of words; the names of the tables that it is kept in begin so, too."""

# The index of words follows the words by these alone (migration 0004).
_ADD = 'INSERT INTO log_entry_found (rowid, words) VALUES (new."index", new.words);'
_REMOVE = (
    "INSERT INTO log_entry_found (log_entry_found, rowid, words)"
    """ VALUES ('delete', old."index", old.words);"""
)
_TRIGGERS = {
    f"CREATE TRIGGER log_entry_words_{name} AFTER {event} ON log_entry_words BEGIN {body} END"
    for name, event, body in (
        ("added", "INSERT", _ADD),
        ("removed", "DELETE", _REMOVE),
        ("changed", "UPDATE", f"{_REMOVE} {_ADD}"),
    )
}


def compare_tables(database: Database) -> None:
    """Look for what stands between the tables and whoever reads or writes them."""
    with database.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        found = next(
            iter(_in_sqlite(connection) if is_sqlite else _in_postgresql(connection)), None
        )
    if found is not None:
        told = "the service may read or write something else than is compared here"
        raise LogInconsistent(f"{found}: {told}; have the schema as `assent migrate` makes it")


def _in_postgresql(connection: Connection) -> Iterable[str]:
    for name, why in connection.execute(_POSTGRESQL, {"names": list(metadata.tables)}):
        if why is not None:
            yield f"`{name}` {why}"


def _in_sqlite(connection: Connection) -> Iterable[str]:
    for kind, name, place, written in connection.execute(_SQLITE):
        named = place.lower()  # As SQLite compares names.
        is_ours = named in metadata.tables or named.startswith(_INDEX)
        if is_ours and " ".join(written.split()) not in _TRIGGERS:
            yield f"there is a {kind} `{name}`, which Assent did not make"
