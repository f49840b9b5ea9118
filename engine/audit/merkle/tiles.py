"""Tiles and entry bundles: what C2SP tlog-tiles v0.1.0 calls the resources of a log.

A tile holds 256 hashes of a level, one behind the other: hash `i` of tile `n` at level `l` is the
root over `256^l` entries from `(256 n + i) · 256^l` on. A bundle holds 256 entries, each behind its
length in two bytes. The last of each level may be partial, and is then named by its width.

Numbers are written in groups of three digits, all but the last behind an `x`: 1234067 is
`x001/x234/067`. A path has one spelling; any other is no path.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from .tree import HASH_SIZE

TILE_WIDTH = 256
"""The hashes of a full tile, and the entries of a full bundle."""

LEAF_LIMIT = 65_535
"""The most bytes of a leaf: a bundle has its length in two bytes."""

BUNDLE_LIMIT = TILE_WIDTH * (2 + LEAF_LIMIT)
"""The most bytes of a bundle."""

_LEVELS = 64
TILE_HEIGHT = 8
"""How many levels of the tree a tile spans."""
_LENGTH_SIZE = 2
_ENTRIES = "entries"
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePath:
    """A tile, or where `level` is None a bundle of entries; `width` is 256 unless it is partial."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what a path names. Raises `ValueError` for every other spelling."""
        found = _PATH.fullmatch(text)
        if found is None:
            raise ValueError("this is not the path of a tile")
        path = cls(
            level=None if found["level"] == _ENTRIES else int(found["level"]),
            number=int(re.sub("[x/]", "", found["number"])),
            width=TILE_WIDTH if found["width"] is None else int(found["width"]),
        )
        if path.text() != text or (path.level or 0) >= _LEVELS or not path.width:
            raise ValueError("this is not how a path of a tile is written")
        return path

    def text(self) -> str:
        """Return the path."""
        digits = f"{self.number:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"tile/{_ENTRIES if self.level is None else self.level}/{number}{partial}"

    @property
    def first(self) -> int:
        """The place of its first hash in its level, or of its first entry in the log."""
        return self.number * TILE_WIDTH

    def is_within(self, size: int) -> bool:
        """Whether a log of a size has it, full or as wide as it says."""
        reached = size >> TILE_HEIGHT * (self.level or 0)
        return self.first + self.width <= reached

    def full(self) -> Self:
        """Return the full tile or bundle of the same number."""
        return type(self)(level=self.level, number=self.number)


def paths_of(size: int, *, since: int = 0) -> Iterator[TilePath]:
    """Yield what a log of a size has, bundles first, then level by level.

    Where it was published at an earlier size before, what is full since then is left out.
    """
    for level in (None, *range(-(-size.bit_length() // TILE_HEIGHT))):
        height = TILE_HEIGHT * (level or 0)
        number, width = divmod(size >> height, TILE_WIDTH)
        for full in range((since >> height) // TILE_WIDTH, number):
            yield TilePath(level=level, number=full)
        if width:
            yield TilePath(level=level, number=number, width=width)


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle."""
    return b"".join(len(entry).to_bytes(_LENGTH_SIZE, "big") + entry for entry in entries)


def read_bundle(content: bytes, width: int) -> Sequence[bytes]:
    """Return the entries of a bundle. Raises `ValueError` unless there are exactly as many."""
    entries, at, end = [], 0, len(content)
    while at < end - 1:  # Where a length begins in the last byte, it is cut off.
        begin = at + _LENGTH_SIZE
        at = begin + (content[at] << 8 | content[at + 1])
        entries.append(content[begin:at])
    if at != end or len(entries) != width:
        raise ValueError(f"a bundle of {width} entries was expected")
    return entries


def split_hashes(hashes: bytes) -> Sequence[bytes]:
    """Return the hashes that lie one behind the other in some bytes."""
    return [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
