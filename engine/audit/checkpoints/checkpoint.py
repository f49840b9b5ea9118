"""Checkpoints: a signed statement of how many entries a log has, and under which root.

C2SP tlog-checkpoint v1.0.0: a signed note of three lines, the log's origin, its size in decimal
and its root in base64. Extension lines are neither written nor read: the format advises against
them, and witnesses refuse them. The origin is the name of the key that signs.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ..merkle.tree import HASH_SIZE, SIZE_LIMIT, TreeHead
from .note import NoteError, SignerKey, VerifierKey, open_note, sign_note

_TEXT = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
)


class CheckpointError(NoteError):
    """A checkpoint cannot be read, or is not signed as it should be; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of the log of an origin."""

    origin: str
    head: TreeHead

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the checkpoint that the text of a note is. Raises `CheckpointError`."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise CheckpointError("a checkpoint has three lines: origin, size and root")
        size, root = int(found["size"]), b64decode(found["root"])
        if size >= SIZE_LIMIT or len(root) != HASH_SIZE or _base64(root) != found["root"]:
            raise CheckpointError("a checkpoint has a size below 2^63 and a root of 32 bytes")
        return cls(origin=found["origin"], head=TreeHead(size=size, root=root))

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.head.size}\n{_base64(self.head.root)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint whose signatures were verified, its bytes, and the keys that signed it."""

    checkpoint: Checkpoint
    note: bytes
    signers: tuple[VerifierKey, ...]

    @property
    def head(self) -> TreeHead:
        """The size and the root that are signed."""
        return self.checkpoint.head


def sign_checkpoint(head: TreeHead, keys: Sequence[SignerKey]) -> SignedCheckpoint:
    """Return the checkpoint of a head, under the name of the first key; all have that name."""
    checkpoint = Checkpoint(origin=keys[0].name, head=head)
    note = sign_note(checkpoint.text(), keys)
    signers = tuple(key.verifier for key in keys)
    return SignedCheckpoint(checkpoint=checkpoint, note=note, signers=signers)


def open_checkpoint(note: bytes, known: Sequence[VerifierKey]) -> SignedCheckpoint:
    """Return the checkpoint that one of the known keys has signed under its own name.

    Raises `CheckpointError` and `NoteError`.
    """
    opened, signers = open_note(note, known)
    checkpoint = Checkpoint.read(opened.text)
    if all(key.name != checkpoint.origin for key in signers):
        raise CheckpointError(f"`{signers[0].name}` has signed the log of another origin")
    return SignedCheckpoint(checkpoint=checkpoint, note=note, signers=signers)


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
