"""Evidence that somebody made up: what it does not prove is named, and no file makes it raise."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import msgspec
import pytest

from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.entries.acts import PolicyChange, Transition
from engine.audit.entries.record import seal
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.exhibits.evidence import (
    CHECKPOINT,
    KEYS,
    MANIFEST,
    README,
    DecisionReference,
    EvidenceManifest,
    content_names,
    policies_name,
    receipt_name,
    verify_evidence,
    write_evidence,
)
from engine.audit.exhibits.log_proof import LogProof
from engine.audit.export import Line, UnreadContents, line_of
from engine.audit.log import LogHead, sequence
from engine.audit.merkle.tree import TreeHead
from tests.audit.conftest import NOON, _make_record
from tests.audit.published import KEY

POLICIES = b'{"minors.policy":"module minors"}'
DIGEST = f"sha256:{hashlib.sha256(POLICIES).hexdigest()}"
IMPORTED = PolicyChange(
    entries=(),
    transition=Transition.IMPORT,
    policy_set="acme",
    digest=DIGEST,
    actor="administrator",
    in_force_from=NOON,
)
DECIDED = _make_record(policy_set={"name": "acme", "version": None, "digest": DIGEST})
ENTRIES, HEAD = sequence(LogHead(), [seal_act(IMPORTED), seal(DECIDED)], NOON)
NOTE = sign_checkpoint(TreeHead(size=2, root=HEAD.frontier.root()), [KEY]).note
ACT, DECISION = (line_of(entry) for entry in ENTRIES)


def receipt(line: Line) -> bytes:
    sibling = ENTRIES[1 - line.index].leaf_hash
    return LogProof(
        index=line.index, hashes=(sibling,), checkpoint=NOTE, extra=msgspec.json.encode(line)
    ).encode()


def evidence(
    line: Line, *named: DecisionReference, contents: Mapping[str, bytes] | None = None
) -> bytes:
    """Return evidence of one decision, with a line in its receipt that need not be its own."""
    before, after = content_names(DECIDED.decision_id)
    members = {
        README: b"read me",
        CHECKPOINT: NOTE,
        KEYS: f"{KEY.verifier}\n".encode(),
        receipt_name(DECIDED.decision_id): receipt(line),
        before: DECISION.input or b"",
        after: DECISION.result or b"",
        policies_name(DIGEST): POLICIES,
    }
    made, stream = members | dict(contents or {}), io.BytesIO()
    decisions = named or (DecisionReference(id=DECIDED.decision_id, index=line.index),)
    write_evidence(
        stream,
        made,
        lambda files: EvidenceManifest(
            assent_evidence=1, size=2, filters=None, decisions=decisions, erased=(), files=files
        ),
    )
    return stream.getvalue()


def codes(content: bytes) -> set[str]:
    return {each.code for each in verify_evidence(io.BytesIO(content), [KEY.verifier]).faults}


WHOLE = evidence(DECISION)


def test_what_is_as_it_was_logged_is_verified() -> None:
    assert codes(WHOLE) == set()


def test_contents_that_the_receipt_does_not_have_are_not_proved() -> None:
    nothing = msgspec.structs.replace(
        DECISION,
        input=None,
        result=None,
        salts=None,
        disclosures=(),
        unread=UnreadContents(why="", is_altered=False),
    )
    before, after = content_names(DECIDED.decision_id)
    forged = {before: b"", after: b""}
    assert codes(evidence(nothing, contents=forged)) == {"payload_missing", "contents_differ"}


def test_an_act_is_shown_as_no_decision() -> None:
    before, after = content_names(DECIDED.decision_id)
    forged = {before: b'{"campaign": {}}', after: b'{"decision": "allow"}'}
    assert codes(evidence(ACT, contents=forged)) == {"decision_missing", "file_unexpected"}


def test_one_decision_counts_once() -> None:
    named = DecisionReference(id=DECIDED.decision_id, index=1)
    assert codes(evidence(DECISION, named, named)) == {"index_differs"}
    assert codes(manifested(erased=(named,))) == {"index_differs"}


def manifested(**members: object) -> bytes:
    """Return evidence with a manifest that has something else."""
    stream = io.BytesIO()
    with ZipFile(io.BytesIO(WHOLE)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist() if name != MANIFEST}
        text = archive.read(MANIFEST)
    write_evidence(
        stream,
        contents,
        lambda _: msgspec.structs.replace(
            msgspec.json.decode(text, type=EvidenceManifest), **members
        ),
    )
    return stream.getvalue()


def test_what_lies_beyond_what_was_searched_is_named() -> None:
    assert codes(manifested(size=1)) == {"size_differs"}
    beyond = DecisionReference(id="x", index=2)
    assert codes(manifested(erased=(beyond,))) == {"size_differs"}


def test_a_manifest_that_says_two_things_is_refused() -> None:
    once, twice = b'"erased": []', b'"erased": [], "erased": []'
    with ZipFile(io.BytesIO(WHOLE)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name), content.replace(once, twice))
    (fault,) = verify_evidence(io.BytesIO(stream.getvalue()), [KEY.verifier]).faults
    assert fault.code == "evidence_malformed"
    assert "an object has the member `erased` twice" in fault.message


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n" + WHOLE,
        WHOLE + b"and all was lawful",
        WHOLE[:-2] + b"\x03\x00yes",  # As the comment of the archive.
    ],
)
def test_file_that_reads_as_something_else_too_is_refused(content: bytes) -> None:
    (fault,) = verify_evidence(io.BytesIO(content), [KEY.verifier]).faults
    assert (fault.code, "belong to no member" in fault.message) == ("evidence_malformed", True)


CENTRAL = WHOLE.find(b"PK\x01\x02")
END = WHOLE.find(b"PK\x05\x06")


@pytest.mark.parametrize(
    "edits",
    [
        {CENTRAL + 8: b"\x00\x08", CENTRAL + 46: b"\xff"},  # A name that is said to be UTF-8.
        {END + 16: b"\xff\xff\xff\x7f"},  # Members that lie in front of the file.
        {8: b"\x08"},  # A header that says that a member is compressed,
        {18: b"\x01\x00\x00\x00\x01"},  # that it is shorter,
        {30: b"r"},  # and that it has another name.
    ],
)
def test_archive_that_was_made_up_is_a_fault(edits: Mapping[int, bytes], tmp_path: Path) -> None:
    spoilt, file = bytearray(WHOLE), tmp_path / "evidence.zip"
    for place, content in edits.items():
        spoilt[place : place + len(content)] = content
    file.write_bytes(spoilt)
    with file.open("rb") as stream:
        (fault,) = verify_evidence(stream, [KEY.verifier]).faults
    assert fault.code == "evidence_malformed"
