"""Saved queries: what is kept, what the log says of it, and what an altered one comes to."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from engine.audit.entries.act_leaves import QueryLeaf
from engine.audit.entries.acts import QueryAct, QueryChange
from engine.audit.entries.commitment import opens
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import seal
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.storage.comparison.saved_queries import compare_saved_queries
from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, InvalidQuery, LogInconsistent, NotFound
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.schema import disclosure, log_entry, saved_query
from engine.storage.search import saved_queries as module
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import EVERY_DECISION, DecisionFilter
from engine.storage.search.saved_queries import SavedQueries, SavedQuery
from tests.audit.conftest import NOON, Clock
from tests.audit.writers import verified

EVERYTHING = DecisionFilter(
    since=NOON - timedelta(days=1),
    until=NOON + timedelta(days=1),
    outcome="deny",
    conclusive=True,
    rule="privacy/minors",
    rule_status="undetermined",
    campaign="Köln 😀",
    actor="pipeline",
    policy="privacy",
    article="GDPR art 9",
    advertiser="Acme",
    market="DE",
    platform="meta",
    policy_set="acme",
    policy_sets=frozenset({"acme", "other"}),
    policy_version="1",
    policy_digest=f"sha256:{'d' * 64}",
    text='minors "in a row"',
)


@pytest.fixture
def queries(database: Database, clock: Clock) -> SavedQueries:
    return SavedQueries(database, clock=clock)


def leaf_at(database: Database, index: int) -> QueryLeaf:
    (entry,) = TileLog(database).entries(first=index, size=index + 1)
    leaf = read_leaf(entry.leaf)
    assert isinstance(leaf, QueryLeaf)
    return leaf


@pytest.mark.parametrize("filters", [EVERYTHING, EVERY_DECISION, DecisionFilter(conclusive=False)])
def test_query_comes_back_as_it_was_saved(queries: SavedQueries, filters: DecisionFilter) -> None:
    made = queries.save("minors-1", filters, actor="audit")
    assert made == SavedQuery(
        name="minors-1", filters=filters, index=0, saved_at=NOON, actor="audit"
    )
    assert queries.get("minors-1") == made
    assert queries.all() == [made]


def test_saved_query_finds_what_its_filters_find(
    queries: SavedQueries, store: SQLLogStore, database: Database, make_record: Any
) -> None:
    records = [make_record(decision=each) for each in ("deny", "allow", "deny")]
    store.append([seal(each) for each in records])
    queries.save("denied", DecisionFilter(outcome="deny"), actor="audit")
    found = Decisions(database).page(queries.get("denied").filters)
    assert [each.index for each in found.decisions] == [2, 0]


def test_log_says_who_saved_and_deleted_and_not_what_was_looked_for(
    queries: SavedQueries, database: Database
) -> None:
    queries.save("somebody", DecisionFilter(campaign="a-person"), actor="audit")
    done = queries.delete("somebody", actor="another")
    saved, deleted = leaf_at(database, 0), leaf_at(database, 1)
    assert (saved.change, saved.entries) == (QueryChange.SAVE, ())
    assert (deleted.change, deleted.entries) == (QueryChange.DELETE, ((0, 1),))
    assert deleted.filters_commitment is None
    assert done.index == 1
    entries = list(TileLog(database).entries(size=2))
    told = [{each.name: each.value for each in entry.disclosures} for entry in entries]
    assert told == [
        {"actor": "audit", "name": "somebody"},
        {"actor": "another", "name": "somebody"},
    ]
    assert b"a-person" not in b"".join(entry.leaf for entry in entries)
    assert queries.all() == []
    assert verified(database).size == 2


def test_leaf_commits_to_the_filters(queries: SavedQueries, database: Database) -> None:
    queries.save("denied", DecisionFilter(outcome="deny"), actor="audit")
    with database.reading() as connection:
        row = connection.execute(saved_query.select()).one()
    commitment = leaf_at(database, 0).filters_commitment
    assert commitment is not None
    assert row.filters == b'{"outcome":"deny"}'
    assert opens(commitment, row.salt, row.filters)


@pytest.mark.parametrize("name", ["", "A", "-a", "a b", "a" * 65, "é", "a\n", "a\0"])
def test_names_that_are_none(queries: SavedQueries, name: str) -> None:
    with pytest.raises(InvalidQuery, match="1 to 64"):
        queries.save(name, EVERY_DECISION, actor="audit")
    with pytest.raises(NotFound):
        queries.get(name)
    with pytest.raises(NotFound):
        queries.delete(name, actor="audit")


def test_what_cannot_be_saved(
    queries: SavedQueries, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidQuery, match="no size"):
        queries.save("a", DecisionFilter(as_of=1), actor="audit")
    with pytest.raises(InvalidQuery, match="surrogate"):
        queries.save("a", DecisionFilter(campaign="\ud800"), actor="audit")
    with pytest.raises(RecordError):
        queries.save("a", EVERY_DECISION, actor="\ud800")
    queries.save("a", EVERY_DECISION, actor="audit")
    with pytest.raises(Conflict, match="already; delete it"):
        queries.save("a", EVERYTHING, actor="audit")
    monkeypatch.setattr(module, "MOST_QUERIES", 1)
    with pytest.raises(Conflict, match="delete one"):
        queries.save("b", EVERY_DECISION, actor="audit")
    assert TileLog(database).head().size == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("filters", b'{"outcome":"allow"}'), ("salt", b"x" * 16), ("salt", b""), ("name", "other")],
)
def test_altered_query_is_not_run(
    queries: SavedQueries, database: Database, column: str, value: object
) -> None:
    queries.save("denied", DecisionFilter(outcome="deny"), actor="audit")
    with database.writing() as connection:
        connection.execute(update(saved_query).values({column: value}))
    with pytest.raises(LogInconsistent, match="not the one that entry 0 saved"):
        queries.get("other" if column == "name" else "denied")


@pytest.mark.parametrize("text", ["", "bm9uc2Vuc2U", "WyJ4IiwiYWN0b3IiLCJzb21lYm9keSJd"])
def test_who_saved_it_cannot_be_altered(
    queries: SavedQueries, database: Database, text: str
) -> None:
    queries.save("denied", EVERY_DECISION, actor="audit")
    with database.writing() as connection:
        connection.execute(
            update(disclosure).where(disclosure.c.name == "actor").values(disclosure=text)
        )
    with pytest.raises(LogInconsistent):
        queries.all()


def test_another_query_is_not_deleted_by_an_altered_row(
    queries: SavedQueries, database: Database
) -> None:
    for name in ("minors", "denied"):
        queries.save(name, EVERYTHING, actor="anna")
    with database.writing() as connection:
        of_denied = update(saved_query).where(saved_query.c.name == "denied")
        connection.execute(of_denied.values(index=0))
    with pytest.raises(LogInconsistent, match="`denied` is not the one that entry 0 saved"):
        queries.delete("denied", actor="anna")
    assert queries.get("minors").index == 0


def test_query_that_was_deleted_stays_so(queries: SavedQueries, database: Database) -> None:
    queries.save("minors", DecisionFilter(campaign="c1"), actor="anna")
    with database.writing() as connection:
        row = connection.execute(select(saved_query)).mappings().one()
    queries.delete("minors", actor="anna")
    with database.writing() as connection:
        connection.execute(insert(saved_query).values(**row))
        connection.execute(update(log_entry).values(kind="access"))
    for asked in (queries.all, lambda: queries.get("minors")):
        with pytest.raises(LogInconsistent, match="the log says that it was deleted"):
            asked()


def test_table_is_compared_with_the_entries(queries: SavedQueries, database: Database) -> None:
    for name in ("kept", "deleted", "other"):
        queries.save(name, EVERYTHING, actor="internal audit")
    rows = select(saved_query).order_by(saved_query.c.index)
    with database.reading() as connection:
        kept, deleted, _ = connection.execute(rows).mappings().all()
    queries.delete("deleted", actor="internal audit")
    compare_saved_queries(database)
    of_kept = saved_query.c.index == kept["index"]
    for change, words in (
        (insert(saved_query).values(dict(deleted)), "entry 1 is kept and should not be"),
        (delete(saved_query).where(of_kept), "entry 0 is not kept any more"),
        (update(saved_query).where(of_kept).values(filters=b"{}"), "is not the one that entry 0"),
    ):
        with database.writing() as connection:
            connection.execute(change)
        with pytest.raises(LogInconsistent, match=words):
            compare_saved_queries(database)
        with database.writing() as connection:
            connection.execute(delete(saved_query).where(saved_query.c.name != "other"))
            connection.execute(insert(saved_query).values(dict(kept)))
    compare_saved_queries(database)


@pytest.mark.parametrize(
    ("altered", "words"),
    [
        ({"filters": b'{"outcome":"allow"}'}, "is not the one that entry 1"),
        ({"name": "Not a name"}, "entry 1 has a name that none is saved under"),
    ],
)
def test_query_of_another_version_hides_no_altered_one(
    queries: SavedQueries,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    altered: dict[str, object],
    words: str,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, "canonical", lambda _: b'{"of":"another version"}')
        queries.save("another", EVERY_DECISION, actor="audit")
    queries.save("later", EVERY_DECISION, actor="audit")
    compare_saved_queries(database)
    with database.writing() as connection:
        of_later = saved_query.c.name == "later"
        connection.execute(update(saved_query).where(of_later).values(altered))
    with pytest.raises(LogInconsistent, match=words):
        compare_saved_queries(database)


def test_query_beside_an_entry_that_did_not_save_it(
    queries: SavedQueries, store: SQLLogStore, database: Database, make_record: Any
) -> None:
    store.append([seal(make_record())])
    queries.save("denied", EVERY_DECISION, actor="audit")
    with database.writing() as connection:
        connection.execute(update(saved_query).values(index=0))
    with pytest.raises(LogInconsistent, match="should be the saving of a query, and is not"):
        queries.get("denied")
    with database.writing() as connection:
        connection.execute(update(log_entry).where(log_entry.c.index == 0).values(leaf=b"{}"))
    with pytest.raises(LogInconsistent, match="cannot be read"):
        queries.get("denied")


@pytest.mark.parametrize(
    "filters",
    [b"{", b'{"outcom":"deny"}', b'{"outcome":"perhaps"}', b'{"since":"today"}', b'{"text":"OR"}'],
)
def test_filters_are_read_again_as_strictly_as_those_of_a_request(
    queries: SavedQueries, monkeypatch: pytest.MonkeyPatch, filters: bytes
) -> None:
    """Such as another version might have saved, whose filters this one does not know."""
    monkeypatch.setattr(module, "canonical", lambda _: filters)
    queries.save("denied", EVERY_DECISION, actor="audit")
    with pytest.raises(InvalidQuery, match="the query `denied` cannot be asked any more"):
        queries.get("denied")


@pytest.mark.parametrize(
    "act",
    [
        QueryAct(entries=(), change=QueryChange.SAVE, name="a", actor="b"),
        QueryAct(entries=((0, 1),), change=QueryChange.SAVE, name="a", actor="b", filters="c"),
        QueryAct(entries=(), change=QueryChange.DELETE, name="a", actor="b"),
        QueryAct(entries=((0, 1),), change=QueryChange.DELETE, name="a", actor="b", filters="c"),
    ],
)
def test_leaves_that_say_too_much_or_too_little_are_refused(act: QueryAct) -> None:
    with pytest.raises(RecordError, match="the leaf does not"):
        read_leaf(seal_act(act).entry(5, NOON).leaf)
