"""Evidence: some decisions of a log in one ZIP file, with all it takes to check them offline.

    README.txt                      what this is, in plain words
    manifest.json                   `EvidenceManifest`: what is here
    checkpoint                      the signed checkpoint that all receipts lead to
    log.vkey                        the keys that signed it; trust one that you have from elsewhere
    receipts/<id>.tlog-proof        for each decision, its record and its proof (`log_proof`)
    decisions/<id>.input.json       what was submitted, as it was logged
    decisions/<id>.result.json      what was decided, as it was logged
    policies/<digest>.json          the texts of the policies that decided, by file name
    timestamp/…                     where there is one, a time stamp (`evidence_stamp`)

Members are stored, not compressed, in the order of their names, with one date: the same evidence
has the same bytes, and nothing in it can swell. Whatever else a file has is refused.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec
from msgspec import UNSET, UnsetType

from ..canonical import check_names
from ..checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ..checkpoints.note import NoteError, VerifierKey
from ..checkpoints.timestamp import Authority, Stamped
from ..entries.record import Envelope, read_envelope
from ..errors import RecordError
from ..export import Count
from ..faults import FAULT_LIMIT, VerificationFault, fault, gather
from ..verification.report import SignedReport
from ..verification.terms import terms_of
from .evidence_stamp import STAMP_MEMBERS, read_stamp
from .log_proof import verify_receipt
from .unsearched import unsearched_faults

MARK = b"PK\x03\x04"
"""How a ZIP file begins."""

MOST_DECISIONS = 1_000
"""The most decisions of one evidence."""

SIZE_LIMIT = 512 * 1024 * 1024
"""The most bytes of one evidence."""

README, MANIFEST, CHECKPOINT, KEYS = "README.txt", "manifest.json", "checkpoint", "log.vkey"

_FIXED = (README, MANIFEST, CHECKPOINT, KEYS)
_MOST_MEMBERS = len(_FIXED) + len(STAMP_MEMBERS) + 4 * MOST_DECISIONS
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"README\.txt|manifest\.json|checkpoint|log\.vkey|receipts/{_ID}\.tlog-proof"
    rf"|decisions/{_ID}\.(?:input|result)\.json|policies/[0-9a-f]{{64}}\.json"
    r"|timestamp/(?:checkpoint|checkpoint\.tsr|consistency)"
)
_BROKEN = (BadZipFile, EOFError, IndexError, RuntimeError, ValueError, struct.error)
"""What `zipfile` raises of files that were made up: names that are no UTF-8, fields cut short."""

_ENCRYPTED, _DESCRIBED = 0x1, 0x8
_HEADER = struct.Struct("<4s5H3I2H")
_HEADER_SIZE, _DESCRIPTION_SIZE, _LISTED_SIZE, _END_SIZE = _HEADER.size, 16, 46, 22
"""The bytes of a ZIP file beside names and contents (APPNOTE 6.3.10, §4.3.7 to §4.3.16)."""

_DATE = (1980, 1, 1, 0, 0, 0)
_DIGEST = "sha256:"


class DecisionReference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision, by its id and its place in the log."""

    id: str
    index: Count


class EvidenceManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an evidence has: these members and no others.

    `filters` are those that the decisions were found by, None where they were named; `erased` are
    the decisions of which nothing is left to show. `files` has the SHA-256 of every other member.
    Before the entry `unsearched`, some decisions may meet the filters and are not here
    (`unsearched`); a manifest of an earlier version does not say.
    """

    assent_evidence: Literal[1]
    size: Count
    filters: dict[str, Any] | None
    decisions: tuple[DecisionReference, ...]
    erased: tuple[DecisionReference, ...]
    files: dict[str, str]
    unsearched: Count | UnsetType = UNSET


_READ_MANIFEST = msgspec.json.Decoder(EvidenceManifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReport(SignedReport):
    """What was found of an evidence; the manifest is None where it could not be read.

    `assumed` has, by their ids, the decisions that were made as if launched on another day.
    """

    manifest: EvidenceManifest | None
    stamped: Stamped | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)


def receipt_name(decision_id: str) -> str:
    """Return the name of the receipt of a decision."""
    return f"receipts/{decision_id}.tlog-proof"


def content_names(decision_id: str) -> tuple[str, str]:
    """Return the names of the input and the result of a decision."""
    return f"decisions/{decision_id}.input.json", f"decisions/{decision_id}.result.json"


def policies_name(digest: str) -> str:
    """Return the name of the policies of a digest."""
    return f"policies/{digest.removeprefix(_DIGEST)}.json"


def write_evidence(
    stream: BinaryIO,
    members: Mapping[str, bytes],
    manifest: Callable[[dict[str, str]], EvidenceManifest],
) -> EvidenceManifest:
    """Write an evidence, and return its manifest, which gets the digests of its members.

    `manifest` returns an `EvidenceManifest` for the digests of `members` by name.
    """
    digests = {name: hashlib.sha256(members[name]).hexdigest() for name in sorted(members)}
    made = manifest(digests)
    text = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    contents = {**members, MANIFEST: text}
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for name in sorted(contents):
            info = ZipInfo(name, date_time=_DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, contents[name])
    return made


def verify_evidence(
    stream: BinaryIO,
    known: Sequence[VerifierKey],
    *,
    authority: Authority | None = None,
    most_faults: int = FAULT_LIMIT,
) -> EvidenceReport:
    """Return what is right and wrong about an evidence; the stream can be sought in.

    Where an authority is given, it must have stamped the log.
    One member is in memory at a time. Raises `OSError` as the stream does, and nothing else.
    """
    reading = _EvidenceVerifier(known=known, authority=authority)
    faults, omitted = gather(reading.faults(stream), most_faults)
    return EvidenceReport(
        manifest=reading.manifest,
        checkpoint=reading.checkpoint,
        faults=faults,
        omitted=omitted,
        stamped=reading.stamped,
        assumed=reading.assumed,
    )


class _Refused(Exception):  # noqa: N818 - the house names what happened.
    """The file is none that could be looked into safely; the message says why."""


@dataclass(slots=True, kw_only=True)
class _EvidenceVerifier:
    """What was found in an evidence so far."""

    known: Sequence[VerifierKey]
    authority: Authority | None
    manifest: EvidenceManifest | None = None
    stamped: Stamped | None = None
    checkpoint: SignedCheckpoint | None = None
    wanted: set[str] = field(default_factory=lambda: set(_FIXED))
    assumed: dict[str, str] = field(default_factory=dict)

    def faults(self, stream: BinaryIO) -> Iterator[VerificationFault]:
        try:
            with _opened(stream) as archive:
                _check_members(archive, stream)
                yield from self._archive_faults(archive)
        except _Refused as error:
            yield fault(None, "evidence_malformed", f"this is no evidence: {error}")

    def _archive_faults(self, archive: ZipFile) -> Iterator[VerificationFault]:
        try:
            text = _content(archive, MANIFEST)
            manifest = _READ_MANIFEST.decode(text)
            check_names(text)
        except (ValueError, RecursionError) as error:
            raise _Refused(f"its manifest cannot be read: {error}") from error
        self.manifest = manifest
        yield from _digest_faults(archive, manifest)
        yield from _reference_faults(manifest)
        yield from unsearched_faults(
            manifest.unsearched, filters=manifest.filters, size=manifest.size
        )
        yield from self._checkpoint_faults(archive, manifest)
        yield from self._stamp_faults(archive)
        for named in manifest.decisions:
            if receipt_name(named.id) not in self.wanted:
                yield from self._decision_faults(archive, named)
        for name in sorted(set(archive.namelist()) - self.wanted):
            yield fault(None, "file_unexpected", f"`{name}` belongs to no decision")

    def _checkpoint_faults(
        self, archive: ZipFile, manifest: EvidenceManifest
    ) -> Iterator[VerificationFault]:
        try:
            self.checkpoint = open_checkpoint(_content(archive, CHECKPOINT), self.known)
        except NoteError as error:
            yield fault(None, "checkpoint_refused", str(error))
            return
        if self.checkpoint.head.size < manifest.size:
            told = "the checkpoint is of a smaller log than the one that was searched"
            yield fault(None, "size_differs", told)

    def _stamp_faults(self, archive: ZipFile) -> Iterator[VerificationFault]:
        here = [name for name in STAMP_MEMBERS if name in archive.namelist()]
        self.wanted.update(here)
        if self.checkpoint is None:  # What is wrong with it is told.
            return
        members = {name: _content(archive, name) for name in here}
        found = read_stamp(members, self.checkpoint, self.known, self.authority)
        if isinstance(found, VerificationFault):
            yield found
        else:
            self.stamped = found

    def _decision_faults(
        self, archive: ZipFile, named: DecisionReference
    ) -> Iterator[VerificationFault]:
        receipt = receipt_name(named.id)
        self.wanted |= {receipt, *content_names(named.id)}
        if receipt not in archive.namelist():
            yield fault(named.index, "file_missing", f"`{receipt[:80]}` is not there")
            return
        report = verify_receipt(_content(archive, receipt), self.known)
        yield from report.faults
        line = report.line
        if line is None:  # The receipt's faults name it.
            return
        if line.columns is None:
            yield fault(named.index, "decision_missing", "the receipt is that of an act")
            return
        terms = terms_of(line)
        if terms is not None and terms.as_if_launched is not None:
            self.assumed[named.id] = terms.as_if_launched
        if (line.index, line.columns.decision_id) != (named.index, named.id):
            yield fault(named.index, "index_differs", "the receipt is that of another decision")
        if (
            report.checkpoint is not None
            and self.checkpoint is not None
            and report.checkpoint.head != self.checkpoint.head
        ):
            yield fault(named.index, "root_differs", "the receipt is by another checkpoint")
        for name, content in zip(content_names(named.id), (line.input, line.result), strict=True):
            if content is None or _content(archive, name) != content:
                told = f"`{name}` is not what the receipt proves"
                yield fault(named.index, "contents_differ", told)
        yield from self._policy_faults(archive, named.index, line.leaf)

    def _policy_faults(
        self, archive: ZipFile, index: int, leaf: bytes
    ) -> Iterator[VerificationFault]:
        try:
            envelope: Envelope = read_envelope(leaf)
        except RecordError:  # The receipt's faults name it.
            return
        digest = envelope.policy_set.digest
        name = policies_name(digest)
        if name in self.wanted:
            return
        self.wanted.add(name)
        if name not in archive.namelist():
            yield fault(index, "policies_missing", f"the policies `{digest[:80]}` are not here")
        elif _DIGEST + hashlib.sha256(_content(archive, name)).hexdigest() != digest:
            told = f"`{name}` has other policies than those that decided"
            yield fault(index, "policies_differ", told)


def _check_members(archive: ZipFile, stream: BinaryIO) -> None:
    """Refuse what could lead elsewhere, swell, or be read in two ways. Raises `_Refused`."""
    size = stream.seek(0, 2)
    members = archive.infolist()
    if size > SIZE_LIMIT or len(members) > _MOST_MEMBERS:
        raise _Refused(f"it is larger than {SIZE_LIMIT:,} bytes, or has too many members")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise _Refused("it has two members of one name")
    for member in members:
        _check_member(member, stream, size)
    for name in _FIXED:
        if name not in names:
            raise _Refused(f"it has no `{name}`")
    if size != sum(map(_size_of, members)) + _END_SIZE:
        raise _Refused("it has bytes that belong to no member: it can be read as something else")


def _check_member(member: ZipInfo, stream: BinaryIO, size: int) -> None:
    if not _NAME.fullmatch(member.filename):
        raise _Refused("it has a member that no evidence has")
    if member.compress_type != ZIP_STORED or member.flag_bits & _ENCRYPTED:
        raise _Refused(f"`{member.filename}` is compressed or encrypted")
    if not 0 <= member.header_offset < size:  # Some files would refuse to look there.
        raise _Refused(f"`{member.filename}` lies outside of it")
    if not _is_headed(member, stream):
        raise _Refused(f"`{member.filename}` is another member than the archive lists")


def _is_headed(member: ZipInfo, stream: BinaryIO) -> bool:
    """Whether the header in front of a member says what the list says, which others go by."""
    stream.seek(member.header_offset)
    text = stream.read(_HEADER.size + len(member.filename))
    if len(text) != _HEADER.size + len(member.filename):
        return False
    told = member.CRC, member.file_size, member.file_size
    if member.flag_bits & _DESCRIBED:  # They stand behind it.
        told = 0, 0, 0
    mark, _, flags, method, _, _, *found, named, extra = _HEADER.unpack_from(text)
    return (mark, flags, method, tuple(found), named, extra, text[_HEADER.size :]) == (
        *(MARK, member.flag_bits, ZIP_STORED, told, len(member.filename), 0),
        member.filename.encode(),
    )


def _size_of(member: ZipInfo) -> int:
    """Return the bytes that a stored member takes: its header, content and place in the list."""
    described = _DESCRIPTION_SIZE if member.flag_bits & _DESCRIBED else 0
    return _HEADER_SIZE + _LISTED_SIZE + 2 * len(member.filename) + member.file_size + described


def _digest_faults(archive: ZipFile, manifest: EvidenceManifest) -> Iterator[VerificationFault]:
    names = set(archive.namelist()) - {MANIFEST}
    for name in sorted(names | set(manifest.files)):
        if name not in names:
            yield fault(None, "file_missing", f"`{name[:80]}` is not there")
        elif hashlib.sha256(_content(archive, name)).hexdigest() != manifest.files.get(name):
            yield fault(None, "file_differs", f"`{name}` is not what the manifest says")


def _reference_faults(manifest: EvidenceManifest) -> Iterator[VerificationFault]:
    """Yield which decisions cannot be as the manifest names them, shown or erased."""
    seen = set[str | int]()
    for named in (*manifest.decisions, *manifest.erased):
        if not seen.isdisjoint((named.id, named.index)):
            yield fault(named.index, "index_differs", "the manifest names a decision twice")
        if named.index >= manifest.size:
            told = "the manifest names a decision beyond the log that was searched"
            yield fault(named.index, "size_differs", told)
        seen |= {named.id, named.index}


def _opened(stream: BinaryIO) -> ZipFile:
    """Return a file as an archive. Raises `_Refused` where it is none, and `OSError`."""
    try:
        return ZipFile(stream)
    except _BROKEN as error:
        raise _Refused(f"it is no archive that can be read: {error}") from error


def _content(archive: ZipFile, name: str) -> bytes:
    """Return a member, nothing where there is none. Raises `_Refused` where it is broken."""
    if name not in archive.namelist():
        return b""
    try:
        return archive.read(name)
    except _BROKEN as error:
        raise _Refused(f"`{name}` cannot be read: {error}") from error
