"""Receipts: a decision's entry, with the proof that a signed log has it (C2SP tlog-proof)."""

import msgspec

from engine.audit.checkpoints.checkpoint import SignedCheckpoint
from engine.audit.entries.record import LogEntry
from engine.audit.exhibits.log_proof import LogProof
from engine.audit.export import line_of
from engine.audit.merkle.tree import leaf_hash, verify_inclusion
from engine.storage.log.tile_log import TileLog


def receipt_of(tiles: TileLog, checkpoint: SignedCheckpoint, entry: LogEntry) -> bytes:
    """Return the receipt of an entry, by a checkpoint that covers it.

    A database that was put back, or altered, makes no receipt that nobody could verify: raises
    `ProofError` there, and `StorageError`.
    """
    head = checkpoint.head
    hashes = tiles.prove_inclusion(index=entry.index, size=head.size)
    leaf = leaf_hash(entry.leaf)
    verify_inclusion(size=head.size, root=head.root, index=entry.index, leaf=leaf, proof=hashes)
    return LogProof(
        index=entry.index,
        hashes=hashes,
        checkpoint=checkpoint.note,
        extra=msgspec.json.encode(line_of(entry)),
    ).encode()
