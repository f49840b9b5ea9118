"""Erasing: what lies beside a leaf is deleted, and an entry of the log says so.

One transaction deletes the payloads, salts, disclosures, indexed rules, words, facets, uses of
waivers and fingerprints of at most 256 decisions, empties the columns that came of them, and
appends the erasure. Leaves and hashes stay, so that every proof stays what it was. A subject with
more decisions takes several transactions: killed in between, all that is erased is accounted for,
and erasing again goes on.
What a hold covers is not erased.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from ...audit.entries.act_leaves import ErasureLeaf
from ...audit.entries.acts import Erasure, Ground
from ...audit.instants import instant, utc_now
from ...audit.log import Receipt, receipt_of
from ...audit.merkle.spans import spans_of
from ..databases.database import Database
from ..log.entries import act_leaf
from ..log.idempotency_keys import forget_contents
from ..log.leaf_kinds import IS_DECISION
from ..log.log_store import Appending, read_head
from ..log.register import Register
from ..schema import (
    disclosure,
    doomed_key,
    erased,
    facets_due,
    log_entry,
    log_entry_facet,
    log_entry_rule,
    log_entry_words,
    payload,
    sealed,
    waiver_use,
)
from ..sealed.contents import Contents, check_bound
from .cleaning import finish
from .disclosed import check_all_found, check_subjects
from .holds import check_found, check_free, check_kept
from .subjects import Selector, check_known, not_erased, selected

STEP = 256
"""The most decisions that one transaction, and one entry, erases."""

_Check: TypeAlias = Callable[[Connection, Sequence[int], Contents | None], None]
"""Raises `LogInconsistent` where decisions that are to be erased are not what they are kept as."""

_CONTENTS = (
    payload,
    disclosure,
    sealed,
    log_entry_rule,
    log_entry_words,
    log_entry_facet,
    facets_due,
)

# A waiver names its campaign or advertiser, and would tell whose an erased decision was; an earlier
# version kept its uses by those.
_FORGET_USES = delete(waiver_use).where(waiver_use.c.index.in_(select(erased.c.index)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of an erased decision: why and when it was erased, and by which entry."""

    decision_id: str
    ground: Ground
    erased_at: datetime
    erasure_id: str
    erasure_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureSummary:
    """What was done: the number of decisions, and the entries that erased them.

    Nothing where all was erased before. `is_purged` says whether the files of the databases are
    clean of all that was ever erased, as far as they can be (`cleaning.finish`).
    """

    decisions: int
    entries: tuple[Receipt, ...]
    is_purged: bool


class Erasures(Register):
    """The erased decisions of a database. Every method raises `StorageUnavailable`.

    `finish_by` does what is left to do behind an erasure, and returns whether it is done; without
    it, `cleaning.finish` does.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        finish_by: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(database, clock=clock)
        self._finish = finish_by or (lambda: finish(database, clock()))

    def erase(
        self, selector: Selector, value: str, *, ground: Ground, actor: str
    ) -> ErasureSummary:
        """Erase the decisions that a value selects, as far as the log reaches now.

        Raises `UnderHold` where a hold covers any of them, with nothing erased; by a hold that is
        placed meanwhile, the steps before stay done. Raises `NotFound` for a decision that the log
        does not have, `RecordError` for an actor that it cannot name, and `LogInconsistent`, also
        where any hold is not as the log has it, or a decision of a subject is kept for another. A
        subject of which nothing is left is no error.
        """
        with self._database.reading() as connection:
            size = read_head(connection).frontier.size
            check_known(connection, selector, value)
        within = selected(selector, value) & (log_entry.c.index < size)
        if selector is Selector.DECISION:
            return self._erase([(within, ground)], actor)

        def check_whole(connection: Connection) -> None:
            check_all_found(connection, selector, value, size, self._database.contents)

        return self._erase([(within, ground)], actor, check_whole, check=check_subjects)

    def erase_entries(
        self, indexes: Mapping[Ground, Sequence[int]], *, actor: str
    ) -> ErasureSummary:
        """Erase the decisions at some places of the log, by ground, as `erase` does and raises.

        What is there and is no decision stays. A hold on any of them refuses all, whatever the
        ground.
        """
        wanted = [
            (IS_DECISION & log_entry.c.index.in_(each[start : start + STEP]), ground)
            for ground, each in indexes.items()
            for start in range(0, len(each), STEP)
        ]
        return self._erase(wanted, actor)

    def _erase(
        self,
        wanted: Sequence[tuple[ColumnElement[bool], Ground]],
        actor: str,
        check_first: Callable[[Connection], None] = lambda _: None,
        *,
        check: _Check = check_found,
    ) -> ErasureSummary:
        """Erase the decisions of some conditions, one behind the other."""
        with self._database.reading() as connection:
            check_kept(connection)
            for condition, _ in wanted:
                check_free(connection, condition)
            check_bound(connection, self._database.contents)
            check_first(connection)
        count, entries = 0, list[Receipt]()
        for condition, ground in wanted:
            while step := self._step(condition, ground, actor, check):
                count += step[0]
                entries.append(step[1])
        # Also where nothing was left to erase: this may be what is missing.
        purged = self._finish()
        return ErasureSummary(decisions=count, entries=tuple(entries), is_purged=purged)

    def tombstone(self, decision_id: str) -> Tombstone | None:
        """Return what is left of an erased decision; None for another, known or not.

        Raises `LogInconsistent` where the entry that should have erased it is none.
        """
        erasure = log_entry.alias()
        query = (
            select(erasure.c.index, erasure.c.leaf)
            .join(erased, erased.c.erasure == erasure.c.index)
            .join(log_entry, log_entry.c.index == erased.c.index)
            .where(log_entry.c.id == decision_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _tombstone(decision_id, *row)

    def _step(
        self, condition: ColumnElement[bool], ground: Ground, actor: str, check: _Check
    ) -> tuple[int, Receipt] | None:
        """Erase the next decisions; returns how many and by which entry, None without any left."""
        with self._appending() as log:
            connection = log.connection
            indexes = connection.execute(not_erased(condition).limit(STEP)).scalars().all()
            if not indexes:
                return None
            check_free(connection, log_entry.c.index.in_(indexes))
            check(connection, indexes, self._database.contents)
            return len(indexes), erase_within(log, indexes, ground=ground, actor=actor)


def erase_within(log: Appending, indexes: Sequence[int], *, ground: Ground, actor: str) -> Receipt:
    """Append an erasure, with the keys that are to go, and delete what it names.

    Raises `RecordError` for an actor that the log cannot name.
    """
    query = select(sealed.c.key).where(sealed.c.index.in_(indexes)).order_by(sealed.c.index)
    keys = tuple(log.connection.execute(query).scalars())
    act = Erasure(entries=spans_of(indexes), ground=ground, actor=actor, keys=keys)
    entry = log.append(act)
    _delete(log.connection, indexes, keys)
    rows = [{"index": index, "erasure": entry.index} for index in indexes]
    log.connection.execute(insert(erased), rows)
    log.connection.execute(_FORGET_USES)
    return receipt_of(entry)


def _delete(connection: Connection, indexes: Sequence[int], keys: Sequence[str]) -> None:
    doomed = [{"key": key, "is_destroyed": False} for key in keys]
    if doomed:
        connection.execute(insert(doomed_key), doomed)
    for table in _CONTENTS:
        connection.execute(delete(table).where(table.c.index.in_(indexes)))
    forget_contents(connection, indexes)
    emptied = update(log_entry).where(log_entry.c.index.in_(indexes))
    connection.execute(emptied.values(campaign=None, actor=None, advertiser=None))


def _tombstone(decision_id: str, index: int, leaf: bytes) -> Tombstone:
    act = act_leaf(index, leaf, ErasureLeaf, "an erasure")
    return Tombstone(
        decision_id=decision_id,
        ground=act.ground,
        erased_at=instant(act.logged_at),
        erasure_id=act.id,
        erasure_index=index,
    )
