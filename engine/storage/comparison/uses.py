"""The uses of waivers by request: decisions tell of them, where their contents are here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select

from ...audit.entries.record import LogEntry, Payload
from ...audit.workflows.waivers import waivers_in
from ...bundle.grants import name_of
from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import read_decisions
from ..schema import log_entry, log_entry_rule, waiver, waiver_use

_STEP = 256


class _Held(msgspec.Struct, frozen=True):
    waiver: str | None = None


class _Waived(msgspec.Struct, frozen=True):
    waivers: tuple[_Held, ...] = ()


class _Result(msgspec.Struct, frozen=True):
    waived: tuple[_Waived, ...] = ()


_READ_RESULT = msgspec.json.Decoder(_Result)


def compare_uses(database: Database) -> None:
    """Compare the uses of waivers by request with the decisions that let a breach pass by one.

    A decision that is erased, or cannot be read here, tells of none.
    """
    kept = defaultdict[int, set[str]](set)
    with database.reading() as connection:
        uses = select(waiver_use.c.index, waiver_use.c.waiver)
        for index, name in connection.execute(uses):
            kept[index].add(name)
        # Of any status: one that is waived in a market may be violated in another.
        rules = log_entry_rule.c
        waivable = select(rules.index).where(rules.rule.in_(select(waiver.c.rule)))
        indexes = sorted({*kept, *connection.execute(waivable).scalars()})
        for entry in _decisions(database, connection, indexes):
            used = kept.pop(entry.index, set())
            if entry.payload is not None and used != _used(entry.payload):
                told = f"the table `waiver_use` has other uses of waivers by entry {entry.index}"
                raise LogInconsistent(f"{told} than it tells of")
    for index in kept:
        raise LogInconsistent(
            f"the table `waiver_use` has a use by entry {index}: it is no decision"
        )


def _decisions(
    database: Database, connection: Connection, indexes: Sequence[int]
) -> Iterator[LogEntry]:
    for start in range(0, len(indexes), _STEP):
        some = log_entry.c.index.in_(indexes[start : start + _STEP])
        yield from read_decisions(connection, some, database.contents)


def _used(payload: Payload) -> set[str]:
    """Return the waivers by request that let a breach pass, as their names stand in its result."""
    granted = {name_of(text) for text in waivers_in(payload.input)}
    waived = _READ_RESULT.decode(payload.result).waived
    return granted & {each.waiver for finding in waived for each in finding.waivers}
