"""Acts as stored, which are what their leaves say, and have nothing that only decisions have.

What acts are is read from their leaves. But a search trusts that what it finds is a decision, and
goes by a column where it asks for nothing else.
"""

import msgspec
from sqlalchemy import ColumnElement, Connection, exists, or_, select

from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import DECISION, SEARCHED
from ..log.leaf_kinds import IS_ACT
from ..schema import log_entry, log_entry_facet, log_entry_rule, log_entry_words, payload, sealed

_BESIDE = (log_entry_rule, log_entry_facet, log_entry_words, payload, sealed)
_STEP = 256


class _Named(msgspec.Struct, frozen=True):
    kind: str
    id: str | None = None
    decision_id: str | None = None


_READ_NAMED = msgspec.json.Decoder(_Named)


def compare_acts(database: Database) -> None:
    """Compare kinds and ids of acts with their leaves, and look for what makes one a decision."""
    has_any = [or_(*(each.is_not(None) for each in SEARCHED))]
    has_any += (exists().where(each.c.index == log_entry.c.index) for each in _BESIDE)
    with database.reading() as connection:
        _compare_names(connection, IS_ACT)
        # As two ranges, which an index has: acts are few, and decisions many.
        _compare_names(connection, log_entry.c.kind < DECISION)
        _compare_names(connection, log_entry.c.kind > DECISION)
        for has in has_any:
            query = select(log_entry.c.index).where(IS_ACT, has).limit(1)
            index = connection.execute(query).scalar()
            if index is not None:
                told = f"entry {index} is an act, and has what only decisions have"
                raise LogInconsistent(f"{told}: a search may show it as one")


def _compare_names(connection: Connection, condition: ColumnElement[bool]) -> None:
    entry = log_entry.c
    query = select(entry.index, entry.kind, entry.id, entry.leaf).where(condition)
    rows = connection.execution_options(yield_per=_STEP).execute(query.order_by(entry.index))
    for index, kind, id_, leaf in rows:
        try:
            named = _READ_NAMED.decode(leaf)
        except (ValueError, RecursionError):
            continue  # It is no act: the verifier of the export says so.
        own = named.id or named.decision_id
        if (named.kind, own) != (kind, id_):
            told = f"entry {index} is stored as `{kind}` {id_}, and is `{named.kind}` {own}"
            raise LogInconsistent(f"{told}: it is not found as what it is")
