"""The saved queries: those that entries of the log saved, and did not delete since."""

from sqlalchemy import select

from ..databases.database import Database
from ..errors import InvalidQuery, LogInconsistent, NotFound
from ..schema import saved_query
from ..search.saved_queries import SavedQueries, logged_queries

_KEPT = select(saved_query.c.index.label("entry"), saved_query.c.name).order_by(saved_query.c.index)


def compare_saved_queries(database: Database) -> None:
    """Compare the saved queries with the entries that saved and deleted any."""
    with database.reading() as connection:
        logged = logged_queries(connection)
        kept = {row.entry: row.name for row in connection.execute(_KEPT)}
    for index in sorted(logged ^ kept.keys()):
        why = "is kept and should not be" if index in kept else "is not kept any more"
        raise LogInconsistent(f"the saved query of entry {index} {why}: the log does not say so")
    queries = SavedQueries(database)
    for index, name in kept.items():
        try:
            queries.get(name)
        except InvalidQuery:  # It is of another version, and is as it was saved.
            continue
        except NotFound as error:
            told = f"the saved query of entry {index} has a name that none is saved under"
            raise LogInconsistent(told) from error
