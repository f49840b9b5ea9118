"""Whether only decisions have what decisions are searched by: a search trusts that acts do not."""

from sqlalchemy import exists, or_, select

from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import DECISION, SEARCHED
from ..schema import (
    log_entry,
    log_entry_facet,
    log_entry_rule,
    log_entry_words,
    payload,
    sealed,
)

_BESIDE = (log_entry_rule, log_entry_facet, log_entry_words, payload, sealed)


def check_acts(database: Database) -> None:
    """Look for acts that a search would take for decisions; changes nothing.

    Raises `LogInconsistent` where there is one, and `StorageUnavailable`.
    """
    # As two ranges, which an index has: acts are few, and decisions many.
    is_act = (log_entry.c.kind < DECISION) | (log_entry.c.kind > DECISION)
    has_any = [or_(*(each.is_not(None) for each in SEARCHED))]
    has_any += (exists().where(each.c.index == log_entry.c.index) for each in _BESIDE)
    with database.reading() as connection:
        for has in has_any:
            query = select(log_entry.c.index).where(is_act, has).limit(1)
            index = connection.execute(query).scalar()
            if index is not None:
                told = f"entry {index} is an act, and has what only decisions have"
                raise LogInconsistent(f"{told}: a search may show it as one")
