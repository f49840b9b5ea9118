"""Stored rows as entries of the log: decisions, acts, or both in the order of their indexes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, false, select

from ...audit.entries.act_leaves import ActLeaf
from ...audit.entries.commitment import Disclosure
from ...audit.entries.leaf import read_leaf
from ...audit.entries.record import LogEntry, Payload, QueryColumns, UnreadableContents
from ...audit.entries.sealed_acts import ActEntry, Entry
from ...audit.errors import RecordError
from ..errors import LogInconsistent
from ..schema import (
    disclosure,
    log_entry,
    log_entry_facet,
    log_entry_rule,
    log_entry_words,
    payload,
    sealed,
)
from ..sealed.contents import NO_STORE, Contents, Opened, SealedContents, is_of
from .leaf_kinds import IS_ACT, IS_DECISION, is_act

DECISION = "decision"
"""The kind of entries that decisions have, by the column, which `comparison.acts` compares."""

_C = log_entry.c
SEARCHED = (
    *(_C.decided_at, _C.outcome, _C.conclusive, _C.campaign),
    *(_C.policy_set, _C.policy_version, _C.policy_digest, _C.actor, _C.advertiser),
)
"""What decisions are searched by, as `QueryColumns` names it; acts have nothing there."""

_ENTRY = select(
    log_entry,
    payload.c.input,
    payload.c.input_salt,
    payload.c.result,
    payload.c.result_salt,
    log_entry_words.c.words,
).select_from(
    log_entry.outerjoin(payload, payload.c.index == log_entry.c.index).outerjoin(
        log_entry_words, log_entry_words.c.index == log_entry.c.index
    )
)


_Act = TypeVar("_Act", bound=ActLeaf)


def act_leaf(index: int, leaf: bytes, shape: type[_Act], wanted: str) -> _Act:
    """Return the leaf of an entry that has to be an act of a shape, which messages call `wanted`.

    Raises `LogInconsistent` for another.
    """
    try:
        act = read_leaf(leaf)
    except RecordError as error:
        told = f"entry {index} should be {wanted}, and cannot be read"
        raise LogInconsistent(told) from error
    if not isinstance(act, shape):
        raise LogInconsistent(f"entry {index} should be {wanted}, and is not")
    return act


def act_leaves(connection: Connection, kind: str, shape: type[_Act]) -> Iterator[tuple[int, _Act]]:
    """Yield the leaves of acts of a kind with their indexes, in the order of the log.

    Raises `LogInconsistent` for one that is not of that shape.
    """
    entries = select(log_entry.c.index, log_entry.c.leaf).where(is_act(kind))
    for index, leaf in connection.execute(entries.order_by(log_entry.c.index)):
        yield index, act_leaf(index, leaf, shape, f"of kind `{kind}`")


def among(column: ColumnElement[int], indexes: Sequence[int]) -> ColumnElement[bool]:
    """Return a condition that some indexes meet, and maybe others between them, but not many.

    Where they are neighbours, or nearly, it has two values and not one for each of them.
    """
    if not indexes:
        return false()
    first, last = min(indexes), max(indexes)
    if last - first < 2 * len(indexes):
        return column.between(first, last)
    return column.in_(indexes)


def read_entries(
    connection: Connection, condition: ColumnElement[bool], contents: Contents | None
) -> Sequence[Entry]:
    """Return the entries of a condition on `log_entry`, with all that is stored of them.

    What is sealed is opened by `contents`, and is unread where that cannot be.
    """
    acts = read_acts(connection, condition)
    if not acts:
        return read_decisions(connection, condition, contents)
    entries: list[Entry] = [*read_decisions(connection, condition, contents), *acts]
    return sorted(entries, key=attrgetter("index"))


def read_decisions(
    connection: Connection, condition: ColumnElement[bool], contents: Contents | None
) -> Sequence[LogEntry]:
    """Return the decisions of a condition on `log_entry`, as `read_entries` does."""
    query = _ENTRY.where(IS_DECISION, condition).order_by(log_entry.c.index)
    rows = connection.execute(query).mappings().all()
    indexes = [row["index"] for row in rows]
    rules, facets = read_rules(connection, indexes), _read_facets(connection, indexes)
    disclosures = _read_disclosures(connection, indexes)
    opened = _opened(connection, indexes, contents)
    return [
        _entry_of(
            row,
            query_columns_of(row, rules[row["index"]]),
            tuple(facets[row["index"]]),
            opened.get(row["id"])
            or Opened(payload=_payload(row), disclosures=tuple(disclosures[row["index"]])),
        )
        for row in rows
    ]


def _entry_of(
    row: RowMapping,
    columns: QueryColumns,
    facets: tuple[str, ...],
    found: Opened | UnreadableContents,
) -> LogEntry:
    opened = found if isinstance(found, Opened) else Opened(payload=None, disclosures=())
    return LogEntry(
        index=row["index"],
        logged_at=row["logged_at"],
        leaf=row["leaf"],
        leaf_hash=row["leaf_hash"],
        columns=columns,
        words=row["words"] or "",
        facets=facets,
        payload=opened.payload,
        disclosures=opened.disclosures,
        unread=found if isinstance(found, UnreadableContents) else None,
    )


def _opened(
    connection: Connection, indexes: Sequence[int], contents: Contents | None
) -> Mapping[str, Opened | UnreadableContents]:
    """Return what is sealed of some entries, by their ids."""
    columns = (log_entry.c.id, sealed.c.key, sealed.c.names, sealed.c.payload)
    query = select(*columns).join_from(log_entry, sealed, sealed.c.index == log_entry.c.index)
    rows = connection.execute(query.where(among(sealed.c.index, indexes))).all()
    if not rows:
        return {}
    if contents is None or not is_of(connection, contents):
        return dict.fromkeys((row.id for row in rows), NO_STORE)
    return contents.open(
        SealedContents(decision_id=row.id, key=row.key, names=row.names, payload=row.payload)
        for row in rows
    )


def read_acts(connection: Connection, condition: ColumnElement[bool]) -> Sequence[ActEntry]:
    """Return the acts of a condition on `log_entry`, in the order of the log."""
    query = select(log_entry).where(IS_ACT, condition).order_by(_C.index)
    rows = connection.execute(query).mappings().all()
    disclosures = _read_disclosures(connection, [row["index"] for row in rows])
    return [
        ActEntry(
            index=row["index"],
            id=row["id"],
            kind=row["kind"],
            logged_at=row["logged_at"],
            leaf=row["leaf"],
            leaf_hash=row["leaf_hash"],
            disclosures=tuple(disclosures[row["index"]]),
        )
        for row in rows
    ]


def read_rules(
    connection: Connection, indexes: Sequence[int]
) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Return the indexed rules of entries at least, sorted, by the entries' indexes."""
    table = log_entry_rule.c
    query = select(table.index, table.rule, table.status).where(among(table.index, indexes))
    found = defaultdict[int, list[tuple[str, str]]](list)
    for index, rule, status in connection.execute(query):
        found[index].append((rule, status))
    for rules in found.values():
        rules.sort()
    return found


def _read_facets(connection: Connection, indexes: Sequence[int]) -> Mapping[int, list[str]]:
    """Return the facets of entries at least, sorted, by the entries' indexes."""
    table = log_entry_facet.c
    query = select(table.index, table.facet).where(among(table.index, indexes))
    found = defaultdict[int, list[str]](list)
    for index, facet in connection.execute(query):
        found[index].append(facet)
    for facets in found.values():  # Here: databases put texts in the order of their collations.
        facets.sort()
    return found


def query_columns_of(row: RowMapping, rules: Sequence[tuple[str, str]]) -> QueryColumns:
    """Return the query columns of a row of `log_entry`."""
    searched: dict[str, Any] = {column.name: row[column.name] for column in SEARCHED}
    return QueryColumns(decision_id=row["id"], rules=tuple(rules), **searched)


def _payload(row: Mapping[Any, Any]) -> Payload | None:
    if row["input_salt"] is None:
        return None
    return Payload(
        input=row["input"],
        input_salt=row["input_salt"],
        result=row["result"],
        result_salt=row["result_salt"],
    )


def _read_disclosures(
    connection: Connection, indexes: Sequence[int]
) -> Mapping[int, Sequence[Disclosure]]:
    table = disclosure.c
    query = select(table.index, table.name, table.disclosure).where(among(table.index, indexes))
    found = defaultdict[int, list[Disclosure]](list)
    for index, name, text in connection.execute(query.order_by(table.index, table.name)):
        found[index].append(_disclosure(name, text))
    return found


def _disclosure(name: str, text: str) -> Disclosure:
    try:
        return Disclosure.read(text)
    except ValueError:  # Somebody altered it: it is exported as it is, for the verifier to name.
        return Disclosure(name=name, value=None, text=text)
