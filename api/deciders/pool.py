"""The pool of processes that decide parts of batches, beside the process that answers.

They are started for the first batch that is long enough, and kept. If one fails to decide a part,
the part is not lost: the caller gets nothing for it, and decides it itself. The same goes for as
long as no process has built the engine: nobody waits for them.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from api.deciding.drafts import Outcome, Part
from engine.evaluation.document import Identity

from .engine_recipe import Basis
from .part_decider import Lacking, Work
from .worker_processes import Worker, WorkerDied, spawned

PATIENCE_SECONDS = 60.0
"""How long a part may take before its process is ended."""

BUILD_SECONDS = 600.0
"""How long building an engine may take."""

REST_SECONDS = 30.0
"""How long after a process was lost no other takes its place."""

_PROGRAM = "from api.deciders.part_decider import main; main(int(sys.argv[2]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What comes of a part, and the number of the plan by which it was decided."""

    number: int
    outcomes: Sequence[Outcome]


class DeciderPool:
    """Processes that decide parts of batches, `count` of them. Safe to share between threads.

    `on_loss` is called, in some thread, with why a process was lost and how many records it was
    deciding on; `on_count` with 1 or -1 whenever one more or one fewer is ready. `patience` and
    `rest` are in seconds.
    """

    def __init__(
        self,
        count: int,
        *,
        on_loss: Callable[[Exception, int], None],
        on_count: Callable[[int], None],
        patience: float = PATIENCE_SECONDS,
        rest: float = REST_SECONDS,
    ) -> None:
        self.count = count
        self._lock = threading.Lock()
        self._each = [_Decider(on_loss, on_count, patience, rest) for _ in range(count)]

    def decide(self, basis: Basis, part: Part) -> "Future[Elsewhere | None] | None":
        """Have a part decided; None, now or later, where it is for the caller to decide.

        Processes that are not ready for the basis are made so, in the background.
        """
        with self._lock:
            for each in self._each:
                each.prepare(basis)
            ready = [each for each in self._each if each.is_ready(basis.identity)]
            if not ready:
                return None
            return min(ready, key=lambda each: each.waiting).decide(basis, part)

    def close(self) -> None:
        """End the processes; parts that wait are for the caller to decide."""
        with self._lock:
            for each in self._each:
                each.stop()
        for each in self._each:
            each.join()


class _Decider:
    """One process, and the thread that asks it. Its public methods are called one at a time."""

    def __init__(
        self,
        on_loss: Callable[[Exception, int], None],
        on_count: Callable[[int], None],
        patience: float,
        rest: float,
    ) -> None:
        self._on_loss = on_loss
        self._on_count = on_count
        self._patience = patience
        self._rest = rest
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="part-decider")
        self._worker: Worker | None = None
        self._told: frozenset[Identity] = frozenset()
        self._ready: frozenset[Identity] = frozenset()
        self._not_before = float("-inf")
        self._stopped = False
        self._waiting: list[Future[Elsewhere | None]] = []

    @property
    def waiting(self) -> int:
        """How many parts wait for it."""
        self._waiting = [each for each in self._waiting if not each.done()]
        return len(self._waiting)

    def is_ready(self, identity: Identity) -> bool:
        """Whether it has built an engine."""
        return identity in self._ready and not self._stopped

    def prepare(self, basis: Basis) -> None:
        """Have an engine built, unless it is, or is being, or could not be."""
        if self._stopped or basis.identity in self._told or time.monotonic() < self._not_before:
            return
        self._told |= {basis.identity}
        self._thread.submit(self._prepare, basis)

    def decide(self, basis: Basis, part: Part) -> "Future[Elsewhere | None]":
        """Have a part decided, after those that wait."""
        made = self._thread.submit(self._decide, basis, part)
        self._waiting.append(made)
        return made

    def stop(self) -> None:
        """Begin nothing more, and end what is under way; nothing comes of what waits."""
        self._stopped = True
        self._thread.shutdown(wait=False)
        worker = self._worker
        if worker is not None:
            worker.kill()

    def join(self) -> None:
        """Wait until its thread and its process have ended."""
        self._thread.shutdown(wait=True)
        self._end()

    # --- in its thread ------------------------------------------------------------------------

    def _prepare(self, basis: Basis) -> None:
        if self._stopped:
            return
        try:
            if self._worker is None:
                self._worker = spawned(_PROGRAM)
            self._worker.ask(basis.sent(), patience=BUILD_SECONDS)
        except (WorkerDied, OSError) as error:
            self._lose(error, 0)
        except Exception as error:  # noqa: BLE001 - it cannot decide by these; the caller does.
            self._on_loss(error, 0)
        else:
            if not self._ready:
                self._on_count(1)
            self._ready |= {basis.identity}

    def _decide(self, basis: Basis, part: Part) -> Elsewhere | None:
        worker = self._worker
        if worker is None or self._stopped:  # It was lost with a part before this one.
            return None
        work = Work(identity=basis.identity, number=basis.number, part=part)
        try:
            made = worker.ask(work, patience=self._patience)
            if isinstance(made, Lacking):
                worker.ask(basis.sent(), patience=BUILD_SECONDS)
                made = worker.ask(work, patience=self._patience)
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller decides the part.
            self._lose(error, len(part.records))
            return None
        return Elsewhere(number=basis.number, outcomes=made)

    def _lose(self, error: Exception, records: int) -> None:
        """End the process; another takes its place once it has rested."""
        self._not_before = time.monotonic() + self._rest
        self._told = frozenset()
        self._end()
        if not self._stopped:
            self._on_loss(error, records)

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
        if self._ready:
            self._ready = frozenset()
            self._on_count(-1)
