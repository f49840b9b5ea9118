"""The log in SQLite: dense indexes, tiles, several processes, and processes that are killed."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from engine.audit.entries.record import seal
from engine.audit.log import Committer, DecisionAlreadyLogged, LogUnavailable, Receipt
from engine.audit.merkle.tree import (
    Subtree,
    TreeHead,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    read_root,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.errors import InvalidQuery, LogInconsistent, NotFound, StorageUnavailable
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.log.tiles import TileReader, tile, write_full_tiles
from engine.storage.migrate import migrate
from engine.storage.schema import log_entry, log_head, log_tile
from engine.storage.search.decisions import Decisions
from tests.audit.crashes import kill_writers, stop_server
from tests.audit.writers import acknowledged, exported, start_writer, verified
from tests.postgresql import serving_postgresql

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def test_entry_comes_back_as_it_was_made(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    record = make_record()
    sealed = seal(record)
    (receipt,) = store.append([sealed])
    entry = Decisions(database).get(record.decision_id)
    assert entry == sealed.entry(0, NOON)
    assert receipt == Receipt(index=0, leaf_hash=leaf_hash(entry.leaf), logged_at=NOON)
    assert store.find([record.decision_id, "another"]) == {record.decision_id: entry}
    assert verified(database).size == 1


def test_duplicates_in_and_before_a_batch(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    store.append([seal(make_record(number=1))])
    twice = seal(make_record(number=2))
    batch = [seal(make_record(number=1)), twice, seal(make_record(number=2)), seal(make_record())]
    answers = store.append(batch)
    kinds = [type(answer) for answer in answers]
    assert kinds == [DecisionAlreadyLogged, Receipt, DecisionAlreadyLogged, Receipt]
    (again,) = store.append([twice])
    assert isinstance(again, DecisionAlreadyLogged)
    assert verified(database).size == 3


def test_decision_without_noteworthy_rules(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    store.append([seal(make_record(rules=[], decision="allow", campaign=None))])
    assert verified(database).size == 1


def test_clock_that_goes_back(
    store: SQLLogStore, database: Database, make_record: Any, clock: Any
) -> None:
    for step in (0, -3600, 5):
        clock.now = NOON + timedelta(seconds=step)
        store.append([seal(make_record())])
    times = [entry.logged_at for entry in Decisions(database).entries(size=3)]
    assert times == [NOON, NOON, NOON + timedelta(seconds=5)]
    assert verified(database).size == 3


def test_tiles_around_their_boundaries(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    leaves: list[bytes] = []
    for step in (255, 1, 1, 254, 1, 300):
        answers = store.append([seal(make_record()) for _ in range(step)])
        leaves += [answer.leaf_hash for answer in answers if isinstance(answer, Receipt)]
        log, size = TileLog(database), len(leaves)
        assert log.head() == TreeHead(size=size, root=tree_root(leaves))
        with database.reading() as connection:
            full = connection.execute(select(func.count()).select_from(log_tile)).scalar()
            assert full == size // 256
            assert list(tile(connection, 0, (size - 1) // 256)) == leaves[(size - 1) // 256 * 256 :]
            assert tile(connection, 0, 100) == []
        for old in (1, size // 2, size):
            proof = log.prove_consistency(old_size=old, size=size)
            assert log.root_at(old) == tree_root(leaves[:old])
            verify_consistency(
                size=size,
                root=tree_root(leaves),
                old_size=old,
                old_root=tree_root(leaves[:old]),
                proof=proof,
            )
    assert verified(database).size == 812


def test_inclusion_by_decision_id(store: SQLLogStore, database: Database, make_record: Any) -> None:
    records = [make_record() for _ in range(300)]
    store.append([seal(record) for record in records])
    decisions = Decisions(database)
    for record in records[::37]:
        proof, head = decisions.prove(record.decision_id)
        entry = decisions.get(record.decision_id)
        assert proof.leaf_hash == entry.leaf_hash
        proof.check(leaf=entry.leaf, root=head.root)
    with pytest.raises(NotFound, match="nothing-like-it"):
        decisions.prove("nothing-like-it")
    with pytest.raises(NotFound):
        decisions.get("nothing-like-it")
    for old, size in ((0, 300), (301, 301), (5, 4)):
        with pytest.raises(InvalidQuery):
            TileLog(database).prove_consistency(old_size=old, size=size)
    for size in (-1, 301):
        with pytest.raises(InvalidQuery):
            TileLog(database).root_at(size)


@pytest.mark.no_cover  # It takes the ways of small trees.
def test_large_tree_is_proved_from_a_few_tiles(database: Database) -> None:
    """66,000 leaf hashes, two levels of full tiles above the entries."""
    size = 66_000
    leaves = [leaf_hash(n.to_bytes(4, "big")) for n in range(size)]
    rows = [
        {
            "index": n, "kind": "decision", "id": str(n), "logged_at": NOON, "leaf": b"",
            "leaf_hash": leaf, "decided_at": NOON, "outcome": "allow", "conclusive": True,
            "policy_set": "", "policy_digest": "",
        }
        for n, leaf in enumerate(leaves)
    ]  # fmt: skip
    root = tree_root(leaves)
    with database.writing() as connection:
        connection.execute(insert(log_entry), rows)
        write_full_tiles(connection, 0, size)
        levels = select(log_tile.c.level, func.count()).group_by(log_tile.c.level)
        assert dict(map(tuple, connection.execute(levels))) == {0: 257, 1: 1}
        assert read_root(size=size, reader=TileReader(connection)) == root
        for index in (0, 255, 65_535, 65_536, 65_999):
            proof = prove_inclusion(size=size, index=index, reader=TileReader(connection))
            verify_inclusion(size=size, root=root, index=index, leaf=leaves[index], proof=proof)
            old_root = tree_root(leaves[: index + 1])
            growth = prove_consistency(size=size, old_size=index + 1, reader=TileReader(connection))
            verify_consistency(
                size=size, root=root, old_size=index + 1, old_root=old_root, proof=growth
            )
        (top,) = TileReader(connection).read_hashes([Subtree(level=16, index=0)])
        assert top == tree_root(leaves[: 2**16])


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ('DELETE FROM payload WHERE "index" = 1', "payload_missing"),
        ('UPDATE payload SET input = input_salt WHERE "index" = 1', "input_differs"),
        ('UPDATE payload SET result_salt = input_salt WHERE "index" = 1', "result_differs"),
        ("UPDATE disclosure SET disclosure = 'x' WHERE \"index\" = 1", "disclosure_differs"),
        ('DELETE FROM disclosure WHERE "index" = 1', "disclosure_missing"),
        ('DELETE FROM log_entry_rule WHERE "index" = 1', "column_differs"),
        ('DELETE FROM log_entry_facet WHERE "index" = 1', "column_differs"),
        ("UPDATE log_entry_facet SET facet = 'market FR' WHERE \"index\" = 1", "column_differs"),
        ("INSERT INTO log_entry_facet VALUES (1, 'market FR')", "column_differs"),
        ("UPDATE log_entry SET advertiser = 'Other' WHERE \"index\" = 1", "column_differs"),
        ('UPDATE log_entry SET advertiser = NULL WHERE "index" = 1', "column_differs"),
        ("UPDATE log_entry SET outcome = 'allow' WHERE \"index\" = 1", "column_differs"),
        ('UPDATE log_entry SET logged_at = 0 WHERE "index" = 1', "time_goes_back"),
        ('UPDATE log_entry SET leaf_hash = leaf WHERE "index" = 1', "leaf_hash_differs"),
        ('UPDATE log_entry SET leaf = leaf_hash WHERE "index" = 1', "leaf_hash_differs"),
    ],
)
def test_what_is_altered_in_the_database_is_named(
    store: SQLLogStore, database: Database, make_record: Any, statement: str, code: str
) -> None:
    said = {"advertiser": "Acme", "platforms": [], "rules": [], "markets": [{"market": "DE"}]}
    rules = make_record().result["rules"] if "log_entry_rule" in statement else []
    store.append([seal(make_record(**said | {"rules": rules})) for _ in range(3)])
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    report = verify_export(exported(database))
    assert (report.faults[0].index, report.faults[0].code) == (1, code)


@pytest.mark.parametrize(
    "change",
    [
        delete(log_head),
        update(log_head).values(size=7),
        update(log_head).values(frontier=b"short"),
        delete(log_entry).where(log_entry.c.index == 1),
    ],
    ids=["gone", "ahead", "broken", "entry gone"],
)
def test_nothing_is_written_under_a_wrong_head(
    store: SQLLogStore, database: Database, make_record: Any, change: Any
) -> None:
    store.append([seal(make_record()), seal(make_record())])
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM payload")
        connection.exec_driver_sql("DELETE FROM disclosure")
        connection.exec_driver_sql("DELETE FROM log_entry_rule")
        connection.exec_driver_sql("DELETE FROM log_entry_facet")
        connection.execute(change)
    with pytest.raises(LogInconsistent):
        store.append([seal(make_record())])
    committer = Committer(store)
    with pytest.raises(LogUnavailable):
        committer.append(make_record())
    committer.close()


def test_nothing_is_written_where_another_version_has_migrated(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    """A service that goes on meanwhile would leave out what the other version has to find."""
    store.append([seal(make_record())])
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="brought to another version"):
        store.append([seal(make_record())])


class FailingStore(SQLLogStore):
    """A store whose connection breaks behind the commit, as a network may."""

    def append(self, records: Sequence[Any]) -> Any:
        super().append(records)
        raise StorageUnavailable("the connection is gone")


def test_failed_but_persisted_in_a_real_database(database: Database, make_record: Any) -> None:
    committer = Committer(FailingStore(database))
    record = make_record()
    receipt = committer.append(record)
    committer.close()
    entry = Decisions(database).get(record.decision_id)
    assert (receipt.index, receipt.leaf_hash) == (entry.index, entry.leaf_hash)


def test_threads_and_batches_on_one_file(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    committer = Committer(store)

    def work(_: int) -> list[int]:
        answers = committer.append_many([make_record() for _ in range(20)])
        return [one.index for one in (*answers, committer.append(make_record()))]  # type: ignore[union-attr] # All are receipts.

    with ThreadPoolExecutor(8) as pool:
        indexes = [index for found in pool.map(work, range(8)) for index in found]
    committer.close()
    assert sorted(indexes) == list(range(168))
    assert verified(database).size == 168


def test_two_processes_share_one_dense_log(url: str, database: Database) -> None:
    writers = [start_writer(url, threads=8, count=25) for _ in range(2)]
    outputs = [writer.communicate(timeout=60)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    found = [acknowledged(output) for output in outputs]
    assert sorted([*found[0].values(), *found[1].values()]) == list(range(400))
    assert verified(database).size == 400


def test_killed_writers_lose_nothing_acknowledged(url: str, database: Database) -> None:
    """`kill -9` in the middle of the load, again and again, on the same file."""
    assert TileLog(database).head().size == 0
    came = kill_writers(url, rounds=4)
    assert came.acknowledged > 0
    assert came.missing == {}


def test_a_database_that_stops_under_load_loses_nothing_acknowledged() -> None:
    """Immediate stops of PostgreSQL, in the middle of commits, again and again."""
    with serving_postgresql() as server, server.database() as url:
        migrate(url)
        came = stop_server(server, url, rounds=2)
    assert came.acknowledged > 0
    assert came.missing == {}


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_process_appends_with_a_connection_of_its_own(
    store: SQLLogStore, database: Database, make_record: Any
) -> None:
    committer = Committer(store)
    committer.append(make_record())
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is not measured.
        try:
            indexes = [committer.append(make_record()).index for _ in range(5)]
            committer.close()
        except BaseException:  # noqa: BLE001 - nothing of pytest may run on in the child.
            os._exit(99)
        os._exit(len(indexes))
    receipts = [committer.append(make_record()) for _ in range(5)]
    _, status = os.waitpid(child, 0)
    committer.close()
    assert os.waitstatus_to_exitcode(status) == 5
    assert len(receipts) == 5
    assert verified(database).size == 11
