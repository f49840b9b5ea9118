"""Entries of the log in SQL: the writer's side, `audit.log.LogStore`.

One transaction takes the lock of the head, gives the records the next indexes, and writes entries,
payloads, disclosures, full tiles and the new head. On PostgreSQL the lock is the head's row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ..audit.acts import Entry, Sealed
from ..audit.log import (
    Answer,
    DecidedBefore,
    DecisionAlreadyLogged,
    LogHead,
    receipt_of,
    sequence,
)
from ..audit.record import LogEntry, SealedRecord
from ..audit.tiles import split_hashes
from ..audit.tree import Frontier
from .contents import check_bound, seal
from .database import Database
from .entries import DECISION, read_entries
from .errors import LogInconsistent
from .key_store import DataKey
from .request_keys import decided_before, keep_keys
from .schema import (
    disclosure,
    log_entry,
    log_entry_rule,
    log_entry_words,
    log_head,
    payload,
    sealed,
)
from .tiles import write_full_tiles
from .waiver_uses import keep_uses

_READ_HEAD = select(
    log_head.c.size,
    log_head.c.frontier,
    log_head.c.logged_at,
    select(func.max(log_entry.c.index)).scalar_subquery().label("last"),
)
_WRITE_HEAD = update(log_head)
_LOGGED = select(log_entry.c.id).where(log_entry.c.id.in_(bindparam("ids", expanding=True)))
_WRITE_ENTRY = insert(log_entry)
_WRITE_PAYLOAD = insert(payload)
_WRITE_SEALED = insert(sealed)
_WRITE_DISCLOSURE = insert(disclosure)
_WRITE_RULE = insert(log_entry_rule)
_WRITE_WORDS = insert(log_entry_words)
_SEARCHED = (
    "decided_at",
    "outcome",
    "conclusive",
    "campaign",
    "policy_set",
    "policy_version",
    "policy_digest",
    "actor",
)


def system_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


class SQLLogStore:
    """The log of one database. `clock` gives the time at which entries are logged."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = system_clock) -> None:
        self._database = database
        self._clock = clock

    def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        """Append records and return once they are durable; answers each, in order.

        Contents are sealed where the log's are. Raises `StorageUnavailable`, also where they cannot
        be, or `LogInconsistent` where the head does not fit the entries.
        """
        contents = self._database.contents
        # INVARIANT: the keys are durable before anything that is sealed under them.
        count = sum(isinstance(record, SealedRecord) for record in records)
        keys = contents.take(count) if contents is not None else ()
        with self._database.writing() as connection:
            check_bound(connection, contents)
            head, now = read_head(connection), self._clock()
            fresh = _fresh(connection, records)
            before = decided_before(connection, fresh.values(), now)
            new = {id_: record for id_, record in fresh.items() if id_ not in before}
            entries = append_within(connection, head, new.values(), now, keys)
            keep_keys(connection, new, entries)
            keep_uses(connection, new, entries)
        # Only here, behind the commit, does anybody hear of the entries.
        answers: dict[str, Answer] = {entry.id: receipt_of(entry) for entry in entries}
        answers |= {id_: DecidedBefore(first) for id_, first in before.items()}
        return [
            answers[record.id]
            if fresh.get(record.id) is record
            else DecisionAlreadyLogged(record.id)
            for record in records
        ]

    def find(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """Return the committed entries of some ids; waits for any writer in flight."""
        with self._database.writing() as connection:
            read_head(connection)
            condition = log_entry.c.id.in_(ids)
            entries = read_entries(connection, condition, self._database.contents)
        return {entry.id: entry for entry in entries}


def append_within(
    connection: Connection,
    head: LogHead,
    records: Iterable[Sealed],
    now: datetime,
    keys: Sequence[DataKey] = (),
) -> Sequence[Entry]:
    """Append records that are new to the log, behind its head, and return their entries.

    Decisions are sealed under the keys, one each, where there are any; acts are not: they are
    never erased. Nothing of it is durable, and nobody may hear of it, before the transaction is
    committed.
    """
    entries, new_head = sequence(head, records, now)
    if entries:
        _write(connection, entries, head, new_head, keys)
    return entries


def read_head(connection: Connection) -> LogHead:
    """Return the head of the log, locked where the connection writes.

    Raises `LogInconsistent` where there is none, it is broken, or the entries disagree with it. The
    last index tells, since indexes are dense; an entry removed before it is for the verifier.
    """
    row = connection.execute(_READ_HEAD).one_or_none()
    if row is None:
        raise LogInconsistent("the log has no head")
    if row.size != (0 if row.last is None else row.last + 1):
        raise LogInconsistent("the head of the log and its entries disagree")
    return _head(row.size, row.frontier, row.logged_at)


def _head(size: int, roots: bytes, logged_at: datetime) -> LogHead:
    try:
        frontier = Frontier(size=size, roots=tuple(split_hashes(roots)))
    except ValueError as error:
        raise LogInconsistent("the head of the log is broken") from error
    return LogHead(frontier=frontier, logged_at=logged_at)


def _fresh(connection: Connection, records: Iterable[Sealed]) -> dict[str, Sealed]:
    """Return the records to append by their ids: the first of each id that is not logged yet."""
    first: dict[str, Sealed] = {}
    for record in records:
        first.setdefault(record.id, record)
    for logged in connection.execute(_LOGGED, {"ids": list(first)}).scalars():
        del first[logged]
    return first


def _write(
    connection: Connection,
    entries: Sequence[Entry],
    head: LogHead,
    new_head: LogHead,
    keys: Sequence[DataKey],
) -> None:
    connection.execute(_WRITE_ENTRY, [_entry_row(entry) for entry in entries])
    decisions = [entry for entry in entries if isinstance(entry, LogEntry)]
    if decisions and keys:
        rows = [seal(entry, key) for entry, key in zip(decisions, keys, strict=False)]
        connection.execute(_WRITE_SEALED, rows)
    elif decisions:
        connection.execute(_WRITE_PAYLOAD, _payload_rows(decisions))
    disclosures = [
        {"index": entry.index, "name": one.name, "disclosure": one.text}
        for entry in entries
        if not keys or not isinstance(entry, LogEntry)
        for one in entry.disclosures
    ]
    if disclosures:
        connection.execute(_WRITE_DISCLOSURE, disclosures)
    rules = [
        {"index": entry.index, "rule": rule, "status": status}
        for entry in decisions
        for rule, status in entry.columns.rules
    ]
    if rules:
        connection.execute(_WRITE_RULE, rules)
    words = [{"index": entry.index, "words": entry.words} for entry in decisions if entry.words]
    if words:
        connection.execute(_WRITE_WORDS, words)
    write_full_tiles(connection, head.frontier.size, new_head.frontier.size)
    connection.execute(
        _WRITE_HEAD,
        {
            "size": new_head.frontier.size,
            "frontier": b"".join(new_head.frontier.roots),
            "logged_at": new_head.logged_at,
        },
    )


def _entry_row(entry: Entry) -> dict[str, object]:
    """Return the row of an entry; every kind has the same columns, for one statement to write."""
    searched = dict.fromkeys(_SEARCHED)
    if isinstance(entry, LogEntry):
        searched = {name: getattr(entry.columns, name) for name in _SEARCHED}
    return {
        "index": entry.index,
        "kind": DECISION if isinstance(entry, LogEntry) else entry.kind,
        "id": entry.id,
        "logged_at": entry.logged_at,
        "leaf": entry.leaf,
        "leaf_hash": entry.leaf_hash,
        **searched,
    }


def _payload_rows(entries: Iterable[LogEntry]) -> list[dict[str, object]]:
    return [
        {
            "index": entry.index,
            "input": kept.input,
            "input_salt": kept.input_salt,
            "result": kept.result,
            "result_salt": kept.result_salt,
        }
        for entry in entries
        if (kept := entry.payload) is not None
    ]
