"""The body of a batch process: it builds the engine of a recipe, and decides parts with it.

It has no database, no log and no clock: everything is passed to it. It ends with its parent
process.
"""

import gc
import os
import signal
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import TypeAlias

from api.deciding.drafts import Outcome, Part, decide_part
from engine import Engine
from engine.bundle.grants import Grants
from engine.evaluation.document import Identity
from engine.evaluation.standing_facts.book import FactBook

from .engine_recipe import Basis, compile_ahead
from .worker_processes import serve

ENGINES_KEPT = 4
"""The most engines that are kept ready, one for each policy set and version."""

_NICENESS = 5
"""What is added to the niceness of the process: single decisions go before batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A part, and the basis by which it is to be decided."""

    identity: Identity
    number: int
    part: Part


@dataclass(frozen=True, slots=True)
class Lacking:
    """The answer to a work whose basis the process does not have: it is to be sent first."""


Answer: TypeAlias = tuple[Outcome, ...] | Lacking | None
"""The outcomes of a part, in order; None where a basis was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """An engine with its grants and standing facts, by the basis of a number; `bare` has none."""

    number: int
    bare: Engine
    engine: Engine
    book: FactBook


class PartDecider:
    """The engines that a process has ready."""

    def __init__(self) -> None:
        self._ready: OrderedDict[Identity, _Ready] = OrderedDict()

    def answer(self, task: Basis | Work) -> Answer:
        """Learn a basis, or decide on a part. Raises `OtherEngine` and what `EngineError` is."""
        if isinstance(task, Basis):
            self._learn(task)
            return None
        ready = self._ready.get(task.identity)
        if ready is None or ready.number != task.number:
            return Lacking()
        return decide_part(ready.engine, ready.book, task.part)

    def _learn(self, basis: Basis) -> None:
        known = self._ready.get(basis.identity)
        bare = basis.recipe.build() if known is None else known.bare
        engine = bare.with_grants(Grants(basis.grants))
        book = engine.standing_facts(basis.facts)
        self._ready[basis.identity] = _Ready(
            number=basis.number, bare=bare, engine=engine, book=book
        )
        self._ready.move_to_end(basis.identity)
        while len(self._ready) > ENGINES_KEPT:
            self._ready.popitem(last=False)
        if known is None:
            compile_ahead(engine, datetime.now(UTC))
            gc.collect()
            gc.freeze()  # An engine stays: the collector need not look through it again.


def main(descriptor: int) -> None:
    """Decide what comes over the pipe of a file descriptor, until its other end is closed.

    Signals are left to the process at that end: a terminal or a service manager sends them to both.
    """
    with suppress(OSError):  # Where a sandbox forbids it, batches are decided all the same.
        os.nice(_NICENESS)
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    with suppress(BrokenPipeError, ConnectionResetError):  # Nobody is left who wants to know.
        serve(PartDecider().answer, Connection(descriptor))
