"""Periodic background work, in a thread of its own beside the requests."""

import threading
from collections.abc import Callable


class PeriodicTask:
    """Does one thing every few seconds, from `start` to `close`; `act` must not raise."""

    def __init__(self, act: Callable[[], None], *, seconds: float, name: str) -> None:
        self._act = act
        self._seconds = seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self, patience: float) -> None:
        """End: the round that is under way has some seconds to finish, and is then abandoned."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._closing.wait(self._seconds):
            self._act()
