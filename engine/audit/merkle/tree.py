"""The Merkle tree of the log: RFC 6962 §2.1 over SHA-256, as pure functions.

RFC 9162 §2.1 has the same tree. An entry is hashed as `SHA256(0x00 ‖ entry)`, two subtrees as
`SHA256(0x01 ‖ left ‖ right)`, and no entry as `SHA256("")`; a tree splits at the largest power of
two strictly below its size. The prover and the checker mirror each other: `prove_inclusion` and
`verify_inclusion` for an entry in a tree, `prove_consistency` and `verify_consistency` for a tree
in a later one.

The prover reads hashes of complete subtrees through `HashReader`, all in one call, and needs at
most a few for each level of the tree. The checker reads nothing but its arguments and demands
that every hash has 32 bytes and every size is below 2^63.

An empty earlier tree has no consistency proof here: RFC 9162 §2.1.4 wants 0 < first, so that
`verify_consistency` refuses `old_size=0`, as transparency-dev/merkle does. A protocol that lets a
client begin at size 0 (the C2SP witness) says so at its own layer.

This module knows no checkpoints, signatures, tiles or storage.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol, Self

HASH_SIZE = 32
"""The bytes of a SHA-256 hash."""

SIZE_LIMIT = 2**63
"""Sizes and indexes stay below this, since most clients hold them in an int64."""

_sha256 = hashlib.sha256

EMPTY_ROOT = hashlib.sha256().digest()
"""The root of a tree without entries."""


class ProofError(ValueError):
    """A proof does not show what it should; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """A complete subtree: the entries from `index · 2^level` on, `2^level` of them."""

    level: int
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """How many entries a tree has, and its root."""

    size: int
    root: bytes


class HashReader(Protocol):
    """Whatever holds the hashes of a tree."""

    def read_hashes(self, subtrees: Sequence[Subtree]) -> Sequence[bytes]:
        """Return the hash of each subtree, in the order asked for."""
        ...


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry: RFC 6962 §2.1, `MTH({d(0)})`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_SIZE for value in hashes)


# --- the frontier: the right edge of a growing tree -------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """A tree as its complete subtrees, the largest first: all that appending needs.

    INVARIANT: there is one root for each 1 bit of `size`, of 32 bytes each.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a frontier that is none. Raises `ValueError`."""
        if not 0 <= self.size < SIZE_LIMIT:
            raise ValueError(f"a tree cannot have {self.size} entries")
        if len(self.roots) != self.size.bit_count() or not _are_hashes(self.roots):
            raise ValueError(f"these are not the subtrees of a tree of {self.size} entries")

    def append(self, leaf: bytes) -> Self:
        """Return the frontier after one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Self:
        """Return the frontier after more leaf hashes; two hashes are made for each on average."""
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            node, rest = leaf, size
            while rest & 1:  # A complete subtree of this height is waiting for its sibling.
                node = _sha256(b"\x01" + roots.pop() + node).digest()  # `node_hash`, at hand.
                rest >>= 1
            roots.append(node)
            size += 1
        return type(self)(size=size, roots=tuple(roots))

    def extend_by(self, root: bytes, level: int) -> Self:
        """Return the frontier after a whole subtree of 2^`level` entries, by its root.

        Raises `ValueError` where a subtree of that height cannot begin here.
        """
        if self.size & ((1 << level) - 1):
            raise ValueError(f"no subtree of 2^{level} entries begins at entry {self.size}")
        above = Frontier(size=self.size >> level, roots=self.roots).append(root)
        return type(self)(size=above.size << level, roots=above.roots)

    def root(self) -> bytes:
        """Return the root of the tree."""
        return _join(self.roots) if self.roots else EMPTY_ROOT

    def head(self) -> TreeHead:
        """Return the size and the root of the tree."""
        return TreeHead(size=self.size, root=self.root())


EMPTY_TREE = Frontier()
"""The frontier of a tree without entries."""


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes: RFC 6962 §2.1, `MTH`.

    Level by level: a node without a sibling is that of the level above, since a tree splits at a
    power of two.
    """
    row = list(leaves)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        above = [
            _sha256(b"\x01" + left + right).digest()  # `node_hash`, at hand.
            for left, right in zip(row[::2], row[1::2], strict=False)
        ]
        row = above if len(row) % 2 == 0 else [*above, row[-1]]
    return row[0]


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """Return the hash of each entry, as `leaf_hash` makes one."""
    return [_sha256(b"\x00" + entry).digest() for entry in entries]


# --- proving ----------------------------------------------------------------------------------


def prove_inclusion(*, size: int, index: int, reader: HashReader) -> tuple[bytes, ...]:
    """Return the audit path of an entry in the tree of a size: RFC 6962 §2.1.1, `PATH`.

    The leaf's sibling comes first, the root's child last. Raises `ValueError` where the tree has
    no such entry.
    """
    if not 0 <= index < size < SIZE_LIMIT:
        raise ValueError(f"a tree of {size} entries has no entry {index}")
    return _roots_of(_siblings(size, index), reader)


def prove_consistency(*, size: int, old_size: int, reader: HashReader) -> tuple[bytes, ...]:
    """Return the proof that a tree extends an earlier one: RFC 6962 §2.1.2, `PROOF`.

    Raises `ValueError` unless 0 < `old_size` ≤ `size`.
    """
    if not 0 < old_size <= size < SIZE_LIMIT:
        raise ValueError(f"a tree of {size} entries does not extend one of {old_size}")
    return _roots_of(_differences(size, old_size), reader)


def read_root(*, size: int, reader: HashReader) -> bytes:
    """Return the root of the tree of a size, from the hashes of its complete subtrees."""
    return _roots_of([(0, size)], reader)[0] if size else EMPTY_ROOT


def _siblings(size: int, index: int) -> list[tuple[int, int]]:
    """Return the ranges of entries whose roots are the audit path of `index`."""
    low, high = 0, size
    path: list[tuple[int, int]] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def _differences(size: int, old: int) -> list[tuple[int, int]]:
    """Return the ranges whose roots prove the first `old` entries."""
    low, high = 0, size
    path: list[tuple[int, int]] = []
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    # The verifier knows the root of the old tree, so that is never sent (`b` in the RFC).
    known = [(low, high)] if low else []
    return known + path[::-1]


def _roots_of(ranges: Sequence[tuple[int, int]], reader: HashReader) -> tuple[bytes, ...]:
    """Return the root of each range, with a single call of the reader."""
    plans = [complete_subtrees(low, high) for low, high in ranges]
    hashes = iter(reader.read_hashes([subtree for plan in plans for subtree in plan]))
    return tuple(_join([next(hashes) for _ in plan]) for plan in plans)


def complete_subtrees(low: int, high: int) -> list[Subtree]:
    """Return [low, high) as complete subtrees, the largest first.

    INVARIANT: `low` is a multiple of the largest of them, as it is for every range of a proof.
    """
    subtrees: list[Subtree] = []
    while low < high:
        level = (high - low).bit_length() - 1
        subtrees.append(Subtree(level=level, index=low >> level))
        low += 1 << level
    return subtrees


def _split(size: int) -> int:
    """Return the largest power of two strictly below a size of two or more: RFC 6962 §2.1, k."""
    return 1 << ((size - 1).bit_length() - 1)


def _join(roots: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees of falling size."""
    return reduce(lambda right, left: node_hash(left, right), reversed(roots))


# --- checking ---------------------------------------------------------------------------------


def verify_inclusion(
    *, size: int, root: bytes, index: int, leaf: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree holds a leaf hash at an index: RFC 9162 §2.1.3.2.

    Returns where it does; raises `ProofError` where it does not.
    """
    _check_hashes([root, leaf, *proof])
    if not 0 <= index < size < SIZE_LIMIT:
        raise ProofError(f"a tree of {size} entries has no entry {index}")
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofError("the proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            fn, sn = _skip_lonely(fn, sn)
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("the proof is shorter than the tree is high")
    if found != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(
    *, size: int, root: bytes, old_size: int, old_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree extends an earlier one unchanged: RFC 9162 §2.1.4.2.

    Returns where it does; raises `ProofError` where it does not.
    """
    _check_hashes([root, old_root, *proof])
    if not 0 < old_size <= size < SIZE_LIMIT:
        raise ProofError(f"a tree of {size} entries does not extend one of {old_size}")
    if old_size == size:
        if proof or root != old_root:
            raise ProofError("two trees of one size are equal, and need no proof")
        return
    _check_growth(size, root, old_size, old_root, proof)


def _check_growth(
    size: int, root: bytes, old_size: int, old_root: bytes, proof: Sequence[bytes]
) -> None:
    if not proof:
        raise ProofError("the proof is empty")
    path = [old_root, *proof] if old_size.bit_count() == 1 else proof
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofError("the proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            fn, sn = _skip_lonely(fn, sn)
        else:
            found_new = node_hash(found_new, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("the proof is shorter than the tree is high")
    if found_old != old_root:
        raise ProofError("the proof leads to another old root")
    if found_new != root:
        raise ProofError("the proof leads to another root")


def _skip_lonely(fn: int, sn: int) -> tuple[int, int]:
    """Step over the levels at which the last node has no sibling: it is hashed only once."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if not _are_hashes(hashes):
        raise ProofError(f"a hash has {HASH_SIZE} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That an entry is in the tree of a size: RFC 6962 §2.1.1; the leaf's sibling comes first."""

    index: int
    size: int
    leaf_hash: bytes
    hashes: tuple[bytes, ...]

    def check(self, *, leaf: bytes, root: bytes) -> None:
        """Check that a leaf is in the tree of a trusted root, at the place that this says.

        Raises `ProofError` where it is not. The leaf hash is recomputed, and this one not believed.
        """
        verify_inclusion(
            size=self.size, root=root, index=self.index, leaf=leaf_hash(leaf), proof=self.hashes
        )
