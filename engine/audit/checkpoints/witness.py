"""The client side of the witness protocol: C2SP tlog-witness v1.0.0, `add-checkpoint`.

The log sends the size that the witness last saw, a consistency proof from there, and the new
checkpoint. A witness at another size answers with it, and the log tries again from there.

The log verifies each proof before it sends it. A witness that refuses one therefore has another
history of this log, and is `Forked`. So is a witness that has cosigned more entries than the log
has signed. Neither is proof, since witnesses are not trusted; both need a person to investigate,
with the saved request and response.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TypeAlias

from .checkpoint import SignedCheckpoint
from .cosignature import Cosignature, WitnessKey, open_cosignatures
from .note import NoteError, read_note

ANSWER_LIMIT = 64 * 1024
"""The most bytes of an answer that are read."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A witness: the key that is believed, and the prefix of the address that it answers at."""

    key: WitnessKey
    url: str

    @property
    def address(self) -> str:
        """Where checkpoints are sent."""
        return f"{self.url.rstrip('/')}/add-checkpoint"

    def __str__(self) -> str:
        """Return the witness as the settings write it."""
        return f"{self.key} {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What is sent: the proof leads from the tree of `old_size` to that of the checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: SignedCheckpoint

    def encode(self) -> bytes:
        """Return the body of the request."""
        lines = [b"old %d" % self.old_size, *map(b64encode, self.proof), b""]
        return b"\n".join([*lines, self.checkpoint.note])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """The witness has cosigned, and its cosignature was verified."""

    cosignature: Cosignature


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """The witness is at another size than the proof begins at."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """The witness has another history of this log; `reason` says how that shows."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """There is no cosignature; `reason` says why, and what its operator can do."""

    reason: str


Answer: TypeAlias = Cosigned | Stale | Forked | Refused


def read_answer(sent: Submission, witness: WitnessKey, status: int, body: bytes) -> Answer:
    """Return what an answer means."""
    head = sent.checkpoint.head
    match status:
        case 200:
            return _cosigned(sent, witness, body)
        case 409:
            return _conflict(sent, body)
        case 422 if sent.old_size > 0:
            return Forked(
                reason=f"it refuses the proof from {sent.old_size:,} to {head.size:,} entries"
            )
        case 404:
            origin = sent.checkpoint.checkpoint.origin
            return Refused(reason=f"it does not know the log `{origin}`: its operator can add it")
        case 403:
            return Refused(
                reason="it does not know the key that signs the log, or the log: its"
                " operator can add them"
            )
        case _:
            return Refused(reason=f"it answers {status}")


def _cosigned(sent: Submission, witness: WitnessKey, body: bytes) -> Answer:
    try:
        found = open_cosignatures(read_note(sent.checkpoint.note + body), [witness])
    except NoteError as error:
        return Refused(reason=f"its answer is no cosignature: {error}")
    if not found:
        return Refused(reason="its answer has no cosignature by the key that is believed")
    return Cosigned(cosignature=found[0])


def _conflict(sent: Submission, body: bytes) -> Answer:
    size = sent.checkpoint.head.size
    found = _SIZE.fullmatch(body)
    at = int(found[1]) if found is not None else None
    if sent.old_size == size and at in (size, None):
        return Forked(reason=f"it has another root for the {size:,} entries")
    if at is None:
        return Refused(reason="it answers 409, and says neither its size nor why")
    if at > size:
        return Forked(reason=f"it has cosigned {at:,} entries, and {size:,} are signed here")
    if at == sent.old_size:
        return Refused(reason=f"it is at {at:,} entries, and refuses a proof from there as stale")
    return Stale(size=at)
