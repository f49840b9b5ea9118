"""The manifest of a file of recorded decisions: what is in it, as of which signed log.

A JSON object (RFC 8259) that lies beside the file. It names the filters, the size and the root of
the log that was searched, before which entry some decisions could not be, a signed checkpoint with
the proof that its log extends that one (RFC 6962 §2.1.2), the columns, and the length and SHA-256
of the file. `verify_records` checks all of it with the log's public key, and needs no server.

The manifest itself is not signed, and columns are no proof: that a row is what the log has, its
receipt shows (`audit.exhibits.log_proof`).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import msgspec
from msgspec import UNSET, UnsetType

from ..canonical import check_names
from ..checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ..checkpoints.note import NoteError, VerifierKey
from ..export import Count
from ..faults import FAULT_LIMIT, VerificationFault, fault, gather, misread
from ..merkle.tree import EMPTY_TREE, ProofError, TreeHead, verify_consistency
from ..verification.report import SignedReport
from .unsearched import unsearched_faults

MARK = b'{\n  "assent_records":'
"""How a manifest begins."""

MANIFEST_ENDING = ".manifest.json"
"""What the name of a manifest has behind that of its file."""

MANIFEST_LIMIT = 4 * 1024 * 1024
"""The most bytes of a manifest that are read."""

_PIECE = 1024 * 1024


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column, and what it means."""

    name: str
    meaning: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members of a manifest: these and no others.

    `length` and `sha256` (hexadecimal) are those of the file, in bytes and of them. Before the
    entry `unsearched`, some decisions may meet the filters and are not in the file (`unsearched`);
    a manifest of an earlier version does not say.
    """

    assent_records: Literal[1]
    file: str
    format: Literal["csv", "ndjson", "parquet"]
    count: Count
    length: Count
    sha256: str
    filters: dict[str, Any]
    size: Count
    root: bytes
    consistency: tuple[bytes, ...]
    checkpoint: str
    columns: tuple[Column, ...]
    made_at: str
    unsearched: Count | UnsetType = UNSET

    def encode(self) -> bytes:
        """Return the manifest as its file has it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


_READ = msgspec.json.Decoder(Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsReport(SignedReport):
    """What a manifest says and what is wrong with it, or with its file."""

    manifest: Manifest | None


def read_manifest(content: bytes) -> Manifest:
    """Return what a manifest says; nothing of it is verified. Raises `ValueError`.

    Its file is one beside it: a name that leads elsewhere is refused.
    """
    try:
        manifest = _READ.decode(content)
        check_names(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(misread(error)) from error
    name = manifest.file
    if name in {"", ".", ".."} or not name.isprintable() or "/" in name or "\\" in name:
        raise ValueError("its file is none beside it")
    return manifest


def verify_records(
    manifest: Manifest, stream: BinaryIO | None, known: Sequence[VerifierKey]
) -> RecordsReport:
    """Return what is right and wrong about a manifest and its file, None where there is none.

    The file is read once, a megabyte at a time. Raises `OSError` as the stream does.
    """
    checkpoint: SignedCheckpoint | None = None
    found: list[VerificationFault] = []
    try:
        checkpoint = open_checkpoint(manifest.checkpoint.encode(), known)
    except NoteError as error:
        found.append(fault(None, "checkpoint_refused", str(error)))
    if checkpoint is not None:
        found += _growth_faults(manifest, checkpoint.head)
    found += unsearched_faults(manifest.unsearched, filters=manifest.filters, size=manifest.size)
    found += _file_faults(manifest, stream)
    faults, omitted = gather(found, FAULT_LIMIT)
    return RecordsReport(manifest=manifest, checkpoint=checkpoint, faults=faults, omitted=omitted)


def _growth_faults(manifest: Manifest, head: TreeHead) -> Iterator[VerificationFault]:
    if manifest.size == 0:
        if manifest.root != EMPTY_TREE.root():
            yield fault(None, "root_differs", "the root is not that of an empty log")
        return
    try:
        verify_consistency(
            size=head.size,
            root=head.root,
            old_size=manifest.size,
            old_root=manifest.root,
            proof=manifest.consistency,
        )
    except ProofError as error:
        told = f"the signed log does not extend the one that was searched: {error}"
        yield fault(None, "root_differs", told)


def _file_faults(manifest: Manifest, stream: BinaryIO | None) -> Iterator[VerificationFault]:
    if stream is None:
        yield fault(None, "file_missing", f"`{manifest.file}` is not beside its manifest")
        return
    digest, length = hashlib.sha256(), 0
    while piece := stream.read(_PIECE):
        digest.update(piece)
        length += len(piece)
    if length != manifest.length:
        told = f"`{manifest.file}` has {length:,} bytes, and should have {manifest.length:,}"
        yield fault(None, "file_differs", told)
    elif digest.hexdigest() != manifest.sha256:
        yield fault(None, "file_differs", f"`{manifest.file}` has other contents than were written")
