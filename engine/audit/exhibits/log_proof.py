"""A receipt that proves itself: C2SP tlog-proof, the file `.tlog-proof`.

    c2sp.org/tlog-proof@v1
    extra <base64>
    index <decimal>
    <base64 of a hash>          a line for each, the sibling of the leaf first
                                an empty line
    <checkpoint>                to the end

`extra` is no part of what the format proves. Here it is the entry's line of an export
(`audit.export.Line`): the leaf, and what opens the digests in it. The leaf is proved by its hash,
and everything else by the leaf. Whoever has the log's public key needs nothing more.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from ..checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ..checkpoints.cosignature import Cosignature, WitnessPolicy
from ..checkpoints.note import NoteError, VerifierKey
from ..export import Line
from ..faults import FAULT_LIMIT, VerificationFault, fault, gather
from ..merkle.tree import ProofError, leaf_hash, verify_inclusion
from ..verification.entry_check import entry_faults, lacks_contents, leaf_or_fault
from ..verification.report import SignedReport

MARK = b"c2sp.org/tlog-proof@v1\n"
"""How a receipt begins."""

PROOF_LIMIT = 128 * 1024 * 1024
"""The most bytes of a receipt that are read."""

_READ_LINE = msgspec.json.Decoder(Line)
_PROOF = re.compile(
    rb"c2sp\.org/tlog-proof@v1\n"
    rb"(?:extra (?P<extra>[A-Za-z0-9+/=]*)\n)?"
    rb"index (?P<index>0|[1-9][0-9]{0,18})\n"
    rb"(?P<hashes>(?:[A-Za-z0-9+/]{43}=\n){0,63})"
    rb"\n(?P<checkpoint>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """That an entry is in the log of a checkpoint, and what the entry is."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Return what a file says; nothing of it is verified. Raises `ValueError`."""
        found = _PROOF.fullmatch(content)
        if found is None:
            raise ValueError("the file is no proof of c2sp.org/tlog-proof@v1")
        hashes = tuple(map(_bytes_of, found["hashes"].split()))
        return cls(
            index=int(found["index"]),
            hashes=hashes,
            checkpoint=found["checkpoint"],
            extra=_bytes_of(found["extra"] or b""),
        )

    def encode(self) -> bytes:
        """Return the file."""
        lines = [
            b"extra " + b64encode(self.extra),
            b"index %d" % self.index,
            *map(b64encode, self.hashes),
        ]
        return MARK + b"\n".join([*lines, b"", self.checkpoint])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReport(SignedReport):
    """What a receipt says and what is wrong with it; its line is None where it cannot be read."""

    line: Line | None


def verify_receipt(
    content: bytes, known: Sequence[VerifierKey], *, policy: WitnessPolicy | None = None
) -> ReceiptReport:
    """Return what is right and wrong about a receipt; never raises.

    The checkpoint must be signed by a known key and cosigned as the policy demands, the proof must
    lead to its root, and the entry must be whole: what opens the leaf's digests, and the columns,
    are what the leaf says.
    """
    reading = _ReceiptVerifier(known=known, policy=policy)
    faults, omitted = gather(reading.faults(content), FAULT_LIMIT)
    return ReceiptReport(
        line=reading.line,
        checkpoint=reading.checkpoint,
        faults=faults,
        omitted=omitted,
        cosignatures=reading.cosignatures,
    )


@dataclass(slots=True, kw_only=True)
class _ReceiptVerifier:
    """What was found in a receipt so far."""

    known: Sequence[VerifierKey]
    policy: WitnessPolicy | None
    line: Line | None = None
    checkpoint: SignedCheckpoint | None = None
    cosignatures: tuple[Cosignature, ...] = ()

    def faults(self, content: bytes) -> Iterator[VerificationFault]:
        try:
            proof = LogProof.read(content)
        except ValueError as error:
            yield fault(None, "proof_malformed", str(error))
            return
        try:
            self.checkpoint = open_checkpoint(proof.checkpoint, self.known)
        except NoteError as error:
            yield fault(None, "checkpoint_refused", str(error))
        if self.checkpoint is not None and self.policy is not None:
            witnessed = self.policy.review(self.checkpoint.note)
            self.cosignatures = witnessed.cosignatures
            yield from witnessed.faults
        try:
            self.line = _line_of(proof.extra)
        except (ValueError, RecursionError) as error:
            yield fault(proof.index, "entry_malformed", f"this is not an entry of a log: {error}")
            return
        if self.line.index != proof.index:
            yield fault(proof.index, "index_differs", f"the entry is that of {self.line.index}")
        if self.checkpoint is not None:
            yield from _inclusion_faults(proof, self.line, self.checkpoint)
        yield from entry_faults(self.line, leaf_or_fault(self.line.index, self.line.leaf))
        # A receipt is to prove what it shows: in an export, contents may have been left unread.
        if lacks_contents(self.line) or self.line.unread is not None:
            yield fault(proof.index, "payload_missing", "the receipt does not have the contents")


def _inclusion_faults(
    proof: LogProof, line: Line, checkpoint: SignedCheckpoint
) -> Iterator[VerificationFault]:
    try:
        verify_inclusion(
            size=checkpoint.head.size,
            root=checkpoint.head.root,
            index=proof.index,
            leaf=leaf_hash(line.leaf),
            proof=proof.hashes,
        )
    except ProofError as error:
        yield fault(proof.index, "inclusion_refused", f"the entry is not in this log: {error}")


def _line_of(extra: bytes) -> Line:
    line = _READ_LINE.decode(extra)
    if msgspec.json.encode(line) != extra:
        raise ValueError("it is spelled in another way than the log spells it")
    return line


def _bytes_of(text: bytes) -> bytes:
    try:
        value = b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError("the proof has base64 that is none") from error
    if b64encode(value) != text:
        raise ValueError("the proof has base64 in another spelling")
    return value
