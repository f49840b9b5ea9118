"""Hashes of the tree as they are stored: full tiles, and the rows that the next ones are made of.

C2SP tlog-tiles: hash i of tile n at level l is the root over `256^l` entries from
`(256 n + i) · 256^l` on. Only full tiles are stored. The hashes of a partial one are the leaf
hashes of its entries (level 0), or the roots of the full tiles below it, so that any
complete subtree is read from one tile or from at most 255 rows.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from ...audit.merkle.tiles import TILE_HEIGHT, TILE_WIDTH, split_hashes
from ...audit.merkle.tree import Frontier, Subtree, complete_subtrees, tree_root
from ..errors import LogInconsistent
from ..schema import log_entry, log_tile


class TileReader:
    """Reads the hashes of complete subtrees: `audit.merkle.tree.HashReader`, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}

    def read_hashes(self, subtrees: Sequence[Subtree]) -> Sequence[bytes]:
        """Return the hash of each subtree; all must be within the log."""
        return [self._read(subtree) for subtree in subtrees]

    def _read(self, subtree: Subtree) -> bytes:
        level, height = divmod(subtree.level, TILE_HEIGHT)
        number, offset = divmod(subtree.index << height, TILE_WIDTH)
        hashes = self._tile(level, number)[offset : offset + (1 << height)]
        return tree_root(hashes)

    def _tile(self, level: int, number: int) -> Sequence[bytes]:
        known = self._tiles.get((level, number))
        if known is None:
            known = self._tiles[level, number] = tile(self._connection, level, number)
        return known


def read_frontier(connection: Connection, size: int) -> Frontier:
    """Return the frontier of the log at a size that it has, from stored hashes.

    Raises `LogInconsistent` where what is stored are no hashes.
    """
    try:
        roots = TileReader(connection).read_hashes(complete_subtrees(0, size))
        return Frontier(size=size, roots=tuple(roots))
    except ValueError as error:
        raise LogInconsistent("the stored hashes of the log are broken") from error


def tile(connection: Connection, level: int, number: int) -> Sequence[bytes]:
    """Return the hashes of a tile, full or partial; none where the log does not reach it."""
    full = connection.execute(
        select(log_tile.c.hashes).where(log_tile.c.level == level, log_tile.c.number == number)
    ).scalar()
    return _rows(connection, level, number) if full is None else split_hashes(full)


def write_full_tiles(connection: Connection, old_size: int, size: int) -> None:
    """Store every tile that became full when the log grew; its entries are stored already."""
    level, done, reached = 0, old_size // TILE_WIDTH, size // TILE_WIDTH
    while done != reached:
        numbers = range(done, reached)
        connection.execute(insert(log_tile), [made_tile(connection, level, n) for n in numbers])
        level, done, reached = level + 1, done // TILE_WIDTH, reached // TILE_WIDTH


def made_tile(connection: Connection, level: int, number: int) -> dict[str, object]:
    """Return the row of a full tile, made of the rows below it."""
    hashes = _rows(connection, level, number)
    return {
        "level": level,
        "number": number,
        "hashes": b"".join(hashes),
        "root": tree_root(hashes),
    }


def _rows(connection: Connection, level: int, number: int) -> Sequence[bytes]:
    first, beyond = number * TILE_WIDTH, (number + 1) * TILE_WIDTH
    if level == 0:
        query = select(log_entry.c.leaf_hash).order_by(log_entry.c.index)
        rows = query.where(log_entry.c.index >= first, log_entry.c.index < beyond)
    else:
        query = select(log_tile.c.root).order_by(log_tile.c.number)
        below = log_tile.c.level == level - 1
        rows = query.where(below, log_tile.c.number >= first, log_tile.c.number < beyond)
    return connection.execute(rows).scalars().all()
