"""A published log made by its definition, from leaves: what the real one is compared with."""

import uuid
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.checkpoints.note import SignerKey
from engine.audit.entries.record import Envelope
from engine.audit.instants import rfc3339
from engine.audit.merkle.tree import TreeHead, leaf_hash, tree_root
from tests.audit.conftest import NOON

ORIGIN = "log.example/test"
KEY = SignerKey(name=ORIGIN, seed=bytes(range(32)))
OTHER_KEY = SignerKey(name=ORIGIN, seed=bytes(32))


@dataclass(slots=True, kw_only=True)
class MemorySource:
    """A published log in memory, which a test may spoil."""

    files: MutableMapping[str, bytes] = field(default_factory=dict)

    def read(self, path: str, limit: int) -> bytes | None:
        content = self.files.get(path)
        return content if content is None else content[: limit + 1]


def leaf(number: int) -> bytes:
    """Return the leaf of a decision, each a second after the one before."""
    moment = rfc3339(NOON + timedelta(seconds=number))
    policies = {"name": "acme", "version": None, "digest": "d" * 64}
    return Envelope(
        v=1,
        kind="decision",
        decision_id=str(uuid.UUID(int=number)),
        logged_at=moment,
        decided_at=moment,
        outcome="deny",
        conclusive=True,
        policy_set=policies,  # type: ignore[arg-type] # It is encoded, and read again as one.
        engine={"name": "assent", "version": "1"},  # type: ignore[arg-type] # As above.
        input_commitment="i" * 43,
        result_commitment="r" * 43,
        sd_alg="sha-256",
        sd=("a" * 43, "b" * 43),
    ).encode()


def published(leaves: Sequence[bytes], key: SignerKey = KEY) -> MemorySource:
    """Return the log of some leaves as C2SP tlog-tiles has it, each hash by its definition."""
    files: dict[str, bytes] = {}
    for number, part in _tiles(leaves):
        content = b"".join(len(each).to_bytes(2, "big") + each for each in part)
        files[f"tile/entries/{_name(number, len(part))}"] = content
    hashes = [leaf_hash(each) for each in leaves]
    root = tree_root(hashes)
    level = 0
    while hashes:
        for number, row in _tiles(hashes):
            files[f"tile/{level}/{_name(number, len(row))}"] = b"".join(row)
        hashes = [tree_root(row) for _, row in _tiles(hashes) if len(row) == 256]
        level += 1
    head = TreeHead(size=len(leaves), root=root)
    files["checkpoint"] = sign_checkpoint(head, [key]).note
    return MemorySource(files=files)


def _tiles(things: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    for first in range(0, len(things), 256):
        yield first // 256, things[first : first + 256]


def _name(number: int, width: int) -> str:
    assert number < 1_000_000
    name = f"{number:03}" if number < 1000 else f"x{number // 1000:03}/{number % 1000:03}"
    return name if width == 256 else f"{name}.p/{width}"
