"""What is left to do behind an erasure: by whom it is done, when, and that it is done once."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text

from engine.audit.entries.acts import Ground
from engine.audit.entries.record import seal
from engine.audit.entries.retention import Schedule
from engine.audit.instants import utc_now
from engine.storage.databases.database import Database
from engine.storage.errors import StorageUnavailable
from engine.storage.lifecycle.cleaning import Cleaner, is_clean
from engine.storage.lifecycle.erasures import Erasures, ErasureSummary
from engine.storage.lifecycle.retention import Retention
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.migrate import migrate
from engine.storage.schema import log_entry
from tests.waiting import until


def fill(store: SQLLogStore, make_record: Any, count: int, *, campaign: str = "cmp-7") -> None:
    store.append([seal(make_record(campaign=campaign)) for _ in range(count)])


def erase_campaign(erasures: Erasures, campaign: str = "cmp-7") -> ErasureSummary:
    return erasures.erase(Selector.CAMPAIGN, campaign, ground=Ground.OBJECTION, actor="officer")


@pytest.fixture
def erasures(database: Database) -> Erasures:
    return Erasures(database)


def index_of_words(database: Database) -> str:
    """Return the file of the index of words, which is another one once it is built anew."""
    with database.reading() as connection:
        query = text("SELECT pg_relation_filepath('log_entry_words_found')")
        return str(connection.execute(query).scalar_one())


def test_what_was_cleaned_is_not_cleaned_again(make_record: Any, postgresql_url: str) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)
    store, erasures = SQLLogStore(database), Erasures(database)
    assert erase_campaign(erasures).is_purged
    empty = index_of_words(database)
    fill(store, make_record, 2)
    assert erase_campaign(erasures).is_purged
    cleaned = index_of_words(database)
    assert erase_campaign(erasures).is_purged
    retention = Retention(database, Schedule.read({"default": "unlimited"}))
    assert retention.run(date(2026, 10, 5), actor="x").is_purged
    assert index_of_words(database) == cleaned != empty
    database.close()


def test_what_was_not_cleaned_is_cleaned_by_whoever_comes_next(
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(store, make_record, 2)
    fill(store, make_record, 1, campaign="another")

    def die(_: Database) -> bool:
        raise KeyboardInterrupt

    assert is_clean(database)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "purge", die)
        with pytest.raises(KeyboardInterrupt):
            erase_campaign(erasures)
    assert not is_clean(database)
    retention = Retention(database, Schedule.read({"default": "unlimited"}))
    assert retention.run(date(2026, 10, 5), actor="x").is_purged
    assert is_clean(database)

    def overtaken(cleaned: Database) -> bool:
        """Clean, and let another erase meanwhile."""
        monkeypatch.undo()
        assert erase_campaign(Erasures(cleaned), "another").is_purged
        return cleaned.purge()

    fill(store, make_record, 1)
    monkeypatch.setattr(Database, "purge", overtaken)
    assert erase_campaign(erasures).is_purged
    assert is_clean(database)


def test_who_erases_does_not_wait_for_ever_until_it_is_cleaned(
    make_record: Any, postgresql_url: str
) -> None:
    migrate(postgresql_url)
    database = Database(postgresql_url)
    told: list[Exception | None] = []
    cleaner = Cleaner(
        database,
        clock=utc_now,
        patience=0.01,
        on_change=told.append,
    )
    fill(SQLLogStore(database), make_record, 1)
    with database.reading() as connection:
        connection.execute(select(log_entry.c.index)).all()
        done = erase_campaign(Erasures(database, finish_by=cleaner.finish))
        assert (done.decisions, done.is_purged) == (1, False)
        assert [str(each) for each in told] == [
            "to clean the database's files takes long, and goes on"
        ]
        assert not is_clean(database)
    until(lambda: told[-1] is None)
    assert is_clean(database)
    database.close()


def test_who_waits_is_told_why_it_cannot_be_cleaned(
    database: Database, store: SQLLogStore, make_record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Exception | None] = []
    cleaner = Cleaner(database, clock=utc_now, on_change=told.append)
    erasures = Erasures(database, finish_by=cleaner.finish)
    fill(store, make_record, 1)

    def fail(_: Database) -> bool:
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(Database, "purge", fail)
    with pytest.raises(StorageUnavailable, match="the disk is full"):
        erase_campaign(erasures)
    monkeypatch.setattr(Database, "purge", lambda _: False)
    assert not erase_campaign(erasures).is_purged
    monkeypatch.undo()
    assert erase_campaign(erasures).is_purged
    reader = "a reader was at work; `assent contents settle` cleans them"
    assert [str(each) for each in told] == [
        "the disk is full",
        f"the database's files still have it: {reader}",
        "None",
    ]
