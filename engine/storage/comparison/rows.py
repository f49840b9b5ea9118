"""Acts of the log with what they disclose, and rows of tables beside what acts say of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection, RowMapping, Select

from ...audit.entries.act_leaves import ACTOR, REASON, ActLeaf
from ..errors import LogInconsistent
from ..log.entries import act_leaf, read_acts
from ..log.leaf_kinds import is_act

Leaf = TypeVar("Leaf", bound=ActLeaf)
Said: TypeAlias = Mapping[Any, Mapping[str, object]]
"""What a table says, or has to say, by the key of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Generic[Leaf]):
    """An act: its place in the log, its time, its leaf, and what it discloses by name."""

    index: int
    logged_at: datetime
    leaf: Leaf
    disclosed: Mapping[str, str | None]

    def by(self) -> dict[str, object]:
        """Return what every table of acts has of one: by whom it was, why, and when."""
        return {
            "actor": self.disclosed.get(ACTOR),
            "reason": self.disclosed.get(REASON),
            "at": self.logged_at,
        }


def acts_of(connection: Connection, kind: str, shape: type[Leaf]) -> Iterator[Act[Leaf]]:
    """Yield the acts of a kind in the order of the log. Raises `LogInconsistent` for no such."""
    for entry in read_acts(connection, is_act(kind)):
        leaf = act_leaf(entry.index, entry.leaf, shape, f"of kind `{kind}`")
        disclosed = {each.name: each.value for each in entry.disclosures}
        yield Act(index=entry.index, logged_at=entry.logged_at, leaf=leaf, disclosed=disclosed)


def said(connection: Connection, query: Select[Any], *key: str) -> Said:
    """Return the rows of a table by their keys."""
    rows: Iterable[RowMapping] = connection.execute(query).mappings()
    found = [(tuple(row[name] for name in key), dict(row)) for row in rows]
    return {parts if len(parts) > 1 else parts[0]: row for parts, row in found}


def compare_rows(table: str, expected: Said, found: Said) -> None:
    """Raise `LogInconsistent` for the first row that is missing, was added, or says otherwise."""
    for key in [*expected, *(each for each in found if each not in expected)]:
        shown = " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        where = f"the table `{table}`"
        if key not in found:
            raise LogInconsistent(f"{where} has nothing of {shown}, and the log has")
        if key not in expected:
            raise LogInconsistent(f"{where} has {shown}, and the log has nothing of it")
        for name, value in expected[key].items():
            if found[key].get(name) != value:
                raise LogInconsistent(f"{where} has another `{name}` of {shown} than the log")
