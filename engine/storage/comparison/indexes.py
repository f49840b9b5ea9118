"""The indexes of SQLite, which have what their tables have: whoever has the file may alter them.

Acts and decisions are found by indexes. One that lacks a row hides it from every query, and so from
whatever compares tables with the log.
"""

from ..databases.database import Database
from ..errors import LogInconsistent


def compare_indexes(database: Database) -> None:
    """Have SQLite compare its indexes with their tables."""
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if found != "ok":
        told = f"the file of the database is damaged, or was altered: {found}"
        raise LogInconsistent(f"{told}; keep a copy, and put back a backup, or `REINDEX` it")
