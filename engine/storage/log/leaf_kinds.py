"""Which kind an entry is of, as the database reads it from the leaf, which the tree hashes.

The column `kind` says so too, and may be altered by whoever may write: it serves searches, and
nothing that opens, erases or withdraws goes by it. A leaf has `"kind":"` once, since a quote within
a text of JSON has a backslash in front. Three letters tell all kinds apart; whoever reads the leaf
then sees the rest.

An index of these expressions, `log_entry_of_leaf`, has acts by kind, and those on keys by prefix.
Without it, or with another, the same is found: it takes longer.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ..schema import log_entry

_LETTERS = 3
_PREFIX = 8


class _Bytes(FunctionElement[bytes]):
    """Bytes that stand in the query itself: an index is of an expression without parameters."""

    inherit_cache = True


class _Place(FunctionElement[int]):
    """Where some bytes begin in others, counted from 1; 0 where they do not."""

    inherit_cache = True


@compiles(_Bytes, "sqlite")
def _bytes_of_sqlite(element: _Bytes, compiler: SQLCompiler, **names: Any) -> str:
    return f"X'{compiler.process(element.clauses, **names)}'"


@compiles(_Bytes, "postgresql")
def _bytes_of_postgresql(element: _Bytes, compiler: SQLCompiler, **names: Any) -> str:
    return f"'\\x{compiler.process(element.clauses, **names)}'::bytea"


@compiles(_Place, "sqlite")
def _place_of_sqlite(element: _Place, compiler: SQLCompiler, **names: Any) -> str:
    within, wanted = (compiler.process(each, **names) for each in element.clauses)
    return f"instr({within}, {wanted})"


@compiles(_Place, "postgresql")
def _place_of_postgresql(element: _Place, compiler: SQLCompiler, **names: Any) -> str:
    within, wanted = (compiler.process(each, **names) for each in element.clauses)
    return f"position({wanted} IN {within})"


def _bytes(content: bytes) -> _Bytes:
    return _Bytes(literal_column(content.hex()))


def _behind(mark: bytes, length: int) -> ColumnElement[bytes]:
    """Return some bytes of the leaf behind a mark."""
    start = _Place(log_entry.c.leaf, _bytes(mark)) + literal_column(str(len(mark)))
    return func.substr(log_entry.c.leaf, start, literal_column(str(length)))


_kind = _behind(b'"kind":"', _LETTERS)
_key = _behind(b'"key":"', _PREFIX)
_DECISION = _bytes(b"dec")

IS_DECISION: ColumnElement[bool] = _kind == _DECISION
"""The condition on `log_entry` that its leaf is that of a decision."""

IS_ACT: ColumnElement[bool] = _kind != _DECISION
"""The condition on `log_entry` that it is not."""


def is_act(kind: str) -> ColumnElement[bool]:
    """Return the condition on `log_entry` that its leaf is that of an act of a kind."""
    letters = kind[:_LETTERS].encode()
    return and_(IS_ACT, _kind == _bytes(letters))


def is_act_on_key(prefix: str) -> ColumnElement[bool]:
    """Return the condition on `log_entry` that its leaf is that of an act on an API key."""
    return and_(is_act("key"), _key == prefix.encode("utf-8", "surrogatepass"))
