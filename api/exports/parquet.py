"""Decisions as Parquet, by pyarrow: a row group for every few hundred rows."""

from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped] # It has no types.
import pyarrow.parquet as pq  # type: ignore[import-untyped] # As above.

from .rows import COLUMNS, Row

_TIME = pa.timestamp("us", tz="UTC")
_TYPES = {
    "index": pa.int64(),
    "decided_at": _TIME,
    "logged_at": _TIME,
    "conclusive": pa.bool_(),
    "erased": pa.bool_(),
    "rules": pa.list_(pa.struct([("rule", pa.string()), ("status", pa.string())])),
}
_SCHEMA = pa.schema(
    [
        pa.field(name, _TYPES.get(name, pa.string()), metadata={"meaning": meaning})
        for name, meaning in COLUMNS.items()
    ]
)


class _Sink(RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece."""
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since it was last taken."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def parquet_pieces(groups: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Yield the bytes of a Parquet file of some groups of rows."""
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), _SCHEMA) as writer:
        for group in groups:
            rows = [row | {"rules": [_pair(*each) for each in row["rules"]]} for row in group]
            writer.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA))
            yield sink.take()
    yield sink.take()


def _pair(rule: str, status: str) -> dict[str, str]:
    return {"rule": rule, "status": status}
