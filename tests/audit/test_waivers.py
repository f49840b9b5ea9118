"""Waivers by request in the database, and their steps as the log and the verifier tell them."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from engine.audit.canonical import canonical
from engine.audit.entries.act_leaves import ACTOR, TEXT, WaiverLeaf
from engine.audit.entries.acts import Ground, WaiverChange, WaiverStep
from engine.audit.entries.leaf import read_leaf
from engine.audit.entries.record import seal
from engine.audit.entries.sealed_acts import Sealed, seal_act
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.verification.verify_log import verify_log
from engine.audit.workflows.waivers import WaiverChecker, WaiverState
from engine.bundle.grants import WaiverTerms
from engine.storage.databases.database import Database
from engine.storage.errors import NotFound
from engine.storage.governance.changes import ChangeOrder, OutdatedRevision, WrongState
from engine.storage.governance.waiver_rows import (
    UNUSED,
    RequestedWaiver,
    Use,
    read_grants,
    read_last_act,
)
from engine.storage.governance.waivers import OwnWaiver, Request, SameWaiver, WaiverFilter, Waivers
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.lifecycle.subjects import Selector
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.tile_log import TileLog
from engine.storage.schema import waiver_use
from tests.audit.conftest import NOON, Clock, MakeRecord
from tests.audit.published import KEY, published
from tests.audit.waiver_steps import GRANTED_TEXT, waiver_step

TODAY = NOON.date()
TERMS = WaiverTerms(
    rule="models/audit",
    campaign="cmp-7",
    advertiser=None,
    markets=("DE", "FR"),
    start=date(2026, 10, 1),
    until=date(2026, 12, 1),
    ticket="LEG-991",
    reason="the audit is booked for November",
)
REQUEST = Request(policy_set="house", terms=TERMS, evidence=("https://tickets.example/991",))
BEN = ChangeOrder(actor="ben")
ROLE = "Ethics Board"


@pytest.fixture
def waivers(database: Database, clock: Clock) -> Waivers:
    return Waivers(database, clock=clock)


@pytest.fixture
def asked(waivers: Waivers) -> RequestedWaiver:
    return waivers.request(REQUEST, actor="anna")


def report_of(database: Database) -> VerificationReport:
    stream, head = io.BytesIO(), TileLog(database).head()
    entries = TileLog(database).entries(size=head.size)
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    stream.seek(0)
    return verify_export(stream)


def listed(waivers: Waivers, today: date = TODAY, **wanted: Any) -> list[str]:
    found, _ = waivers.page(WaiverFilter(**wanted), limit=9, today=today)
    return [each.id for each in found]


def test_whole_life_is_in_the_log_and_verifies(
    waivers: Waivers, asked: RequestedWaiver, database: Database
) -> None:
    assert (asked.state, asked.revision, asked.text) == (WaiverState.REQUESTED, 1, None)
    assert (asked.terms, asked.evidence, asked.requester) == (TERMS, REQUEST.evidence, "anna")
    made = waivers.grant(asked.id, ROLE, replace(BEN, reason="as agreed", expected_revisions={1}))
    assert (made.state, made.revision) == (WaiverState.GRANTED, 2)
    assert made.text == (
        f"waiver {asked.id}\n"
        "  of            models/audit\n"
        '  for           campaign.id is "cmp-7" and market is one of {DE, FR}\n'
        "  in force from 2026-10-05 until 2026-12-01\n"
        '  approved by   "ben" as "Ethics Board" on 2026-10-05\n'
        '  ticket        "LEG-991"\n'
        '  reason        "the audit is booked for November"\n'
        "end waiver\n"
    )
    with database.reading() as connection:
        (grant,) = read_grants(connection)["house"]
        assert (grant.text, grant.campaign, grant.advertiser) == (made.text, "cmp-7", None)
        assert read_last_act(connection) == made.events[-1].index
    ended = waivers.revoke(asked.id, replace(BEN, reason="the audit failed"))
    assert (ended.state, ended.text) == (WaiverState.REVOKED, made.text)
    with database.reading() as connection:
        assert read_grants(connection) == {}
    assert [(each.step, each.actor, each.role, each.reason) for each in ended.events] == [
        (WaiverStep.REQUEST, "anna", None, None),
        (WaiverStep.GRANT, "ben", ROLE, "as agreed"),
        (WaiverStep.REVOKE, "ben", None, "the audit failed"),
    ]
    assert waivers.get(asked.id) == ended
    report = report_of(database)
    assert (report.faults, report.entries) == ((), 3)


def test_it_holds_from_the_day_of_the_grant_and_not_before(
    waivers: Waivers, asked: RequestedWaiver, clock: Clock
) -> None:
    clock.move(days=3)
    made = waivers.grant(asked.id, ROLE, BEN)
    assert made.text is not None
    assert "in force from 2026-10-08 until 2026-12-01" in made.text
    later = Request(policy_set="house", terms=replace(TERMS, start=date(2026, 11, 1)))
    with pytest.raises(SameWaiver, match=f"`{asked.id}` is granted already"):
        waivers.request(later, actor="anna")
    other = waivers.request(replace(later, policy_set="other"), actor="anna")
    text = waivers.grant(other.id, ROLE, BEN).text
    assert text is not None
    assert "in force from 2026-11-01 until 2026-12-01" in text


@pytest.mark.parametrize("requester", ["anna", "Anna", " ANNA "])
def test_requester_does_not_grant(waivers: Waivers, asked: RequestedWaiver, requester: str) -> None:
    with pytest.raises(OwnWaiver):
        waivers.grant(asked.id, ROLE, ChangeOrder(actor=requester))
    assert waivers.get(asked.id) == asked
    assert waivers.refuse(asked.id, ChangeOrder(actor=requester)).state is WaiverState.REFUSED


STEPS: dict[str, Callable[[Waivers, str], RequestedWaiver]] = {
    "grant": lambda waivers, id_: waivers.grant(id_, ROLE, BEN),
    "refuse": lambda waivers, id_: waivers.refuse(id_, BEN),
    "revoke": lambda waivers, id_: waivers.revoke(id_, BEN),
}


def test_step_that_its_state_does_not_lead_to(waivers: Waivers) -> None:
    closed = [
        ([], "revoke"),
        (["grant"], "grant"),
        (["grant"], "refuse"),
        (["refuse"], "grant"),
        (["refuse"], "revoke"),
        (["grant", "revoke"], "grant"),
        (["grant", "revoke"], "revoke"),
    ]
    for number, (before, step) in enumerate(closed):
        terms = replace(TERMS, campaign=f"cmp-{number}")
        asked = waivers.request(replace(REQUEST, terms=terms), actor="anna")
        for each in before:
            STEPS[each](waivers, asked.id)
        was = waivers.get(asked.id)
        with pytest.raises(WrongState, match=f"the waiver is {was.state}: only what is"):
            STEPS[step](waivers, asked.id)
        assert waivers.get(asked.id) == was


def test_days_that_are_over(waivers: Waivers, asked: RequestedWaiver, clock: Clock) -> None:
    clock.now = NOON.replace(month=11, day=30)
    assert listed(waivers, clock.now.date(), is_over=False) == [asked.id]
    clock.move(days=1)
    today = clock.now.date()
    assert listed(waivers, today, is_over=True) == [asked.id]
    assert listed(waivers, today, is_over=False) == []
    assert waivers.get(asked.id).is_over(today)
    with pytest.raises(WrongState, match="the days that were asked for are over"):
        waivers.grant(asked.id, ROLE, BEN)
    with pytest.raises(ValueError, match="those days are over"):
        waivers.request(replace(REQUEST, policy_set="other"), actor="anna")


def test_what_is_not_there_or_was_not_seen(waivers: Waivers, asked: RequestedWaiver) -> None:
    with pytest.raises(NotFound, match="no waiver `w0`"):
        waivers.get("w0")
    for step in STEPS.values():
        with pytest.raises(NotFound):
            step(waivers, "w0")
    with pytest.raises(OutdatedRevision):
        waivers.grant(asked.id, ROLE, replace(BEN, expected_revisions={2}))


def test_what_the_log_cannot_have_is_not_asked_for(waivers: Waivers) -> None:
    with pytest.raises(RecordError):
        waivers.request(REQUEST, actor="\ud800")
    assert listed(waivers) == []


def test_another_for_the_same_and_longer_is_no_repetition(
    waivers: Waivers, asked: RequestedWaiver
) -> None:
    longer = replace(REQUEST, terms=replace(TERMS, until=date(2026, 12, 2)))
    others = [
        longer,
        replace(REQUEST, terms=replace(TERMS, campaign="cmp-8")),
        replace(REQUEST, terms=replace(TERMS, advertiser="Acme")),
        replace(REQUEST, terms=replace(TERMS, markets=())),
        replace(REQUEST, terms=replace(TERMS, rule="models/other")),
    ]
    for each in others:
        assert waivers.request(each, actor="anna").id != asked.id
    with pytest.raises(SameWaiver) as raised:
        waivers.request(REQUEST, actor="carl")
    assert raised.value.id in {asked.id, listed(waivers)[-2]}


def test_refused_may_be_asked_for_again(waivers: Waivers, asked: RequestedWaiver) -> None:
    waivers.refuse(asked.id, BEN)
    assert waivers.request(REQUEST, actor="anna").state is WaiverState.REQUESTED


def test_lists_are_filtered_and_come_in_pages(waivers: Waivers, asked: RequestedWaiver) -> None:
    other = waivers.request(
        Request(policy_set="other", terms=replace(TERMS, rule="p/r")), actor="carl"
    )
    waivers.grant(other.id, ROLE, BEN)
    assert listed(waivers) == [other.id, asked.id]
    assert listed(waivers, states=frozenset({WaiverState.GRANTED})) == [other.id]
    assert listed(waivers, states=frozenset({WaiverState.REVOKED})) == []
    assert listed(waivers, rule="models/audit", policy_set="house") == [asked.id]
    assert listed(waivers, requester="carl") == [other.id]
    assert listed(waivers, policy_sets=frozenset({"house"})) == [asked.id]
    assert listed(waivers, before=other.index) == [asked.id]
    first, more = waivers.page(WaiverFilter(), limit=1, today=TODAY)
    assert ([each.id for each in first], more) == ([other.id], True)
    _, more = waivers.page(WaiverFilter(before=first[-1].index), limit=1, today=TODAY)
    assert more is False


def test_use_is_kept_with_the_decision(
    waivers: Waivers,
    asked: RequestedWaiver,
    database: Database,
    make_record: MakeRecord,
    clock: Clock,
) -> None:
    assert listed(waivers, is_used=False) == [asked.id]
    granted = waivers.grant(asked.id, ROLE, BEN)
    clock.move(hours=1)
    records = [replace(make_record(), waivers=(asked.id,)), make_record()]
    SQLLogStore(database, clock=clock).append([seal(each) for each in records])
    assert waivers.get(asked.id) == replace(granted, use=Use(count=1, last=clock.now))
    assert (listed(waivers, is_used=True), listed(waivers, is_used=False)) == ([asked.id], [])


def test_use_goes_with_the_contents_of_the_decision(
    waivers: Waivers,
    asked: RequestedWaiver,
    database: Database,
    make_record: MakeRecord,
    clock: Clock,
) -> None:
    """A waiver names its campaign, and would tell of which an erased decision was."""
    waivers.grant(asked.id, ROLE, BEN)
    records = [replace(make_record(), waivers=(asked.id,)) for _ in range(3)]
    SQLLogStore(database, clock=clock).append([seal(each) for each in records])
    erasures = Erasures(database, clock=clock)
    erased = records[0].decision_id
    erasures.erase(Selector.DECISION, erased, ground=Ground.OBJECTION, actor="counsel")
    assert waivers.get(asked.id).use.count == 2
    with database.writing() as connection:  # As an earlier version left it.
        connection.execute(insert(waiver_use).values(waiver=asked.id, index=2))
    erased = records[1].decision_id
    erasures.erase(Selector.DECISION, erased, ground=Ground.OBJECTION, actor="counsel")
    assert waivers.get(asked.id).use.count == 1


def test_of_two_grants_at_once_one_is_made(
    waivers: Waivers, asked: RequestedWaiver, database: Database
) -> None:
    def attempt(actor: str) -> bool:
        try:
            waivers.grant(asked.id, ROLE, ChangeOrder(actor=actor))
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(attempt, ["ben", "carl", "dora", "emil"]))
    assert made.count(True) == 1
    assert [each.step for each in waivers.get(asked.id).events] == ["request", "grant"]
    assert report_of(database).is_valid


# --- what the verifier says -------------------------------------------------------------------

ASKED = waiver_step(WaiverStep.REQUEST, "anna")
GRANTED = waiver_step(WaiverStep.GRANT, "ben", 0)
REVOKED = waiver_step(WaiverStep.REVOKE, "ben", 1)


def codes(sealed: Sequence[Sealed]) -> list[tuple[int | None, str]]:
    """Return what an export and a published log of some entries have wrong."""
    entries, head = sequence(LogHead(), sealed, NOON)
    stream = io.BytesIO()
    tree = TreeHead(size=head.frontier.size, root=head.frontier.root())
    write_export(stream, head=tree, entries=entries, exported_at=NOON)
    stream.seek(0)
    found = [(each.index, each.code) for each in verify_export(stream).faults]
    in_order = [each for each in found if each[1] == "waiver_out_of_order"]
    served = verify_log(published([each.leaf for each in entries]), [KEY.verifier]).faults
    assert [(each.index, each.code) for each in served] == in_order
    return found


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([ASKED, GRANTED, REVOKED], []),
        ([ASKED, waiver_step(WaiverStep.REFUSE, "ben", 0)], []),
        ([ASKED, replace(GRANTED, actor="Anna")], [(1, "waiver_granted_by_requester")]),
        ([replace(GRANTED, entries=())], [(0, "waiver_out_of_order")]),
        ([ASKED, replace(GRANTED, entries=())], [(1, "waiver_out_of_order")]),
        ([ASKED, replace(REVOKED, entries=((0, 1),))], [(1, "waiver_out_of_order")]),
        ([ASKED, GRANTED, replace(GRANTED, entries=((1, 2),))], [(2, "waiver_out_of_order")]),
    ],
)
def test_story_of_a_waiver(story: Sequence[WaiverChange], expected: list[tuple[int, str]]) -> None:
    assert codes([seal_act(each) for each in story]) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"waivers": [GRANTED_TEXT]}, []),
        ({"waivers": [GRANTED_TEXT, "waiver w2\nend waiver\n"]}, [(2, "waiver_not_granted")]),
        ({"waivers": []}, []),
        ({"campaign": {}}, []),
        ({"waivers": {"w1": GRANTED_TEXT}}, []),
        ({"campaign": {"waivers": ["waiver w2\nend waiver\n"]}}, []),
    ],
)
def test_decision_by_a_waiver_that_nobody_granted(
    content: dict[str, Any], expected: list[tuple[int, str]], make_record: MakeRecord
) -> None:
    house = {"name": "house", "version": None, "digest": "d" * 64}
    decided = seal(make_record(input=canonical(content), policy_set=house))
    assert codes([seal_act(ASKED), seal_act(GRANTED), decided]) == expected
    before = seal(make_record(input=canonical({"waivers": [GRANTED_TEXT]})))
    assert codes([before, seal_act(ASKED)]) == [(0, "waiver_not_granted")]
    escaped = seal(make_record(input=rb'{"waiver\u0073": ["waiver w2\nend waiver\n"]}'))
    assert codes([escaped]) == [(0, "waiver_not_granted")]


def test_leaf_byte_by_byte() -> None:
    sealed = seal_act(GRANTED, salt=lambda: bytes(16))
    assert [each.name for each in sealed.disclosures] == ["actor", "reason", "text"]
    leaf = sealed.leaf(NOON)
    assert leaf == canonical(
        {
            "_sd": sorted(each.digest() for each in sealed.disclosures),
            "_sd_alg": "sha-256",
            "entries": [[0, 1]],
            "id": sealed.id,
            "kind": "waiver",
            "logged_at": "2026-10-05T12:00:00.000000Z",
            "policy_set": "house",
            "rule": "models/audit",
            "step": "grant",
            "v": 1,
            "waiver": "w1",
        }
    )
    assert isinstance(read_leaf(leaf), WaiverLeaf)
    with pytest.raises(RecordError):
        read_leaf(leaf.replace(b'"grant"', b'"grand"'))


def test_nobody_is_the_requester_where_nobody_is_disclosed() -> None:
    ledger = WaiverChecker()
    for index, each in enumerate((ASKED, GRANTED)):
        leaf = read_leaf(seal_act(each).leaf(NOON + timedelta(seconds=index)))
        assert isinstance(leaf, WaiverLeaf)
        assert list(ledger.faults(index, leaf, {ACTOR: None, TEXT: None})) == []
    assert ledger.granted == {}


def test_record_without_waivers_uses_none(
    make_record: MakeRecord, database: Database, waivers: Waivers, asked: RequestedWaiver
) -> None:
    SQLLogStore(database).append([seal(make_record())])
    assert waivers.get(asked.id).use == UNUSED
