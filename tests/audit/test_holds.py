"""Legal hold: what cannot be erased under one, who comes first, and what the verifier tells."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from engine.audit.canonical import GREATEST_INTEGER
from engine.audit.entries.act_leaves import CommittedHoldLeaf, HoldLeaf, ReleaseLeaf
from engine.audit.entries.acts import Act, Erasure, Ground, Hold, HoldGround, Release
from engine.audit.entries.commitment import commit, is_commitment
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import seal
from engine.audit.entries.retention import Schedule
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.merkle.spans import spans_of
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.verification.verify_log import verify_log
from engine.audit.workflows.holds import HoldChecker
from engine.storage.comparison.holds import compare_holds, uncommitted_holds
from engine.storage.databases.database import Database
from engine.storage.errors import LogInconsistent, NotFound
from engine.storage.lifecycle import erasures as erasing
from engine.storage.lifecycle import holds as module
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.holds import HoldPlaced, Holds, UnderHold
from engine.storage.lifecycle.holds_in_force import subject_content
from engine.storage.lifecycle.retention import Retention
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore, appending
from engine.storage.log.tile_log import TileLog
from engine.storage.schema import hold, log_entry
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import NOON, Clock
from tests.audit.published import KEY, published

CLAIMS = HoldGround.LEGAL_CLAIMS


@pytest.fixture
def holds(database: Database, clock: Clock) -> Holds:
    return Holds(database, clock=clock)


@pytest.fixture
def erasures(database: Database, clock: Clock) -> Erasures:
    return Erasures(database, clock=clock)


def fill(store: SQLLogStore, make_record: Any, *campaigns: str) -> list[str]:
    records = [make_record(campaign=each) for each in campaigns]
    store.append([seal(record) for record in records])
    return [record.decision_id for record in records]


def place(holds: Holds, value: str = "c1", selector: Selector = Selector.CAMPAIGN) -> HoldPlaced:
    return holds.place(selector, value, ground=CLAIMS, actor="counsel")


def erase(erasures: Erasures, value: str = "c1", selector: Selector = Selector.CAMPAIGN) -> int:
    done = erasures.erase(selector, value, ground=Ground.OBJECTION, actor="the officer")
    return done.decisions


def report_of(database: Database) -> VerificationReport:
    """Verify the whole log, exported and published; both must tell the same of its holds."""
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(stream, head=head, entries=log.entries(size=head.size), exported_at=NOON)
    stream.seek(0)
    report = verify_export(stream, trusted=head)
    leaves = [entry.leaf for entry in log.entries(size=head.size)]
    told = [each for each in report.faults if each.code == "hold_broken"]
    assert list(verify_log(published(leaves), [KEY.verifier]).faults) == told
    return report


def kept(database: Database, size: int) -> list[int]:
    entries = Decisions(database).entries(size=size)
    return [each.index for each in entries if each.payload is not None]


@pytest.mark.parametrize("held_by", Selector)
@pytest.mark.parametrize("erased_by", Selector)
def test_nothing_of_it_is_erased_however_it_is_selected(
    *,
    holds: Holds,
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    held_by: Selector,
    erased_by: Selector,
) -> None:
    ids = fill(store, make_record, "c1", "c1", "c2")
    values = {Selector.DECISION: ids[1], Selector.CAMPAIGN: "c1", Selector.ACTOR: "pipeline"}
    placed = place(holds, values[held_by], held_by)
    assert placed.decisions == {"decision": 1, "campaign": 2, "actor": 3}[held_by]
    with pytest.raises(
        UnderHold, match=r"entry 3 holds it since 2026-10-05T12:00:00\.000000Z"
    ) as raised:
        erase(erasures, values[erased_by], erased_by)
    by = raised.value.by
    assert (by.index, by.ground, by.placed_at) == (3, CLAIMS, NOON)
    assert by.id == list(TileLog(database).entries(size=4))[3].id
    assert kept(database, 4) == [0, 1, 2]
    assert report_of(database).entries == 4
    assert report_of(database).is_valid


def test_leaves_of_a_hold_and_its_release(
    holds: Holds, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, "spring sale", "c2", "spring sale")
    (entry,) = place(holds, "spring sale").entries
    assert holds.release(entry.index, actor="counsel").index == 4
    *_, placed, lifted = TileLog(database).entries(size=5)
    leaf, release = read_leaf(placed.leaf), read_leaf(lifted.leaf)
    assert isinstance(leaf, HoldLeaf)
    assert isinstance(release, ReleaseLeaf)
    assert (leaf.entries, leaf.ground) == (((0, 1), (2, 3)), CLAIMS)
    assert release.entries == ((3, 4),)
    assert [each.value for each in lifted.disclosures] == ["counsel"]
    assert b"spring sale" not in placed.leaf
    assert isinstance(leaf, CommittedHoldLeaf)
    assert is_commitment(leaf.subject_commitment)


def test_what_is_not_held_can_be_erased(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, "c1", "c2")
    place(holds)
    assert erase(erasures, "c2") == 1
    assert kept(database, 4) == [0]
    assert report_of(database).is_valid


def test_a_hold_keeps_what_comes_later(
    holds: Holds, erasures: Erasures, store: SQLLogStore, make_record: Any
) -> None:
    assert place(holds).decisions == 0
    fill(store, make_record, "c1")
    with pytest.raises(UnderHold):
        erase(erasures)


def test_several_holds_each_until_it_is_lifted(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, "c1")
    first, second = place(holds), place(holds, ids[0], Selector.DECISION)
    assert [(each.index, each.selector, each.value) for each in holds.in_force()] == [
        (1, Selector.CAMPAIGN, "c1"),
        (2, Selector.DECISION, ids[0]),
    ]
    holds.release(first.entries[0].index, actor="counsel")
    with pytest.raises(UnderHold, match="entry 2 holds it"):
        erase(erasures)
    holds.release(second.entries[0].index, actor="counsel")
    assert holds.in_force() == []
    assert erase(erasures) == 1
    assert report_of(database).is_valid


def test_a_hold_on_more_than_one_leaf_can_name(
    *,
    holds: Holds,
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SPANS", 2)
    fill(store, make_record, *["c1", "c2"] * 5)
    placed = place(holds)
    assert (placed.decisions, [each.index for each in placed.entries]) == (5, [10, 11, 12])
    holds.release(11, actor="counsel")
    with pytest.raises(NotFound, match="entry 12 is no hold in force"):
        holds.release(12, actor="counsel")
    assert erase(erasures) == 5
    assert report_of(database).is_valid


def test_every_leaf_of_a_hold_has_room_in_the_longest_log() -> None:
    far = GREATEST_INTEGER
    spans = tuple((far - 2 * step - 1, far - 2 * step) for step in reversed(range(module.SPANS)))
    subject = commit(bytes(16), subject_content(Selector.CAMPAIGN, "c1"))
    act = Hold(entries=spans, ground=CLAIMS, actor="counsel", subject=subject)
    assert len(seal_act(act).leaf(NOON)) < 65_535


def test_what_cannot_be_held_or_released(
    holds: Holds, erasures: Erasures, store: SQLLogStore, make_record: Any
) -> None:
    ids = fill(store, make_record, "c1")
    with pytest.raises(NotFound, match="no decision `another`"):
        place(holds, "another", Selector.DECISION)
    for name, words in (("c\0", "NUL"), ("\ud800", "surrogate")):
        with pytest.raises(NotFound, match=words):
            place(holds, name)
    with pytest.raises(RecordError):
        holds.place(Selector.CAMPAIGN, "c1", ground=CLAIMS, actor="\ud800")
    with pytest.raises(NotFound, match="entry 0 is no hold in force"):
        holds.release(0, actor="counsel")
    erase(erasures)
    with pytest.raises(NotFound, match="nothing is left to hold"):
        place(holds, ids[0], Selector.DECISION)


def test_a_hold_that_is_none_is_no_permission(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, "c1")
    place(holds)
    decision = next(iter(TileLog(database).entries(size=1))).leaf
    for leaf in (decision, b"{}"):
        with database.writing() as connection:
            connection.execute(update(log_entry).where(log_entry.c.index == 1).values(leaf=leaf))
        with pytest.raises(LogInconsistent, match="is erased: the hold of entry 1 is in force, "):
            erase(erasures)


ALTERED = [
    (update(hold).values(value="c2"), "is kept for somebody else than was logged"),
    (update(hold).values(selector="actor"), "is kept for somebody else than was logged"),
    (update(hold).values(salt=bytes(16)), "is kept for somebody else than was logged"),
    (update(hold).values(salt=None), "is kept for somebody else than was logged"),
    (delete(hold), "is not in force any more, and no entry of the log lifts it"),
]


def test_nothing_is_erased_while_a_hold_is_not_as_it_was_logged(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    """Also where the hold names no decision, so that no entry but its own says whom it is on.

    That the entry is a hold is said by its leaf, whatever lies beside it.
    """
    schedule = Schedule.read({"default": "1 day"})
    for index, (change, words) in zip(range(0, 20, 4), ALTERED, strict=True):
        assert place(holds).entries[0].index == index
        fill(store, make_record, "c1")
        with database.writing() as connection:
            connection.execute(update(log_entry).values(kind="access"))
            connection.execute(change)
        told = f"nothing is erased: the hold of entry {index} {words}"
        with pytest.raises(LogInconsistent, match=told):
            erase(erasures)
        with pytest.raises(LogInconsistent, match=told):
            Retention(database, schedule).run(NOON.date(), actor="x")
        with pytest.raises(LogInconsistent, match=words):
            holds.in_force()
        # Nobody is locked out: what cannot be put back is lifted, and placed again.
        holds.release(index, actor="counsel")
        assert holds.in_force() == []
        assert erase(erasures) == 1
    assert report_of(database).is_valid


@pytest.mark.parametrize("held_by", [Selector.CAMPAIGN, Selector.ACTOR])
def test_nothing_is_erased_that_a_hold_may_not_find(
    *,
    holds: Holds,
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    clock: Clock,
    held_by: Selector,
) -> None:
    place(holds, {Selector.CAMPAIGN: "c1", Selector.ACTOR: "pipeline"}[held_by], held_by)
    (decision,) = fill(store, make_record, "c1")
    with database.writing() as connection:
        of_decision = update(log_entry).where(log_entry.c.id == decision)
        connection.execute(of_decision.values({held_by.value: "x"}))
    told = "nothing is erased: entry 1 is kept for another campaign or actor than was logged"
    with pytest.raises(LogInconsistent, match=told):
        erase(erasures, decision, Selector.DECISION)
    clock.move(days=9)
    retention = Retention(database, Schedule.read({"default": "1 day"}), clock=clock)
    with pytest.raises(LogInconsistent, match=told):
        retention.run(clock.now.date(), actor="x")
    assert kept(database, 2) == [1]


def test_a_hold_of_before_has_no_commitment(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    act = Hold(entries=(), ground=CLAIMS, actor="counsel")
    store.append([seal_act(act), seal_act(act)])
    rows = [
        {"first": index, "last": index, "selector": "campaign", "value": value}
        for index, value in enumerate(("c1", "c2"))
    ]
    with database.writing() as connection:
        connection.execute(insert(hold), rows)
    fill(store, make_record, "c1")
    with pytest.raises(UnderHold, match="entry 0 holds it"):
        erase(erasures)
    place(holds)
    compare_holds(database)
    assert uncommitted_holds(database) == [0, 1]
    assert [each.is_committed for each in holds.in_force()] == [False, False, True]
    for index in (0, 1, 3):
        holds.release(index, actor="counsel")
    assert uncommitted_holds(database) == []
    assert erase(erasures) == 1
    assert report_of(database).is_valid


# --- at the same time -------------------------------------------------------------------------


def test_a_hold_between_two_steps_stops_the_next(
    *,
    holds: Holds,
    erasures: Erasures,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(store, make_record, *["c1"] * 5)

    step = erasing.Erasures._step  # noqa: SLF001 - between two steps nothing of the public runs.

    def place_after_a_step(self: Erasures, *arguments: Any) -> Any:
        done = step(self, *arguments)
        place(holds)
        return done

    monkeypatch.setattr(erasing, "STEP", 2)
    with monkeypatch.context() as patched:
        patched.setattr(Erasures, "_step", place_after_a_step)
        with pytest.raises(UnderHold, match="entry 6 holds it"):
            erase(erasures)
    assert kept(database, 7) == [2, 3, 4]
    assert report_of(database).is_valid


def test_holding_and_erasing_at_the_same_time(
    holds: Holds, erasures: Erasures, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    for _ in range(10):
        fill(store, make_record, "c1", "c2", "c1")
        with ThreadPoolExecutor(2) as pool:
            erased, placed = pool.submit(erase, erasures), pool.submit(place, holds)
            assert placed.result().decisions in {0, 2}
            if placed.result().decisions:
                assert isinstance(erased.exception(), UnderHold)
            else:
                assert erased.result() == 2
        holds.release(placed.result().entries[0].index, actor="counsel")
        erase(erasures)
    assert report_of(database).is_valid


# --- what the verifier tells ------------------------------------------------------------------


def test_erasures_against_a_hold_are_named(
    holds: Holds, database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, "c2", "c1", "c1")
    place(holds)
    place(holds, "c2")
    with appending(database, clock) as log:
        erasing.erase_within(log, [1, 2], ground=Ground.OBJECTION, actor="x")
    (fault,) = report_of(database).faults
    assert (fault.index, fault.code) == (5, "hold_broken")
    assert fault.message == "it erases entry 1, which entry 3 holds"


INDEXES = st.sets(st.integers(0, 12), min_size=1)
STEPS = st.lists(st.tuples(st.sampled_from(["hold", "release", "erasure"]), INDEXES), max_size=12)


@given(steps=STEPS)
def test_holds_are_broken_as_sets_would_be(steps: list[tuple[str, set[int]]]) -> None:
    ledger, in_force = HoldChecker(), dict[int, set[int]]()
    for index, (kind, indexes) in enumerate(steps):
        spans = spans_of(indexes)
        act: Act = Release(entries=spans, actor="x")
        expected = list[str]()
        if kind == "hold":
            act = Hold(entries=spans, ground=CLAIMS, actor="x")
            in_force[index] = indexes
        elif kind == "release":
            in_force = {each: held for each, held in in_force.items() if each not in indexes}
        else:
            act = Erasure(entries=spans, ground=Ground.OBJECTION, actor="x")
            expected = [
                f"it erases entry {min(held & indexes)}, which entry {each} holds"
                for each, held in in_force.items()
                if held & indexes
            ]
        faults = ledger.faults(index, read_leaf(seal_act(act).leaf(NOON)))
        assert [each.message for each in faults] == expected


def test_a_release_of_another_hold_lifts_none(
    holds: Holds, database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, "c1", "c2")
    place(holds)
    lifted = place(holds, "c2").entries[0].index
    holds.release(lifted, actor="counsel")
    store.append([seal_act(Erasure(entries=((0, 2),), ground=Ground.OBJECTION, actor="x"))])
    broken = [each for each in report_of(database).faults if each.code == "hold_broken"]
    assert [each.message for each in broken] == ["it erases entry 0, which entry 2 holds"]
