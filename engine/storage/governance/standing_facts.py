"""Standing facts of a database: recorded, stated otherwise, withdrawn; every version is kept.

Every change is one transaction: an entry of the log (`FactChange`), the new version, and
what came of it. Processes learn of a change as they do of policies: it changes the number of the
plan.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from ...audit.entries.acts import FactChange, FactTransition
from ...audit.entries.commitment import commit, fresh_salt
from ...audit.merkle.spans import Spans, spans_of
from ...evaluation.standing_facts.book import statement_bytes
from ..databases.database import announce
from ..errors import NotFound
from ..log.log_store import Appending
from ..log.register import Register
from ..schema import standing_fact, standing_fact_version
from ..sealed.contents import check_bound
from ..sealed.key_store import DataKey
from .changes import ChangeOrder, WrongState
from .standing_fact_rows import CURRENT, FactVersion, sealed_content, versions_of

_FACT = standing_fact.c
_VERSION = standing_fact_version.c

Check = Callable[[Sequence[FactVersion]], None]
"""Raises something where what is to be recorded does not go with others about its subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is to be recorded: whom it is about, and the JSON text of all that is stated."""

    kind: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FactQuery:
    """Which facts are listed: of a kind, of a name, and behind an entry."""

    kind: str | None = None
    name: str | None = None
    after: int = -1
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What happens to a fact, by whose order; without a statement, it is withdrawn."""

    fact: str
    order: ChangeOrder
    statement: Statement | None = None
    key: DataKey | None = None
    before: FactVersion | None = None

    @property
    def version(self) -> int:
        """The number of the version that comes of it."""
        return 1 if self.before is None else self.before.version + 1

    @property
    def entries(self) -> Spans:
        """The entry of the act before it."""
        return () if self.before is None else spans_of([self.before.index])

    def content(self, salt: bytes) -> bytes | None:
        """Return what is stored of the statement."""
        if self.statement is None:
            return None
        return sealed_content(salt, self.statement.content, self.fact, self.version, self.key)


class StandingFacts(Register):
    """The standing facts of a database.

    Every method raises `StorageUnavailable`, and those that change something `LogInconsistent`, and
    `RecordError` for an actor or a reason that the log cannot have.
    """

    # --- reading ------------------------------------------------------------------------------

    def list(self, query: FactQuery) -> tuple[Sequence[FactVersion], int | None]:
        """Return the newest version of each fact that is not withdrawn, in the order of entries.

        With it comes the entry behind which the next ones are, None where there are none.
        """
        wanted = CURRENT.where(_FACT.index > query.after).limit(query.limit + 1)
        if query.kind is not None:
            wanted = wanted.where(_FACT.kind == query.kind)
        if query.name is not None:
            wanted = wanted.where(_FACT.name == query.name)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
            found = versions_of(rows[: query.limit], self._database.contents)
        more = len(rows) > query.limit
        return found, rows[query.limit - 1]["first"] if more else None

    def versions(self, fact: str) -> Sequence[FactVersion]:
        """Return the versions of a fact, the newest first. Raises `NotFound`."""
        with self._database.reading() as connection:
            return self._versions(connection, fact)

    # --- changing -----------------------------------------------------------------------------

    def record(
        self, statement: Statement, *, actor: str, reason: str | None, check: Check
    ) -> tuple[FactVersion, bool]:
        """Record a fact, once `check` has seen those about the same subject.

        What is recorded word for word already is returned as it is; tells whether it is new.
        """
        fact, order = str(uuid.uuid4()), ChangeOrder(actor=actor, reason=reason)
        change = _Change(fact=fact, order=order, statement=statement, key=self._key())
        with self._appending() as log:
            connection = log.connection
            check_bound(connection, self._database.contents)
            others = self._others(connection, statement, fact)
            for other in others:
                if statement_bytes(other.statement or {}) == statement.content:
                    return other, False
            check(others)
            return self._log(log, change), True

    def amend(
        self, fact: str, statement: Statement, order: ChangeOrder, *, check: Check
    ) -> FactVersion:
        """State a fact otherwise from now on.

        Raises `NotFound`, `OutdatedRevision`, and `WrongState` where it is withdrawn, or is about
        another subject.
        """
        change = _Change(fact=fact, order=order, statement=statement, key=self._key())
        with self._appending() as log:
            connection = log.connection
            check_bound(connection, self._database.contents)
            before = self._seen(connection, fact, order)
            row = connection.execute(select(_FACT.kind, _FACT.name).where(_FACT.id == fact)).one()
            if (row.kind, row.name) != (statement.kind, statement.name):
                raise WrongState(
                    "a standing fact stays about its subject; record another about this one"
                )
            check(self._others(connection, statement, fact))
            return self._log(log, replace(change, before=before))

    def withdraw(self, fact: str, order: ChangeOrder) -> FactVersion:
        """Withdraw a fact. Raises as `amend` does."""
        with self._appending() as log:
            before = self._seen(log.connection, fact, order)
            return self._log(log, _Change(fact=fact, order=order, before=before))

    # --- within a transaction -----------------------------------------------------------------

    def _key(self) -> DataKey | None:
        contents = self._database.contents
        # INVARIANT: the key is durable before anything that is sealed under it.
        return contents.take(1)[0] if contents is not None else None

    def _versions(self, connection: Connection, fact: str) -> Sequence[FactVersion]:
        query = select(standing_fact_version).where(_VERSION.fact == fact)
        rows = connection.execute(query.order_by(_VERSION.version.desc())).mappings().all()
        if not rows:
            raise NotFound("there is no standing fact of this id")
        return versions_of(rows, self._database.contents)

    def _seen(self, connection: Connection, fact: str, order: ChangeOrder) -> FactVersion:
        newest = self._versions(connection, fact)[0]
        if newest.transition is FactTransition.WITHDRAW:
            raise WrongState("the standing fact is withdrawn; record another")
        order.check_seen(newest.version)
        return newest

    def _others(
        self, connection: Connection, statement: Statement, fact: str
    ) -> Sequence[FactVersion]:
        same = (_FACT.kind == statement.kind, _FACT.name == statement.name)
        query = CURRENT.where(_FACT.id != fact, *same)
        rows = connection.execute(query).mappings().all()
        return versions_of(rows, self._database.contents)

    def _log(self, log: Appending, change: _Change) -> FactVersion:
        """Append the entry of a change, and bring the tables to what it says."""
        connection = log.connection
        salt, statement, order = fresh_salt(), change.statement, change.order
        act = FactChange(
            entries=change.entries,
            transition=FactTransition.RECORD if statement else FactTransition.WITHDRAW,
            fact=change.fact,
            version=change.version,
            commitment=None if statement is None else commit(salt, statement.content),
            actor=order.actor,
            reason=order.reason,
        )
        entry = log.append(act)
        if statement is not None and change.before is None:
            row = _fact_row(change.fact, entry.index, statement)
            connection.execute(insert(standing_fact).values(row))
        moved = update(standing_fact).where(_FACT.id == change.fact)
        connection.execute(moved.values(version=change.version, is_withdrawn=statement is None))
        connection.execute(
            insert(standing_fact_version).values(
                index=entry.index,
                fact=change.fact,
                version=change.version,
                transition=act.transition,
                commitment=act.commitment,
                content=change.content(salt),
                key=None if change.key is None else change.key.id,
                actor=order.actor,
                reason=order.reason,
                at=entry.logged_at,
            )
        )
        announce(connection)
        return self._versions(connection, change.fact)[0]


def _fact_row(fact: str, index: int, statement: Statement) -> Mapping[str, object]:
    return {
        "id": fact,
        "index": index,
        "kind": statement.kind,
        "name": statement.name,
        "version": 1,
        "is_withdrawn": False,
    }
