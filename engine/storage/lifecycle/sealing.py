"""Begins sealing (encrypting) the contents of a log: binds it to a key store, seals what is there.

From the binding on, no process appends plaintext. Earlier contents are sealed in steps of 256
decisions, each a transaction of its own: after an interruption, the next run continues.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from ...audit.entries.record import LogEntry
from ..databases.database import Database
from ..databases.driver import Row, RowWriter
from ..errors import Conflict, KeysMissing
from ..log.entries import read_decisions
from ..schema import disclosure, key_store, log_entry, payload, sealed
from ..sealed.contents import BOUND, Contents, seal
from ..sealed.key_store import DataKey

STEP = 256
"""The most decisions of one step."""


def begin_sealing(database: Database, contents: Contents) -> int:
    """Seal the contents of a log from here on, and those before; returns how many these were.

    A key store that is not there is made for a log that has none. Raises `KeysMissing` where the
    log has one and it is gone, `Conflict` where it has another, and `StorageUnavailable`.
    """
    bound = bound_to(database)
    if bound is None:
        made = contents.keys.begin()
        with database.writing() as connection:
            if _bound(connection) is None:
                connection.execute(insert(key_store).values(one=1, id=made))
    try:
        found = contents.keys.id()
    except KeysMissing as error:
        advice = f"the contents of the log are sealed under the key store `{bound}`; put it back"
        raise KeysMissing(f"{error}, and {advice}") from error
    if found != bound_to(database):
        raise Conflict(
            f"the log is sealed under the key store `{bound_to(database)}`, and this one is"
            f" `{found}`; put back the one that it was made with"
        )
    contents.keys.check()
    count = 0
    while step := _seal_some(database, contents):
        count += step
    if count:
        database.purge()
    return count


def bound_to(database: Database) -> str | None:
    """Return the id of the key store that a log is bound to, None where it has none."""
    with database.reading() as connection:
        return _bound(connection)


def is_in_clear(database: Database) -> bool:
    """Whether any contents of a log are not sealed, or might not be sealed from here on."""
    with database.reading() as connection:
        if _bound(connection) is None:
            return True
        return connection.execute(select(payload.c.index).limit(1)).first() is not None


def _bound(connection: Connection) -> str | None:
    return connection.execute(BOUND).scalar_one_or_none()


def _sealed(entries: Iterable[LogEntry], keys: Iterable[DataKey]) -> list[Row]:
    return [
        (entry.index, made.key, made.names, made.payload)
        for entry, key in zip(entries, keys, strict=False)
        if entry.payload is not None
        for made in (seal(entry.id, entry.payload, entry.disclosures, key),)
    ]


def _seal_some(database: Database, contents: Contents) -> int:
    with database.reading() as connection:
        query = select(payload.c.index).order_by(payload.c.index).limit(STEP)
        indexes = connection.execute(query).scalars().all()
    if not indexes:
        return 0
    keys = contents.take(len(indexes))
    with database.writing() as connection:
        found = read_decisions(connection, log_entry.c.index.in_(indexes), None)
        # Some may have been erased meanwhile, or sealed by another process.
        entries = [each for each in found if each.payload is not None]
        if entries:
            made = _sealed(entries, keys)
            RowWriter(sealed).write(connection, made)
        for table in (payload, disclosure):
            within = table.c.index.in_([each.index for each in entries])
            connection.execute(delete(table).where(within))
    return len(indexes)
