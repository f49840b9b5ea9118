"""Which waivers were used by which decisions: written with the decision, in one transaction.

An erasure of the decision deletes the row: a waiver names its campaign or advertiser. One that only
erased decisions used is shown as unused.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from ...audit.entries.record import SealedRecord
from ...audit.entries.sealed_acts import Entry, Sealed
from ..databases.driver import RowWriter
from ..schema import waiver_use

_USES = RowWriter(waiver_use)


def keep_uses(
    connection: Connection, records: Mapping[str, Sealed], entries: Iterable[Entry]
) -> None:
    """Keep which waivers let breaches pass in records that have become entries."""
    rows = [(name, entry.index) for entry in entries for name in _used(records[entry.id])]
    _USES.write(connection, rows)


def _used(record: Sealed) -> tuple[str, ...]:
    return record.waivers if isinstance(record, SealedRecord) else ()
