"""Cells of the library's rows that hold a list, or a moment."""

import re
from datetime import UTC, datetime

from api.adapters.reading import Found, Record
from engine.source.quoting import excerpt

_MARKS = re.compile(r"[()]|,(?!\s)")
_MOMENT = re.compile(r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}Z", re.ASCII)


def listed(cell: Found[str]) -> list[Found[str]]:
    """Return the entries of a cell; a comma inside brackets, or before a space, separates none."""
    entries, begin, depth = [], 0, 0
    for mark in _MARKS.finditer(cell.value):
        if mark[0] == ",":
            if depth == 0:
                entries.append(cell.value[begin : mark.start()])
                begin = mark.end()
        else:
            depth = max(0, depth + (1 if mark[0] == "(" else -1))
    entries.append(cell.value[begin:])
    return [Found(value=entry.strip(), pointer=cell.pointer) for entry in entries if entry.strip()]


def moment(row: Record, name: str) -> Found[datetime] | None:
    """Return the moment in a cell, in UTC, or refuse the row; None where the cell is empty."""
    found = row.filled(name)
    if found is None:
        return None
    try:
        if _MOMENT.fullmatch(found.value) is None:
            raise ValueError  # noqa: TRY301 - one refusal for both ways of being no moment.
        value = datetime.strptime(found.value, "%Y/%m/%d %H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        row.refuse(
            name,
            f"{excerpt(found.value)} is no moment",
            "write it as the library does: `2020/09/30 15:19:23Z`",
        )
    return Found(value=value, pointer=found.pointer)
