"""The verifier: an untouched export passes, and everything altered, removed or made up is named."""

import base64
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.entries.commitment import Disclosure, base64url, commit
from engine.audit.entries.record import DecisionRecord, seal
from engine.audit.entries.sealed_acts import Entry
from engine.audit.exhibits.manifest import Manifest
from engine.audit.export import Line, write_export
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import (
    InclusionProof,
    ProofError,
    TreeHead,
    leaf_hash,
    prove_inclusion,
    tree_root,
)
from engine.audit.verification import verify
from engine.audit.verification.verify import VerificationReport, verify_export

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
SIZE = 6

Members: TypeAlias = dict[str, Any]


def entries_of(records: list[DecisionRecord]) -> list[Entry]:
    entries: list[Entry] = []
    head = LogHead()
    for step, record in enumerate(records):
        added, head = sequence(head, [seal(record)], NOON + timedelta(seconds=step))
        entries += added
    return entries


def export_of(entries: list[Entry]) -> list[Members]:
    stream = io.BytesIO()
    head = TreeHead(size=len(entries), root=tree_root(entry.leaf_hash for entry in entries))
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def report_on(lines: list[Members], **options: Any) -> VerificationReport:
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return verify_export(io.BytesIO(text), **options)


def codes(report: VerificationReport) -> list[tuple[int | None, str]]:
    return [(fault.index, fault.code) for fault in report.faults]


@pytest.fixture
def lines(make_record: Any) -> list[Members]:
    records = [make_record(campaign=None if n == 1 else "cmp-7") for n in range(SIZE)]
    return export_of(entries_of(records))


def flipped(text: str, bit: int = 0) -> str:
    content = bytearray(base64.b64decode(text))
    content[bit // 8] ^= 1 << bit % 8
    return base64.b64encode(bytes(content)).decode()


def test_untouched_export_is_valid(lines: list[Members]) -> None:
    report = report_on(lines)
    assert report.is_valid
    assert report.faults == ()
    assert (report.entries, report.omitted) == (SIZE, 0)
    assert report.root == base64.b64decode(lines[0]["root"])


def test_export_of_an_earlier_version_is_valid(lines: list[Members]) -> None:
    for line in lines[1:]:
        for name in ("words", "advertiser", "facets"):
            del line["columns"][name]
    assert report_on(lines).is_valid


def test_empty_log_is_valid() -> None:
    assert report_on(export_of([])).is_valid


COLUMNS: dict[str, Any] = {
    "decision_id": "00000000-0000-0000-0000-000000000001",
    "decided_at": "2026-10-05T12:00:00.000001Z",
    "outcome": "allow",
    "conclusive": False,
    "campaign": None,
    "policy_set": "other",
    "policy_version": None,
    "policy_digest": "e" * 64,
    "actor": "somebody else",
    "words": "nothing of the kind",
    "advertiser": "Somebody Else",
    "facets": ["market DE"],
    "rules": [],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_altered_column_is_named(lines: list[Members], name: str) -> None:
    assert set(COLUMNS) == set(lines[1]["columns"])
    lines[3]["columns"][name] = COLUMNS[name]
    report = report_on(lines)
    assert codes(report) == [(2, "column_differs")]
    assert f"`{name}`" in report.faults[0].message
    assert not report.is_valid


def test_time_of_logging_is_the_leafs(lines: list[Members]) -> None:
    lines[3]["logged_at"] = lines[4]["logged_at"]
    assert codes(report_on(lines)) == [(2, "column_differs")]


def test_every_flipped_bit_of_a_leaf_is_named(make_record: Any) -> None:
    lines = export_of(entries_of([make_record(), make_record()]))
    original = lines[2]["leaf"]
    for bit in range(len(base64.b64decode(original)) * 8):
        lines[2]["leaf"] = flipped(original, bit)
        found = codes(report_on(lines))
        assert found[0] == (1, "leaf_hash_differs")
        assert found[-1] == (None, "root_differs")


CHANGES: dict[str, tuple[Callable[[Members], Any], list[str]]] = {
    "leaf hash": (lambda e: e.update(leaf_hash=flipped(e["leaf_hash"])), ["leaf_hash_differs"]),
    "input": (lambda e: e.update(input=flipped(e["input"])), ["input_differs"]),
    "input salt": (
        lambda e: e["salts"].update(input=flipped(e["salts"]["input"])),
        ["input_differs"],
    ),
    "input salt short": (lambda e: e["salts"].update(input="AA=="), ["input_differs"]),
    "result": (
        lambda e: e.update(result=flipped(e["result"])),
        ["result_differs", "result_malformed"],
    ),
    "result salt": (
        lambda e: e["salts"].update(result=flipped(e["salts"]["result"])),
        ["result_differs"],
    ),
    "salts swapped": (
        lambda e: e["salts"].update(input=e["salts"]["result"], result=e["salts"]["input"]),
        ["input_differs", "result_differs"],
    ),
    "payload": (lambda e: e.update(input=None, result=None, salts=None), ["payload_missing"]),
    "salts": (lambda e: e.update(salts=None), ["payload_missing"]),
    "disclosure": (
        lambda e: e["disclosures"].__setitem__(0, base64url(b'["salt","actor","pipeline"]')),
        ["disclosure_differs"],
    ),
    "disclosure unreadable": (
        lambda e: e["disclosures"].__setitem__(0, "é"),
        ["disclosure_differs", "disclosure_missing", "column_differs"],
    ),
    "disclosure removed": (
        lambda e: e["disclosures"].pop(0),
        ["disclosure_missing", "column_differs"],
    ),
    "disclosure twice": (
        lambda e: e["disclosures"].append(e["disclosures"][0]),
        ["disclosure_missing"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_every_altered_content_is_named(lines: list[Members], name: str) -> None:
    change, expected = CHANGES[name]
    change(lines[3])
    assert codes(report_on(lines)) == [(2, code) for code in expected]


def test_columns_are_checked_against_the_leaf_once_the_payload_is_gone(
    lines: list[Members],
) -> None:
    lines[3].update(input=None, result=None, salts=None)
    lines[3]["columns"]["outcome"] = "allow"
    assert codes(report_on(lines)) == [(2, "payload_missing"), (2, "column_differs")]


def test_removed_entry_is_named(lines: list[Members]) -> None:
    del lines[3]
    expected = [(3, "index_differs"), (None, "size_differs"), (None, "root_differs")]
    assert codes(report_on(lines)) == expected


def test_duplicated_entry_is_named(lines: list[Members]) -> None:
    lines.insert(3, lines[3])
    expected = [(2, "index_differs"), (None, "size_differs"), (None, "root_differs")]
    assert codes(report_on(lines)) == expected


def test_reordered_entries_are_named(lines: list[Members]) -> None:
    lines[3], lines[4] = lines[4], lines[3]
    found = codes(report_on(lines))
    assert found[0] == (3, "index_differs")
    assert (2, "time_goes_back") in found
    assert found[-1] == (None, "root_differs")


def test_cut_off_tail_is_named(lines: list[Members]) -> None:
    assert codes(report_on(lines[:-1])) == [(None, "size_differs"), (None, "root_differs")]
    text = b"\n".join(json.dumps(line).encode() for line in lines)
    assert codes(verify_export(io.BytesIO(text))) == [(SIZE - 1, "cut_off")]
    cut = verify_export(io.BytesIO(text[:-5]))
    assert codes(cut)[0] == (SIZE - 1, "entry_malformed")


def test_rewritten_history_is_named_by_a_trusted_head(
    lines: list[Members], make_record: Any
) -> None:
    """Somebody with the whole database makes a new log; only what others hold shows it."""
    root = base64.b64decode(lines[0]["root"])
    trusted = TreeHead(size=SIZE, root=root)
    assert report_on(lines, trusted=trusted).is_valid
    other = export_of(entries_of([make_record() for _ in range(SIZE + 2)]))
    assert report_on(other).is_valid
    assert codes(report_on(other, trusted=trusted)) == [(None, "trusted_root_differs")]
    shorter = export_of(entries_of([make_record()]))
    assert codes(report_on(shorter, trusted=trusted)) == [(None, "trusted_size_missing")]
    empty = TreeHead(size=0, root=tree_root([]))
    assert report_on(lines, trusted=empty).is_valid


# --- a leaf that somebody made to deceive -----------------------------------------------------


def with_leaf(
    lines: list[Members], change: Callable[[Members], Any], *, raw: bytes | None = None
) -> None:
    """Put another leaf in entry 2, and rewrite every hash above it."""
    envelope = json.loads(base64.b64decode(lines[3]["leaf"]))
    change(envelope)
    leaf = raw or json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    lines[3]["leaf"] = base64.b64encode(leaf).decode()
    lines[3]["leaf_hash"] = base64.b64encode(leaf_hash(leaf)).decode()
    root = tree_root(base64.b64decode(line["leaf_hash"]) for line in lines[1:])
    lines[0]["root"] = base64.b64encode(root).decode()


LEAVES: dict[str, tuple[Callable[[Members], Any], str]] = {
    "outcome": (lambda e: e.update(outcome="allow"), "leaf_contradicts_result"),
    "engine": (lambda e: e["engine"].update(version="9"), "leaf_contradicts_result"),
    "conclusive": (lambda e: e.update(conclusive=False), "leaf_contradicts_result"),
    "policy": (lambda e: e["policy_set"].update(digest=""), "leaf_contradicts_result"),
    "id": (lambda e: e.update(decision_id="7"), "leaf_malformed"),
    "time": (lambda e: e.update(decided_at="2026-10-05T12:00:00Z"), "leaf_malformed"),
    "digests unsorted": (lambda e: e["_sd"].reverse(), "leaf_malformed"),
    "digests missing": (lambda e: e["_sd"].pop(), "leaf_malformed"),
    "another kind": (lambda e: e.update(kind="erasure"), "leaf_malformed"),
    "another member": (lambda e: e.update(note="x"), "leaf_malformed"),
    "too long": (
        lambda e: e["policy_set"].update(name="n" * 70_000),
        "leaf_too_long",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAVES)
def test_every_untrue_leaf_is_named(lines: list[Members], name: str) -> None:
    change, code = LEAVES[name]
    with_leaf(lines, change)
    report = report_on(lines)
    assert codes(report)[0] == (2, code)
    assert all(index == 2 for index, _ in codes(report))


def test_leaf_that_is_not_canonical_is_named(lines: list[Members]) -> None:
    leaf = base64.b64decode(lines[3]["leaf"])
    with_leaf(lines, lambda _: None, raw=leaf.replace(b",", b", ", 1))
    assert codes(report_on(lines)) == [(2, "leaf_malformed")]


def test_campaign_disclosed_is_that_of_the_result(lines: list[Members]) -> None:
    salt = bytes(16)
    made = [Disclosure.make("actor", "pipeline", salt), Disclosure.make("campaign", "x", salt)]

    def lie(envelope: Members) -> None:
        envelope["_sd"] = sorted(one.digest() for one in made)

    with_leaf(lines, lie)
    lines[3]["disclosures"] = [one.text for one in made]
    lines[3]["columns"]["campaign"] = "x"
    assert codes(report_on(lines)) == [(2, "leaf_contradicts_result")]


def test_result_without_its_members_is_named(lines: list[Members]) -> None:
    content = b"[" * 50_000
    lines[3]["result"] = base64.b64encode(content).decode()
    salt = base64.b64decode(lines[3]["salts"]["result"])
    with_leaf(lines, lambda e: e.update(result_commitment=commit(salt, content)))
    assert codes(report_on(lines)) == [(2, "result_malformed")]


# --- hostile files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"\x00\xff\xfe",
        b"[" * 100_000,
        b'{"assent_export":2,"size":0,"root":"","exported_at":""}\n',
        b'{"assent_export":1,"size":0,"root":"AA==","exported_at":"2026-10-05T12:00:00.000000Z"}\n',
        b'{"assent_export":1,"size":0,"root":"","exported_at":"noon"}\n',
    ],
)
def test_wrong_header_is_named(text: bytes) -> None:
    assert codes(verify_export(io.BytesIO(text)))[0] == (None, "header_malformed")


TWICE = [
    (0, b'"size":', b'"size":9,"size":', (None, "header_malformed")),
    (2, b'"outcome":', b'"outcome":"allow","outcome":', (1, "entry_malformed")),
    (2, b'"input":', b'"inp\\u0075t" :"eA==","input":', (1, "entry_malformed")),
]


@pytest.mark.parametrize(("number", "name", "names", "told"), TWICE)
def test_a_line_that_says_two_things_is_named(
    make_record: Any, number: int, name: bytes, names: bytes, told: tuple[int | None, str]
) -> None:
    entries = entries_of([make_record(), make_record()])
    stream = io.BytesIO()
    head = TreeHead(size=2, root=tree_root(entry.leaf_hash for entry in entries))
    write_export(stream, head=head, entries=entries, exported_at=NOON)
    lines = stream.getvalue().splitlines(keepends=True)
    lines[number] = lines[number].replace(name, names, 1)
    assert codes(verify_export(io.BytesIO(b"".join(lines))))[0] == told


def test_wrong_sizes_in_the_header(lines: list[Members]) -> None:
    for size in (-1, 2**63):
        lines[0]["size"] = size
        assert codes(report_on(lines))[0] == (None, "header_malformed")


@pytest.mark.parametrize("member", ["index", "leaf", "columns", "salts", "disclosures"])
@pytest.mark.parametrize("value", ["?", [[]], {}, 1.5, None, 2**70])
def test_members_of_wrong_types_are_named(lines: list[Members], member: str, value: Any) -> None:
    lines[3][member] = value
    found = codes(report_on(lines))
    expected = "payload_missing" if member == "salts" and value is None else "entry_malformed"
    assert found[0] == (2, expected)
    del lines[3][member]
    assert codes(report_on(lines))[0] == (2, "entry_malformed")


def test_line_without_end_is_not_read(
    lines: list[Members], monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = max(len(json.dumps(line)) for line in lines) + 1
    monkeypatch.setattr(verify, "LINE_LIMIT", longest)
    assert report_on(lines).is_valid
    lines[3]["note"] = "x" * longest
    assert codes(report_on(lines))[0] == (2, "line_too_long")


def test_faults_are_bounded_and_counted(lines: list[Members]) -> None:
    for line in lines[1:]:
        line["columns"] |= COLUMNS
    report = report_on(lines, most_faults=3)
    assert len(report.faults) == 3
    assert report.omitted == len(COLUMNS) * SIZE - 3 - 1  # The campaign of entry 1 is null indeed.


def test_messages_are_bounded(lines: list[Members]) -> None:
    lines[3] = {"n" * 10_000: 1} | lines[3]
    assert all(len(fault.message) <= 300 for fault in report_on(lines).faults)


@given(position=st.floats(0, 1, exclude_max=True), junk=st.binary(min_size=1, max_size=4))
def test_damage_anywhere_never_raises_and_never_passes(
    make_record: Any, position: float, junk: bytes
) -> None:
    """Bytes overwritten anywhere leave either the same values or a fault."""
    lines = export_of(entries_of([make_record(number=n) for n in range(2)]))
    texts = [json.dumps(line).encode() + b"\n" for line in lines]
    header, text = texts[0], b"".join(texts[1:])
    at = int(position * len(text))
    damaged = text[:at] + junk + text[at + len(junk) :]
    report = verify_export(io.BytesIO(header + damaged))
    assert not report.is_valid or values(damaged) == values(text)


def values(text: bytes) -> list[Line]:
    return [msgspec.json.decode(line, type=Line) for line in text.splitlines()]


# --- documentation ----------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


def first_column(heading: str) -> set[str]:
    page = (ROOT / "docs" / "audit-log.md").read_text()
    table = page[page.index(heading) :].split("\n\n", 1)[0]
    return {
        word for row in table.splitlines() for word in re.findall(r"`(\w+)`", row.split("|")[1])
    }


def test_documented_faults_are_those_of_the_code() -> None:
    verifiers = [*(ROOT / "engine" / "audit").rglob("*.py"), ROOT / "api" / "cli" / "verify.py"]
    code = "".join(file.read_text() for file in verifiers)
    raised = re.findall(r'\bfault\(\s*[\w.]+,\s*"(\w+)"', code)
    of_heads = re.findall(r'setdefault\(\w+, \("(\w+)"', code)
    written = {*raised, *of_heads}
    assert first_column("| fault |") == written


def test_documented_members_are_those_of_the_formats(lines: list[Members]) -> None:
    leaf = json.loads(base64.b64decode(lines[1]["leaf"]))
    assert first_column("| member | value |\n|---|---|\n| `v`") == set(leaf)
    # `unread` is there where contents could not be opened, and nowhere else.
    assert first_column("| member | value |\n|---|---|\n| `index`") == {*lines[1], "unread"}
    assert first_column("| manifest | value |") == set(Manifest.__struct_fields__)


# --- receipts ---------------------------------------------------------------------------------


def test_proof_of_inclusion_recomputes_the_leaf_hash(make_record: Any) -> None:
    entries = entries_of([make_record() for _ in range(5)])
    leaves = [entry.leaf_hash for entry in entries]

    class Leaves:
        def read_hashes(self, subtrees: Any) -> list[bytes]:
            return [
                tree_root(leaves[s.index << s.level : (s.index + 1) << s.level]) for s in subtrees
            ]

    proof = InclusionProof(
        index=2,
        size=5,
        leaf_hash=leaves[2],
        hashes=prove_inclusion(size=5, index=2, reader=Leaves()),
    )
    proof.check(leaf=entries[2].leaf, root=tree_root(leaves))
    with pytest.raises(ProofError):
        proof.check(leaf=entries[3].leaf, root=tree_root(leaves))
    with pytest.raises(ProofError):
        proof.check(leaf=entries[2].leaf, root=tree_root(leaves[:4]))


def test_contents_that_are_here_are_not_unread(lines: list[dict[str, Any]]) -> None:
    lines[3]["unread"] = {"why": "their key is not here", "is_altered": False}
    assert (2, "entry_malformed") in codes(report_on(lines))
