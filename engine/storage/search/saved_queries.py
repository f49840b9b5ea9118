"""Queries under a name: what an auditor asks again and again, and others can ask in the same way.

That a query is saved or deleted is an entry of the log, in the transaction that does so. The leaf
commits to the filters and does not have them, since a search for a person names that person; they
lie beside it, and are gone when the query is deleted. Whenever a query is read, its filters are
compared with the leaf and read again, as strictly as those of a request.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import datetime

import msgspec
from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from ...audit.canonical import CanonicalError, canonical
from ...audit.entries.act_leaves import ACTOR, NAME, QueryLeaf
from ...audit.entries.acts import QueryAct, QueryChange
from ...audit.entries.commitment import Disclosure, commit, fresh_salt, opens
from ...audit.instants import instant
from ...audit.log import Receipt, receipt_of
from ...audit.merkle.spans import spans_of
from ..errors import Conflict, InvalidQuery, LogInconsistent, NotFound
from ..log.entries import act_leaf, act_leaves
from ..log.register import Register
from ..schema import disclosure, log_entry, saved_query
from .filters import DecisionFilter

MOST_QUERIES = 500
"""How many queries may be saved at a time."""

NAME_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"
"""What the name of a query is: it stands in the log for ever, so it is no text about somebody."""

_NAME = re.compile(NAME_PATTERN)
_NO_NAME = "a name has 1 to 64 of a-z, 0-9, `-` and `_`, a letter or digit first"
_STORED = select(
    saved_query.c.name,
    saved_query.c.index.label("entry"),
    saved_query.c.filters,
    saved_query.c.salt,
    log_entry.c.leaf,
).join(log_entry, log_entry.c.index == saved_query.c.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query: its name, what it asks for, and the entry that saved it, when and by whom."""

    name: str
    filters: DecisionFilter
    index: int
    saved_at: datetime
    actor: str


_READ = msgspec.json.Decoder(
    msgspec.defstruct(
        "_Filters",
        [(each.name, each.type, None) for each in fields(DecisionFilter) if each.name != "as_of"],
        forbid_unknown_fields=True,
    )
)
"""Reads what `DecisionFilter.given` makes, and nothing else."""


class SavedQueries(Register):
    """The saved queries of a database. Every method raises `StorageUnavailable`."""

    def save(self, name: str, filters: DecisionFilter, *, actor: str) -> SavedQuery:
        """Save a query, which asks of the log as it is whenever it is run.

        Raises `InvalidQuery` for a name that is none, for filters as of a size, and for those that
        cannot be written; `Conflict` where the name is taken, or as many are saved as may be;
        `RecordError` for an actor that the log cannot name.
        """
        if not _NAME.fullmatch(name):
            raise InvalidQuery(_NO_NAME)
        if filters.as_of is not None:
            raise InvalidQuery("a saved query is of no size of the log; give that as it is run")
        content, salt = _written(filters), fresh_salt()
        act = QueryAct(
            entries=(),
            change=QueryChange.SAVE,
            name=name,
            actor=actor,
            filters=commit(salt, content),
        )
        with self._appending() as log:
            connection = log.connection
            _check_free(connection, name)
            entry = log.append(act)
            row = {"name": name, "index": entry.index, "filters": content, "salt": salt}
            connection.execute(insert(saved_query), row)
        return SavedQuery(
            name=name, filters=filters, index=entry.index, saved_at=entry.logged_at, actor=actor
        )

    def all(self) -> Sequence[SavedQuery]:
        """Return the saved queries by name. Raises what `get` does, but for `NotFound`."""
        with self._database.reading() as connection:
            rows = connection.execute(_STORED.order_by(saved_query.c.name)).mappings().all()
            logged = logged_queries(connection) if rows else frozenset()
            return [_read(connection, row, logged) for row in rows]

    def get(self, name: str) -> SavedQuery:
        """Return the query of a name.

        Raises `NotFound`; `LogInconsistent` where it is not the one that was logged, and
        `InvalidQuery` where this version of Assent cannot ask it.
        """
        with self._database.reading() as connection:
            of_name = saved_query.c.name == _asked(name)
            row = connection.execute(_STORED.where(of_name)).mappings().one_or_none()
            if row is None:
                raise _unknown(name)
            return _read(connection, row, logged_queries(connection))

    def delete(self, name: str, *, actor: str, index: int | None = None) -> Receipt:
        """Delete a query; its filters are then gone.

        With `index`, the one of the name that this entry saved, and none that was saved since.
        Raises `NotFound`, and `RecordError`; `LogInconsistent` where that entry saved another.
        """
        with self._appending() as log:
            connection = log.connection
            of_name = saved_query.c.name == _asked(name)
            row = connection.execute(_STORED.where(of_name)).mappings().one_or_none()
            if row is None or index not in (None, row["entry"]):
                raise _unknown(name)
            saved_by = row["entry"]
            _check_named(connection, row, logged_queries(connection))
            entries = spans_of([saved_by])
            act = QueryAct(entries=entries, change=QueryChange.DELETE, name=name, actor=actor)
            entry = log.append(act)
            connection.execute(delete(saved_query).where(of_name))
        return receipt_of(entry)


def _written(filters: DecisionFilter) -> bytes:
    try:
        return canonical(filters.given())
    except CanonicalError as error:
        raise InvalidQuery(f"a filter cannot be saved: {error}") from error


def _check_free(connection: Connection, name: str) -> None:
    table = saved_query
    if connection.execute(select(table.c.name).where(table.c.name == name)).first() is not None:
        raise Conflict(f"a query is saved as `{name}` already; delete it, or choose another name")
    if connection.execute(select(func.count()).select_from(table)).scalar_one() >= MOST_QUERIES:
        raise Conflict(f"{MOST_QUERIES} queries are saved already; delete one")


def _asked(name: str) -> str:
    """Return a name that can be looked up. Raises `NotFound` for what no query is saved under."""
    if not _NAME.fullmatch(name):
        raise _unknown(name)
    return name


def _unknown(name: str) -> NotFound:
    return NotFound(f"no query is saved as `{name[:64]}`")


def logged_queries(connection: Connection) -> AbstractSet[int]:
    """Return the entries that saved the queries that none has deleted."""
    found = set[int]()
    for index, leaf in act_leaves(connection, "query", QueryLeaf):
        if leaf.change is QueryChange.SAVE:
            found.add(index)
        else:
            found -= {each for first, beyond in leaf.entries for each in range(first, beyond)}
    return found


def _read(connection: Connection, row: RowMapping, logged: AbstractSet[int]) -> SavedQuery:
    """Return a stored query, once it is the one that its entry saved and none has deleted."""
    index, name = row["entry"], row["name"]
    act, actor = _check_named(connection, row, logged)
    if not opens(act.filters_commitment or "", row["salt"], row["filters"]):
        raise _altered(row)
    try:
        asked = DecisionFilter(**msgspec.structs.asdict(_READ.decode(row["filters"])))
    except (ValueError, InvalidQuery) as error:
        raise InvalidQuery(f"the query `{name}` cannot be asked any more: {error}") from error
    return SavedQuery(
        name=name, filters=asked, index=index, saved_at=instant(act.logged_at), actor=actor
    )


def _check_named(
    connection: Connection, row: RowMapping, logged: AbstractSet[int]
) -> tuple[QueryLeaf, str]:
    """Return the leaf that saved a query of this name, and by whom; none has deleted it."""
    index, name = row["entry"], row["name"]
    act = act_leaf(index, row["leaf"], QueryLeaf, "the saving of a query")
    if act.filters_commitment is None:
        raise LogInconsistent(f"entry {index} should be the saving of a query, and is not")
    disclosed = _disclosed(connection, index, act)
    actor = disclosed.get(ACTOR)
    if disclosed.get(NAME) != name or actor is None:
        raise _altered(row)
    if index not in logged:
        raise LogInconsistent(f"the query `{name}` is kept, and the log says that it was deleted")
    return act, actor


def _altered(row: RowMapping) -> LogInconsistent:
    name, index = row["name"], row["entry"]
    return LogInconsistent(f"the query `{name}` is not the one that entry {index} saved")


def _disclosed(connection: Connection, index: int, act: QueryLeaf) -> dict[str, str | None]:
    """Return what an entry discloses, as far as its leaf has the digest."""
    query = select(disclosure.c.disclosure).where(disclosure.c.index == index)
    found: dict[str, str | None] = {}
    for text in connection.execute(query).scalars():
        try:
            read = Disclosure.read(text)
        except ValueError:
            continue
        if read.digest() in act.sd:
            found[read.name] = read.value
    return found
