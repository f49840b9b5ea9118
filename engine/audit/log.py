"""Writing the log: one committer thread in each process, and an answer only after the commit.

Records are sealed before they wait, by whoever hands them over: in its thread, or in the process
that decided. The committer takes whatever waits, at most 256 records, and hands them to the store
as one transaction: there is no timer, so that a lone record commits at once and many share one
commit. The queue is bounded. A full queue is `LogBusy`, never a dropped record.

A failed commit may have happened all the same. The committer therefore looks its records up
before it gives up on them: an entry whose leaf is the very leaf that the record makes was
committed, and is acknowledged; every other waiter gets `LogUnavailable`.

The thread starts with the first record. After a fork, the child has a queue and a
thread of its own, and none of its parent's waiting records.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol, TypeAlias

from .entries.acts import Access
from .entries.idempotency import FirstRequest
from .entries.record import DecisionRecord, SealedRecord, seal
from .entries.sealed_acts import Entry, Sealed, seal_act
from .errors import LogError, RecordError
from .instants import EPOCH
from .merkle.tree import EMPTY_TREE, Frontier

BATCH_LIMIT = 256
"""The most records of one transaction."""

QUEUE_LIMIT = 4096
"""How many records may wait, unless the owner says otherwise."""


class LogBusy(LogError):  # noqa: N818 - the house names what happened; `LogError` is its base.
    """The queue is full and nothing was logged; try again after `retry_after` seconds."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__("the log has too much to write at the moment")
        self.retry_after = retry_after


class LogUnavailable(LogError):  # noqa: N818 - as above.
    """The record was not committed, or it is unknown whether it was: there is no decision."""


class DecisionAlreadyLogged(LogError):  # noqa: N818 - as above.
    """The log has an entry for this decision id, which is not this record's."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(f"the decision `{decision_id}` is in the log already")
        self.decision_id = decision_id


class DecidedBefore(LogError):  # noqa: N818 - as above.
    """The key of the request has a decision already, which `first` names; nothing was logged."""

    def __init__(self, first: FirstRequest) -> None:
        super().__init__(f"the key of the request has the decision `{first.decision_id}` already")
        self.first = first


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The position of a record in the log. A receipt exists only once the record is durable."""

    index: int
    leaf_hash: bytes
    logged_at: datetime


Answer: TypeAlias = Receipt | LogError
"""What became of one record of several."""

_Given: TypeAlias = DecisionRecord | SealedRecord | RecordError | Access


@dataclass(frozen=True, slots=True, kw_only=True)
class LogHead:
    """The state that appending needs: the tree's right edge and the last `logged_at`."""

    frontier: Frontier = EMPTY_TREE
    logged_at: datetime = EPOCH


class LogStore(Protocol):
    """The storage of a log, as the committer needs it. Each process has one; they share the log."""

    def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        """Append records in one transaction, and return when it is durable.

        Answers each record in order: a receipt, `DecisionAlreadyLogged`, or `DecidedBefore` where a
        request has a decision, be it by a record before it here. Raises any exception
        when the transaction failed or may have failed.
        """
        ...

    def find(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        """Return the committed entries of some ids, once no writer is in flight."""
        ...


def sequence(
    head: LogHead, records: Iterable[Sealed], now: datetime
) -> tuple[tuple[Entry, ...], LogHead]:
    """Give records the next indexes, and return their entries and the new head.

    `logged_at` never goes back, whatever the clock does.
    """
    logged_at = max(head.logged_at, now)
    start = head.frontier.size
    entries = tuple(record.entry(start + k, logged_at) for k, record in enumerate(records))
    frontier = head.frontier.extend(entry.leaf_hash for entry in entries)
    return entries, LogHead(frontier=frontier, logged_at=logged_at)


def receipt_of(entry: Entry) -> Receipt:
    """Return the receipt of a committed entry."""
    return Receipt(index=entry.index, leaf_hash=entry.leaf_hash, logged_at=entry.logged_at)


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Submission:
    """Records that are committed together, at most `BATCH_LIMIT`, and what became of each.

    `unanswered` is held until that is known: nothing that a thread can wait for costs less.
    """

    records: Sequence[Sealed]
    answers: Sequence[Answer] = ()
    unanswered: threading.Lock = field(default_factory=_held)


@dataclass(slots=True, kw_only=True)
class _CommitQueue:
    """The queue and the committer thread of one process; `depth` is how many records wait."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    waiting: deque[_Submission] = field(default_factory=deque)
    depth: int = 0
    thread: threading.Thread | None = None

    def add(self, submission: _Submission) -> None:
        """Have records wait; whoever calls holds the lock, as for all that follows."""
        self.waiting.append(submission)
        self.depth += len(submission.records)

    def take(self) -> list[_Submission]:
        """Return what goes into the next transaction."""
        taken, count = list[_Submission](), 0
        while self.waiting and count + len(self.waiting[0].records) <= BATCH_LIMIT:
            taken.append(self.waiting.popleft())
            count += len(taken[-1].records)
        self.depth -= count
        return taken

    def withdraw(self, submission: _Submission) -> None:
        """Take records back if they still wait; a transaction in flight is not undone."""
        if submission in self.waiting:
            self.waiting.remove(submission)
            self.depth -= len(submission.records)


class Committer:
    """Appends records to a store from any number of threads (group commit).

    `queue` is how many records may wait, `patience` for how many seconds; records that are
    submitted together share one wait. `on_silence` is told where that is over and nothing was
    answered: a commit may hang for ever. Close it before the process ends: it then commits the
    queue.
    """

    def __init__(
        self,
        store: LogStore,
        *,
        queue: int = QUEUE_LIMIT,
        patience: float = 30.0,
        retry_after: int = 1,
        on_silence: Callable[[LogUnavailable], None] = lambda _failure: None,
    ) -> None:
        self._store = store
        self._on_silence = on_silence
        self._queue_limit = queue
        self._patience = patience
        self._retry_after = retry_after
        self._closed = False
        # INVARIANT: a process uses the queue under its own id only. A lock that another thread held
        # during a fork stays locked in the child, so nothing of the parent's queue is touched.
        self._queues: dict[int, _CommitQueue] = {}

    def append(self, record: DecisionRecord | Access) -> Receipt:
        """Log one decision, or that one is shown, and return when it is durable.

        Raises `RecordError`, `DecisionAlreadyLogged`, `DecidedBefore`, `LogBusy` or
        `LogUnavailable`; after the first four nothing was logged. After the last, an entry may
        exist that nobody was told of.
        """
        (answer,) = self._append_batch([record])
        if isinstance(answer, LogError):
            raise answer
        return answer

    def append_many(
        self, records: Iterable[DecisionRecord | SealedRecord | RecordError]
    ) -> tuple[Answer, ...]:
        """Log decisions and answer each, in order; the fault of one does not touch the others.

        One that could not be sealed is answered with the error that it is. As many as one
        transaction takes are committed and waited for together.
        """
        answers: list[Answer] = []
        rest = iter(records)
        while batch := list(islice(rest, BATCH_LIMIT)):
            answers += self._append_batch(batch)
        return tuple(answers)

    def depth(self) -> int:
        """Return how many records of this process wait."""
        return self._commit_queue().depth

    def close(self) -> None:
        """Commit what waits, then end the thread; records that come later are refused."""
        queue = self._commit_queue()
        with queue.changed:
            self._closed = True
            queue.changed.notify_all()
            thread = queue.thread
        if thread is not None:
            thread.join()

    def _commit_queue(self) -> _CommitQueue:
        # `setdefault` is atomic: two threads of a fresh child agree on one queue.
        return self._queues.get(os.getpid()) or self._queues.setdefault(os.getpid(), _CommitQueue())

    def _append_batch(self, batch: Sequence[_Given]) -> list[Answer]:
        sealed = [_sealed_or_error(record) for record in batch]
        fit = [one for one in sealed if not isinstance(one, LogError)]
        logged = iter(self._log(fit) if fit else ())
        return [one if isinstance(one, LogError) else next(logged) for one in sealed]

    def _log(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        queue = self._commit_queue()
        try:
            submission = self._enqueue(queue, records)
            answers = self._await(queue, submission)
        except LogError as error:
            return [error] * len(records)
        left_out = len(records) - len(submission.records)
        return [*answers, *[self._busy()] * left_out] if left_out else answers

    def _enqueue(self, queue: _CommitQueue, records: Sequence[Sealed]) -> _Submission:
        """Have as many of some records wait as there is room for. Raises `LogError` for none."""
        with queue.changed:
            if self._closed:
                raise LogUnavailable("the log is being closed")
            room = self._queue_limit - queue.depth
            if room <= 0:
                raise self._busy()
            self._ensure_thread(queue)
            submission = _Submission(records[:room])
            queue.add(submission)
            queue.changed.notify()
        return submission

    def _busy(self) -> LogBusy:
        return LogBusy(retry_after=self._retry_after)

    def _ensure_thread(self, queue: _CommitQueue) -> None:
        if queue.thread is not None and queue.thread.is_alive():
            return
        thread = threading.Thread(
            target=self._run, args=(queue,), name="log-committer", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # The system has no thread to spare.
            raise LogUnavailable("the log has no thread to write with") from error
        queue.thread = thread

    def _await(self, queue: _CommitQueue, submission: _Submission) -> Sequence[Answer]:
        if submission.unanswered.acquire(timeout=self._patience):
            return submission.answers
        with queue.changed:
            queue.withdraw(submission)
        silence = LogUnavailable("the log did not answer in time")
        self._on_silence(silence)
        raise silence

    def _run(self, queue: _CommitQueue) -> None:
        while batch := self._next_batch(queue):
            self._commit(batch)

    def _next_batch(self, queue: _CommitQueue) -> Sequence[_Submission]:
        """Wait for records and return the next batch: none once all is done and closed."""
        with queue.changed:
            while not queue.waiting and not self._closed:
                queue.changed.wait()
            return queue.take()

    def _commit(self, batch: Sequence[_Submission]) -> None:
        records = [record for one in batch for record in one.records]
        try:
            answers = self._store.append(records)
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for an answer.
            answers = self._resolve(records, error)
        rest = iter(answers)
        for one in batch:
            one.answers = [next(rest) for _ in one.records]
            one.unanswered.release()

    def _resolve(self, records: Sequence[Sealed], error: Exception) -> list[Answer]:
        """Answer for records whose commit failed, or did not."""
        try:
            found = self._store.find([record.id for record in records])
        except Exception:  # noqa: BLE001 - as above; the first error is the one that explains.
            found = {}
        return [_resolved(record, found.get(record.id), error) for record in records]


def _resolved(record: Sealed, entry: Entry | None, error: Exception) -> Answer:
    if entry is None:
        unavailable = LogUnavailable("the log could not be written")
        unavailable.__cause__ = error
        return unavailable
    # The salts are random, so that equal leaves are the same record and not just the same id.
    if entry.leaf == record.leaf(entry.logged_at):
        return receipt_of(entry)
    return DecisionAlreadyLogged(record.id)


def _sealed_or_error(record: _Given) -> Sealed | LogError:
    if isinstance(record, SealedRecord | RecordError):
        return record
    try:
        return seal_act(record) if isinstance(record, Access) else seal(record)
    except LogError as error:
        return error
