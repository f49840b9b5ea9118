"""Whether the index of words agrees with the words, which are columns that a verifier compares."""

from sqlalchemy.exc import DatabaseError, OperationalError

from .database import Database
from .errors import LogInconsistent

_CHECK = "INSERT INTO log_entry_found (log_entry_found, rank) VALUES ('integrity-check', 1)"


def check_words_index(database: Database) -> None:
    """Compare the index of words of SQLite with the words (*FTS5*, §6.5); changes nothing.

    The index of PostgreSQL is one of the database's own, as those over the other columns are.
    Raises `LogInconsistent` where the two disagree, and `StorageUnavailable`.
    """
    with database.writing() as connection:  # FTS5 checks by a statement that could write.
        if connection.dialect.name != "sqlite":
            return
        try:
            connection.exec_driver_sql(_CHECK)
        except OperationalError:
            raise
        except DatabaseError as error:
            raise LogInconsistent("the index of words does not agree with the words") from error
