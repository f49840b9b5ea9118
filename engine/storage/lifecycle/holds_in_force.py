"""The holds in force as the log has them: rows that say whom each is on, compared with its leaves.

The leaf of a hold commits to whom it is on, by a salt that lies in its row and goes with it: acts
are never erased, and would name a campaign or an actor for ever. The entries of holds that were
placed before do not commit to it; what they name is compared where a log is verified.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from ...audit.canonical import canonical
from ...audit.entries.act_leaves import CommittedHoldLeaf, HoldLeaf, ReleaseLeaf
from ...audit.entries.acts import HoldGround
from ...audit.entries.commitment import opens
from ...audit.instants import instant
from ..errors import LogInconsistent
from ..log.entries import act_leaves
from ..schema import hold
from .subjects import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInForce:
    """A hold in force: its first and last entry, whom it is on, and why and when it was placed.

    `is_committed` says whether its entries commit to whom it is on: those of before do not.
    """

    index: int
    last: int
    id: str
    selector: Selector
    value: str
    ground: HoldGround
    placed_at: datetime
    is_committed: bool


def subject_content(selector: Selector, value: str) -> bytes:
    """Return the bytes that the leaf of a hold commits to. Raises `CanonicalError`."""
    return canonical({selector.value: value})


def logged_holds(connection: Connection) -> Mapping[int, HoldLeaf]:
    """Return the leaves of the holds that no entry has lifted, by the entries' indexes."""
    found = dict(act_leaves(connection, "hold", HoldLeaf))
    for index, leaf in act_leaves(connection, "release", ReleaseLeaf):
        for first, beyond in leaf.entries:
            for lifted in range(first, min(beyond, index)):
                found.pop(lifted, None)
    return found


def read_holds(connection: Connection) -> Sequence[HoldInForce]:
    """Return the holds in force, the oldest first.

    Raises `LogInconsistent` where one is missing, was added, or is on somebody else than was
    logged.
    """
    logged, found = logged_holds(connection), list[HoldInForce]()
    beyond = 0
    for row in connection.execute(select(hold).order_by(hold.c.first)):
        if row.first < beyond:
            raise _wrong(row.first, "has entries of another's")
        found.append(hold_of(row, logged))
        beyond = row.last + 1
    kept = {index for each in found for index in range(each.index, each.last + 1)}
    for index in logged:
        if index not in kept:
            raise _wrong(index, "is not in force any more, and no entry of the log lifts it")
    return found


def hold_of(row: Row[Any], logged: Mapping[int, HoldLeaf]) -> HoldInForce:
    """Return the hold of a row, once all its entries are logged, and are on whom the row says.

    Raises `LogInconsistent` for another.
    """
    entries = range(row.first, row.last + 1)
    if not entries:
        raise _wrong(row.first, "has entries of another's")
    for index in entries:
        if index not in logged:
            told = f"the hold of entry {index} is in force, and no entry of the log placed it"
            raise LogInconsistent(f"{told}; the table `hold` has a row too many")
        if not _is_on(row, logged[index]):
            raise _wrong(index, "is kept for somebody else than was logged")
    leaf = logged[row.first]
    return HoldInForce(
        index=row.first,
        last=row.last,
        id=leaf.id,
        selector=Selector(row.selector),
        value=row.value,
        ground=leaf.ground,
        placed_at=instant(leaf.logged_at),
        is_committed=isinstance(leaf, CommittedHoldLeaf),
    )


def _wrong(index: int, told: str) -> LogInconsistent:
    advice = f"put back its row in the table `hold`, or lift it by `assent log release {index}`"
    return LogInconsistent(f"the hold of entry {index} {told}; {advice}")


def _is_on(row: Row[Any], leaf: HoldLeaf) -> bool:
    """Whether an entry may be that of a hold on whom its row says."""
    if row.selector not in {*Selector}:
        return False
    if not isinstance(leaf, CommittedHoldLeaf):
        return row.salt is None
    content = subject_content(Selector(row.selector), row.value)
    return row.salt is not None and opens(leaf.subject_commitment, row.salt, content)
