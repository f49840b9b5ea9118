"""What is stored of the tree: the tiles, and the head's time.

The service makes its proofs and publishes the log by the tiles, and dates the next entry by the
head. That the leaf hashes are those of the leaves, and the root that of the head, is for the
verifier of an export.
"""

from sqlalchemy import Connection, func, select

from ...audit.instants import rfc3339
from ...audit.merkle.tiles import TILE_WIDTH
from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.log_store import read_head
from ..log.tiles import made_tile
from ..schema import log_entry, log_tile


def compare_tree(database: Database) -> None:
    """Compare the tiles with the entries' hashes, and the head's time with the last entry's."""
    with database.reading() as connection:
        head = read_head(connection)
        level, reached, count = 0, head.frontier.size // TILE_WIDTH, 0
        while reached:
            for number in range(reached):
                _compare_tile(connection, level, number)
            level, reached, count = level + 1, reached // TILE_WIDTH, count + reached
        if connection.execute(select(func.count()).select_from(log_tile)).scalar_one() != count:
            raise LogInconsistent("the table `log_tile` has more tiles than the log has full ones")
        last = log_entry.c.index == head.frontier.size - 1
        logged_at = connection.execute(select(log_entry.c.logged_at).where(last)).scalar()
        if logged_at is not None and logged_at != head.logged_at:
            told = f"the head of the log is of {rfc3339(head.logged_at)}"
            raise LogInconsistent(f"{told}, and its last entry of {rfc3339(logged_at)}")


def _compare_tile(connection: Connection, level: int, number: int) -> None:
    tile = log_tile.c
    query = select(tile.hashes, tile.root).where(tile.level == level, tile.number == number)
    kept = connection.execute(query).one_or_none()
    made = made_tile(connection, level, number)
    if kept is None or (kept.hashes, kept.root) != (made["hashes"], made["root"]):
        told = f"the tile {number} of level {level} is not what the entries make"
        raise LogInconsistent(f"{told}: no proof by it can be verified")
