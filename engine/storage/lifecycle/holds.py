"""Legal hold: decisions that nobody may erase, until the hold is lifted.

A hold covers a decision, or all of a campaign or an actor, also those still to come. Its entries in
the log name what is there as it is placed, so that anyone can tell an erasure that went against it;
the table `hold` has whom it is on, for as long as it is in force. Placing, lifting and erasing take
the same lock: each sees the others whole or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select

from ...audit.entries.act_leaves import HoldLeaf
from ...audit.entries.acts import Hold, HoldGround, Release
from ...audit.instants import instant, rfc3339
from ...audit.log import Receipt, receipt_of
from ...audit.merkle.spans import spans_of
from ..errors import NotFound, StorageError
from ..log.entries import act_leaf
from ..log.register import Register
from ..schema import hold, log_entry
from .subjects import COLUMNS, Selector, check_known, not_erased, selected

SPANS = 1024
"""The most spans that one entry of a hold names: they fit a leaf in any log."""

_PLACED = log_entry.alias()
_IN_FORCE = select(_PLACED.c.index, _PLACED.c.leaf, hold.c.selector, hold.c.value).join_from(
    _PLACED, hold, hold.c.first == _PLACED.c.index
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldInForce:
    """A hold in force: its first entry, whom it is on, and why and when it was placed."""

    index: int
    id: str
    selector: Selector
    value: str
    ground: HoldGround
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced:
    """What was done: the number of decisions that the hold names, and its entries.

    There is more than one entry only where the decisions lie too scattered for one leaf.
    """

    decisions: int
    entries: tuple[Receipt, ...]


class UnderHold(StorageError):  # noqa: N818 - the house names what happened; the base is an error.
    """What should be erased is under a hold, or some of it is."""

    def __init__(self, by: HoldInForce) -> None:
        super().__init__(
            f"entry {by.index} holds it since {rfc3339(by.placed_at)}, on the ground `{by.ground}`"
        )
        self.by = by


class Holds(Register):
    """The holds of a database. Every method raises `StorageUnavailable` and `LogInconsistent`."""

    def place(
        self, selector: Selector, value: str, *, ground: HoldGround, actor: str
    ) -> HoldPlaced:
        """Hold the decisions that a value selects, those of a subject also in the time to come.

        Several holds may cover the same, each until it is lifted. Raises `NotFound` for a decision
        that the log does not have or that is erased, and for a value that no entry can have;
        `RecordError` for an actor that the log cannot name.
        """
        if "\0" in value:
            raise NotFound(f"no {selector} can have a name with the character NUL")
        with self._appending() as log:
            connection = log.connection
            check_known(connection, selector, value)
            indexes = connection.execute(not_erased(selected(selector, value))).scalars().all()
            if selector is Selector.DECISION and not indexes:
                raise NotFound("the decision is erased, and nothing is left to hold")
            spans = spans_of(indexes)
            entries = [
                log.append(Hold(entries=spans[start : start + SPANS], ground=ground, actor=actor))
                for start in range(0, max(len(spans), 1), SPANS)
            ]
            row = {"first": entries[0].index, "last": entries[-1].index}
            connection.execute(insert(hold).values(**row, selector=selector.value, value=value))
        return HoldPlaced(decisions=len(indexes), entries=tuple(map(receipt_of, entries)))

    def release(self, index: int, *, actor: str) -> Receipt:
        """Lift the hold that has an entry of this index.

        Raises `NotFound` where that is no hold in force, and `RecordError` as `place` does.
        """
        with self._appending() as log:
            connection = log.connection
            within = (hold.c.first <= index) & (hold.c.last >= index)
            row = connection.execute(select(hold.c.first, hold.c.last).where(within)).one_or_none()
            if row is None:
                raise NotFound(f"entry {index} is no hold in force")
            act = Release(entries=((row.first, row.last + 1),), actor=actor)
            entry = log.append(act)
            connection.execute(delete(hold).where(hold.c.first == row.first))
        return receipt_of(entry)

    def in_force(self) -> Sequence[HoldInForce]:
        """Return the holds in force, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_IN_FORCE.order_by(hold.c.first)).all()
        return [_in_force(*row) for row in rows]


def check_free(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Raise `UnderHold` where a hold covers any decision of a condition on `log_entry`.

    What is erased has neither campaign nor actor, and no hold of its own.
    """
    for selector, column in COLUMNS.items():
        covered = (hold.c.selector == selector.value) & (hold.c.value == column)
        query = _IN_FORCE.join(log_entry, covered).where(condition).limit(1)
        row = connection.execute(query).one_or_none()
        if row is not None:
            raise UnderHold(_in_force(*row))


def is_held() -> ColumnElement[bool]:
    """Return the condition on `log_entry` that a hold covers the decision."""
    covering = (
        exists().where(hold.c.selector == selector.value, hold.c.value == column)
        for selector, column in COLUMNS.items()
    )
    return or_(*covering)


def _in_force(index: int, leaf: bytes, selector: str, value: str) -> HoldInForce:
    act = act_leaf(index, leaf, HoldLeaf, "a hold")
    return HoldInForce(
        index=index,
        id=act.id,
        selector=Selector(selector),
        value=value,
        ground=act.ground,
        placed_at=instant(act.logged_at),
    )
