"""What was erased, and the keys that went with it: an erasure of sealed contents names them."""

from collections.abc import Iterator, Sequence
from itertools import chain

from sqlalchemy import Connection, func, select

from ...audit.entries.act_leaves import KEYS, ErasureLeaf
from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import act_leaves
from ..log.leaf_kinds import is_act
from ..schema import disclosure, doomed_key, erased, log_entry, sealed, standing_fact_version
from ..sealed.contents import is_of, read_disclosure
from ..sealed.key_destruction import keys_left


def compare_erased(database: Database) -> None:
    """Compare which entry erased which with what the erasures name."""
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


def compare_destroyed(database: Database) -> None:
    """Compare the keys that are to be destroyed with those that erasures name.

    Where the key store of the log is at hand, none of them may be there any more.
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
