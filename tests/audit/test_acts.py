"""Acts in the log: their leaves byte by byte, and what an export may say of them."""

import base64
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias, get_args, get_type_hints

import pytest

from api.http.recorded.accesses import SPANS
from engine.audit.canonical import canonical
from engine.audit.entries.act_leaves import ActLeaf
from engine.audit.entries.acts import (
    Access,
    Act,
    Action,
    Declaration,
    Erasure,
    FactChange,
    FactTransition,
    Ground,
    Hold,
    HoldGround,
    KeyAct,
    KeyChange,
    PolicyChange,
    QueryAct,
    QueryChange,
    Release,
    Transition,
    WaiverChange,
    WaiverStep,
)
from engine.audit.entries.commitment import base64url, commit
from engine.audit.entries.leaf import UnknownKind, read_leaf
from engine.audit.entries.record import seal
from engine.audit.entries.retention import Schedule
from engine.audit.entries.sealed_acts import Entry, Sealed, seal_act
from engine.audit.errors import RecordError
from engine.audit.export import write_export
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tiles import LEAF_LIMIT
from engine.audit.merkle.tree import TreeHead, leaf_hash, tree_root
from engine.audit.verification.verify import VerificationReport, verify_export
from engine.audit.workflows.erasures import ErasureChecker
from tests.audit.conftest import NOON

Members: TypeAlias = dict[str, Any]
Codes: TypeAlias = list[tuple[int | None, str]]

READ = Access(entries=((0, 1),), action=Action.READ, actor="an auditor")
ERASURE = Erasure(entries=((1, 3), (5, 6)), ground=Ground.OBJECTION, actor="the officer")
HOLD = Hold(entries=((1, 2),), ground=HoldGround.LEGAL_CLAIMS, actor="counsel")
HELD = replace(HOLD, subject=commit(bytes(16), b"{}"))
RELEASE = Release(entries=((7, 8),), actor="counsel")
QUERY = QueryAct(entries=(), change=QueryChange.SAVE, name="mine", actor="Jo", filters="c")
UPLOAD = PolicyChange(
    entries=(), transition=Transition.UPLOAD, policy_set="house", digest="sha256:00", actor="anna"
)
ASKED = WaiverChange(
    entries=(),
    step=WaiverStep.REQUEST,
    waiver="w1",
    policy_set="house",
    rule="models/audit",
    actor="anna",
)
FACT = FactChange(
    entries=(),
    transition=FactTransition.RECORD,
    fact="9aa80509-d013-482c-a5f2-010d305e4d70",
    version=1,
    commitment="c" * 43,
    actor="anna",
)
KEY = KeyAct(entries=(), change=KeyChange.CREATE, key="4f0c2a9b", actor="Jo", terms="{}")
SCHEDULE = Declaration(schedule=Schedule.read({"default": "1 year"}), actor="service")


def test_leaf_of_an_erasure_byte_by_byte() -> None:
    sealed = seal_act(ERASURE, salt=lambda: bytes(16))
    disclosure = base64url(b'["AAAAAAAAAAAAAAAAAAAAAA","actor","the officer"]')
    (disclosed,) = sealed.disclosures
    assert disclosed.text == disclosure
    expected = (
        f'{{"_sd":["{disclosed.digest()}"],"_sd_alg":"sha-256","entries":[[1,3],[5,6]],'
        f'"ground":"objection","id":"{sealed.id}","kind":"erasure",'
        '"logged_at":"2026-10-05T12:00:00.000000Z","v":1}'
    )
    assert sealed.leaf(NOON) == expected.encode()


def test_leaf_of_an_access_byte_by_byte() -> None:
    sealed = seal_act(READ)
    (disclosed,) = sealed.disclosures
    expected = (
        f'{{"_sd":["{disclosed.digest()}"],"_sd_alg":"sha-256","action":"read",'
        f'"entries":[[0,1]],"id":"{sealed.id}","kind":"access",'
        '"logged_at":"2026-10-05T12:00:00.000000Z","v":1}'
    )
    assert sealed.leaf(NOON) == expected.encode()


def test_leaves_of_a_hold_and_its_release_byte_by_byte() -> None:
    hold, release = seal_act(HOLD), seal_act(RELEASE)
    beginnings = [
        f'{{"_sd":["{each.disclosures[0].digest()}"],"_sd_alg":"sha-256","entries":'
        for each in (hold, release)
    ]
    expected = (
        f'{beginnings[0]}[[1,2]],"ground":"legal-claims","id":"{hold.id}","kind":"hold",'
        '"logged_at":"2026-10-05T12:00:00.000000Z","v":1}'
    )
    assert hold.leaf(NOON) == expected.encode()
    expected = (
        f'{beginnings[1]}[[7,8]],"id":"{release.id}","kind":"release",'
        '"logged_at":"2026-10-05T12:00:00.000000Z","v":1}'
    )
    assert release.leaf(NOON) == expected.encode()


@pytest.mark.parametrize("act", [READ, ERASURE, HOLD, HELD, RELEASE])
def test_a_leaf_reads_as_what_was_sealed(act: Act) -> None:
    leaf = read_leaf(seal_act(act).leaf(NOON))
    assert leaf.kind == type(act).__name__.lower()
    assert getattr(leaf, "entries", None) == act.entries


def test_no_two_acts_are_alike() -> None:
    one, other = seal_act(READ), seal_act(READ)
    assert one.id != other.id
    assert one.disclosures != other.disclosures


def test_acts_that_cannot_be_logged() -> None:
    with pytest.raises(RecordError, match="surrogate"):
        seal_act(Access(entries=(), action=Action.SEARCH, actor="\ud800"))
    scattered = tuple((index, index + 1) for index in range(10**6, 10**6 + 10_000, 2))
    with pytest.raises(RecordError, match="one leaf"):
        seal_act(Access(entries=scattered, action=Action.SEARCH, actor="x"))


def test_an_access_of_many_scattered_entries_fits_a_leaf() -> None:
    """A log of which an entry has 14 digits takes 3,000 years at 1,000 decisions a second."""
    scattered = tuple((index, index + 1) for index in range(10**13, 10**13 + 2 * SPANS, 2))
    sealed = seal_act(Access(entries=scattered, action=Action.SEARCH, actor="x" * 512))
    assert len(sealed.leaf(NOON)) <= LEAF_LIMIT


def altered(act: Act, **changes: Any) -> bytes:
    return canonical(json.loads(seal_act(act).leaf(NOON)) | changes)


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        (b"nonsense", "not an entry"),
        (b"[" * 50_000, "not an entry"),
        (altered(READ, note="x"), "canonical"),
        (altered(READ, id="7"), "UUID"),
        (altered(READ, logged_at="noon"), "time"),
        (altered(READ, action="look"), "not that of an act"),
        (altered(READ, entries=[[2, 1]]), "ascending"),
        (altered(READ, entries=[[0, 1], [1, 2]]), "ascending"),
        (altered(READ, entries=[[-1, 1]]), "not that of an act"),
        (altered(READ, _sd=[]), "one sorted digest"),
        (altered(ERASURE, ground="because"), "not that of an act"),
        (altered(ERASURE, entries=[]), "of nothing"),
        (altered(HOLD, ground="objection"), "not that of an act"),
        (altered(HELD, subject_commitment="c1"), "a commitment that is none"),
        (altered(HELD, v=1), "not the canonical JSON"),
        (altered(HOLD, v=2), "not that of an act"),
        (altered(RELEASE, entries=[]), "of nothing"),
        (altered(ERASURE, v=2), "one sorted digest"),
        (altered(replace(ERASURE, keys=("k1", "k2")), entries=[]), "of nothing"),
        (altered(KEY, entries=[[0, 1]]), "or names another"),
        (altered(KEY, change="revoke"), "does not name the key"),
    ],
)
def test_leaves_that_are_refused(leaf: bytes, words: str) -> None:
    with pytest.raises(RecordError, match=words) as raised:
        read_leaf(leaf)
    assert not isinstance(raised.value, UnknownKind)


@pytest.mark.parametrize("changes", [{"kind": "pardon"}, {"v": 2}])
def test_unknown_kinds_and_versions_are_named_as_such(changes: Members) -> None:
    with pytest.raises(UnknownKind, match="does not know"):
        read_leaf(altered(READ, **changes))


# --- in an export -----------------------------------------------------------------------------


def entries_of(records: Sequence[Sealed]) -> list[Entry]:
    made: list[Entry] = []
    head = LogHead()
    for step, record in enumerate(records):
        added, head = sequence(head, [record], NOON + timedelta(seconds=step))
        made += added
    return made


def export_of(entries: Sequence[Entry]) -> list[Members]:
    stream = io.BytesIO()
    head = TreeHead(size=len(entries), root=tree_root(entry.leaf_hash for entry in entries))
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def report_on(lines: Sequence[Members]) -> VerificationReport:
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return verify_export(io.BytesIO(text))


def codes(lines: Sequence[Members]) -> Codes:
    return [(fault.index, fault.code) for fault in report_on(lines).faults]


def erase(line: Members) -> None:
    line.update(input=None, result=None, salts=None, disclosures=[])
    line["columns"].update(campaign=None, advertiser=None, actor=None, rules=[], facets=[])


@pytest.fixture
def lines(make_record: Any) -> list[Members]:
    """Six decisions, of which 1, 2 and 5 are erased by entry 6; entry 7 is an access."""
    records: list[Sealed] = [seal(make_record()) for _ in range(6)]
    made = export_of(entries_of([*records, seal_act(ERASURE), seal_act(READ)]))
    for index in (1, 2, 5):
        erase(made[1 + index])
    return made


def test_erased_entries_are_accounted_for(lines: list[Members]) -> None:
    assert codes(lines) == []
    assert report_on(lines).erased == 3


def test_erasures_are_not_held_against_entries_that_are_broken(lines: list[Members]) -> None:
    lines[2]["note"] = "x"
    expected = [(1, "entry_malformed"), (None, "size_differs"), (None, "root_differs")]
    assert [one for one in codes(lines) if one[1] != "index_differs"] == expected


def test_erasures_are_not_held_against_entries_that_moved(lines: list[Members]) -> None:
    del lines[1]
    expected = [(1, "index_differs"), (None, "size_differs"), (None, "root_differs")]
    assert codes(lines) == expected


def test_every_missing_content_without_an_erasure_is_named(lines: list[Members]) -> None:
    erase(lines[1 + 0])
    erase(lines[1 + 4])
    assert codes(lines) == [(0, "payload_missing"), (4, "payload_missing")]


def test_contents_that_are_back_are_named(lines: list[Members], make_record: Any) -> None:
    """As after a backup from before the erasure was put back."""
    whole = export_of(entries_of([seal(make_record()) for _ in range(6)]))
    kept = [lines[0], *whole[1:], *lines[7:]]
    found = [(fault.index, fault.code) for fault in report_on(kept).faults if fault.index]
    assert found == [(1, "erasure_undone"), (5, "erasure_undone")]
    assert "up to entry 2" in report_on(kept).faults[0].message


@pytest.mark.parametrize("member", ["campaign", "advertiser", "actor"])
def test_columns_that_outlive_the_erasure_are_named(lines: list[Members], member: str) -> None:
    lines[2]["columns"][member] = "somebody"
    assert codes(lines) == [(1, "column_differs")]


@pytest.mark.parametrize(
    ("member", "left"),
    [("rules", [["privacy/minors", "violated"]]), ("facets", ["market DE"])],
)
def test_rules_and_facets_that_outlive_the_erasure_are_named(
    lines: list[Members], member: str, left: object
) -> None:
    lines[2]["columns"][member] = left
    assert codes(lines) == [(1, "column_differs")]


def test_half_an_erasure_is_named(lines: list[Members], make_record: Any) -> None:
    (one,) = entries_of([seal(make_record())])
    lines[2]["disclosures"] = [each.text for each in one.disclosures]
    assert (1, "payload_missing") in codes(lines)
    assert (1, "erasure_undone") in codes(lines)


ACTS: dict[str, tuple[Callable[[Members], Any], str]] = {
    "columns": (lambda e: e.update(columns=COLUMNS), "entry_malformed"),
    "payload": (lambda e: e.update(input="AA=="), "entry_malformed"),
    "no actor": (lambda e: e.update(disclosures=[]), "disclosure_missing"),
    "another actor": (
        lambda e: e.update(disclosures=[base64url(b'["salt","actor","somebody"]')]),
        "disclosure_differs",
    ),
    "time": (lambda e: e.update(logged_at="2026-10-05T13:00:00.000000Z"), "column_differs"),
}  # fmt: skip

COLUMNS: Members = {
    "decision_id": "", "decided_at": "", "outcome": "allow", "conclusive": True, "campaign": None,
    "policy_set": "", "policy_version": None, "policy_digest": "", "actor": None, "rules": [],
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_every_alteration_of_an_act_is_named(lines: list[Members], name: str) -> None:
    change, code = ACTS[name]
    change(lines[-1])
    assert codes(lines) == [(7, code)]


def test_decision_without_columns_is_named(lines: list[Members]) -> None:
    lines[1]["columns"] = None
    assert codes(lines) == [(0, "entry_malformed")]


def test_documented_members_are_those_of_the_leaves() -> None:
    page = (Path(__file__).parents[2] / "docs" / "audit-log.md").read_text()
    table = page.partition("| act | value |")[2].partition("\n\n")[0]
    members = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    assert members == {
        name
        for act in (READ, ERASURE, HELD, RELEASE, SCHEDULE, QUERY, UPLOAD, ASKED, FACT, KEY)
        for name in json.loads(seal_act(act).leaf(NOON))
    }
    for word in (*Ground, *Action, *HoldGround, *Transition, *FactTransition, *KeyChange):
        assert f'`"{word}"`' in table


def test_three_letters_tell_the_kinds_apart() -> None:
    """By which databases find them: `storage.log.leaf_kinds`."""
    kinds = {get_args(get_type_hints(each)["kind"])[0] for each in get_args(ActLeaf)}
    assert len({kind[:3] for kind in (*kinds, "decision")}) == len(kinds) + 1


def put(lines: list[Members], index: int, leaf: bytes) -> None:
    """Put another leaf in an entry, and rewrite every hash above it."""
    lines[1 + index]["leaf"] = base64.b64encode(leaf).decode()
    lines[1 + index]["leaf_hash"] = base64.b64encode(leaf_hash(leaf)).decode()
    root = tree_root(base64.b64decode(line["leaf_hash"]) for line in lines[1:])
    lines[0]["root"] = base64.b64encode(root).decode()


def test_kinds_to_come_are_named(lines: list[Members]) -> None:
    leaf = json.loads(base64.b64decode(lines[-1]["leaf"]))
    put(lines, 7, canonical(leaf | {"kind": "pardon"}))
    report = report_on(lines)
    assert [(fault.index, fault.code) for fault in report.faults] == [(7, "kind_unknown")]
    assert "`pardon`, version 1" in report.faults[0].message


def test_acts_on_what_is_still_to_come_are_named(lines: list[Members]) -> None:
    """An erasure ahead of its time would account for whatever is lost later."""
    leaf = json.loads(base64.b64decode(lines[7]["leaf"]))
    put(lines, 6, canonical(leaf | {"entries": [[1, 3], [5, 8]]}))
    assert codes(lines) == [
        (6, "act_foretold"),
        (1, "payload_missing"),
        (2, "payload_missing"),
        (5, "payload_missing"),
    ]


def test_erasures_that_repeat_themselves_take_no_more_room() -> None:
    ledger = ErasureChecker()
    for _ in range(5000):
        ledger.note_erasure(ERASURE.entries)
        assert len(ledger.erased) < 2000
    assert [fault.index for fault in ledger.faults()] == [1, 5]
