"""Paths of tiles, which have one spelling, and bundles of entries."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.merkle.tiles import TilePath, paths_of, read_bundle, write_bundle


@pytest.fixture
def published(vectors: Path) -> Any:
    return json.loads((vectors / "tlog-tiles-paths" / "vectors.json").read_text())


def test_published_paths(published: Any) -> None:
    assert (len(published["tile_path"]), len(published["entries_path_for_log_index"])) == (6, 7)
    for level, number, width, text in published["tile_path"]:
        path = TilePath(level=level, number=number, width=width or 256)
        assert path.text() == text
        assert TilePath.read(text) == path
    for index, size, text in published["entries_path_for_log_index"]:
        number = index // 256
        path = TilePath(level=None, number=number, width=min(256, size - number * 256))
        assert path.text() == text
        assert TilePath.read(text) == path


def test_published_paths_that_are_none(published: Any) -> None:
    assert len(published["bad_level_index"]) == 15
    for level, rest in published["bad_level_index"]:
        with pytest.raises(ValueError, match="path"):
            TilePath.read(f"tile/{level}/{rest}")


def test_published_counts_of_tiles(published: Any) -> None:
    for size, levels in published["tile_counts_for_size"].items():
        paths = [path for path in paths_of(int(size)) if path.level is not None]
        found = {
            str(level): {
                "full": sum(path.width == 256 for path in paths if path.level == level),
                "partial": sum(path.width for path in paths if path.level == level)
                - 256 * sum(path.width == 256 for path in paths if path.level == level),
            }
            for level in {path.level for path in paths}
        }
        assert found == levels


@pytest.mark.parametrize(
    "text",
    [
        "tile/00/000",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/\u0660\u0660\u0660",
        "tile/entries/x001",
        "tile/data/000",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/000.p/1/",
        "checkpoint",
    ],
)
def test_other_spellings_are_no_paths(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        TilePath.read(text)


@given(st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_paths_come_back(level: int, number: int, width: int) -> None:
    """Reading is the inverse of writing."""
    for path in (
        TilePath(level=level, number=number, width=width),
        TilePath(level=None, number=number, width=width),
    ):
        assert TilePath.read(path.text()) == path


@given(st.integers(0, 300_000), st.integers(0, 300_000))
def test_paths_of_two_sizes_are_the_paths_of_the_later(one: int, other: int) -> None:
    """What an earlier size had full, and what came since, is the whole of a later size."""
    before, size = sorted((one, other))
    full_before = {path for path in paths_of(before) if path.width == 256}
    assert full_before | set(paths_of(size, since=before)) == set(paths_of(size))
    assert all(path.is_within(size) for path in paths_of(size))


def test_no_path_is_within_a_smaller_log() -> None:
    assert not TilePath(level=0, number=0, width=1).is_within(0)
    assert TilePath(level=0, number=0, width=3).is_within(3)
    assert not TilePath(level=0, number=0, width=4).is_within(3)
    assert not TilePath(level=1, number=0, width=1).is_within(255)
    assert TilePath(level=1, number=0, width=1).is_within(256)
    assert TilePath(level=0, number=0, width=3).is_within(70_000)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_come_back(entries: list[bytes]) -> None:
    """Reading is the inverse of writing."""
    assert list(read_bundle(write_bundle(entries), len(entries))) == entries


def test_longest_entry() -> None:
    assert list(read_bundle(write_bundle([b"x" * 65_535]), 1)) == [b"x" * 65_535]
    with pytest.raises(OverflowError):
        write_bundle([b"x" * 65_536])


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x02a", b"\x00\x01a", b"\x00\x01a" * 3])
def test_broken_bundles(content: bytes) -> None:
    with pytest.raises(ValueError, match="bundle of 2"):
        read_bundle(content, 2)
