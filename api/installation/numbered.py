"""Formats several faults as one line, for failures that have only one."""

from collections.abc import Sequence

_MOST = 10


def numbered(faults: Sequence[str]) -> str:
    """Return one fault as it is, and several with their numbers; of many, how many more."""
    if len(faults) == 1:
        return faults[0]
    shown = " ".join(f"({number}) {each}" for number, each in enumerate(faults[:_MOST], start=1))
    more = f" and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
    return f"{shown}{more}"
