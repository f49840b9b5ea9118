"""Retention: periods, schedules, what a run erases, and what the verifier tells of it."""

import io
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from engine.audit.entries.act_leaves import ErasureLeaf, ScheduleLeaf
from engine.audit.entries.acts import (
    ASKED_FOR,
    Access,
    Action,
    Declaration,
    Ground,
    HoldGround,
)
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import Outcome, seal
from engine.audit.entries.retention import Period, RetentionClass, Schedule, ScheduleError, Unit
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.verification.verify_log import verify_log
from engine.audit.workflows.retention import RetentionChecker
from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, LogInconsistent
from engine.storage.lifecycle.erasures import Erasures, erase_within
from engine.storage.lifecycle.holds import Holds
from engine.storage.lifecycle.outlook import MOST_MONTHS, MonthDue, outlook_of
from engine.storage.lifecycle.retention import Retention
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore, appending
from engine.storage.log.tile_log import TileLog
from engine.storage.schema import log_entry
from engine.storage.search.decisions import Decisions
from tests.audit.conftest import NOON, Clock
from tests.audit.published import KEY, published

RETAINER = Path(__file__).with_name("retaining_process.py")
TODAY = NOON.date()
YEAR = Schedule.read({"default": "1 year", "allow": "unlimited"})


def periods() -> st.SearchStrategy[Period]:
    return st.builds(Period, count=st.integers(1, 9999), unit=st.sampled_from(Unit))


# --- periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day", "last"),
    [
        ("1 day", "2026-02-28", "2026-03-01"),
        ("30 days", "2026-01-01", "2026-01-31"),
        ("1 month", "2026-01-15", "2026-02-15"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("13 months", "2026-01-31", "2027-02-28"),
        ("1 year", "2024-02-29", "2025-02-28"),
        ("9999 years", "2026-01-01", "9999-12-31"),
    ],
)
def test_a_period_ends_as_regulation_1182_71_says(text: str, day: str, last: str) -> None:
    assert Period.read(text).last_day(date.fromisoformat(day)) == date.fromisoformat(last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 days",
        "1 days",
        "2 day",
        "01 day",
        "13  months",
        "13 Months",
        "1.5 years",
        "13",
        "-1 day",
        "10000 days",
        "1 week",
        "\uff11 day",
        "1 day\n",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ScheduleError, match="a period like `90 days`"):
        Period.read(text)


@given(periods())
def test_a_period_has_one_spelling(period: Period) -> None:
    assert Period.read(str(period)) == period


@given(periods(), st.dates(date(1, 1, 2)), st.integers(-5, 5))
def test_all_before_the_earliest_kept_day_are_due_and_no_others(
    period: Period, today: date, off: int
) -> None:
    earliest = period.earliest_kept(today)
    try:
        day = earliest + timedelta(days=off)
    except OverflowError:
        return
    assert (period.last_day(day) < today) == (day < earliest)


def test_the_end_of_a_month_is_the_last_day_of_several_periods() -> None:
    assert Period.read("1 month").earliest_kept(date(2026, 3, 31)) == date(2026, 3, 1)


def test_before_the_calendar_nothing_is_due() -> None:
    assert Period.read("9999 years").earliest_kept(TODAY) == date.min


# --- schedules ----------------------------------------------------------------------------------


def test_the_narrowest_class_counts() -> None:
    schedule = Schedule.read(
        {
            "default": "1 year",
            "deny": "2 years",
            "policy_sets": {
                "a": {"default": "3 years", "allow": "4 years"},
                "b": {"deny": "1 day"},
            },
        }
    )
    found = {
        (name, outcome): schedule.class_of(name, outcome)
        for name in "abc"
        for outcome in get_args(Outcome)
    }
    assert {key: each.kept_for for key, each in found.items()} == {
        ("a", "allow"): "4 years",
        ("a", "deny"): "3 years",
        ("b", "allow"): "1 year",
        ("b", "deny"): "1 day",
        ("c", "allow"): "1 year",
        ("c", "deny"): "2 years",
    }
    assert [each.name for each in schedule.classes] == [
        *("a allow", "b deny", "a", "deny", "default")
    ]
    assert [each.due_on(date(2026, 1, 31)) for each in schedule.classes][1:2] == [date(2026, 2, 2)]


def test_for_ever_is_never_due() -> None:
    day = date(2026, 1, 1)
    assert RetentionClass(period=None).due_on(day) is None
    assert RetentionClass(period=Period.read("9999 years")).due_on(day) is None


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "with `default` for all others"),
        ({"deny": "1 year"}, "with `default` for all others"),
        ({"defualt": "1 year"}, "did you mean `default`?"),
        ({"zzzz": "1 year"}, "without `zzzz`"),
        ({"default": 13}, "`default` is a period like `13 months`"),
        ({"default": "13"}, "`default` is `unlimited` or a period like"),
        ({"default": "1 year", "policy_sets": []}, "`policy_sets` is a table of tables"),
        ({"default": "1 year", "policy_sets": {"a": "1 year"}}, "each of `policy_sets` is a table"),
        ({"default": "1 year", "policy_sets": {"a": {}}}, "each of `policy_sets` is a table"),
        ({"default": "1 year", "policy_sets": {"": {"deny": "1 day"}}}, "each of `policy_sets`"),
        ({"default": "1 year", "policy_sets": {"\0": {"deny": "1 day"}}}, "each of `policy_sets`"),
        ({"default": "1 year", "policy_sets": {"\udcff": {"deny": "1 day"}}}, "each of"),
        ({"default": "1 year", "policy_sets": {"a": {"dney": "1 day"}}}, "did you mean `deny`?"),
        (
            {"default": "1 day", "policy_sets": {f"s{n}": {"deny": "1 day"} for n in range(64)}},
            "at most 64 classes",
        ),
    ],
)
def test_what_is_no_schedule(table: Mapping[str, object], words: str) -> None:
    with pytest.raises(ScheduleError, match=words.replace("?", r"\?")):
        Schedule.read(table)


def test_a_schedule_has_each_class_once() -> None:
    twice = (RetentionClass(period=None), RetentionClass(period=Period.read("1 day")))
    with pytest.raises(ScheduleError, match="each class once"):
        Schedule.of(twice)


def test_the_largest_schedule_fits_a_leaf() -> None:
    sets = {f"{n:03}" + "\U0001f30d" * 117: {"deny": "9999 months"} for n in range(63)}
    schedule = Schedule.read({"default": "1 year", "policy_sets": sets})
    leaf = read_leaf(seal_act(Declaration(schedule=schedule, actor="x")).leaf(NOON))
    assert isinstance(leaf, ScheduleLeaf)
    assert leaf.schedule == schedule


def test_leaf_of_a_schedule_byte_by_byte() -> None:
    sealed = seal_act(Declaration(schedule=YEAR, actor="x"))
    expected = (
        f'{{"_sd":["{sealed.disclosures[0].digest()}"],"_sd_alg":"sha-256","classes":'
        '[{"outcome":"allow","period":null,"policy_set":null},'
        '{"outcome":null,"period":"1 year","policy_set":null}],"entries":[],'
        f'"id":"{sealed.id}","kind":"schedule","logged_at":"2026-10-05T12:00:00.000000Z","v":1}}'
    )
    assert sealed.leaf(NOON) == expected.encode()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"1 year"', b'"1 years"', "a period like"),
        (b'"entries":[]', b'"entries":[[0,1]]', "names entries"),
        (b'"outcome":"allow"', b'"outcome":null', "each class once"),
        (b'"outcome":null', b'"outcome":"deny"', "with `default`"),
        (b'"allow"', b'"maybe"', "not that of an act"),
    ],
)
def test_leaves_that_are_no_schedule(old: bytes, new: bytes, words: str) -> None:
    leaf = seal_act(Declaration(schedule=YEAR, actor="x")).leaf(NOON)
    with pytest.raises(RecordError, match=words):
        read_leaf(leaf.replace(old, new))


# --- runs ---------------------------------------------------------------------------------------


def fill(store: SQLLogStore, make_record: Any, *days: int, **changes: Any) -> None:
    """Log a decision for each number of days before noon."""
    records = [make_record(decided_at=NOON - timedelta(days=each), **changes) for each in days]
    for start in range(0, len(records), 256):
        store.append([seal(record) for record in records[start : start + 256]])


def kept(database: Database) -> list[int]:
    entries = Decisions(database).entries(size=TileLog(database).head().size)
    return [each.index for each in entries if each.payload is not None]


def report_of(database: Database) -> VerificationReport:
    log, stream = TileLog(database), io.BytesIO()
    head = log.head()
    write_export(stream, head=head, entries=log.entries(size=head.size), exported_at=NOON)
    stream.seek(0)
    report = verify_export(stream, trusted=head)
    leaves = [entry.leaf for entry in log.entries(size=head.size)]
    told = [each for each in report.faults if each.code == "retention_undeclared"]
    assert list(verify_log(published(leaves), [KEY.verifier]).faults) == told
    return report


def erase_anyway(database: Database, ground: Ground, indexes: list[int], clock: Clock) -> None:
    """Erase as no run would."""
    with appending(database, clock) as log:
        erase_within(log, indexes, ground=ground, actor="x")


def test_what_is_over_goes_and_all_else_stays(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 367, 366, 365, 0)
    fill(store, make_record, 1000, decision="allow")
    retention = Retention(database, YEAR, clock=clock)
    done = retention.run(TODAY, actor="nightly")
    # 2025-10-05 plus a year ends with 2026-10-05, which is today.
    assert [(each.kept.name, each.decisions) for each in done.classes] == [
        *(("allow", 0), ("default", 2))
    ]
    assert (done.decisions, done.held, done.is_purged) == (2, 0, True)
    assert kept(database) == [2, 3, 4]
    declared, erasure = list(TileLog(database).entries(size=7))[5:]
    assert done.declared is not None
    assert (done.declared.index, [each.index for each in done.entries]) == (5, [6])
    schedule, leaf = read_leaf(declared.leaf), read_leaf(erasure.leaf)
    assert isinstance(schedule, ScheduleLeaf)
    assert schedule.schedule == YEAR
    assert isinstance(leaf, ErasureLeaf)
    assert (leaf.entries, leaf.ground) == (((0, 2),), "retention")
    assert [each.value for each in erasure.disclosures] == ["nightly"]
    gone = next(iter(Decisions(database).entries(size=1)))
    tombstone = Erasures(database).tombstone(gone.id)
    assert tombstone is not None
    assert tombstone.ground is Ground.RETENTION
    assert report_of(database).is_valid


def test_running_again_changes_nothing(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 400)
    retention = Retention(database, YEAR, clock=clock)
    retention.run(TODAY, actor="x")
    done = retention.run(TODAY, actor="x")
    assert (done.decisions, done.entries, done.declared) == (0, (), None)
    assert TileLog(database).head().size == 3


def test_the_day_after_the_period_is_the_first(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 365)
    retention = Retention(database, YEAR, clock=clock)
    with pytest.raises(ValueError, match="a day to come"):
        retention.run(TODAY + timedelta(days=1), actor="x")
    clock.now = datetime(2026, 10, 5, 23, 59, 59, 999_999, tzinfo=UTC)
    assert retention.run(clock.now.date(), actor="x").decisions == 0
    clock.move(microseconds=1)
    assert retention.run(clock.now.date(), actor="x").decisions == 1
    assert report_of(database).is_valid


def test_a_narrower_class_keeps_its_own(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    sets = {"acme": {"deny": "unlimited"}, "short": {"default": "1 day"}}
    schedule = Schedule.read({"default": "1 month", "policy_sets": sets})
    for name in ("acme", "short", "third"):
        named = {"name": name, "version": None, "digest": "d" * 64}
        fill(store, make_record, 10, 40, policy_set=named)
        fill(store, make_record, 10, 40, policy_set=named, decision="allow")
    Retention(database, schedule, clock=clock).run(TODAY, actor="x")
    # acme keeps what is denied for ever, and what is allowed for a month; short keeps nothing.
    assert kept(database) == [0, 1, 2, 8, 10]
    assert report_of(database).is_valid


@pytest.mark.parametrize("selector", Selector)
def test_a_hold_always_wins(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock, selector: Selector
) -> None:
    held = make_record(decided_at=NOON - timedelta(days=900), campaign="c1", actor="held")
    store.append([seal(held)])
    fill(store, make_record, 900, 800)
    value = {"decision": held.decision_id, "campaign": "c1", "actor": "held"}[selector]
    holds = Holds(database, clock=clock)
    placed = holds.place(selector, value, ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
    retention = Retention(database, YEAR, clock=clock)
    done = retention.run(TODAY, actor="x")
    assert (done.decisions, done.held, kept(database)) == (2, 1, [0])
    again = retention.run(TODAY, actor="x")
    assert (again.decisions, again.held) == (0, 1)
    assert report_of(database).is_valid
    holds.release(placed.entries[0].index, actor="counsel")
    assert retention.run(TODAY, actor="x").decisions == 1
    assert report_of(database).is_valid


def test_a_hold_that_is_placed_between_finding_and_erasing_wins(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 900, campaign="c1")
    holds = Holds(database, clock=clock)

    class Late(Retention):
        def _found(self, condition: Any) -> Any:
            found = super()._found(condition)
            if found:
                holds.place(Selector.CAMPAIGN, "c1", ground=HoldGround.LEGAL_CLAIMS, actor="x")
            return found

    done = Late(database, YEAR, clock=clock).run(TODAY, actor="x")
    assert (done.decisions, done.held, kept(database)) == (0, 1, [0])


def test_a_schedule_that_is_declared_meanwhile_stops_the_run(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 900)
    other = Retention(database, Schedule.read({"default": "unlimited"}), clock=clock)

    class Late(Retention):
        def _found(self, condition: Any) -> Any:
            other.declare(actor="another node")
            return super()._found(condition)

    with pytest.raises(Conflict, match="another schedule"):
        Late(database, YEAR, clock=clock).run(TODAY, actor="x")
    assert kept(database) == [0]


def test_several_declare_and_it_is_said_once(database: Database, clock: Clock) -> None:
    retention = Retention(database, YEAR, clock=clock)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: retention.declare(actor="x"), range(8)))
    assert sum(each is not None for each in told) == 1
    assert TileLog(database).head().size == 1
    shorter = Retention(database, Schedule.read({"default": "1 day"}), clock=clock)
    assert shorter.declare(actor="x") is not None
    assert retention.declare(actor="x") is not None


def test_another_process_is_faster_to_declare(database: Database, clock: Clock, url: str) -> None:
    retention = Retention(database, YEAR, clock=clock)

    class Overtaken(Database):
        def writing(self, *, at_once: bool = False) -> Any:
            retention.declare(actor="the other")
            return super().writing(at_once=at_once)

    late = Overtaken(url)
    assert Retention(late, YEAR, clock=clock).declare(actor="x") is None
    late.close()


def test_a_declared_schedule_that_somebody_altered(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 1)
    retention = Retention(database, YEAR, clock=clock)
    retention.declare(actor="x")
    with database.writing() as connection:
        altered = update(log_entry).where(log_entry.c.index == 1)
        connection.execute(altered.values(leaf=b'{"kind":"schedule","v":1}'))
    with pytest.raises(LogInconsistent, match="entry 1 should be a schedule"):
        retention.declare(actor="x")


# --- the outlook --------------------------------------------------------------------------------


def test_the_outlook(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 900, 800, 10, 40)
    fill(store, make_record, 900, campaign="c1")
    fill(store, make_record, 900, decision="allow")
    Holds(database, clock=clock).place(
        Selector.CAMPAIGN, "c1", ground=HoldGround.LEGAL_CLAIMS, actor="x"
    )
    outlook = outlook_of(database, YEAR, TODAY)
    assert (outlook.due, outlook.held, outlook.months_omitted) == (2, 1, 0)
    forever, default = outlook.classes
    assert (forever.decisions, forever.due, forever.next_due) == (1, 0, None)
    assert (default.decisions, default.due, default.held) == (5, 3, 1)
    assert default.next_due == date(2027, 8, 27)
    assert outlook.months == (
        MonthDue(month="2027-08", decisions=1),
        MonthDue(month="2027-09", decisions=1),
    )
    assert outlook_of(database, YEAR, date(2027, 9, 26)).due == 4
    assert outlook_of(database, YEAR, date(2027, 8, 26)).due == 2
    assert TileLog(database).head().size == 7


def test_an_outlook_has_an_end(database: Database, store: SQLLogStore, make_record: Any) -> None:
    fill(store, make_record, *range(0, 31 * (MOST_MONTHS + 4), 31))
    outlook = outlook_of(database, Schedule.read({"default": "99 years"}), TODAY)
    assert len(outlook.months) == MOST_MONTHS
    assert outlook.months_omitted == 4
    assert outlook.months == tuple(sorted(outlook.months, key=lambda each: each.month))


# --- what the verifier tells --------------------------------------------------------------------


def test_an_erasure_for_age_without_a_schedule(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 900)
    erase_anyway(database, Ground.RETENTION, [0], clock)
    (told,) = report_of(database).faults
    assert (told.index, told.code) == (1, "retention_undeclared")


def test_an_erasure_before_its_time(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 900, 365, 900)
    fill(store, make_record, 900, decision="allow")
    Retention(database, YEAR, clock=clock).declare(actor="x")
    erase_anyway(database, Ground.OBJECTION, [2], clock)
    erase_anyway(database, Ground.RETENTION, [0, 1, 3], clock)
    told = report_of(database).faults
    assert [(each.index, each.code) for each in told] == [(6, "erased_early")] * 2
    assert told[0].message == "it erases entry 1, which the class `default` keeps until 2026-10-06"
    assert told[1].message == "it erases entry 3, which the class `allow` keeps for ever"


@pytest.mark.parametrize(
    ("decision", "days", "altered"),
    [
        ("deny", 0, {"decided_at": NOON - timedelta(days=900)}),
        ("allow", 900, {"outcome": "deny"}),
    ],
)
def test_nothing_is_erased_before_its_time_by_an_altered_row(
    *,
    database: Database,
    store: SQLLogStore,
    make_record: Any,
    clock: Clock,
    decision: str,
    days: int,
    altered: dict[str, Any],
) -> None:
    fill(store, make_record, days, decision=decision)
    with database.writing() as connection:
        connection.execute(update(log_entry).values(altered))
    with pytest.raises(LogInconsistent, match="entry 0 is kept as of another time, outcome or"):
        Retention(database, YEAR, clock=clock).run(TODAY, actor="x")
    assert kept(database) == [0]


def test_the_schedule_in_force_is_the_last_one_declared(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, 40)
    year = Retention(database, YEAR, clock=clock)
    month = Retention(database, Schedule.read({"default": "1 month"}), clock=clock)
    assert [each.declare(actor="x") is None for each in (month, year)] == [False, False]
    with database.writing() as connection:  # What an entry is, its leaf says.
        of_year = update(log_entry).where(log_entry.c.index == 2)
        connection.execute(of_year.values(kind="access"))
    done = month.run(TODAY, actor="x")
    assert (done.decisions, done.declared is None) == (1, False)
    assert report_of(database).is_valid


def test_a_leaf_that_cannot_be_read_has_no_class() -> None:
    ledger = RetentionChecker()
    ledger.note_erased(0, None)
    assert ledger.indexes == []


def test_other_acts_are_no_matter_of_retention(
    database: Database, store: SQLLogStore, make_record: Any
) -> None:
    fill(store, make_record, 40)
    store.append([seal_act(Access(entries=((0, 1),), action=Action.READ, actor="x"))])
    assert report_of(database).is_valid
    assert Ground.RETENTION not in ASKED_FOR
    assert len(ASKED_FOR) == len(Ground) - 1


# --- at the same time, and killed ---------------------------------------------------------------


def test_runs_beside_writers_and_another_run(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock
) -> None:
    fill(store, make_record, *[900] * 600)

    def write(_: int) -> None:
        for _ in range(20):
            store.append([seal(make_record())])

    def retain(_: int) -> int:
        return Retention(database, YEAR, clock=clock).run(TODAY, actor="x").decisions

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(2)]
        assert sum(pool.map(retain, range(2))) == 600
        for each in writing:
            each.result()
    assert len(kept(database)) == 40
    report = report_of(database)
    assert (report.is_valid, report.erased) == (True, 600)


def test_killed_in_between_nothing_is_lost_and_the_next_run_goes_on(
    database: Database, store: SQLLogStore, make_record: Any, clock: Clock, url: str
) -> None:
    fill(store, make_record, *[900] * 1500, *[1] * 3)
    for delay in (0.0, 0.03):
        command = [sys.executable, str(RETAINER), url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own script.
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.communicate()
        report = report_of(database)
        assert report.is_valid
        assert report.erased == 1503 - len(kept(database))
    Retention(database, YEAR, clock=clock).run(TODAY, actor="x")
    assert kept(database) == [1500, 1501, 1502]
    assert report_of(database).is_valid
