"""The verifier of published logs: sizes, another writer's log, and every way to spoil one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli.log_sources import DirectorySource
from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.merkle.tree import TreeHead, leaf_hash, tree_root
from engine.audit.verification.verify import VerificationReport
from engine.audit.verification.verify_log import verify_log
from tests.audit.published import KEY, OTHER_KEY, MemorySource, leaf, published

KNOWN = [KEY.verifier]
LEAVES = [leaf(number) for number in range(600)]
TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def codes(report: VerificationReport) -> list[tuple[int | None, str]]:
    return [(fault.index, fault.code) for fault in report.faults]


@pytest.fixture
def source() -> MemorySource:
    return published(LEAVES)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513])
def test_whole_logs(size: int) -> None:
    report = verify_log(published(LEAVES[:size]), KNOWN)
    assert (codes(report), report.entries, report.is_valid) == ([], size, True)
    assert report.root == tree_root(map(leaf_hash, LEAVES[:size]))


@pytest.mark.no_cover
def test_sizes_at_which_a_third_level_begins() -> None:
    leaves = [leaf(number) for number in range(65_536)]
    for size in (65_535, 65_536):
        source = published(leaves[:size])
        assert ("tile/2/000.p/1" in source.files) == (size == 65_536)
        assert codes(verify_log(source, KNOWN)) == []
        for path in ("tile/2/000.p/1", "tile/1/000", "tile/1/000.p/255"):
            if path in source.files:
                spoiled = MemorySource(files={**source.files, path: _flip(source.files[path])})
                assert codes(verify_log(spoiled, KNOWN)) == [(None, "tile_differs")]


def test_log_that_tessera_wrote(vectors: Path, tmp_path: Path) -> None:
    """Its entries are not decisions; its hashes, tiles, bundles and signatures are a log's."""
    whole = tmp_path / "log"
    shutil.copytree(vectors / "tessera-testdata-log" / "testdata" / "log", whole)
    known = [VerifierKey.read(TESSERA)]
    for size in range(16):
        shutil.copy(whole / f"checkpoint.{size}", whole / "checkpoint")
        report = verify_log(DirectorySource(directory=whole), known)
        assert codes(report) == [(index, "leaf_malformed") for index in range(size)]
        assert report.entries == size


def test_log_that_claims_to_be_huge_is_given_up() -> None:
    """Whoever signs may name any size; a verifier that looks for all of it never ends."""
    source = published(LEAVES)
    head = TreeHead(size=2**40, root=bytes(32))
    source.files["checkpoint"] = sign_checkpoint(head, [KEY]).note
    report = verify_log(source, [KEY.verifier])
    assert not report.is_valid
    assert report.omitted > 1_000
    assert report.entries < 300_000


# --- the tamper matrix ------------------------------------------------------------------------


def _flip(content: bytes, bit: int = 0) -> bytes:
    spoiled = bytearray(content)
    spoiled[bit // 8] ^= 1 << bit % 8
    return bytes(spoiled)


def _bundle(leaves: list[bytes]) -> bytes:
    return b"".join(len(each).to_bytes(2, "big") + each for each in leaves)


def _with_leaves(source: MemorySource, leaves: list[bytes]) -> None:
    """Write all entries and hashes anew, without the key: the signature stays the old one."""
    note = source.files["checkpoint"]
    source.files = dict(published(leaves).files) | {"checkpoint": note}


SWAPPED = [*LEAVES[:10], LEAVES[11], LEAVES[10], *LEAVES[12:]]
REPLACED = [*LEAVES[:10], leaf(10).replace(b'"deny"', b'"allow"'), *LEAVES[11:]]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        # One resource is altered, removed or cut off.
        (lambda f: f.update({"tile/0/000": _flip(f["tile/0/000"])}), [(0, "leaf_hash_differs")]),
        (lambda f: f.update({"tile/0/000": f["tile/0/000"][:-1]}), [(None, "tile_malformed")]),
        (lambda f: f.update({"tile/0/000": f["tile/0/000"] + b"x"}), [(None, "tile_malformed")]),
        (lambda f: f.update({"tile/1/000.p/2": bytes(64)}), [(None, "tile_differs")]),
        (lambda f: f.pop("tile/0/001"), [(None, "tile_missing")]),
        (lambda f: f.pop("tile/1/000.p/2"), [(None, "tile_missing")]),
        (lambda f: f.pop("tile/entries/001"), [(256, "bundle_missing")]),
        (lambda f: f.pop("tile/entries/002.p/88"), [(512, "bundle_missing")]),
        (
            lambda f: f.update({"tile/entries/001": f["tile/entries/001"][:-1]}),
            [(256, "bundle_malformed")],
        ),
        (lambda f: f.pop("checkpoint"), [(None, "checkpoint_missing")]),
        (
            lambda f: f.update(checkpoint=f["checkpoint"].replace(b"\n600\n", b"\n599\n")),
            [(None, "checkpoint_refused")],
        ),
        # An entry is altered, with and without its hash.
        (
            lambda f: f.update({"tile/entries/000": _bundle(REPLACED[:256])}),
            [(10, "leaf_hash_differs"), (None, "tile_differs"), (None, "root_differs")],
        ),
        (
            lambda f: f.update(
                {"tile/entries/000": _bundle([*LEAVES[:9], b"{}", *LEAVES[10:256]])}
            ),
            [
                (9, "leaf_malformed"),
                (9, "leaf_hash_differs"),
                (None, "tile_differs"),
                (None, "root_differs"),
            ],
        ),
        (
            lambda f: f.update({"tile/entries/000": _bundle(SWAPPED[:256])}),
            [
                (11, "time_goes_back"),
                (10, "leaf_hash_differs"),
                (11, "leaf_hash_differs"),
                (None, "tile_differs"),
                (None, "root_differs"),
            ],
        ),
        # An entry of which neither bundle nor tile is left.
        (
            lambda f: [f.pop("tile/entries/001"), f.pop("tile/0/001")],
            [
                (256, "bundle_missing"),
                (None, "tile_missing"),
                (None, "tile_differs"),
                (None, "root_differs"),
            ],
        ),
    ],
)
def test_spoiled_logs(
    source: MemorySource,
    spoil: Callable[[dict[str, bytes]], object],
    expected: list[tuple[int | None, str]],
) -> None:
    spoil(source.files)  # type: ignore[arg-type] # A dict it is.
    report = verify_log(source, KNOWN)
    assert codes(report) == expected


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        (REPLACED, [(None, "root_differs")]),
        (SWAPPED, [(11, "time_goes_back"), (None, "root_differs")]),
        ([*LEAVES[:10], *LEAVES[11:], leaf(700)], [(None, "root_differs")]),
        ([*LEAVES[:10], LEAVES[10], *LEAVES[10:-1]], [(None, "root_differs")]),
    ],
    ids=["altered", "swapped", "deleted", "inserted"],
)
def test_all_hashes_made_anew_without_the_key(
    source: MemorySource, leaves: list[bytes], expected: list[tuple[int | None, str]]
) -> None:
    _with_leaves(source, leaves)
    assert codes(verify_log(source, KNOWN)) == expected


def test_all_made_anew_with_another_key() -> None:
    assert codes(verify_log(published(REPLACED, OTHER_KEY), KNOWN)) == [
        (None, "checkpoint_refused")
    ]


def test_all_made_anew_with_the_key_is_found_by_whoever_kept_a_head() -> None:
    """Only a head from elsewhere tells of a history that its own keeper wrote anew."""
    for size in (11, 256, 300, 600):
        kept = TreeHead(size=size, root=tree_root(map(leaf_hash, LEAVES[:size])))
        assert codes(verify_log(published(LEAVES), KNOWN, trusted=kept)) == []
        forged = verify_log(published(REPLACED), KNOWN, trusted=kept)
        assert codes(forged) == [(None, "trusted_root_differs")]


def test_history_that_ends_before_the_trusted_one(source: MemorySource) -> None:
    trusted = TreeHead(size=601, root=bytes(32))
    assert codes(verify_log(source, KNOWN, trusted=trusted)) == [(None, "trusted_size_missing")]
    nothing = TreeHead(size=0, root=bytes(32))
    assert codes(verify_log(source, KNOWN, trusted=nothing)) == [(None, "trusted_root_differs")]


def test_partial_resources_that_a_server_dropped_are_read_from_the_full_ones() -> None:
    """C2SP tlog-tiles: a partial tile may be gone once the full one is there."""
    full, partial = published(LEAVES[:512]), published(LEAVES[:300])
    kept = {path: partial.files[path] for path in ("checkpoint", "tile/1/000.p/1")}
    mixed = MemorySource(files=dict(full.files) | kept)
    assert codes(verify_log(mixed, KNOWN)) == []


def test_no_known_key(source: MemorySource) -> None:
    assert codes(verify_log(source, [])) == [(None, "checkpoint_refused")]


def test_signed_checkpoint_of_a_head_that_the_entries_do_not_have(source: MemorySource) -> None:
    source.files["checkpoint"] = sign_checkpoint(TreeHead(size=600, root=bytes(32)), [KEY]).note
    assert codes(verify_log(source, KNOWN)) == [(None, "root_differs")]


def test_faults_are_listed_up_to_a_limit(source: MemorySource) -> None:
    source.files["tile/0/000"] = bytes(8192)
    report = verify_log(source, KNOWN, most_faults=3)
    assert (len(report.faults), report.omitted) == (3, 253)


@given(st.data())
def test_whatever_bit_is_flipped_is_found(data: st.DataObject) -> None:
    """Every one-bit change of every resource of a log is a fault."""
    source = published(LEAVES[:258])
    path = data.draw(st.sampled_from(sorted(source.files)))
    bit = data.draw(st.integers(0, 8 * len(source.files[path]) - 1))
    source.files[path] = _flip(source.files[path], bit)
    assert not verify_log(source, KNOWN).is_valid
