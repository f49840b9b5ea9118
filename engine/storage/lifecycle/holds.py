"""Legal hold: decisions that nobody may erase, until the hold is lifted.

A hold covers a decision, or all of a campaign or an actor, also those still to come. Its entries in
the log name what is there as it is placed, so that anyone can tell an erasure that went against it.
They commit to whom it is on; the table `hold` has that, for as long as it is in force, and nothing
is erased while the two disagree. Placing, lifting and erasing take the same lock: each sees the
others whole or not at all.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, or_, select

from ...audit.canonical import CanonicalError
from ...audit.entries.act_leaves import HoldLeaf
from ...audit.entries.acts import Hold, HoldGround, Release
from ...audit.entries.commitment import commit, fresh_salt
from ...audit.instants import rfc3339
from ...audit.log import Receipt, receipt_of
from ...audit.merkle.spans import Span, spans_of
from ..errors import LogInconsistent, NotFound, StorageError
from ..log.register import Register
from ..schema import hold, log_entry
from ..sealed.contents import Contents
from .disclosed import check_subjects
from .holds_in_force import HoldInForce, hold_of, logged_holds, read_holds, subject_content
from .subjects import COLUMNS, Selector, check_known, not_erased, selected

SPANS = 1024
"""The most spans that one entry of a hold names: they fit a leaf in any log."""


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
        subject, salt = _subject(selector, value), fresh_salt()
        act = Hold(entries=(), ground=ground, actor=actor, subject=commit(salt, subject))
        with self._appending() as log:
            connection = log.connection
            check_known(connection, selector, value)
            indexes = connection.execute(not_erased(selected(selector, value))).scalars().all()
            if selector is Selector.DECISION and not indexes:
                raise NotFound("the decision is erased, and nothing is left to hold")
            spans = spans_of(indexes)
            entries = [
                log.append(replace(act, entries=spans[start : start + SPANS]))
                for start in range(0, max(len(spans), 1), SPANS)
            ]
            row = {"first": entries[0].index, "last": entries[-1].index, "salt": salt}
            connection.execute(insert(hold).values(**row, selector=selector.value, value=value))
        return HoldPlaced(decisions=len(indexes), entries=tuple(map(receipt_of, entries)))

    def release(self, index: int, *, actor: str) -> Receipt:
        """Lift the hold that has an entry of this index.

        Of a hold whose row is gone or altered, it lifts that entry alone. Raises `NotFound` where
        the entry is of no hold in force, and `RecordError` as `place` does.
        """
        with self._appending() as log:
            connection = log.connection
            logged = logged_holds(connection)
            if index not in logged:
                raise NotFound(f"entry {index} is no hold in force")
            first, beyond = _entries_with(connection, index, logged)
            entry = log.append(Release(entries=((first, beyond),), actor=actor))
            lifted = hold.c.first.between(first, beyond - 1)
            connection.execute(delete(hold).where(lifted))
        return receipt_of(entry)

    def in_force(self) -> Sequence[HoldInForce]:
        """Return the holds in force, the oldest first."""
        with self._database.reading() as connection:
            return read_holds(connection)


def _subject(selector: Selector, value: str) -> bytes:
    """Return whom a hold is on, as its leaf commits to it. Raises `NotFound`."""
    if "\0" in value:
        raise NotFound(f"no {selector} can have a name with the character NUL")
    try:
        return subject_content(selector, value)
    except CanonicalError as error:
        raise NotFound(f"no {selector} can have that name: {error}") from error


def _entries_with(connection: Connection, index: int, logged: Mapping[int, HoldLeaf]) -> Span:
    """Return the entries of the hold that has one of this index, as far as its row is right."""
    within = (hold.c.first <= index) & (hold.c.last >= index)
    for row in connection.execute(select(hold).where(within)):
        with suppress(LogInconsistent):
            found = hold_of(row, logged)
            return found.index, found.last + 1
    return index, index + 1


def check_kept(connection: Connection) -> None:
    """Raise `LogInconsistent` where a hold is not as the log has it: nothing may be erased then."""
    try:
        read_holds(connection)
    except LogInconsistent as error:
        raise LogInconsistent(f"nothing is erased: {error}") from error


def check_free(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Raise `UnderHold` where a hold covers any decision of a condition on `log_entry`.

    What is erased has neither campaign nor actor, and no hold of its own. Raises `LogInconsistent`
    where the entry of the hold is none.
    """
    for selector, column in COLUMNS.items():
        covered = (hold.c.selector == selector.value) & (hold.c.value == column)
        query = select(hold).join(log_entry, covered).where(condition).limit(1)
        row = connection.execute(query).one_or_none()
        if row is not None:
            raise UnderHold(hold_of(row, logged_holds(connection)))


def check_found(connection: Connection, indexes: Sequence[int], contents: Contents | None) -> None:
    """Raise `LogInconsistent` where a hold may not find a decision that is to be erased.

    A hold on a campaign or an actor finds decisions by columns. They are compared with what the
    leaves disclose, while such a hold is in force; of contents whose key is gone, nothing is left.
    """
    on_subjects = select(hold.c.first).where(hold.c.selector != Selector.DECISION.value)
    if connection.execute(on_subjects.limit(1)).first() is not None:
        check_subjects(connection, indexes, contents)


def is_held() -> ColumnElement[bool]:
    """Return the condition on `log_entry` that a hold covers the decision."""
    covering = (
        exists().where(hold.c.selector == selector.value, hold.c.value == column)
        for selector, column in COLUMNS.items()
    )
    return or_(*covering)
