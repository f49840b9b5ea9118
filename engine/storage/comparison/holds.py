"""The holds in force, and on whom each is."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from ...audit.entries.act_leaves import HoldLeaf
from ..databases.database import Database
from ..errors import LogInconsistent
from ..lifecycle.holds_in_force import HoldInForce, logged_holds, read_holds
from ..lifecycle.subjects import COLUMNS
from ..schema import log_entry


def compare_holds(database: Database) -> None:
    """Compare the holds in force with the entries that placed and lifted any.

    Whom one of before is on no entry says: that is compared with the decisions that it names.
    """
    with database.reading() as connection:
        logged = logged_holds(connection)
        for each in read_holds(connection):
            for index in range(each.index, each.last + 1):
                _compare_named(connection, index, logged[index], each)


def uncommitted_holds(database: Database) -> Sequence[int]:
    """Return the holds of before, which are on whom no entry says.

    Raises `LogInconsistent` and `StorageUnavailable`.
    """
    with database.reading() as connection:
        return [each.index for each in read_holds(connection) if not each.is_committed]


def _compare_named(connection: Connection, index: int, leaf: HoldLeaf, kept: HoldInForce) -> None:
    """Compare whom a hold is on with the decisions that an entry of it names."""
    if not leaf.entries:
        return
    column, place = COLUMNS[kept.selector], log_entry.c.index
    named = or_(*((place >= first) & (place < beyond) for first, beyond in leaf.entries))
    other = select(place).where(named, column.is_distinct_from(kept.value)).order_by(place)
    found = connection.execute(other.limit(1)).scalar()
    if found is not None:
        told = f"the hold of entry {index} is kept for another {kept.selector}"
        raise LogInconsistent(f"{told} than that of entry {found}, which it names")
