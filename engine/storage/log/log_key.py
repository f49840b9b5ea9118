"""The keys that a log is signed by: its database is bound to the first of them for good.

A ring keeps its first key however often it is rotated, so that it tells whose the log is. Another
installation with the same database would sign the same entries under a name or a key that no
auditor of this log knows, and hold them against an anchor of its own.
"""

from sqlalchemy import Connection, insert, select

from ...audit.checkpoints.keyring import KeyRing
from ..databases.database import Database
from ..errors import Conflict
from ..schema import log_key


def bind_keys(database: Database, ring: KeyRing) -> None:
    """Bind the log to the first of some keys, where it is bound to none.

    Raises `Conflict` where it is bound to others, and `StorageUnavailable`.
    """
    with database.writing() as connection:
        bound = _bound(connection)
        if bound is None:
            connection.execute(insert(log_key).values(one=1, vkey=str(ring.verifiers[-1])))
            return
    _check(bound, ring)


def check_keys(database: Database, ring: KeyRing | None) -> None:
    """Raise `Conflict` where a log is bound to other keys than these, or to some, and none is here.

    Raises `StorageUnavailable`.
    """
    bound = bound_to(database)
    if bound is not None:
        _check(bound, ring)


def bound_to(database: Database) -> str | None:
    """Return the key that a log is bound to, as verifiers have it; None where it is to none."""
    with database.reading() as connection:
        return _bound(connection)


def _bound(connection: Connection) -> str | None:
    return connection.execute(select(log_key.c.vkey)).scalar_one_or_none()


def _check(bound: str, ring: KeyRing | None) -> None:
    if ring is None or bound not in map(str, ring.verifiers):
        found = "are not here" if ring is None else f"are not those of `{ring.verifiers[-1]}`"
        raise Conflict(f"the log in the database is signed by the keys of `{bound}`, which {found}")
