"""Whether holds and erasures are as the log's entries say: placed and not lifted, and by which.

An erasure of sealed contents names the keys that are to go with them: it is looked whether they are
kept as such, and are gone.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from sqlalchemy import Connection, func, or_, select

from ...audit.entries.act_leaves import KEYS, ErasureLeaf, HoldLeaf
from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import act_leaves
from ..log.leaf_kinds import is_act
from ..schema import disclosure, doomed_key, erased, log_entry, sealed, standing_fact_version
from ..sealed.contents import is_of, read_disclosure
from ..sealed.key_destruction import keys_left
from .holds_in_force import HoldInForce, logged_holds, read_holds
from .subjects import COLUMNS


def check_erased(database: Database) -> None:
    """Compare which entry erased which with what the erasures name; changes nothing.

    Raises `LogInconsistent` where the table says something else, and `StorageUnavailable`.
    """
    with database.reading() as connection:
        logged: dict[int, int] = {}
        for erasure, leaf in act_leaves(connection, "erasure", ErasureLeaf):
            named = chain.from_iterable(range(first, beyond) for first, beyond in leaf.entries)
            for index in named:
                logged.setdefault(index, erasure)
        kept = dict(connection.execute(select(erased.c.index, erased.c.erasure)).all())
    for index in sorted(logged.keys() | kept.keys()):
        if logged.get(index) != kept.get(index):
            told = f"the table `erased` does not say of entry {index} what the log says"
            raise LogInconsistent(f"{told}: whether it was erased, and by which entry")


def check_destroyed(database: Database) -> None:
    """Compare the keys that are to be destroyed with those that erasures name; changes nothing.

    Where the key store of the log is at hand, none of them may be there any more. Raises
    `LogInconsistent` and `StorageUnavailable`.
    """
    with database.reading() as connection:
        for erasure, keys in _doomed(connection):
            kept = doomed_key.c.key.in_(keys)
            count = connection.execute(select(func.count()).where(kept)).scalar_one()
            if count != len(keys):
                told = f"the table `doomed_key` lacks a key that entry {erasure} says is to go"
                raise LogInconsistent(f"{told}: that of contents which it erased")
        for table in (sealed, standing_fact_version):
            in_use = select(table.c.index).join(doomed_key, doomed_key.c.key == table.c.key)
            index = connection.execute(in_use.order_by(table.c.index).limit(1)).scalar()
            if index is not None:
                told = f"the table `doomed_key` has the key of entry {index}, which is not erased"
                raise LogInconsistent(f"{told}: it may be destroyed already, or is to be")
        is_at_hand = database.contents is not None and is_of(connection, database.contents)
    left = keys_left(database) if is_at_hand else 0
    if left:
        told = "1 key is" if left == 1 else f"{left:,} keys are"
        raise LogInconsistent(
            f"of what was erased, {told} still in the key store; `assent contents settle` destroys"
            " them"
        )


def check_holds(database: Database) -> None:
    """Compare the holds in force with the entries that placed and lifted any; changes nothing.

    Whom one of before is on no entry says: that is compared with the decisions that it names.
    Raises `LogInconsistent` where one is missing, was added or is on somebody else, and
    `StorageUnavailable`.
    """
    with database.reading() as connection:
        logged = logged_holds(connection)
        for each in read_holds(connection):
            for index in range(each.index, each.last + 1):
                _check_named(connection, index, logged[index], each)


def uncommitted_holds(database: Database) -> Sequence[int]:
    """Return the holds of before, which are on whom no entry says. Raises as `check_holds` does."""
    with database.reading() as connection:
        return [each.index for each in read_holds(connection) if not each.is_committed]


def _doomed(connection: Connection) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the keys that erasures name, by the entries' indexes.

    What a disclosure is of is said by its text, which the leaf has the digest of.
    """
    query = select(disclosure.c.index, disclosure.c.disclosure).join(
        log_entry, log_entry.c.index == disclosure.c.index
    )
    query = query.where(is_act("erasure")).order_by(disclosure.c.index)
    for index, text in connection.execute(query).all():
        disclosed = read_disclosure(text)
        if disclosed.name == KEYS:
            yield index, (disclosed.value or "").split()


def _check_named(connection: Connection, index: int, leaf: HoldLeaf, kept: HoldInForce) -> None:
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
