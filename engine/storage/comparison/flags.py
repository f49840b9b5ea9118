"""The flag that decisions are searched by: SQLite keeps whatever it is given."""

from sqlalchemy import Integer, select, type_coerce

from ..databases.database import Database
from ..errors import LogInconsistent
from ..schema import log_entry


def compare_flags(database: Database) -> None:
    """Look for a flag that reads as true and that no search for true finds."""
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return
        stored = type_coerce(log_entry.c.conclusive, Integer)
        query = select(log_entry.c.index).where(stored.not_in((0, 1))).limit(1)
        found = connection.execute(query).scalar()
    if found is not None:
        told = f"the query column `conclusive` of entry {found} is neither true nor false"
        raise LogInconsistent(f"{told}, and no search finds it")
