"""Distributes work over processes, and yields the results in order.

A process has one item of work at a time and waits for the next, so that the two sides never write
at the same time (which could deadlock). A process that ends before its answer is an error, and
never a missing item. Each ends when its pipe is closed, also by the death of its parent.

There are two ways to start them. `working` forks them once everything is prepared, so that they
share its memory: for a program with a single thread. `spawned` starts fresh ones, with nothing but
the code: for a server, whose threads may hold any lock at the time of a fork.
"""

import gc
import json
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Generic, TypeVar

_AHEAD = 4
"""The most tasks that each process may have done before the one whose turn it is."""

_SAME_MODULES = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
"""What a new interpreter begins with: its modules are those of the process that starts it."""

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")


class WorkerDied(Exception):  # noqa: N818 - what happened; the command tells it as its failure.
    """A process ended in the midst of its work, which is `task`; `how` says it in words."""

    def __init__(self, task: Any, how: str) -> None:
        self.task = task
        self.how = how
        super().__init__(f"a process ended: {how}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process that waits for work. `status` awaits its end: what it returned, or minus a signal.

    Used by one thread at a time; `kill` by any.
    """

    connection: Connection
    kill: Callable[[], None]
    status: Callable[[], int | None]

    def send(self, task: object) -> None:
        """Hand over a piece of work."""
        with suppress(BrokenPipeError, ConnectionResetError):  # Its end is seen by `receive`.
            self.connection.send(task)

    def receive(self, task: object) -> Any:
        """Return what came of it. Raises `WorkerDied`, and what the task raises."""
        try:
            done = self.connection.recv()
        except (EOFError, OSError):  # Also in the midst of what it was answering.
            raise WorkerDied(task, _how(self.status())) from None
        if isinstance(done, Exception):
            raise done
        return done

    def ask(self, task: object, *, patience: float) -> Any:
        """Return the result of a task; a process that takes longer is ended.

        `patience` is in seconds. Raises as `receive` does.
        """
        is_late = threading.Event()

        def give_up() -> None:
            is_late.set()
            self.kill()

        # A process may also stop while it is being sent the work, or while it answers.
        timer = threading.Timer(patience, give_up)
        timer.start()
        try:
            self.send(task)
            return self.receive(task)
        except WorkerDied:
            if is_late.is_set():
                raise WorkerDied(task, f"no answer for {patience:g} seconds") from None
            raise
        finally:
            timer.cancel()

    def end(self) -> None:
        """End it, whatever it does, and wait until it has ended."""
        self.kill()
        self.connection.close()
        self.status()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers(Generic[_Task, _Done]):
    """Processes that wait for work. `working` makes them."""

    _each: tuple[Worker, ...]

    def run(self, tasks: Iterator[_Task]) -> Iterator[_Done]:
        """Yield the result of each task, in order. Raises `WorkerDied`, and what a task raises."""
        idle, busy = deque(self._each), dict[Connection, tuple[Worker, int, _Task]]()
        done: dict[int, _Done] = {}
        sent = told = 0
        task = next(tasks, None)
        while task is not None or busy or done:
            while task is not None and idle and sent - told < _AHEAD * len(self._each):
                worker = idle.popleft()
                busy[worker.connection] = worker, sent, task
                worker.send(task)
                sent, task = sent + 1, next(tasks, None)
            if told in done:
                yield done.pop(told)
                told += 1
                continue
            for connection in wait(list(busy)):
                assert isinstance(connection, Connection)  # noqa: S101 - they are what is waited for.
                worker, number, work = busy.pop(connection)
                done[number] = worker.receive(work)
                idle.append(worker)


@contextmanager
def working(work: Callable[[_Task], _Done], count: int) -> Iterator[Workers[_Task, _Done]]:
    """Give so many processes that do the work, and end them."""
    workers: list[Worker] = []
    try:
        for _ in range(count):
            workers.append(_forked(work, [each.connection for each in workers]))
        yield Workers(_each=tuple(workers))
    finally:
        for each in workers:
            each.kill()
        for each in workers:
            each.end()


def _forked(work: Callable[[_Task], _Done], others: list[Connection]) -> Worker:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(work, theirs, (*others, ours)), daemon=True)
    process.start()
    theirs.close()

    def status() -> int | None:
        process.join()
        return process.exitcode

    return Worker(connection=ours, kill=process.terminate, status=status)


def spawned(program: str) -> Worker:
    """Start a process that runs a program of ours; its end of the pipe is `sys.argv[2]`.

    Raises `OSError`.
    """
    ours, theirs = Pipe()
    command = [sys.executable, "-I", "-c", _SAME_MODULES + program, json.dumps(sys.path)]
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
            [*command, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    return Worker(connection=ours, kill=process.kill, status=process.wait)


def serve(
    work: Callable[[_Task], _Done], connection: Connection, others: tuple[Connection, ...] = ()
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


def _how(status: int | None) -> str:
    by_signal = status is not None and status < 0
    return signal.Signals(-(status or 0)).name if by_signal else f"status {status}"
