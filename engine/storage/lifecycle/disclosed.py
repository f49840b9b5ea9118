"""Whom decisions are of, as their leaves disclose it, compared with the columns that find them.

The columns `campaign` and `actor` can be altered like any. What the leaf of a decision discloses
cannot: it is sealed beside the leaf, and opened here without the payload.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from ...audit.entries.commitment import Disclosure
from ...audit.entries.record import UnreadableContents, read_envelope
from ...audit.errors import RecordError
from ..errors import LogInconsistent
from ..log.leaf_kinds import IS_DECISION
from ..schema import disclosure, erased, log_entry, sealed
from ..sealed.contents import Contents, SealedNames, read_disclosure
from .subjects import Selector

STEP = 1000
"""How many entries are looked at together."""

_Names: TypeAlias = tuple[Disclosure, ...] | UnreadableContents


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whom a decision is kept for, and what its leaf discloses of that.

    `told` lacks what was altered or is gone, and is None where the key of it is not there.
    """

    index: int
    kept: Mapping[str, str | None]
    told: Mapping[str, str | None] | None
    is_erased: bool


def check_subjects(
    connection: Connection, indexes: Sequence[int], contents: Contents | None
) -> None:
    """Raise `LogInconsistent` where a decision is found under another subject than its own.

    What is erased by a subject that is not its own is gone by an order that nobody gave, and no
    verifier can tell: the subject goes with the contents.
    """
    for each in _subjects(connection, log_entry.c.index.in_(indexes), contents):
        if each.told is not None and each.told != each.kept:
            raise LogInconsistent(
                f"nothing is erased: entry {each.index} is kept for another campaign or actor than"
                " was logged; `assent verify` of the database says more"
            )


def check_all_found(
    connection: Connection, selector: Selector, value: str, size: int, contents: Contents | None
) -> None:
    """Raise `LogInconsistent` where a decision of a subject is not found by it, of some entries.

    Also where nobody can tell whose one is. All of them are looked at: nothing else shows it.
    """
    for start in range(0, size, STEP):
        within = log_entry.c.index.between(start, min(start + STEP, size) - 1)
        for each in _subjects(connection, within, contents):
            if each.told is None or (each.is_erased and not each.told):
                continue
            if selector.value not in each.told:
                raise LogInconsistent(
                    f"nothing is erased: what entry {each.index} discloses was altered, and nobody"
                    f" can tell whether it is of this {selector}; put it back, or erase it by its"
                    " id first; `assent verify` of the database says more"
                )
            is_found = each.kept[selector.value] == value and not each.is_erased
            if each.told[selector.value] == value and not is_found:
                kept = "as erased" if each.is_erased else f"for another {selector}"
                raise LogInconsistent(
                    f"nothing is erased: entry {each.index} is of this {selector}, and is kept"
                    f" {kept}; put that back, or erase it by its id first; `assent verify` of the"
                    " database says more"
                )


def _subjects(
    connection: Connection, condition: ColumnElement[bool], contents: Contents | None
) -> Iterator[_Subject]:
    """Yield whom decisions are of, in the order of the log. Raises `LogInconsistent`."""
    columns = log_entry.c
    kept = (columns.index, columns.id, columns.leaf, columns.campaign, columns.actor)
    query = (
        select(*kept, sealed.c.key, sealed.c.names, erased.c.erasure)
        .outerjoin(sealed, sealed.c.index == columns.index)
        .outerjoin(erased, erased.c.index == columns.index)
        .where(IS_DECISION, condition)
    )
    rows = connection.execute(query.order_by(columns.index)).mappings().all()
    opened = _opened([row for row in rows if row["key"] is not None], contents)
    in_clear = _in_clear(connection, [row["index"] for row in rows if row["key"] is None])
    for row in rows:
        yield _Subject(
            index=row["index"],
            kept={"actor": row["actor"], "campaign": row["campaign"]},
            told=_told(row, opened.get(row["id"], in_clear[row["index"]])),
            is_erased=row["erasure"] is not None,
        )


def _told(
    row: RowMapping, names: Sequence[Disclosure] | UnreadableContents
) -> Mapping[str, str | None] | None:
    if isinstance(names, UnreadableContents):
        return {} if names.is_altered else None
    try:
        digests = read_envelope(row["leaf"]).sd
    except RecordError as error:
        raise LogInconsistent(f"nothing is erased: entry {row['index']} cannot be read") from error
    return {each.name: each.value for each in names if each.digest() in digests}


def _opened(rows: Sequence[RowMapping], contents: Contents | None) -> Mapping[str, _Names]:
    if contents is None or not rows:  # Nothing is erased without the key store of a log.
        return {}
    return contents.open_names(SealedNames(row["id"], row["key"], row["names"]) for row in rows)


def _in_clear(connection: Connection, indexes: Sequence[int]) -> Mapping[int, list[Disclosure]]:
    table, found = disclosure.c, defaultdict[int, list[Disclosure]](list)
    query = select(table.index, table.disclosure).where(table.index.in_(indexes))
    for index, text in connection.execute(query) if indexes else ():
        found[index].append(read_disclosure(text))
    return found
