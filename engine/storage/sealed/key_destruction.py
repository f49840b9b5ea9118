"""Destroys the keys of erased contents, once the erasure is committed.

An erasure lists the keys in its own transaction. After an interruption, the next erasure continues.
"""

from datetime import datetime

from sqlalchemy import select, update

from ..databases.database import Database
from ..schema import doomed_key
from .contents import check_bound

STEP = 256
"""The most keys that are destroyed at a time."""


def settle(database: Database, at: datetime, *, again: bool = False) -> int:
    """Destroy the keys of what was erased, and return how many.

    With `again` also those that were destroyed before, for a key store that was put back from a
    backup. Raises `StorageUnavailable`.
    """
    contents = database.contents
    with database.reading() as connection:
        if not check_bound(connection, contents):
            return 0
    assert contents is not None  # noqa: S101 - as checked.
    count, last = 0, ""
    query = select(doomed_key.c.key).order_by(doomed_key.c.key).limit(STEP)
    if not again:
        query = query.where(doomed_key.c.is_destroyed.is_(False))
    while True:
        with database.reading() as connection:
            keys = connection.execute(query.where(doomed_key.c.key > last)).scalars().all()
        if not keys:
            return count
        contents.keys.destroy(keys, at)
        with database.writing() as connection:
            done = update(doomed_key).where(doomed_key.c.key.in_(keys))
            connection.execute(done.values(is_destroyed=True))
        count, last = count + len(keys), keys[-1]


def keys_left(database: Database) -> int:
    """Return how many keys of what was erased are not destroyed, or were brought back by a backup.

    Raises `StorageUnavailable`.
    """
    contents, count, last = database.contents, 0, ""
    query = select(doomed_key.c.key).order_by(doomed_key.c.key).limit(STEP)
    while contents is not None:
        with database.reading() as connection:
            keys = connection.execute(query.where(doomed_key.c.key > last)).scalars().all()
        if not keys:
            break
        count, last = count + contents.keys.count(keys), keys[-1]
    return count
