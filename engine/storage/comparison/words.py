"""The index of words beside the words, which are columns that a verifier compares."""

from sqlite3 import SQLITE_READONLY

from sqlalchemy.exc import DatabaseError, OperationalError

from ..databases.database import Database
from ..errors import LogInconsistent

_CHECK = "INSERT INTO log_entry_found (log_entry_found, rank) VALUES ('integrity-check', 1)"
_PRIMARY_CODE = 0xFF


def compare_words(database: Database) -> None:
    """Compare the index of words of SQLite with the words (*FTS5*, §6.5).

    The index of PostgreSQL is one of the database's own, as those over the other columns are; and
    that of a file which cannot be written is none that a service searches by: neither is compared.
    """
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return
        try:
            connection.exec_driver_sql(_CHECK)  # FTS5 compares by a statement that could write.
        except OperationalError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0)
            if code & _PRIMARY_CODE != SQLITE_READONLY:
                raise
        except DatabaseError as error:
            raise LogInconsistent("the index of words does not agree with the words") from error
