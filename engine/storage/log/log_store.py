"""Entries of the log in SQL: the writer's side, `audit.log.LogStore`.

One transaction takes the lock of all writers, looks at the head once, gives the records the next
indexes, and writes entries, payloads, disclosures, full tiles and the new head.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from ...audit.entries.acts import Act
from ...audit.entries.record import LogEntry, QueryColumns, SealedRecord
from ...audit.entries.sealed_acts import Entry, Sealed, seal_act
from ...audit.instants import utc_now
from ...audit.log import (
    Answer,
    DecidedBefore,
    DecisionAlreadyLogged,
    LogHead,
    receipt_of,
    sequence,
)
from ...audit.merkle.tiles import split_hashes
from ...audit.merkle.tree import Frontier
from ..databases.database import Database
from ..databases.driver import Row, RowWriter, Statement
from ..databases.postgresql import pipelined
from ..errors import LogInconsistent, StorageUnavailable
from ..migrate import REVISION, newest_revision
from ..schema import (
    disclosure,
    log_entry,
    log_entry_rule,
    log_entry_words,
    log_head,
    microseconds,
    moment,
    payload,
    sealed,
)
from ..sealed.contents import BOUND, Contents, SealedContents, check_bound_to, seal
from .entries import DECISION, read_entries
from .facet_rows import write_facets
from .idempotency_keys import decided_before, keep_keys
from .tiles import write_full_tiles
from .waiver_uses import keep_uses

_READ_HEAD = select(
    log_head.c.size,
    log_head.c.frontier,
    log_head.c.logged_at,
    select(func.max(log_entry.c.index)).scalar_subquery().label("last"),
)
# A row for each of the ids that is logged, or one without an id.
_LOOK = Statement(
    _READ_HEAD.add_columns(
        BOUND.scalar_subquery(), REVISION.scalar_subquery(), log_entry.c.id
    ).outerjoin_from(log_head, log_entry, log_entry.c.id.in_(bindparam("ids", expanding=True)))
)
_WRITE_HEAD = Statement(
    update(log_head).values(
        size=bindparam("size"), frontier=bindparam("frontier"), logged_at=bindparam("logged_at")
    )
)
_ENTRIES = RowWriter(log_entry)
_PAYLOADS = RowWriter(payload)
_SEALED = RowWriter(sealed)
_DISCLOSURES = RowWriter(disclosure)
_RULES = RowWriter(log_entry_rule)
_WORDS = RowWriter(log_entry_words)
_NO_HEAD = "the log has no head"
_UNSEARCHED: Row = (None,) * 9
"""What acts have in the columns that decisions are searched by."""


class SQLLogStore:
    """The log of one database. `clock` gives the time at which entries are logged."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        """Append records and return once they are durable; answers each, in order.

        So is, by then, the decision that a repeated request has (`find`). Contents are sealed where
        the log's are. Raises `StorageUnavailable`, also where they cannot be, or `LogInconsistent`
        where the head does not fit the entries, or what was appended.
        """
        contents = self._database.contents
        first = _first_of_each_id(records)
        ciphertexts = None if contents is None else _sealed_under(contents, first.values())
        with self._database.writing() as connection:
            head, logged = _look(connection, list(first), contents)
            self._database.known.check(head.frontier)
            now = self._clock()
            fresh = {id_: record for id_, record in first.items() if id_ not in logged}
            before = decided_before(connection, fresh.values(), now)
            new = {id_: record for id_, record in fresh.items() if id_ not in before}
            entries, new_head = _append_within(connection, head, new.values(), now, ciphertexts)
            keep_keys(connection, new, entries)
            keep_uses(connection, new, entries)
            if before and not entries:  # Where nothing is written, nothing is waited for.
                _write_head_again(connection, head)
        # Only here, behind the commit, does anybody hear of the entries.
        self._database.known.note(new_head.frontier)
        answers: dict[str, Answer] = {entry.id: receipt_of(entry) for entry in entries}
        answers |= {id_: DecidedBefore(first) for id_, first in before.items()}
        return [
            answers[record.id]
            if fresh.get(record.id) is record
            else DecisionAlreadyLogged(record.id)
            for record in records
        ]

    def touch(self) -> None:
        """Write what is there already, and return once that is durable: whether an append could.

        It waits for no writer. Raises as `append` does.
        """
        self._check_room()
        if self._database.contents is not None:
            self._database.contents.take(1)  # Unused; it shows that a key can be had.
        with self._database.writing(at_once=True) as connection:
            head = read_head(connection)
            self._database.known.check(head.frontier)
            _write_head_again(connection, head)

    def rehearse(self) -> None:
        """Write as an append does, and take it back: whether one could be written.

        Nothing of it stays. Raises as `append` does.
        """
        self._check_room()
        with suppress(_TakenBack), self._database.writing() as connection:
            _write_head_again(connection, read_head(connection))
            raise _TakenBack

    def _check_room(self) -> None:
        self._database.check_room()
        if self._database.contents is not None:
            self._database.contents.keys.database.check_room()

    def find(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """Return the committed entries of some ids; waits for any writer in flight.

        What is found is as durable as what `append` returns: a commit that was broken off, or its
        server restarted, may be there and not yet on a standby that it had to wait for.
        """
        with self._database.writing() as connection:
            head = read_head(connection)
            condition = log_entry.c.id.in_(ids)
            entries = read_entries(connection, condition, self._database.contents)
            if entries:
                _write_head_again(connection, head)
        return {entry.id: entry for entry in entries}


class _TakenBack(Exception):  # noqa: N818 - it ends a rehearsal, and nothing went wrong.
    """Nothing of a transaction is to stay."""


@dataclass(slots=True)
class Appending:
    """The transaction of an act: its connection, and the head of the log that it appends behind.

    `now` is when its entries are logged. It is asked once: what a change cancels is what had not
    come when it was logged, which is how a verifier knows it.
    """

    connection: Connection
    head: LogHead
    now: datetime

    def append(self, act: Act) -> Entry:
        """Append an act, and return its entry. Raises `RecordError` as `seal_act` does."""
        (entry,), self.head = _append_within(self.connection, self.head, [seal_act(act)], self.now)
        return entry


@contextmanager
def appending(database: Database, clock: Callable[[], datetime]) -> Iterator[Appending]:
    """Yield the transaction of an act, which nobody else writes in; commits on leaving.

    Raises what `Database.writing` does. Raises what `KnownLog` does where the log is not the one
    that was signed and appended to, and `StorageUnavailable` for another schema.
    """
    database.known.confirm()
    with database.writing() as connection:
        head = read_head(connection)
        _check_revision(connection.execute(REVISION).scalar())
        database.known.check(head.frontier)
        log = Appending(connection, head, max(head.logged_at, clock()))
        yield log
    database.known.note(log.head.frontier)


def _append_within(
    connection: Connection,
    head: LogHead,
    records: Iterable[Sealed],
    now: datetime,
    ciphertexts: Mapping[str, SealedContents] | None = None,
) -> tuple[Sequence[Entry], LogHead]:
    """Append records that are new to the log, and return their entries and the head behind them.

    The contents of decisions are stored as their ciphertexts, by id, or in clear where there are
    none; those of acts are in clear, since they are never erased. Nothing of it is durable, and
    nobody may hear of it, before the transaction is committed.
    """
    entries, new_head = sequence(head, records, now)
    if not entries:
        return (), head
    _write(connection, entries, head, new_head, ciphertexts)
    return entries, new_head


def read_head(connection: Connection) -> LogHead:
    """Return the head of the log, locked where the connection writes.

    Raises `LogInconsistent` where there is none, it is broken, or the entries disagree with it. The
    last index tells, since indexes are dense; an entry removed before it is for the verifier.
    """
    row = connection.execute(_READ_HEAD).one_or_none()
    if row is None:
        raise LogInconsistent(_NO_HEAD)
    return _head(*row)


def _look(
    connection: Connection, ids: Sequence[str], contents: Contents | None
) -> tuple[LogHead, Container[str]]:
    """Return the head of the log, and which of some ids it has.

    Raises what `check_bound` and `read_head` do, and `StorageUnavailable` where another version of
    Assent has brought the database to another schema since this process began.
    """
    rows = _LOOK.read(connection, ids)
    if not rows:
        raise LogInconsistent(_NO_HEAD)
    size, roots, logged_at, last, bound, revision, _ = rows[0]
    _check_revision(revision)
    check_bound_to(bound, contents)
    return _head(size, roots, moment(logged_at), last), {row[-1] for row in rows}


def _check_revision(found: str | None) -> None:
    if found != newest_revision():
        raise StorageUnavailable(
            "the database was brought to another version than that of this service; restart it with"
            " the version that did so"
        )


def _head(size: int, roots: bytes, logged_at: datetime, last: int | None) -> LogHead:
    entries = 0 if last is None else last + 1
    if size != entries:
        raise LogInconsistent(
            f"the head of the log tells of {size:,} entries, and the last is that of {entries:,}:"
            " some were taken away, or added"
        )
    try:
        frontier = Frontier(size=size, roots=tuple(split_hashes(roots)))
    except ValueError as error:
        raise LogInconsistent("the head of the log is broken") from error
    return LogHead(frontier=frontier, logged_at=logged_at)


def _first_of_each_id(records: Iterable[Sealed]) -> Mapping[str, Sealed]:
    first: dict[str, Sealed] = {}
    for record in records:
        first.setdefault(record.id, record)
    return first


def _sealed_under(contents: Contents, records: Iterable[Sealed]) -> Mapping[str, SealedContents]:
    """Return the ciphertexts of decisions by their ids, of which no two are one.

    They are made before anything is locked.
    """
    decisions = [each for each in records if isinstance(each, SealedRecord)]
    # INVARIANT: the keys are durable before anything that is sealed under them.
    keys = contents.take(len(decisions))
    return {
        each.id: seal(each.id, each.payload, each.disclosures, key)
        for each, key in zip(decisions, keys, strict=True)
    }


def _write(
    connection: Connection,
    entries: Sequence[Entry],
    head: LogHead,
    new_head: LogHead,
    ciphertexts: Mapping[str, SealedContents] | None,
) -> None:
    with pipelined(connection):
        _write_rows(connection, entries, ciphertexts)
        _write_head(connection, new_head)
    write_full_tiles(connection, head.frontier.size, new_head.frontier.size)


def _write_head(connection: Connection, head: LogHead) -> None:
    roots = b"".join(head.frontier.roots)
    _WRITE_HEAD.run(connection, (head.frontier.size, roots, microseconds(head.logged_at)))


def _write_head_again(connection: Connection, head: LogHead) -> None:
    for each in (LogHead(), head):  # SQLite writes no page that stays as it is.
        _write_head(connection, each)


def _write_rows(
    connection: Connection,
    entries: Sequence[Entry],
    ciphertexts: Mapping[str, SealedContents] | None,
) -> None:
    decisions = [entry for entry in entries if isinstance(entry, LogEntry)]
    _ENTRIES.write(connection, list(map(_entry_row, entries)))
    if ciphertexts is None:
        _PAYLOADS.write(connection, list(_payload_rows(decisions)))
        disclosing: Iterable[Entry] = entries
    else:
        rows = [(entry.index, ciphertexts[entry.id]) for entry in decisions]
        _SEALED.write(connection, [(k, each.key, each.names, each.payload) for k, each in rows])
        disclosing = (entry for entry in entries if not isinstance(entry, LogEntry))
    _DISCLOSURES.write(
        connection,
        [(entry.index, one.name, one.text) for entry in disclosing for one in entry.disclosures],
    )
    _RULES.write(
        connection, [(entry.index, *rule) for entry in decisions for rule in entry.columns.rules]
    )
    write_facets(connection, [(entry.index, entry.facets) for entry in decisions])
    _WORDS.write(connection, [(entry.index, entry.words) for entry in decisions if entry.words])


def _entry_row(entry: Entry) -> Row:
    """Return the row of an entry; every kind has the same columns, for one statement to write."""
    kind, searched = DECISION, _UNSEARCHED
    if isinstance(entry, LogEntry):
        searched = _searched(entry.columns)
    else:
        kind = entry.kind
    placed = (entry.index, kind, entry.id, microseconds(entry.logged_at))
    return (*placed, entry.leaf, entry.leaf_hash, *searched)


def _searched(columns: QueryColumns) -> Row:
    """Return what a decision is searched by, in the order of the table."""
    return (
        microseconds(columns.decided_at),
        columns.outcome,
        columns.conclusive,
        columns.campaign,
        columns.policy_set,
        columns.policy_version,
        columns.policy_digest,
        columns.actor,
        columns.advertiser,
    )


def _payload_rows(entries: Iterable[LogEntry]) -> Iterator[Row]:
    return (
        (entry.index, kept.input, kept.input_salt, kept.result, kept.result_salt)
        for entry in entries
        if (kept := entry.payload) is not None
    )
