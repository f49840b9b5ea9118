"""What a check has found so far, and when it has found enough."""

from collections.abc import Callable, Hashable
from itertools import groupby
from typing import TypeVar

from ..source.diagnostic import Diagnostic, in_order
from ..source.memory import Memory
from ..syntax.excess import first_faults
from ..syntax.lexis import MOST_FAULTS

Made = TypeVar("Made")
Report = Callable[[Diagnostic], None]


class EnoughError(Exception):
    """There are more faults in one file than are listed: the check ends."""


class Findings:
    """The faults of all files, each once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._counts: dict[str, int] = {}

    def report(self, fault: Diagnostic) -> None:
        """Take a fault; raises `EnoughError` for one too many in its file."""
        if fault in self._found:
            return
        self._found[fault] = None
        source = fault.span.source
        self._counts[source] = self._counts.get(source, 0) + 1
        if self._counts[source] > MOST_FAULTS:
            raise EnoughError

    def listed(self) -> tuple[Diagnostic, ...]:
        """Return the faults by file and place, with the end of a list that goes on."""
        by_file = groupby(in_order(self._found), key=lambda fault: fault.span.source)
        return tuple(fault for _, found in by_file for fault in first_faults(tuple(found)))


def recalled(memory: Memory, key: Hashable, make: Callable[[Report], Made], report: Report) -> Made:
    """Return what `make` makes of a key, and report what is wrong with it, made now or before."""

    def made() -> tuple[Made, tuple[Diagnostic, ...]]:
        found: list[Diagnostic] = []

        def tell(fault: Diagnostic) -> None:
            found.append(fault)
            report(fault)  # At once: with one fault too many nothing is made to its end, nor kept.

        return make(tell), tuple(found)

    thing, faults = memory.recall(key, made)
    for fault in faults:
        report(fault)
    return thing
