"""Standing facts in a database: every version kept, logged, sealed, and read by every process."""

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine.audit.canonical import canonical
from engine.audit.entries.act_leaves import FactLeaf
from engine.audit.entries.acts import FactChange, FactTransition
from engine.audit.entries.commitment import opens
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.audit.verification.verify_log import verify_log
from engine.audit.workflows.facts import FactChecker
from engine.evaluation.standing_facts.book import statement_bytes
from engine.storage.databases.database import Database
from engine.storage.errors import ContentsUnread, LogInconsistent, NotFound
from engine.storage.governance.changes import ChangeOrder, OutdatedRevision, WrongState
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.governance.standing_fact_rows import FactVersion, seal_facts
from engine.storage.governance.standing_facts import FactQuery, StandingFacts, Statement
from engine.storage.lifecycle.sealing import begin_sealing
from engine.storage.log.tile_log import TileLog
from engine.storage.migrate import migrate
from engine.storage.schema import standing_fact_version
from engine.storage.sealed.contents import Contents
from tests.audit.conftest import NOON, Clock
from tests.audit.published import KEY, published
from tests.audit.sealed import report_of

FACT = "9aa80509-d013-482c-a5f2-010d305e4d70"
ANNA, BEN = ChangeOrder(actor="anna"), ChangeOrder(actor="ben", reason="it is renewed")


def statement(name: str = "Fjellsko", **facts: Any) -> Statement:
    document = {
        "subject": {"kind": "advertiser", "name": name},
        "facts": facts or {"landing": {"imprint": True}},
        "from": "2026-01-01",
        "until": "2027-01-01",
        "evidence": "memo 7",
    }
    return Statement(kind="advertiser", name=name, content=statement_bytes(document))


def nothing(_: Sequence[FactVersion]) -> None:
    """Find nothing against what is to be recorded."""


@pytest.fixture
def facts(database: Database, clock: Clock) -> StandingFacts:
    return StandingFacts(database, clock=clock)


def record(facts: StandingFacts, name: str = "Fjellsko", **stated: Any) -> FactVersion:
    made, is_new = facts.record(statement(name, **stated), actor="anna", reason=None, check=nothing)
    assert is_new
    return made


# --- recording --------------------------------------------------------------------------------


def test_every_version_is_kept_and_logged(facts: StandingFacts, database: Database) -> None:
    first = record(facts)
    other = statement(landing={"imprint": False})
    second = facts.amend(first.fact, other, replace(BEN, expected_revisions={1}), check=nothing)
    third = facts.withdraw(first.fact, replace(ANNA, expected_revisions={2}))
    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert list(facts.versions(first.fact)) == [third, second, first]
    assert (third.statement, third.commitment, third.salt) == (None, None, None)
    assert second.statement is not None
    assert second.statement["facts"] == {"landing": {"imprint": False}}
    assert (second.actor, second.reason, second.index) == ("ben", "it is renewed", 1)
    assert facts.list(FactQuery()) == ([], None)
    report = report_of(database)
    assert (report.faults, report.entries) == ((), 3)
    leaves = [entry.leaf for entry in TileLog(database).entries(size=3)]
    assert verify_log(published(leaves), [KEY.verifier]).faults == ()
    faults = verify_log(published([*leaves[:2], leaves[1]]), [KEY.verifier]).faults
    assert (2, "fact_out_of_order") in [(fault.index, fault.code) for fault in faults]


def test_what_is_stated_opens_the_commitment_of_its_leaf(facts: StandingFacts) -> None:
    made = record(facts, landing={"imprint": True})
    document = made.salted_document()
    salt = base64.urlsafe_b64decode(f"{document['salt']}==")
    assert made.commitment is not None
    assert opens(made.commitment, salt, statement_bytes(document))
    assert "salt" not in made.document()


def test_word_for_word_the_same_is_recorded_once(facts: StandingFacts) -> None:
    first = record(facts)
    again, is_new = facts.record(statement(), actor="ben", reason="twice", check=nothing)
    assert (again, is_new) == (first, False)
    record(facts, "Another")


def test_what_is_seen_by_the_check_are_the_others_about_the_subject(facts: StandingFacts) -> None:
    first, stranger = record(facts), record(facts, "Another")
    withdrawn = record(facts, name="Fjellsko", budget={"period": "daily"})
    facts.withdraw(withdrawn.fact, ANNA)
    seen: list[str] = []

    def look(others: Sequence[FactVersion]) -> None:
        seen.extend(each.fact for each in others)
        raise LookupError

    with pytest.raises(LookupError):
        facts.record(statement(objective="sales"), actor="ben", reason=None, check=look)
    assert seen == [first.fact]
    with pytest.raises(LookupError):
        facts.amend(first.fact, statement(objective="sales"), ANNA, check=look)
    assert seen == [first.fact]
    assert [each.fact for each in facts.list(FactQuery())[0]] == [first.fact, stranger.fact]


def test_nobody_overwrites_what_they_did_not_read(facts: StandingFacts) -> None:
    made = record(facts)
    facts.amend(
        made.fact, statement(objective="sales"), replace(BEN, expected_revisions={1}), check=nothing
    )
    with pytest.raises(OutdatedRevision):
        facts.amend(made.fact, statement(), replace(ANNA, expected_revisions={1}), check=nothing)
    with pytest.raises(OutdatedRevision):
        facts.withdraw(made.fact, replace(ANNA, expected_revisions={1}))
    assert len(facts.versions(made.fact)) == 2


def test_of_two_at_once_one_is_told(facts: StandingFacts) -> None:
    made = record(facts)

    def act(number: int) -> str:
        try:
            other = statement(budget={"total": {"amount": str(number), "currency": "EUR"}})
            facts.amend(made.fact, other, replace(BEN, expected_revisions={1}), check=nothing)
        except OutdatedRevision:
            return "outdated"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(act, range(4))) == ["done", "outdated", "outdated", "outdated"]


def test_what_cannot_be(facts: StandingFacts) -> None:
    made = record(facts)
    with pytest.raises(WrongState, match="stays about its subject"):
        facts.amend(made.fact, statement("Another"), ANNA, check=nothing)
    facts.withdraw(made.fact, ANNA)
    with pytest.raises(WrongState, match="is withdrawn; record another"):
        facts.withdraw(made.fact, ANNA)
    with pytest.raises(WrongState, match="is withdrawn; record another"):
        facts.amend(made.fact, statement(), ANNA, check=nothing)
    with pytest.raises(NotFound):
        facts.versions(FACT)
    with pytest.raises(NotFound):
        facts.withdraw(FACT, ANNA)


def test_a_list_in_pages(facts: StandingFacts) -> None:
    made = [record(facts, name) for name in ("A", "B", "C", "B C")]
    facts.amend(made[0].fact, statement("A", objective="sales"), ANNA, check=nothing)
    seen, after = list[str](), -1
    while True:
        page, last = facts.list(FactQuery(after=after, limit=2))
        seen += [each.fact for each in page]
        if last is None:
            break
        after = last
    assert seen == [each.fact for each in made]
    (found,), last = facts.list(FactQuery(kind="advertiser", name="B", limit=1))
    assert (found, last) == (made[1], None)
    assert facts.list(FactQuery(kind="model")) == ([], None)


def test_every_change_changes_the_number_of_the_plan(
    facts: StandingFacts, database: Database
) -> None:
    sets = PolicySets(database)
    assert (sets.number(), sets.plan().facts) == (0, ())
    record(facts)
    made = record(facts, "Another")
    assert (sets.number(), len(sets.plan().facts)) == (1, 2)
    facts.withdraw(made.fact, ANNA)
    assert sets.number() == 2
    (left,) = sets.plan().facts
    assert left["subject"] == {"kind": "advertiser", "name": "Fjellsko"}


# --- sealing, and what was altered --------------------------------------------------------------


def stored(database: Database) -> bytes:
    with database.reading() as connection:
        found = connection.execute(select(standing_fact_version.c.content)).scalars().all()
    return b"".join(each for each in found if each is not None)


def test_what_is_stated_is_sealed_where_contents_are(
    url: str, contents: Contents, clock: Clock
) -> None:
    migrate(url)
    database = Database(url)
    before = record(StandingFacts(database, clock=clock))
    assert b"Fjellsko" in stored(database)
    database.close()
    database = Database(url, contents=contents)
    begin_sealing(database, contents)
    seal_facts(database, contents)
    seal_facts(database, contents)
    facts = StandingFacts(database, clock=clock)
    after = record(facts, "Another", objective="sales")
    assert b"Fjellsko" not in stored(database)
    assert b"Another" not in stored(database)
    assert facts.list(FactQuery())[0] == [before, after]
    assert report_of(database).faults == ()
    blind = Database(url)
    with pytest.raises(ContentsUnread, match="the key store is not here"):
        StandingFacts(blind).list(FactQuery())
    blind.close()
    with database.writing() as connection:
        key = connection.execute(select(standing_fact_version.c.key).limit(1)).scalar()
    contents.keys.destroy([str(key)], NOON)
    with pytest.raises(ContentsUnread, match="its key was destroyed"):
        facts.list(FactQuery())
    database.close()


def test_what_was_altered_is_noticed(url: str, contents: Contents, clock: Clock) -> None:
    migrate(url)
    database = Database(url)
    made = record(StandingFacts(database, clock=clock))
    changed = update(standing_fact_version).values(
        content=stored(database).replace(b"true", b"false")
    )
    with database.writing() as connection:
        connection.execute(changed)
    with pytest.raises(LogInconsistent, match=f"{made.fact} is not what was logged"):
        StandingFacts(database).versions(made.fact)
    with database.writing() as connection:
        connection.execute(delete(standing_fact_version))
    database.close()
    database = Database(url, contents=contents)
    begin_sealing(database, contents)
    made = record(StandingFacts(database, clock=clock), "Another")
    with database.writing() as connection:
        connection.execute(update(standing_fact_version).values(content=stored(database)[:-1]))
    with pytest.raises(ContentsUnread, match="it was altered"):
        StandingFacts(database).versions(made.fact)
    database.close()


# --- leaves and their order -------------------------------------------------------------------


def change(
    version: int, *, last: int | None = None, transition: FactTransition = FactTransition.RECORD
) -> FactChange:
    return FactChange(
        entries=() if last is None else ((last, last + 1),),
        transition=transition,
        fact=FACT,
        version=version,
        commitment=None if transition is FactTransition.WITHDRAW else "c" * 43,
        actor="anna",
    )


def test_leaf_byte_by_byte() -> None:
    sealed = seal_act(change(2, last=7), salt=lambda: bytes(16))
    assert [each.name for each in sealed.disclosures] == ["actor", "reason"]
    leaf = sealed.leaf(NOON)
    assert leaf == canonical(
        {
            "_sd": sorted(each.digest() for each in sealed.disclosures),
            "_sd_alg": "sha-256",
            "commitment": "c" * 43,
            "entries": [[7, 8]],
            "fact": FACT,
            "id": sealed.id,
            "kind": "fact",
            "logged_at": "2026-10-05T12:00:00.000000Z",
            "transition": "record",
            "v": 1,
            "version": 2,
        }
    )
    assert isinstance(read_leaf(leaf), FactLeaf)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FACT.encode(), b"9AA80509"),
        (b'"' + b"c" * 43 + b'"', b"null"),
        (b"c" * 43, b"c" * 42),
        (b'"record"', b'"withdraw"'),
        (b'"version":2', b'"version":0'),
        (b'"version":2', b'"version":9999999999'),
    ],
)
def test_an_unsound_leaf_is_refused(before: bytes, after: bytes) -> None:
    leaf = seal_act(change(2, last=7)).leaf(NOON)
    assert before in leaf
    with pytest.raises(RecordError):
        read_leaf(leaf.replace(before, after))


@pytest.mark.parametrize(
    ("acts", "told"),
    [
        ((change(1), change(2, last=0)), ""),
        ((change(2),), "version 2 does not follow version 0"),
        ((change(1), change(3, last=0)), "version 3 does not follow version 1"),
        ((change(1), change(2)), "version 2 does not follow version 1"),
        ((change(1), change(1)), "version 1 does not follow version 1"),
        ((change(1, transition=FactTransition.WITHDRAW),), "it withdraws what was never recorded"),
        (
            (
                change(1),
                change(2, last=0, transition=FactTransition.WITHDRAW),
                change(3, last=1),
            ),
            "the standing fact was withdrawn before",
        ),
    ],
)
def test_order_of_versions(acts: tuple[FactChange, ...], told: str) -> None:
    ledger, found = FactChecker(), []
    for index, act in enumerate(acts):
        leaf = read_leaf(seal_act(act).leaf(NOON))
        assert isinstance(leaf, FactLeaf)
        found += [each.message for each in ledger.faults(index, leaf)]
    assert found == ([told] if told else [])


def test_the_log_tells_what_a_table_should_not_say(
    facts: StandingFacts, database: Database
) -> None:
    """Whoever alters the table alters no entry: what was withdrawn and comes back is told."""
    made = record(facts)
    facts.withdraw(made.fact, ANNA)
    with database.writing() as connection:
        is_withdrawal = standing_fact_version.c.version == 2
        connection.execute(delete(standing_fact_version).where(is_withdrawal))
    facts.amend(made.fact, statement(objective="sales"), ANNA, check=nothing)
    (fault,) = report_of(database).faults
    assert (fault.index, fault.code) == (2, "fact_out_of_order")
