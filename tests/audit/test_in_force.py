"""Decisions held against what a log has in force: forgeries are named, and honest logs are not."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from engine.audit.canonical import canonical
from engine.audit.entries.acts import (
    Erasure,
    Ground,
    PolicyChange,
    Transition,
    WaiverChange,
    WaiverStep,
)
from engine.audit.entries.record import DecisionRecord, LogEntry, seal
from engine.audit.entries.sealed_acts import Entry, Sealed, seal_act
from engine.audit.export import write_export
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.decision_times import LateDecisions
from engine.audit.verification.verify import verify_export
from engine.audit.verification.verify_log import verify_log
from engine.storage.databases.database import Database
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policy_set_rows import Event, Timeline
from engine.storage.governance.policy_sets import PolicySets
from engine.storage.log.log_store import SQLLogStore
from tests.audit.conftest import NOON, Clock, _make_record
from tests.audit.published import KEY, published
from tests.audit.test_policy_sets import SOUND, approved, bundle, report_of
from tests.audit.waiver_steps import GRANTED_TEXT, waiver_step

Step: TypeAlias = tuple[float, PolicyChange | WaiverChange | Erasure | DecisionRecord]
"""How many hours after noon something is logged, and what."""

FAULT = "policies_not_in_force"
AHEAD = "decided_after_logged"


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def entries_of(steps: Sequence[Step]) -> list[Entry]:
    entries, head = list[Entry](), LogHead()
    for hours, each in steps:
        sealed: Sealed = seal(each) if isinstance(each, DecisionRecord) else seal_act(each)
        added, head = sequence(head, [sealed], at(hours))
        entries += added
    return entries


def export_of(entries: Sequence[Entry]) -> bytes:
    frontier, stream = LogHead().frontier.extend(each.leaf_hash for each in entries), io.BytesIO()
    head = TreeHead(size=len(entries), root=frontier.root())
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    return stream.getvalue()


def faults_of(*steps: Step) -> list[tuple[int | None, str]]:
    """Return what an export of some entries has wrong, which is what a published log has."""
    entries = entries_of(steps)
    found = verify_export(io.BytesIO(export_of(entries))).faults
    served = verify_log(published([each.leaf for each in entries]), [KEY.verifier]).faults
    told = [(each.index, each.code) for each in served]
    assert told == [(each.index, each.code) for each in found]
    return told


@dataclass(slots=True)
class House:
    """The steps of a policy set, each of which names the one before it."""

    steps: list[Step] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)

    def take(
        self, hours: float, transition: Transition, digest: str, since: float | None = None
    ) -> None:
        before, brings = self.last.get(digest), transition not in _UNTIMED
        change = PolicyChange(
            entries=() if before is None else ((before, before + 1),),
            transition=transition,
            policy_set="house",
            digest=digest,
            actor="ben" if transition is Transition.APPROVE else "anna",
            in_force_from=at(hours if since is None else since) if brings else None,
        )
        self.last[digest] = len(self.steps)
        self.steps.append((hours, change))

    def approve(self, hours: float, digest: str) -> None:
        for transition in (Transition.UPLOAD, Transition.SUBMIT, Transition.APPROVE):
            self.take(hours, transition, digest)


_UNTIMED = {Transition.UPLOAD, Transition.SUBMIT, Transition.APPROVE}


def decided(hours: float, digest: str, *, logged: float | None = None, name: str = "house") -> Step:
    record = _make_record(
        policy_set={"name": name, "version": None, "digest": digest}, decided_at=at(hours)
    )
    return hours if logged is None else logged, record


def house(*digests: str) -> House:
    """Return a set in which the first version is imported, and the others are approved."""
    made = House()
    made.take(0, Transition.IMPORT, digests[0])
    for digest in digests[1:]:
        made.approve(0, digest)
    return made


def test_policies_that_nobody_published() -> None:
    made = house("d1", "d2")
    made.take(0, Transition.UPLOAD, "d3")
    for digest in ("d1", "d2", "d3", "d4"):
        made.steps.append(decided(0, digest))
    assert faults_of(*made.steps) == [(6, FAULT), (7, FAULT), (8, FAULT)]
    draft = House()
    draft.take(0, Transition.UPLOAD, "d1")
    assert faults_of(*draft.steps, decided(0, "d1")) == [(1, FAULT)]


def test_set_that_the_log_does_not_know_or_does_not_know_yet() -> None:
    """Policies that are served from a directory, and a log of before there were any acts on it."""
    made = house("d1")
    before = decided(0, "d0")
    steps = [before, made.steps[0], decided(0, "d1"), decided(9, "d7", name="another")]
    assert faults_of(*steps) == []


def test_what_was_in_force_before_decides_for_a_while() -> None:
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2")
    steps = [
        *made.steps,
        decided(1, "d1", logged=1.1),
        decided(1, "d2", logged=1.1),  # By a clock that is behind.
        decided(2, "d1"),
        decided(2.1, "d1"),
        decided(1, "d1", logged=2.1),  # What it says of its own time helps nobody.
    ]
    assert faults_of(*steps) == [(8, FAULT), (9, FAULT)]


def test_rollback_puts_it_back() -> None:
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2")
    made.take(9, Transition.ROLLBACK, "d1")
    assert faults_of(*made.steps, decided(20, "d1"), decided(20, "d2")) == [(7, FAULT)]


def test_activation_to_come() -> None:
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2", since=10)
    steps = [
        *made.steps,
        decided(8.9, "d2"),
        decided(9.1, "d2"),  # Clocks are apart.
        decided(9.1, "d1"),
        decided(10.9, "d1"),
        decided(10.9, "d2"),
        decided(11.1, "d1"),
    ]
    assert faults_of(*steps) == [(5, FAULT), (10, FAULT)]


def test_a_decision_is_not_of_the_future() -> None:
    """One that says so would be by what is scheduled, and nobody has in force yet."""
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2", since=100)
    steps = [
        *made.steps,
        decided(101, "d2", logged=2),
        decided(3.1, "d1", logged=2),
        decided(2.9, "d1", logged=2),  # The clock was set back in between.
    ]
    assert faults_of(*steps) == [(5, AHEAD), (6, AHEAD)]


def test_a_decision_of_long_ago_is_told() -> None:
    """Logged by a clock that was ahead, or put in with an earlier time: nobody can tell which."""
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2", since=100)
    steps = [
        *made.steps,
        decided(2, "d1", logged=2.9),
        decided(2, "d1", logged=3.1),
        decided(50, "d1", logged=900),
    ]
    assert faults_of(*steps) == []
    entries = entries_of(steps)
    report = verify_export(io.BytesIO(export_of(entries)))
    assert report.late == LateDecisions(count=2, first=6)
    assert report.is_valid
    leaves = published([each.leaf for each in entries])
    assert verify_log(leaves, [KEY.verifier]).late == report.late


@pytest.mark.parametrize("another", [Transition.ROLLBACK, Transition.ACTIVATE])
def test_activation_that_was_cancelled(another: Transition) -> None:
    made = house("d1", "d2", "d3")
    made.take(1, Transition.ACTIVATE, "d3")
    made.take(3, Transition.ACTIVATE, "d2", since=20)
    if another is Transition.ROLLBACK:
        made.take(5, another, "d1")
    else:
        made.take(5, another, "d1", since=40)
    stays = "d1" if another is Transition.ROLLBACK else "d3"
    assert faults_of(*made.steps, decided(22, "d2"), decided(22, stays)) == [(10, FAULT)]


def test_activation_at_once_lets_another_wait() -> None:
    made = house("d1", "d2", "d3")
    made.take(1, Transition.ACTIVATE, "d2", since=20)
    made.take(3, Transition.ACTIVATE, "d3")
    steps = [*made.steps, decided(19, "d3"), decided(22, "d2"), decided(22, "d3")]
    assert faults_of(*steps) == [(11, FAULT)]


def test_log_whose_clock_was_once_ahead() -> None:
    """No entry is logged before the one in front: all have the wrong time until it has come."""
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2", since=100)
    wrong = decided(2, "d1", logged=9000)
    steps = [*made.steps, wrong, decided(3, "d1"), decided(102, "d2"), decided(102, "d1")]
    assert faults_of(*steps) == [(8, FAULT)]


def test_times_at_the_ends_of_time() -> None:
    made = house("d1", "d2")
    far = datetime.max.replace(tzinfo=NOON.tzinfo)
    (_, change) = made.steps[-1]
    assert isinstance(change, PolicyChange)
    last = replace(change, transition=Transition.ACTIVATE, in_force_from=far, entries=((3, 4),))
    late = _make_record(policy_set=_set("d1"), decided_at=far)
    early = _make_record(policy_set=_set("d2"), decided_at=datetime(1, 1, 1, tzinfo=NOON.tzinfo))
    assert faults_of(*made.steps, (1, last), (2, late), (3, early)) == [(5, AHEAD), (6, FAULT)]


def _set(digest: str) -> dict[str, str | None]:
    return {"name": "house", "version": None, "digest": digest}


def test_erased_decision_is_held_against_it_as_well() -> None:
    made = house("d1")
    entries = entries_of([*made.steps, decided(1, "d9")])
    (gone,) = [each for each in entries if isinstance(each, LogEntry)]
    columns = structs.replace(gone.columns, campaign=None, actor=None, rules=())
    bare = structs.replace(gone, payload=None, disclosures=(), words="", facets=(), columns=columns)
    erasure = Erasure(entries=((1, 2),), ground=Ground.OBJECTION, actor="admin")
    head = LogHead(
        frontier=LogHead().frontier.extend(each.leaf_hash for each in entries), logged_at=at(1)
    )
    (added,), _ = sequence(head, [seal_act(erasure)], at(2))
    report = verify_export(io.BytesIO(export_of([entries[0], bare, added])))
    assert [(each.index, each.code) for each in report.faults] == [(1, FAULT)]


def test_part_of_a_log_says_nothing_of_what_is_in_force() -> None:
    """What brought it into force may be in what is missing: that is the fault, and the only one."""
    made = house("d1", "d2")
    made.take(1, Transition.ACTIVATE, "d2")
    entries = entries_of([*made.steps, *(decided(3, "d2") for _ in range(300))])
    header, *lines = export_of(entries).splitlines(keepends=True)
    part = verify_export(io.BytesIO(b"".join([header, *lines[5:]]))).faults
    assert {each.code for each in part} == {"index_differs", "size_differs", "root_differs"}
    broken = bytearray(lines[4])
    broken[broken.index(b'"leaf":"') + 12] ^= 1
    spoilt = verify_export(io.BytesIO(b"".join([header, *lines[:4], broken, *lines[5:]]))).faults
    assert FAULT not in {each.code for each in spoilt}
    source = published([each.leaf for each in entries])
    del source.files["tile/entries/000"]
    served = verify_log(source, [KEY.verifier]).faults
    assert [each.code for each in served] == ["bundle_missing"]


# --- waivers ------------------------------------------------------------------------------------


def test_waiver_that_was_revoked_or_is_of_other_policies() -> None:
    content = canonical({"waivers": [GRANTED_TEXT]})

    def waived(hours: float, name: str = "house") -> Step:
        made = _make_record(policy_set=_set("d1") | {"name": name}, input=content)
        return hours, replace(made, decided_at=at(hours))

    steps: list[Step] = [
        (0, waiver_step(WaiverStep.REQUEST, "anna")),
        (1, waiver_step(WaiverStep.GRANT, "ben", 0)),
        waived(2),
        waived(2, "another"),
        (3, waiver_step(WaiverStep.REVOKE, "ben", 1)),
        waived(3.5),  # By a process that has not heard of it.
        waived(4.5),
    ]
    found = verify_export(io.BytesIO(export_of(entries_of(steps)))).faults
    wrong = "waiver_not_granted"
    assert [(each.index, each.code) for each in found] == [(3, wrong), (6, wrong)]
    assert [each.message.partition("waiver ")[2] for each in found] == [
        "that the log does not grant before it",
        "that was revoked before it",
    ]


# --- as the service does it ---------------------------------------------------------------------


def test_decision_that_somebody_wrote_into_the_database(
    database: Database, clock: Clock, store: SQLLogStore
) -> None:
    sets, ben = PolicySets(database, clock=clock), ChangeOrder(actor="ben")
    sets.add("house", bundle(0), SOUND, actor="administrator", transition=Transition.IMPORT)
    second, third = approved(sets, 1), approved(sets, 2)

    def decide(digest: str) -> None:
        record = _make_record(policy_set=_set(digest), decided_at=clock.now)
        store.append([seal(record)])

    decide(bundle(0).digest)
    sets.activate("house", second, ben, since=None)
    decide(bundle(0).digest)
    sets.activate("house", third, ben, since=clock.now + timedelta(hours=3))
    clock.move(hours=3)
    decide(third)
    sets.roll_back("house", ben)
    clock.move(hours=3)
    decide(second)
    assert report_of(database).faults == ()
    decide(third)
    decide("sha256:" + "0" * 64)
    assert [each.code for each in report_of(database).faults] == [FAULT, FAULT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What happens next, so many minutes later, on a machine whose clock is so many ahead.

    A decision is by what was in force `lag` minutes before, and an activation to come waits for
    `ahead` minutes.
    """

    what: Transition | None
    minutes: int
    clock: int
    version: str
    ahead: int
    lag: int


DONE = st.builds(
    Done,
    what=st.sampled_from([Transition.ACTIVATE, Transition.ROLLBACK, None, None, None]),
    minutes=st.integers(0, 200),
    clock=st.integers(-20, 20),
    version=st.sampled_from(["v0", "v1", "v2", "v3"]),
    ahead=st.sampled_from([0, 0, 5, 70, 300]),
    lag=st.integers(0, 12),
)


@dataclass(slots=True)
class Service:
    """A service with many processes, as the store and `versions.Timeline` have it."""

    log: House = field(default_factory=lambda: house("v0", "v1", "v2", "v3"))
    turns: list[Event] = field(default_factory=lambda: [_event(0, "v0", 0, 0)])
    seen: list[tuple[int, Timeline]] = field(default_factory=list)
    now: int = 0
    logged: int = 0

    def do(self, done: Done) -> None:
        self.now += done.minutes
        self.logged = max(self.logged, self.now + done.clock)
        self.seen = self.seen or [(0, _timeline(self.turns))]
        if done.what is None:
            self._decide(self.now - done.lag, done.clock)
        else:
            self._change(done.what, done.version, self.logged + done.ahead)

    def _decide(self, asked: int, clock: int) -> None:
        line = [line for since, line in self.seen if since <= max(asked, 0)][-1]
        hours = (asked + clock) / 60
        turn = line.at(at(hours))
        assert turn is not None
        self.log.steps.append(decided(hours, turn.digest, logged=self.logged / 60))

    def _change(self, what: Transition, digest: str | None, since: int) -> None:
        _, line = self.seen[-1]
        if what is Transition.ROLLBACK:
            digest, since = line.before(at(self.logged / 60)), self.logged
        waiting = line.scheduled(at(self.logged / 60))
        if digest is None:
            return
        if waiting is not None and (what is Transition.ROLLBACK or since > self.logged):
            self.turns.remove(waiting)
        self.turns.append(_event(len(self.log.steps), digest, self.logged, since))
        self.seen.append((self.now, _timeline(self.turns)))
        self.log.take(self.logged / 60, what, digest, since=since / 60)


@settings(max_examples=100, deadline=None)
@given(st.lists(DONE, max_size=20))
def test_whatever_a_service_does_is_no_fault(story: list[Done]) -> None:
    """A process is at most 12 minutes late, as the settings have it, and clocks 40 apart."""
    service = Service()
    for done in story:
        service.do(done)
    assert faults_of(*service.log.steps) == []


def _event(index: int, digest: str, logged: int, since: int) -> Event:
    return Event(
        index=index,
        digest=digest,
        transition=Transition.ACTIVATE,
        actor="anna",
        reason=None,
        at=at(logged / 60),
        in_force_from=at(since / 60),
        is_cancelled=False,
    )


def _timeline(turns: list[Event]) -> Timeline:
    ordered = sorted(turns, key=lambda each: (each.in_force_from or each.at, each.index))
    return Timeline(policy_set="house", revision=0, activations=tuple(ordered))
