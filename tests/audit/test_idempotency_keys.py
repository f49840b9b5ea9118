"""A request has one decision: whatever is sent again, by whatever process, whatever fails."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.audit.entries.acts import Ground
from engine.audit.entries.idempotency import KEPT, FirstRequest, RequestKey
from engine.audit.entries.record import DecisionRecord, seal
from engine.audit.log import Committer, DecidedBefore, LogUnavailable, Receipt
from engine.storage.databases.database import Database
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.idempotency_keys import IdempotencyKeys
from engine.storage.log.log_store import SQLLogStore
from engine.storage.schema import request_key
from tests.audit.conftest import Clock
from tests.audit.writers import verified


def key(text: str = "k", content: bytes = b"{}", actor: str = "pipeline") -> RequestKey:
    return RequestKey.make(actor=actor, key=text, content=content)


def test_key_is_that_of_its_text_its_content_and_of_who_asks() -> None:
    assert key() == key()
    assert key(content=b"[]").digest == key().digest
    assert key(content=b"[]").fingerprint != key().fingerprint
    assert key(actor="another").digest != key().digest
    assert key(text="l").digest != key().digest
    assert key(text="l").fingerprint != key().fingerprint, "a fingerprint is of its key alone"


def test_second_request_is_told_of_the_first(
    store: SQLLogStore, database: Database, clock: Clock, make_record: Any
) -> None:
    first, second = (replace(make_record(), request=key()) for _ in range(2))
    other = replace(make_record(), request=key(content=b"[]"))
    assert isinstance(store.append([seal(first)])[0], Receipt)
    for record, is_same in ((second, True), (other, False)):
        (answer,) = store.append([seal(record)])
        assert isinstance(answer, DecidedBefore)
        assert answer.first.decision_id == first.decision_id
        assert record.request is not None
        assert answer.first.is_of(record.request) is is_same
    assert IdempotencyKeys(database, clock=clock).find(key()) == FirstRequest(
        decision_id=first.decision_id, fingerprint=key().fingerprint
    )
    assert verified(database).size == 1


def test_requests_of_one_transaction(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    records = [
        replace(make_record(), request=key("a")),
        make_record(),
        replace(make_record(), request=key("a")),
        replace(make_record(), request=key("b")),
    ]
    answers = store.append([seal(record) for record in records])
    assert [type(each) for each in answers] == [Receipt, Receipt, DecidedBefore, Receipt]
    assert isinstance(answers[2], DecidedBefore)
    assert answers[2].first.decision_id == records[0].decision_id
    assert verified(database).size == 3


def test_key_is_kept_for_its_time(
    store: SQLLogStore, database: Database, clock: Clock, make_record: Any
) -> None:
    keys = IdempotencyKeys(database, clock=clock)
    store.append([seal(replace(make_record(), request=key()))])
    clock.move(seconds=KEPT.total_seconds() - 1)
    assert keys.find(key()) is not None
    (answer,) = store.append([seal(replace(make_record(), request=key()))])
    assert isinstance(answer, DecidedBefore)
    clock.move(seconds=1)
    assert keys.find(key()) is None
    (answer,) = store.append([seal(replace(make_record(), request=key("another")))])
    assert isinstance(answer, Receipt)
    with database.reading() as connection:
        count = connection.execute(select(func.count()).select_from(request_key)).scalar()
    assert count == 1, "what is over is deleted"


def test_erased_decision_keeps_its_key_and_nothing_of_what_was_asked(
    store: SQLLogStore, database: Database, clock: Clock, make_record: Any
) -> None:
    made = replace(make_record(), request=key())
    store.append([seal(made)])
    Erasures(database, clock=clock).erase(
        Selector.DECISION, made.decision_id, ground=Ground.OBJECTION, actor="admin"
    )
    found = IdempotencyKeys(database, clock=clock).find(key())
    assert found == FirstRequest(decision_id=made.decision_id, fingerprint=None)
    assert found.is_of(key(content=b"whatever"))
    (answer,) = store.append([seal(replace(make_record(), request=key()))])
    assert isinstance(answer, DecidedBefore)
    assert verified(database).size == 2


class Failing(SQLLogStore):
    """A store whose commits fail: after they happened, or before."""

    persists = True
    fails = True

    def append(self, records: Any) -> Any:
        if not self.fails:
            return super().append(records)
        self.fails = False
        if self.persists:
            super().append(records)
        raise OSError

    def find(self, _ids: Any) -> Any:
        raise OSError


@pytest.mark.parametrize("persists", [True, False])
def test_nobody_can_tell_whether_a_commit_happened(
    database: Database, clock: Clock, make_record: Any, *, persists: bool
) -> None:
    """The caller is told that there is no decision, asks again, and gets the one that there is."""
    store = Failing(database, clock=clock)
    store.persists = persists
    committer = Committer(store)
    first = replace(make_record(), request=key())
    with pytest.raises(LogUnavailable):
        committer.append(first)
    again = replace(make_record(), request=key())
    if persists:
        with pytest.raises(DecidedBefore) as caught:
            committer.append(again)
        assert caught.value.first.decision_id == first.decision_id
    else:
        assert committer.append(again).index == 0
    committer.close()
    assert verified(database).size == 1


def test_commit_that_happened_all_the_same_is_acknowledged(
    database: Database, clock: Clock, make_record: Any
) -> None:
    class Resolving(Failing):
        def find(self, ids: Any) -> Any:
            return SQLLogStore.find(self, ids)

    committer = Committer(Resolving(database, clock=clock))
    assert committer.append(replace(make_record(), request=key())).index == 0
    committer.close()


def test_many_committers_and_one_request(database: Database, url: str, make_record: Any) -> None:
    """As many processes and nodes do: each has its committer, and they share the database."""
    nodes = [Database(url) for _ in range(4)]
    committers = [Committer(SQLLogStore(node)) for node in nodes]
    records = [replace(make_record(), request=key(f"k{n % 10}")) for n in range(120)]

    def append(numbered: tuple[int, DecisionRecord]) -> str:
        number, record = numbered
        try:
            committers[number % 4].append(record)
        except DecidedBefore as before:
            return before.first.decision_id
        return record.decision_id

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(append, enumerate(records)))
    for committer, node in zip(committers, nodes, strict=True):
        committer.close()
        node.close()
    assert len(set(told)) == 10
    assert all(len({told[n] for n in range(k, 120, 10)}) == 1 for k in range(10))
    assert verified(database).size == 10
