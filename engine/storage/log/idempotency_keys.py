"""Idempotency keys and their decisions: written in one transaction, and kept for a time.

The head of the log is locked meanwhile. So of two requests with one key, whatever processes and
nodes they reach, the second finds the decision of the first.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from ...audit.entries.idempotency import KEPT, FirstRequest, RequestKey
from ...audit.entries.record import SealedRecord
from ...audit.entries.sealed_acts import Entry, Sealed
from ..databases.database import Database
from ..databases.driver import RowWriter, Statement
from ..schema import log_entry, microseconds, request_key

_FIRST = select(request_key.c.digest, request_key.c.fingerprint, log_entry.c.id).join(
    log_entry, log_entry.c.index == request_key.c.index
)
_FIRST_OF_SOME = Statement(
    _FIRST.where(request_key.c.digest.in_(bindparam("digests", expanding=True)))
)
_FORGET = Statement(delete(request_key).where(request_key.c.logged_at <= bindparam("end")))
_KEYS = RowWriter(request_key)


class IdempotencyKeys:
    """The requests of a database that have their decision."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def find(self, key: RequestKey) -> FirstRequest | None:
        """Return the first request with a key, None where there is none. Raises `StorageError`.

        None is no promise: another request may be on its way. The log finds out.
        """
        kept = request_key.c.logged_at > self._clock() - KEPT
        query = _FIRST.where(request_key.c.digest == key.digest, kept)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return FirstRequest(decision_id=row.id, fingerprint=row.fingerprint)


def decided_before(
    connection: Connection, records: Iterable[Sealed], now: datetime
) -> Mapping[str, FirstRequest]:
    """Return the first requests of those records whose key has one, by the ids of the records.

    A first request may be one of the records itself. Keys that are over are deleted.
    """
    keys = {record.id: key for record in records if (key := _key_of(record)) is not None}
    if not keys:
        return {}
    _FORGET.run(connection, (microseconds(now - KEPT),))
    rows = _FIRST_OF_SOME.read(connection, [key.digest for key in keys.values()])
    first = {
        digest: FirstRequest(decision_id=decision_id, fingerprint=fingerprint)
        for digest, fingerprint, decision_id in rows
    }
    found: dict[str, FirstRequest] = {}
    for decision_id, key in keys.items():
        own = FirstRequest(decision_id=decision_id, fingerprint=key.fingerprint)
        known = first.setdefault(key.digest, own)
        if known is not own:
            found[decision_id] = known
    return found


def keep_keys(
    connection: Connection, records: Mapping[str, Sealed], entries: Iterable[Entry]
) -> None:
    """Keep the keys of records that have become entries."""
    rows = [
        (key.digest, key.fingerprint, entry.index, microseconds(entry.logged_at))
        for entry in entries
        if (key := _key_of(records[entry.id])) is not None
    ]
    _KEYS.write(connection, rows)


def forget_contents(connection: Connection, indexes: Sequence[int]) -> None:
    """Delete what tells of the contents of erased decisions; that there was a request stays."""
    of_erased = update(request_key).where(request_key.c.index.in_(indexes))
    connection.execute(of_erased.values(fingerprint=None))


def _key_of(record: Sealed) -> RequestKey | None:
    return record.request if isinstance(record, SealedRecord) else None
