"""Erasure in SQLite: what goes, what stays, at the same time as others, and killed in between."""

import io
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import insert, select, text, update

from engine.audit.entries.act_leaves import ErasureLeaf
from engine.audit.entries.acts import Access, Action, Ground
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import LogEntry, seal
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.instants import EPOCH
from engine.audit.log import Committer
from engine.audit.verification.verify import verify_export
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent, NotFound, StorageUnavailable
from engine.storage.lifecycle import erasures as module
from engine.storage.lifecycle.erasures import Erasures, ErasureSummary
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.schema import log_entry, payload
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter
from tests.audit.conftest import NOON, Clock

ERASER = Path(__file__).with_name("erasing_process.py")
GROUND = Ground.CONSENT_WITHDRAWN


@pytest.fixture
def erasures(database: Database, clock: Clock) -> Erasures:
    return Erasures(database, clock=clock)


def fill(store: SQLLogStore, make_record: Any, count: int, *, campaign: str = "cmp-7") -> list[str]:
    records = [make_record(campaign=campaign) for _ in range(count)]
    for start in range(0, count, 256):
        store.append([seal(record) for record in records[start : start + 256]])
    return [record.decision_id for record in records]


def verified(database: Database) -> int:
    """Export the log, verify all of it, and return its size."""
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(stream, head=head, entries=log.entries(size=head.size), exported_at=NOON)
    stream.seek(0)
    report = verify_export(stream, trusted=head)
    assert report.faults == ()
    assert (report.entries, report.root) == (head.size, head.root)
    return head.size


def erase_campaign(erasures: Erasures, campaign: str = "cmp-7") -> ErasureSummary:
    return erasures.erase(Selector.CAMPAIGN, campaign, ground=GROUND, actor="the officer")


def test_one_decision(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, 3)
    before, head = Decisions(database).prove(ids[1])
    leaf = Decisions(database).get(ids[1]).leaf
    done = erasures.erase(Selector.DECISION, ids[1], ground=GROUND, actor="the officer")
    assert (done.decisions, [each.index for each in done.entries], done.is_purged) == (1, [3], True)
    entry = Decisions(database).get(ids[1])
    assert (entry.payload, entry.disclosures, entry.leaf) == (None, (), leaf)
    assert (entry.columns.campaign, entry.columns.actor, entry.columns.rules) == (None, None, ())
    assert entry.columns.outcome == "deny"
    assert Decisions(database).get(ids[0]).payload is not None
    before.check(leaf=leaf, root=head.root)
    assert verified(database) == 4


def test_the_erasure_says_what_and_why_and_who(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    ids = fill(store, make_record, 2)
    clock.move(hours=1)
    erasures.erase(Selector.DECISION, ids[1], ground=GROUND, actor="the officer")
    *_, entry = TileLog(database).entries(size=3)
    leaf = read_leaf(entry.leaf)
    assert isinstance(leaf, ErasureLeaf)
    assert (leaf.entries, leaf.ground) == (((1, 2),), GROUND)
    assert [(each.name, each.value) for each in entry.disclosures] == [("actor", "the officer")]
    tombstone = erasures.tombstone(ids[1])
    assert tombstone is not None
    assert (tombstone.ground, tombstone.erased_at) == (GROUND, clock.now)
    assert (tombstone.erasure_id, tombstone.erasure_index) == (leaf.id, 2)
    assert erasures.tombstone(ids[0]) is None
    assert erasures.tombstone("unknown") is None


def test_erasing_again_changes_nothing(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, 2)
    erase_campaign(erasures)
    nothing = ErasureSummary(decisions=0, entries=(), is_purged=True)
    assert erase_campaign(erasures) == nothing
    again = erasures.erase(Selector.DECISION, ids[0], ground=Ground.OBJECTION, actor="another")
    assert again == nothing
    assert verified(database) == 3


@pytest.mark.parametrize(
    ("selector", "found", "left"),
    [
        (Selector.CAMPAIGN, DecisionFilter(campaign="cmp-7"), 4),
        (Selector.ACTOR, DecisionFilter(actor="pipeline"), 3),
        (Selector.CAMPAIGN, DecisionFilter(campaign="?"), 7),
    ],
)
def test_a_subject(
    database: Database, make_record: Any, selector: Selector, found: DecisionFilter, left: int
) -> None:
    store, erasures = SQLLogStore(database), Erasures(database)
    store.append([seal(make_record(actor="other", campaign=f"c{n}")) for n in range(3)])
    store.append([seal(make_record(campaign="c9"))])
    fill(store, make_record, 3)
    value = found.campaign or found.actor or ""
    done = erasures.erase(selector, value, ground=GROUND, actor="the officer")
    kept = [each for each in Decisions(database).entries(size=7) if each.payload is not None]
    assert (len(kept), done.decisions) == (left, 7 - left)
    assert not Decisions(database).page(found).decisions
    verified(database)


def test_nobody_elses_decision_is_erased_with_a_subject(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    """One that was moved there in the table could not be told from the others any more."""
    fill(store, make_record, 1)
    fill(store, make_record, 1, campaign="cmp-8")
    with database.writing() as connection:
        connection.execute(update(log_entry).values(campaign="cmp-7"))
    with pytest.raises(LogInconsistent, match="entry 1 is kept for another campaign or actor"):
        erase_campaign(erasures)
    with database.writing() as connection:
        connection.execute(update(log_entry).values(leaf=b'{"kind":"decision"}'))
    with pytest.raises(LogInconsistent, match="entry 0 cannot be read"):
        erase_campaign(erasures)
    assert all(each.payload for each in Decisions(database).entries(size=2))


MOVED = [
    ("UPDATE log_entry SET campaign = 'cmp-8' WHERE id = :id", "of this campaign, and is kept for"),
    ("UPDATE log_entry SET campaign = NULL WHERE id = :id", "of this campaign, and is kept for an"),
    ("INSERT INTO erased VALUES (1, 0)", "is of this campaign, and is kept as erased"),
    ("UPDATE disclosure SET disclosure = 'x'", "what entry 0 discloses was altered, and nobody"),
    ("DELETE FROM disclosure", "what entry 0 discloses was altered, and nobody can tell whether"),
]


@pytest.mark.parametrize(("change", "told"), MOVED)
def test_a_subject_is_not_erased_without_a_decision_of_it(
    *,
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    change: str,
    told: str,
) -> None:
    """One that was moved to another in the table would stay, and nobody would know of it."""
    fill(store, make_record, 1, campaign="cmp-9")
    (moved, _) = fill(store, make_record, 2)
    with database.writing() as connection:
        statement = text(change)
        connection.execute(statement.bindparams(id=moved) if ":id" in change else statement)
    with pytest.raises(LogInconsistent, match=f"nothing is erased: .*{told}"):
        erase_campaign(erasures)
    assert all(each.payload for each in Decisions(database).entries(size=3))


def test_what_was_moved_is_erased_by_its_id(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    (moved, _) = fill(store, make_record, 2)
    with database.writing() as connection:
        connection.execute(update(log_entry).values(campaign="x").where(log_entry.c.id == moved))
    erasures.erase(Selector.DECISION, moved, ground=GROUND, actor="the officer")
    assert erase_campaign(erasures).decisions == 1
    verified(database)


def test_what_somebody_put_back_is_not_shown(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    (name,) = fill(store, make_record, 1)
    with database.reading() as connection:
        row = connection.execute(select(payload)).mappings().one()
    erase_campaign(erasures)
    with database.writing() as connection:
        connection.execute(insert(payload).values(**row))
    assert Decisions(database).get(name).payload is None


def test_what_cannot_be_erased(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    (name,) = fill(store, make_record, 1)
    with pytest.raises(NotFound):
        erasures.erase(Selector.DECISION, "\0", ground=GROUND, actor="x")
    assert erasures.erase(Selector.ACTOR, "\0", ground=GROUND, actor="x").decisions == 0
    with pytest.raises(NotFound, match="no decision `another`"):
        erasures.erase(Selector.DECISION, "another", ground=GROUND, actor="x")
    with pytest.raises(RecordError):
        erasures.erase(Selector.DECISION, name, ground=GROUND, actor="\ud800")
    erasures.erase(Selector.DECISION, name, ground=GROUND, actor="x")
    tombstone = erasures.tombstone(name)
    assert tombstone is not None
    with pytest.raises(NotFound):  # An erasure is no decision, and nothing lies beside it.
        erasures.erase(Selector.DECISION, tombstone.erasure_id, ground=GROUND, actor="x")
    with pytest.raises(NotFound):
        Decisions(database).get(tombstone.erasure_id)
    with pytest.raises(NotFound):
        Decisions(database).prove(tombstone.erasure_id)


def test_pages_are_of_decisions_only(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, 3)
    erasures.erase(Selector.DECISION, ids[0], ground=GROUND, actor="x")
    fill(store, make_record, 1, campaign="c9")
    found = Decisions(database).page().decisions
    assert [each.index for each in found] == [4, 2, 1, 0]


def test_a_failure_leaves_all_as_it_was(
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = fill(store, make_record, 3)

    def fail(*_: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(module, "_delete", fail)
        with pytest.raises(OSError, match="the disk is gone"):
            erase_campaign(erasures)
    assert verified(database) == 3
    assert all(Decisions(database).get(each).payload is not None for each in ids)


def test_nothing_is_left_in_the_files(make_record: Any, sqlite_url: str, tmp_path: Path) -> None:
    migrate(sqlite_url)
    database = Database(sqlite_url)
    store, erasures = SQLLogStore(database), Erasures(database)
    secret = b"a-name-that-nothing-else-has"
    name = secret.decode()
    records = [make_record(campaign=name, actor=name, input=secret * 400) for _ in range(20)]
    store.append([seal(record) for record in records])
    files = [tmp_path / "assent.db", tmp_path / "assent.db-wal"]
    assert any(secret in file.read_bytes() for file in files)
    assert erase_campaign(erasures, name).is_purged
    assert not any(secret in file.read_bytes() for file in files)
    database.close()


def test_a_reader_at_work_delays_the_purge(
    make_record: Any, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(sqlite_url)
    database = Database(sqlite_url)
    store, erasures = SQLLogStore(database), Erasures(database)
    fill(store, make_record, 1)
    monkeypatch.setattr("engine.storage.databases.sqlite._PURGE_SECONDS", 0.1)
    reader = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM payload").fetchall()
    assert not erase_campaign(erasures).is_purged
    fill(store, make_record, 1, campaign="another")
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
    reader.close()
    assert erase_campaign(erasures).is_purged
    database.close()


def with_words(make_record: Any, name: str, campaign: str) -> Any:
    """Return a record of a campaign, whose justification quotes a name."""
    finding = {"title": f"quoted {name}", "status": "violated"}
    return make_record(campaign=campaign, findings=[finding])


def test_no_index_and_no_statistics_tell_of_what_was_erased(
    make_record: Any, postgresql_url: str
) -> None:
    """The index of words never forgets one by itself, nor the planner what columns had."""
    migrate(postgresql_url)
    database = Database(postgresql_url)
    store, erasures = SQLLogStore(database), Erasures(database)
    name = "anamethatnothingelsehas"
    mine = [with_words(make_record, name, name) for _ in range(30)]
    others = [with_words(make_record, f"other{n}", f"other{n}") for n in range(30)]
    store.append([seal(record) for record in (*mine, *others)])
    told = """
        SELECT tablename, attname FROM pg_stats WHERE position(:name IN
            CAST((most_common_vals, histogram_bounds, most_common_elems) AS text)) > 0
    """
    pages = "SELECT position(:name IN encode(pg_read_binary_file(path), 'escape')) FROM"
    found = text(f"{pages} (SELECT pg_relation_filepath('log_entry_words_found') AS path)")
    with database.writing() as connection:
        connection.execute(text("ANALYZE"))
        assert connection.execute(text(told), {"name": name}).all()
    assert erase_campaign(erasures, name).is_purged
    with database.writing() as connection:
        connection.execute(text("CHECKPOINT"))
        assert connection.execute(text(told), {"name": name}).all() == []
        assert connection.execute(found, {"name": name}).scalar_one() == 0
        assert connection.execute(found, {"name": "other7"}).scalar_one() > 0
    database.close()


def test_every_table_of_postgresql_is_freed_of_what_was_erased(
    make_record: Any, postgresql_url: str
) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)
    fill(SQLLogStore(database), make_record, 1)
    assert erase_campaign(Erasures(database)).is_purged
    freed = text("SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL")
    with database.reading() as connection:
        found = set(connection.execute(freed).scalars())
    database.close()
    decided = {"log_entry", "log_entry_rule", "log_entry_words", "log_entry_facet", "facets_due"}
    assert decided | {"payload", "disclosure", "sealed", "request_key", "waiver_use"} <= found


def test_a_user_who_does_not_own_the_tables_is_told_that_they_are_not_cleaned(
    make_record: Any, postgresql_url: str
) -> None:
    """Whoever only has the rights to read and write had it reported as a database that is away."""
    migrate(postgresql_url)
    url = postgresql_url.replace("//postgres:@", "//clerk@")
    assert url != postgresql_url
    owner, database = Database(postgresql_url), Database(url)
    rights = "SELECT, INSERT, UPDATE, DELETE"
    with owner.writing() as connection:
        connection.execute(text("CREATE ROLE clerk LOGIN"))
        connection.execute(text(f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO clerk"))
    try:
        fill(SQLLogStore(database), make_record, 1)
        with pytest.raises(StorageUnavailable, match="does not own its tables"):
            erase_campaign(Erasures(database))
        assert erase_campaign(Erasures(owner)).is_purged
    finally:
        database.close()
        with owner.writing() as connection:
            connection.execute(text("DROP OWNED BY clerk"))
            connection.execute(text("DROP ROLE clerk"))
        owner.close()


def test_a_reader_at_work_delays_the_purge_of_postgresql(
    make_record: Any, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)
    store, erasures = SQLLogStore(database), Erasures(database)
    fill(store, make_record, 1)
    module_name = "engine.storage.databases.postgresql"
    monkeypatch.setattr(f"{module_name}._PURGE_TIMEOUT", "SET lock_timeout = 100")
    with database.reading() as connection:
        connection.execute(select(log_entry.c.index)).all()
        assert not erase_campaign(erasures).is_purged
    fill(store, make_record, 1, campaign="another")
    assert erase_campaign(erasures).is_purged
    indexes = text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'log_entry_words_found%'")
    with database.reading() as connection:
        assert connection.execute(indexes).scalar_one() == 1
    database.close()


def test_contents_lost_by_accident_can_be_erased_too(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    (name,) = fill(store, make_record, 1)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM payload")
    erasures.erase(Selector.DECISION, name, ground=GROUND, actor="x")
    assert verified(database) == 2


def test_tombstone_of_an_erasure_that_somebody_altered(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, 2)
    erasures.erase(Selector.DECISION, ids[0], ground=GROUND, actor="x")
    with database.reading() as connection:
        query = select(log_entry.c.leaf).where(log_entry.c.index == 1)
        other = connection.execute(query).scalar_one()
    for leaf in (other, b"{}"):
        with database.writing() as connection:
            connection.execute(update(log_entry).where(log_entry.c.index == 2).values(leaf=leaf))
        with pytest.raises(LogInconsistent, match="entry 2 should be an erasure"):
            erasures.tombstone(ids[0])


def test_acts_go_through_the_committer(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    committer = Committer(store)
    committer.append(make_record())
    receipt = committer.append(Access(entries=((0, 1),), action=Action.READ, actor="x"))
    committer.close()
    assert receipt.index == 1
    *_, entry = TileLog(database).entries(size=2)
    assert store.find([entry.id]) == {entry.id: entry}
    assert verified(database) == 2


# --- at the same time, and killed -------------------------------------------------------------


def test_several_erase_while_others_write(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, 600)

    def write(_: int) -> None:
        for _ in range(20):
            store.append([seal(make_record(campaign="another"))])

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(2)]
        erasing = [pool.submit(erase_campaign, erasures) for _ in range(2)]
        assert sum(each.result().decisions for each in erasing) == 600
        for each in writing:
            each.result()
    size = verified(database)
    entries = list(Decisions(database).entries(size=size))
    assert len(entries) == 640
    assert sum(each.payload is None for each in entries) == 600


def test_killed_in_between_all_that_is_erased_is_accounted_for(
    erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any, url: str
) -> None:
    fill(store, make_record, 2000)
    for delay in (0.0, 0.02):
        command = [sys.executable, str(ERASER), url, "cmp-7"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own script.
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.communicate()
        size = verified(database)
        erased = [e for e in Decisions(database).entries(size=size) if e.payload is None]
        assert all(erasures.tombstone(each.id) is not None for each in erased[:1])
    erase_campaign(erasures)
    size = verified(database)
    assert all(each.payload is None for each in Decisions(database).entries(size=size))


# --- a log from before ------------------------------------------------------------------------


def write_as_before(database: Database, entry: LogEntry) -> None:
    """Write an entry as the first schema had it."""
    assert entry.payload is not None
    columns = entry.columns
    at = (NOON - EPOCH) // timedelta(microseconds=1)
    payload = entry.payload
    rows: dict[str, list[tuple[object, ...]]] = {
        "log_entry": [
            (
                *(0, entry.id, at, entry.leaf, entry.leaf_hash, at, "deny", True),
                *(columns.campaign, columns.policy_set, columns.policy_version),
                *(columns.policy_digest, columns.actor),
            )
        ],
        "log_entry_rule": [(0, rule, status) for rule, status in columns.rules],
        "payload": [(0, payload.input, payload.input_salt, payload.result, payload.result_salt)],
        "disclosure": [(0, each.name, each.text) for each in entry.disclosures],
    }
    with database.writing() as connection:
        for table, values in rows.items():
            marks = ", ".join(f":v{place}" for place in range(len(values[0])))
            statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - names of this test.
            named = [{f"v{place}": each for place, each in enumerate(row)} for row in values]
            connection.execute(text(statement), named)
        statement = "UPDATE log_head SET size = 1, frontier = :frontier, logged_at = :at"
        connection.execute(text(statement), {"frontier": entry.leaf_hash, "at": at})


def test_a_log_of_the_first_schema_is_brought_along(
    make_record: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0001"))
        migrate(url)
    database = Database(url)
    entry = seal(make_record()).entry(0, NOON)
    write_as_before(database, entry)
    migrate(database)
    assert Decisions(database).get(entry.id) == entry
    assert verified(database) == 1
    database.close()
