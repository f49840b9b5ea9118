"""The committer: who is answered, when, and with what, over stores that fail in every way."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.audit.entries.record import seal
from engine.audit.entries.sealed_acts import Entry, Sealed
from engine.audit.errors import RecordError
from engine.audit.log import (
    Answer,
    Committer,
    DecisionAlreadyLogged,
    LogBusy,
    LogHead,
    LogUnavailable,
    Receipt,
    receipt_of,
    sequence,
)

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


class MemoryStore:
    """A store whose transactions can be made to wait, or to fail before or after the commit."""

    def __init__(self) -> None:
        self.head = LogHead()
        self.entries: dict[str, Entry] = {}
        self.batches: list[int] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.on_find: Callable[[], None] = lambda: None

    def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
        self.batches.append(len(records))
        self.before()
        answers: list[Answer] = []
        for record in records:
            if record.id in self.entries:
                answers.append(DecisionAlreadyLogged(record.id))
                continue
            (entry,), self.head = sequence(self.head, [record], NOON)
            self.entries[record.id] = entry
            answers.append(receipt_of(entry))
        self.after()
        return answers

    def find(self, ids: Sequence[str]) -> Mapping[str, Entry]:
        self.on_find()
        return {one: self.entries[one] for one in ids if one in self.entries}


def held_store() -> tuple[MemoryStore, threading.Event, threading.Event]:
    """Return a store that sets the first event when it is to append, and waits for the second."""
    store, started, go = MemoryStore(), threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        assert go.wait(10)

    store.before = hold
    return store, started, go


def fail() -> None:
    raise OSError("the connection is gone")


def leave() -> None:
    raise SystemExit


def test_many_threads_get_dense_indexes(make_record: Any) -> None:
    store = MemoryStore()
    committer = Committer(store)
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda _: committer.append(make_record()), range(400)))
    committer.close()
    assert sorted(receipt.index for receipt in receipts) == list(range(400))
    hashes = {entry.index: entry.leaf_hash for entry in store.entries.values()}
    assert all(hashes[receipt.index] == receipt.leaf_hash for receipt in receipts)


def test_what_waits_shares_a_commit_of_at_most_256(make_record: Any) -> None:
    store, started, go = held_store()
    committer = Committer(store)
    with ThreadPoolExecutor(300) as pool:
        first = pool.submit(committer.append, make_record())
        assert started.wait(10)
        others = [pool.submit(committer.append, make_record()) for _ in range(299)]
        while committer.depth() < 299:
            pass
        go.set()
        assert first.result().index == 0
        assert len({one.result().index for one in others}) == 299
    committer.close()
    assert store.batches == [1, 256, 43]


def test_many_are_answered_each_in_order(make_record: Any) -> None:
    store = MemoryStore()
    committer = Committer(store)
    records = [make_record() for _ in range(300)]
    records[3] = make_record(decision="maybe")
    records[5] = records[4]
    answers = committer.append_many(records)
    committer.close()
    assert [type(answers[k]) for k in (3, 5)] == [RecordError, DecisionAlreadyLogged]
    receipts = [one for one in answers if isinstance(one, Receipt)]
    assert [one.index for one in receipts] == list(range(298))
    assert committer.append_many([]) == ()


def test_failed_before_the_commit_nobody_is_acknowledged(make_record: Any) -> None:
    store = MemoryStore()
    store.before = fail
    committer = Committer(store)
    with pytest.raises(LogUnavailable) as raised:
        committer.append(make_record())
    assert isinstance(raised.value.__cause__, OSError)
    store.before = lambda: None
    assert committer.append(make_record()).index == 0
    committer.close()


def test_failed_but_persisted_is_acknowledged(make_record: Any) -> None:
    store = MemoryStore()
    store.after = fail
    committer = Committer(store)
    record = make_record()
    receipt = committer.append(record)
    committer.close()
    assert receipt == receipt_of(store.entries[record.decision_id])


def test_failed_and_another_record_has_the_id(make_record: Any) -> None:
    store = MemoryStore()
    committer = Committer(store)
    committer.append(make_record(number=1))
    store.before = fail
    with pytest.raises(DecisionAlreadyLogged, match="000000000001") as raised:
        committer.append(make_record(number=1))
    assert raised.value.decision_id.endswith("1")
    committer.close()


def test_failed_and_cannot_be_looked_up(make_record: Any) -> None:
    store = MemoryStore()
    store.after = store.on_find = fail
    committer = Committer(store)
    with pytest.raises(LogUnavailable):
        committer.append(make_record())
    committer.close()


def test_duplicate_touches_nobody_else(make_record: Any) -> None:
    committer = Committer(MemoryStore())
    committer.append(make_record(number=1))
    answers = committer.append_many([make_record(), make_record(number=1), make_record()])
    committer.close()
    assert [type(one) for one in answers] == [Receipt, DecisionAlreadyLogged, Receipt]


def test_what_was_sealed_elsewhere_is_logged_as_it_is(make_record: Any) -> None:
    store = MemoryStore()
    committer = Committer(store)
    sealed, error = seal(make_record()), RecordError("the leaf would have 70,000 bytes")
    answers = committer.append_many([sealed, error, make_record()])
    committer.close()
    assert [getattr(one, "index", one) for one in answers] == [0, error, 1]
    assert store.entries[sealed.id].leaf == sealed.leaf(store.entries[sealed.id].logged_at)


def test_full_queue_is_busy_and_drops_nothing(make_record: Any) -> None:
    store, started, go = held_store()
    committer = Committer(store, queue=2, retry_after=3)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(committer.append, make_record())]
        assert started.wait(10)
        waiting += [pool.submit(committer.append, make_record()) for _ in range(2)]
        while committer.depth() < 2:
            pass
        with pytest.raises(LogBusy) as raised:
            committer.append(make_record())
        go.set()
        assert sorted(one.result().index for one in waiting) == [0, 1, 2]
    committer.close()
    assert raised.value.retry_after == 3


def test_impatient_caller_withdraws_what_still_waits(make_record: Any) -> None:
    store, started, go = held_store()
    told: list[str] = []
    committer = Committer(
        store, patience=0.05, on_silence=lambda failure: told.append(str(failure))
    )
    for _ in range(2):  # The first is in flight, the second in the queue.
        with pytest.raises(LogUnavailable, match="in time"):
            committer.append(make_record())
    assert started.is_set()
    assert told == ["the log did not answer in time"] * 2
    assert committer.depth() == 0
    go.set()
    committer.close()
    assert len(store.entries) == 1


def test_a_batch_waits_no_longer_than_one_record(make_record: Any) -> None:
    store, _, go = held_store()
    committer = Committer(store, patience=0.05)
    answers = committer.append_many([make_record() for _ in range(100)])
    go.set()
    committer.close()
    assert [str(one) for one in answers] == ["the log did not answer in time"] * 100
    assert store.batches == [100]  # All of them were waited for at once.


def test_a_batch_is_one_commit_and_takes_the_room_that_there_is(make_record: Any) -> None:
    store = MemoryStore()
    committer = Committer(store, queue=3, retry_after=2)
    answers = committer.append_many([make_record() for _ in range(5)])
    assert [type(one) for one in answers] == [Receipt, Receipt, Receipt, LogBusy, LogBusy]
    assert isinstance(answers[4], LogBusy)
    assert answers[4].retry_after == 2
    assert store.batches == [3]
    assert committer.depth() == 0
    committer.close()


def test_close_commits_what_waits_and_refuses_the_rest(make_record: Any) -> None:
    store, started, go = held_store()
    committer = Committer(store)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(committer.append, make_record())]
        assert started.wait(10)
        waiting += [pool.submit(committer.append, make_record()) for _ in range(2)]
        while committer.depth() < 2:
            pass
        closing = pool.submit(committer.close)
        go.set()
        closing.result()
        assert sorted(one.result().index for one in waiting) == [0, 1, 2]
    with pytest.raises(LogUnavailable, match="closed"):
        committer.append(make_record())
    committer.close()


def test_close_of_an_unused_committer_returns() -> None:
    Committer(MemoryStore()).close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_thread_that_died_is_replaced(make_record: Any) -> None:
    store = MemoryStore()
    store.before = leave
    committer = Committer(store, patience=0.05)
    with pytest.raises(LogUnavailable):
        committer.append(make_record())
    store.before = lambda: None
    patient = Committer(store)
    assert committer.append(make_record()).index == 0
    assert patient.append(make_record()).index == 1
    committer.close()
    patient.close()


def test_no_thread_to_be_had_is_unavailable(
    make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    committer = Committer(MemoryStore())
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(LogUnavailable, match="no thread"):
        committer.append(make_record())
    monkeypatch.undo()
    assert committer.append(make_record()).index == 0
    committer.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_has_a_committer_of_its_own(make_record: Any) -> None:
    """The parent is in a transaction, and holds the queue's lock, when it forks."""
    store = MemoryStore()
    committer = Committer(store)
    committer.append(make_record())
    with committer._commit_queue().changed:  # noqa: SLF001 - the lock that must not stay locked.
        child = os.fork()
        if child == 0:  # pragma: no cover - the child is not measured.
            try:
                index = committer.append(make_record()).index
                committer.close()
            except BaseException:  # noqa: BLE001 - nothing of pytest may run on in the child.
                os._exit(99)
            os._exit(index)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert committer.append(make_record()).index == 1
    committer.close()


def test_time_of_logging_never_goes_back(make_record: Any) -> None:
    entries, head = sequence(LogHead(), [seal(make_record())], NOON)
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    later, _ = sequence(head, [seal(make_record())], earlier)
    assert later[0].logged_at == entries[0].logged_at == NOON
