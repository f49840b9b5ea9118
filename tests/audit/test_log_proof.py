"""Receipts that prove themselves, and every way in which one does not."""

import base64
import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.entries.record import seal
from engine.audit.exhibits.log_proof import MARK, LogProof, ReceiptReport, verify_receipt
from engine.audit.export import line_of
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import Subtree, TreeHead, prove_inclusion, tree_root
from tests.audit.conftest import NOON, _make_record
from tests.audit.published import KEY, OTHER_KEY

SIZE, INDEX = 7, 4
RECORDS = [_make_record(number=number) for number in range(SIZE)]
ENTRIES, _HEAD = sequence(LogHead(), [seal(record) for record in RECORDS], NOON)
HASHES = [entry.leaf_hash for entry in ENTRIES]
HEAD = TreeHead(size=SIZE, root=tree_root(HASHES))
KNOWN = [KEY.verifier]


class _Reader:
    def read_hashes(self, subtrees: Any) -> list[bytes]:
        return [self._read(each) for each in subtrees]

    def _read(self, subtree: Subtree) -> bytes:
        first = subtree.index << subtree.level
        return tree_root(HASHES[first : first + (1 << subtree.level)])


def proof(index: int = INDEX) -> LogProof:
    return LogProof(
        index=index,
        hashes=prove_inclusion(size=SIZE, index=index, reader=_Reader()),
        checkpoint=sign_checkpoint(HEAD, [KEY]).note,
        extra=msgspec.json.encode(line_of(ENTRIES[index])),
    )


def codes(report: ReceiptReport) -> list[str]:
    return [fault.code for fault in report.faults]


def test_the_file_is_as_the_format_says() -> None:
    lines = proof().encode().decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == f"index {INDEX}"
    assert [len(base64.b64decode(line)) for line in lines[3:6]] == [32] * 3
    assert lines[6:9] == ["", KEY.name, str(SIZE)]


@pytest.mark.parametrize("index", range(SIZE))
def test_every_entry_has_a_receipt(index: int) -> None:
    report = verify_receipt(proof(index).encode(), KNOWN)
    assert (codes(report), report.is_valid) == ([], True)
    assert report.line is not None
    assert report.line.columns is not None
    assert report.line.columns.decision_id == RECORDS[index].decision_id
    assert report.checkpoint is not None
    assert report.checkpoint.head == HEAD


def test_the_only_entry_of_a_log() -> None:
    alone = LogProof(
        index=0,
        hashes=(),
        checkpoint=sign_checkpoint(TreeHead(size=1, root=HASHES[0]), [KEY]).note,
        extra=msgspec.json.encode(line_of(ENTRIES[0])),
    )
    assert codes(verify_receipt(alone.encode(), KNOWN)) == []


def _with(**changes: Any) -> bytes:
    members = {name: getattr(proof(), name) for name in ("index", "hashes", "checkpoint", "extra")}
    return LogProof(**(members | changes)).encode()


def _line(**changes: Any) -> bytes:
    return msgspec.json.encode(json.loads(proof().extra) | changes)


COLUMNS: dict[str, Any] = json.loads(proof().extra)["columns"]
LEAF = base64.b64encode(ENTRIES[INDEX].leaf.replace(b'"deny"', b'"allow"')).decode()
INPUT = base64.b64encode(b"another").decode()


ERASED: dict[str, Any] = {
    "columns": COLUMNS | {"campaign": None, "actor": None, "rules": [], "facets": []},
    "input": None,
    "result": None,
    "salts": None,
    "disclosures": [],
}

FORGED: dict[str, Any] = ERASED | {
    "columns": COLUMNS | {"campaign": "somebody else's", "actor": "nobody"},
    "unread": {"why": "", "is_altered": False},
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["proof_malformed"]),
        (proof().encode()[1:], ["proof_malformed"]),
        (proof().encode().replace(b"\n\n", b"\n", 1), ["proof_malformed"]),
        (proof().encode().replace(b"index 4", b"index 04"), ["proof_malformed"]),
        (MARK + b"extra A\nindex 0\n\nx", ["proof_malformed"]),
        (MARK + b"index 0\n" + b"A" * 42 + b"B=\n\nx", ["proof_malformed"]),
        (_with(checkpoint=b"nonsense\n"), ["checkpoint_refused"]),
        (_with(checkpoint=sign_checkpoint(HEAD, [OTHER_KEY]).note), ["checkpoint_refused"]),
        (_with(extra=b""), ["entry_malformed"]),
        (_with(extra=b"{}"), ["entry_malformed"]),
        (_with(extra=b"[" * 100_000), ["entry_malformed"]),
        (_with(index=5), ["index_differs", "inclusion_refused"]),
        (_with(index=SIZE), ["index_differs", "inclusion_refused"]),
        (_with(hashes=()), ["inclusion_refused"]),
        (_with(hashes=proof().hashes[::-1]), ["inclusion_refused"]),
        (_with(extra=_line(index=5)), ["index_differs"]),
        (
            _with(extra=_line(leaf=LEAF)),
            ["inclusion_refused", "leaf_hash_differs", "leaf_contradicts_result"],
        ),
        (_with(extra=_line(input=INPUT)), ["input_differs"]),
        (_with(extra=_line(input=None)), ["payload_missing"]),
        (_with(extra=_line(columns=COLUMNS | {"outcome": "allow"})), ["column_differs"]),
        (_with(extra=_line(disclosures=[])), ["disclosure_missing"]),
        (_with(extra=_line(**ERASED)), ["payload_missing"]),
        (_with(extra=_line(**FORGED)), ["payload_missing"]),
    ],
)
def test_spoiled_receipts(content: bytes, expected: list[str]) -> None:
    report = verify_receipt(content, KNOWN)
    assert codes(report)[: len(expected)] == expected
    assert not report.is_valid


def test_root_of_another_log() -> None:
    other = sign_checkpoint(TreeHead(size=SIZE, root=bytes(32)), [KEY]).note
    assert codes(verify_receipt(_with(checkpoint=other), KNOWN)) == ["inclusion_refused"]


@given(st.integers(0, 8 * len(proof().encode()) - 1))
@example(9680)
def test_whatever_bit_is_flipped_the_receipt_is_refused(bit: int) -> None:
    """Every one-bit change of a receipt is refused, but for those of signatures of strangers.

    The example changes a bit of base64 that no byte is made of.
    """
    content = bytearray(proof().encode())
    content[bit // 8] ^= 1 << bit % 8
    assert not verify_receipt(bytes(content), KNOWN).is_valid
