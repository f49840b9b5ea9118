"""Work spread over processes, and put together in order.

The processes are forked once everything is prepared, so that they share it. Each has one piece of
work at a time and waits for the next: neither side ever writes while the other does. A process
that ends before its answer is an error, and never a piece of work that is missing.
"""

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

_AHEAD = 4
"""So many pieces of work may be done for each process before the one that is to come next."""

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")


class WorkerDied(Exception):  # noqa: N818 - what happened; the command tells it as its failure.
    """A process ended in the midst of its work, which is `task`; `how` says it in words."""

    def __init__(self, task: Any, how: str) -> None:
        self.task = task
        self.how = how
        super().__init__(f"a process ended: {how}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker:
    process: BaseProcess
    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers(Generic[_Task, _Done]):
    """Processes that wait for work. `working` makes them."""

    _each: tuple[_Worker, ...]

    def run(self, tasks: Iterator[_Task]) -> Iterator[_Done]:
        """Yield what comes of each task, in order. Raises `WorkerDied`, and what a task raises."""
        idle, busy = deque(self._each), dict[Connection, tuple[_Worker, int, _Task]]()
        done: dict[int, _Done] = {}
        sent = told = 0
        task = next(tasks, None)
        while task is not None or busy or done:
            while task is not None and idle and sent - told < _AHEAD * len(self._each):
                worker = idle.popleft()
                busy[worker.connection] = worker, sent, task
                with suppress(BrokenPipeError, ConnectionResetError):  # Its end is seen below.
                    worker.connection.send(task)
                sent, task = sent + 1, next(tasks, None)
            if told in done:
                yield done.pop(told)
                told += 1
                continue
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)  # noqa: S101 - they are what is waited for.
                worker, number, work = busy.pop(connection)
                done[number] = _received(worker, work)
                idle.append(worker)


@contextmanager
def working(work: Callable[[_Task], _Done], count: int) -> Iterator[Workers[_Task, _Done]]:
    """Give so many processes that do the work, and end them."""
    context = get_context("fork")
    workers: list[_Worker] = []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            others = (*(each.connection for each in workers), ours)
            process = context.Process(target=serve, args=(work, theirs, others), daemon=True)
            process.start()
            theirs.close()
            workers.append(_Worker(process=process, connection=ours))
        yield Workers(_each=tuple(workers))
    finally:
        for each in workers:
            each.connection.close()
            each.process.terminate()
        for each in workers:
            each.process.join()


def serve(
    work: Callable[[_Task], _Done], connection: Connection, others: tuple[Connection, ...]
) -> None:
    """Do what is sent until nothing more will come. An interrupt is for the process that sends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in others:  # Whoever holds an end of these keeps the other from seeing its end.
        each.close()
    gc.freeze()  # What was prepared stays shared with the process that did.
    with suppress(EOFError):
        while True:
            task = connection.recv()
            try:
                done: _Done | Exception = work(task)
            except Exception as error:  # noqa: BLE001 - it is raised where the work is asked for.
                done = error
            connection.send(done)


def _received(worker: _Worker, task: object) -> Any:
    try:
        done = worker.connection.recv()
    except (EOFError, ConnectionResetError):
        worker.process.join()
        raise WorkerDied(task, _how(worker.process.exitcode)) from None
    if isinstance(done, Exception):
        raise done
    return done


def _how(status: int | None) -> str:
    by_signal = status is not None and status < 0
    return signal.Signals(-(status or 0)).name if by_signal else f"status {status}"
