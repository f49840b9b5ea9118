"""The tree: RFC 6962 as the RFC writes it, published vectors, and proofs that one bit breaks."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.merkle.tree import (
    EMPTY_ROOT,
    EMPTY_TREE,
    Frontier,
    ProofError,
    Subtree,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    read_root,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 100


def mth(leaves: Sequence[bytes]) -> bytes:
    """Return `MTH` of RFC 6962 §2.1, word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


class Leaves:
    """Reads hashes from leaves, and counts them."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.read = 0

    def read_hashes(self, subtrees: Sequence[Subtree]) -> list[bytes]:
        self.read += len(subtrees)
        spans = [(s.index << s.level, (s.index + 1) << s.level) for s in subtrees]
        assert all(high <= len(self.leaves) for _, high in spans)
        return [mth(self.leaves[low:high]) for low, high in spans]


LEAVES = [leaf_hash(str(n).encode()) for n in range(LARGEST)]
ROOTS = [mth(LEAVES[:size]) for size in range(LARGEST + 1)]
READER = Leaves(LEAVES)


def flip(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(len(value), "big")


def refused(check: Callable[..., None], **arguments: Any) -> bool:
    try:
        check(**arguments)
    except ProofError:
        return True
    return False


@given(st.lists(st.binary(max_size=40), max_size=200))
def test_root_equals_naive_rfc6962(entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    assert tree_root(leaves) == mth(leaves)


@given(st.lists(st.binary(max_size=4), max_size=80), st.integers(0, 80))
def test_frontier_grows_in_any_steps(entries: list[bytes], cut: int) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    frontier = EMPTY_TREE.extend(leaves[:cut])
    for leaf in leaves[cut:]:
        frontier = frontier.append(leaf)
    assert frontier.size == len(leaves)
    assert frontier.root() == mth(leaves)
    assert len(frontier.roots) == len(leaves).bit_count()


@pytest.mark.parametrize(
    ("size", "roots"), [(-1, ()), (2**63, (b"r" * 32,)), (1, ()), (0, (b"r" * 32,)), (1, (b"r",))]
)
def test_frontier_refuses_what_is_no_tree(size: int, roots: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match=r"a tree"):
        Frontier(size=size, roots=roots)


def test_root_of_every_size_is_read_from_complete_subtrees() -> None:
    for size in range(LARGEST + 1):
        assert read_root(size=size, reader=READER) == ROOTS[size]


def test_every_inclusion_proof_checks() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = prove_inclusion(size=size, index=index, reader=READER)
            verify_inclusion(
                size=size, root=ROOTS[size], index=index, leaf=LEAVES[index], proof=proof
            )


def test_every_consistency_proof_checks() -> None:
    for size in range(1, LARGEST + 1):
        for old in range(1, size + 1):
            proof = prove_consistency(size=size, old_size=old, reader=READER)
            verify_consistency(
                size=size, root=ROOTS[size], old_size=old, old_root=ROOTS[old], proof=proof
            )


def mutated_hashes(hashes: Sequence[bytes], bits: Sequence[int]) -> Iterator[list[bytes]]:
    for at, value in enumerate(hashes):
        for bit in bits:
            yield [*hashes[:at], flip(value, bit), *hashes[at + 1 :]]
        yield [*hashes[:at], value[:-1], *hashes[at + 1 :]]
        yield [*hashes[:at], *hashes[at + 1 :]]
    yield [*hashes, b"\0" * 32]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 37, 64, 100])
def test_every_changed_inclusion_proof_fails(size: int) -> None:
    """Every one-bit change of a hash, the leaf, the root or the index fails."""
    bits = range(256) if size <= 8 else (0, 7, 128, 255)
    for index in range(size):
        proof = prove_inclusion(size=size, index=index, reader=READER)
        good = {
            "size": size, "root": ROOTS[size], "index": index, "leaf": LEAVES[index], "proof": proof
        }  # fmt: skip
        for changed in mutated_hashes(proof, bits):
            assert refused(verify_inclusion, **good | {"proof": changed})
        for bit in bits:
            assert refused(verify_inclusion, **good | {"root": flip(ROOTS[size], bit)})
            assert refused(verify_inclusion, **good | {"leaf": flip(LEAVES[index], bit)})
        for bit in range(64):
            assert refused(verify_inclusion, **good | {"index": index ^ (1 << bit)})


@pytest.mark.parametrize("size", [2, 3, 5, 8, 13, 37, 64, 100])
def test_every_changed_consistency_proof_fails(size: int) -> None:
    """Every one-bit change of a hash, a root or the old size fails."""
    bits = range(256) if size <= 8 else (0, 7, 128, 255)
    for old in range(1, size):
        proof = prove_consistency(size=size, old_size=old, reader=READER)
        good = {
            "size": size,
            "root": ROOTS[size],
            "old_size": old,
            "old_root": ROOTS[old],
            "proof": proof,
        }
        for changed in mutated_hashes(proof, bits):
            assert refused(verify_consistency, **good | {"proof": changed})
        for bit in bits:
            assert refused(verify_consistency, **good | {"root": flip(ROOTS[size], bit)})
            assert refused(verify_consistency, **good | {"old_root": flip(ROOTS[old], bit)})
        for bit in range(64):
            assert refused(verify_consistency, **good | {"old_size": old ^ (1 << bit)})


def sides(index: int, size: int) -> list[bool]:
    """Return for each step of `PATH` of RFC 6962 §2.1.1 whether the entry is on the left."""
    if size == 1:
        return []
    k = 1
    while k * 2 < size:
        k *= 2
    return [*sides(index, k), True] if index < k else [*sides(index - k, size - k), False]


@pytest.mark.parametrize("size", [1, 2, 5, 8, 37, 100])
def test_another_size_fails_unless_the_path_is_the_same(size: int) -> None:
    """A proof sees a size only as the shape of its path; the checkpoint is what binds the size."""
    for index in range(size):
        proof = prove_inclusion(size=size, index=index, reader=READER)
        for changed in (size ^ (1 << bit) for bit in range(64)):
            is_same = index < changed < 2**20 and sides(index, changed) == sides(index, size)
            assert is_same != refused(
                verify_inclusion,
                size=changed,
                root=ROOTS[size],
                index=index,
                leaf=LEAVES[index],
                proof=proof,
            )


def test_proofs_of_nothing_are_refused() -> None:
    root = ROOTS[3]
    for index, size in ((3, 3), (-1, 3), (0, 0), (0, 2**63)):
        with pytest.raises(ValueError, match="no entry"):
            prove_inclusion(size=size, index=index, reader=READER)
        assert refused(
            verify_inclusion, size=size, root=root, index=index, leaf=LEAVES[0], proof=[]
        )
    for old, size in ((0, 3), (4, 3), (-1, 3), (1, 2**63)):
        with pytest.raises(ValueError, match="does not extend"):
            prove_consistency(size=size, old_size=old, reader=READER)
        assert refused(
            verify_consistency, size=size, root=root, old_size=old, old_root=root, proof=[]
        )


def test_trees_of_one_size_are_equal_and_need_no_proof() -> None:
    same: dict[str, Any] = {"size": 3, "old_size": 3, "old_root": ROOTS[3]}
    verify_consistency(root=ROOTS[3], proof=(), **same)
    assert refused(verify_consistency, root=ROOTS[2], proof=(), **same)
    assert refused(verify_consistency, root=ROOTS[3], proof=(ROOTS[1],), **same)


def test_proof_at_a_million_reads_few_hashes() -> None:
    class Counting:
        read = 0

        def read_hashes(self, subtrees: Sequence[Subtree]) -> list[bytes]:
            self.read += len(subtrees)
            return [bytes(32)] * len(subtrees)

    reader = Counting()
    for index in (0, 1, 499_999, 999_998):
        prove_inclusion(size=999_999, index=index, reader=reader)
        prove_consistency(size=999_999, old_size=index + 1, reader=reader)
    assert reader.read < 8 * 3 * 20


# --- published vectors ------------------------------------------------------------------------


def test_reference_tree_of_certificate_transparency(vectors: Path) -> None:
    given_ = json.loads((vectors / "merkle-roots" / "vectors.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in given_["leaf_inputs_hex"]]
    roots = [tree_root(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert roots == given_["roots_hex"]
    hasher = given_["hasher"]
    assert EMPTY_ROOT.hex() == hasher["empty_root"]
    assert leaf_hash(b"").hex() == hasher["leaf_of_empty"]
    assert leaf_hash(b"L123456").hex() == hasher["leaf_of_ascii_L123456"]
    assert node_hash(b"N123", b"N456").hex() == hasher["node_of_ascii_N123_N456"]


def cases(vectors: Path, kind: str) -> list[tuple[Path, dict[str, Any]]]:
    folder = vectors / "transparency-dev-merkle" / "testdata" / kind
    return [(path, json.loads(path.read_text())) for path in sorted(folder.rglob("*.json"))]


def decoded(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def test_inclusion_vectors_of_transparency_dev(vectors: Path) -> None:
    found = cases(vectors, "inclusion")
    assert len(found) == 98
    for path, case in found:
        verdict = refused(
            verify_inclusion,
            size=case["treeSize"],
            root=decoded(case["root"]),
            index=case["leafIdx"],
            leaf=decoded(case["leafHash"]),
            proof=[decoded(one) for one in case["proof"] or ()],
        )
        assert verdict == case["wantErr"], path


def test_consistency_vectors_of_transparency_dev(vectors: Path) -> None:
    """All 98: an old size of 0 is refused, as theirs does and RFC 9162 §2.1.4 says.

    One good case has the 12 bytes `don't care 2` for both roots. Here a hash has 32 bytes: as they
    are they are refused, and hashed they are taken.
    """
    found = cases(vectors, "consistency")
    assert len(found) == 98
    for path, case in found:
        roots = decoded(case["root1"]), decoded(case["root2"])
        assert consistency(case, *roots) or all(len(root) == 32 for root in roots)
        hashed = [root if len(root) == 32 else hashlib.sha256(root).digest() for root in roots]
        assert consistency(case, *hashed) == case["wantErr"], path


def consistency(case: dict[str, Any], old_root: bytes, root: bytes) -> bool:
    return refused(
        verify_consistency,
        size=case["size2"],
        root=root,
        old_size=case["size1"],
        old_root=old_root,
        proof=[decoded(one) for one in case["proof"] or ()],
    )


@given(st.integers(0, 40), st.integers(0, 3), st.integers(0, 5))
def test_frontier_takes_a_whole_subtree_at_once(before: int, level: int, more: int) -> None:
    start, leaves = before << level, [bytes([k]) * 32 for k in range(64)] * 6
    whole = leaves[start : start + (1 << level)]
    one_by_one = EMPTY_TREE.extend(leaves[: start + len(whole) + more])
    at_once = EMPTY_TREE.extend(leaves[:start]).extend_by(tree_root(whole), level)
    assert at_once.extend(leaves[start + len(whole) :][:more]) == one_by_one


def test_subtree_begins_where_it_can() -> None:
    frontier = EMPTY_TREE.extend([bytes(32)] * 3)
    with pytest.raises(ValueError, match="no subtree of 2\\^1 entries begins at entry 3"):
        frontier.extend_by(bytes(32), 1)
