"""Spans on their way to the collector: how many wait, and what is told of those that are lost."""

import logging
import threading
from collections.abc import Callable

MOST_WAITING = 4096
"""Most spans of one process that wait for the collector; a few megabytes."""

_MOST_CHARACTERS = 500
_NO_REASON = "the collector did not take them"


class Flow:
    """How many spans wait for the collector, and whether it takes them."""

    def __init__(
        self,
        on_failure: Callable[[str], None],
        on_recovery: Callable[[int], None],
        on_loss: Callable[[int], None],
    ) -> None:
        self._lock = threading.Lock()
        self._waiting = self._lost = 0
        self._is_failing = self._is_over = False
        self._on_failure, self._on_recovery, self._on_loss = on_failure, on_recovery, on_loss
        self._reasons = _Reasons()

    def admits(self, count: int) -> bool:
        """Whether so many spans may wait as well; if not, they are lost."""
        with self._lock:
            is_room = self._waiting + count <= MOST_WAITING
            if is_room:
                self._waiting += count
        if not is_room:
            self._lose(count, f"more than {MOST_WAITING:,} spans wait for the collector")
        return is_room

    def hear(self, reason: str) -> None:
        """Take note of why the batch on its way is not taken."""
        self._reasons.hear(reason)

    def sent(self, count: int, *, is_taken: bool) -> None:
        """Take note of what became of a batch."""
        with self._lock:
            if self._is_over:  # It was counted as lost.
                return
            self._waiting -= count
        if is_taken:
            self._recover()
        else:
            self._lose(count, self._reasons.first)
        self._reasons.first = _NO_REASON

    def close(self) -> None:
        """Tell what is lost by ending, if anything is."""
        with self._lock:
            waiting, self._waiting, self._is_over = self._waiting, 0, True
        if waiting:
            self._lose(waiting, self._reasons.first)

    def _lose(self, count: int, reason: str) -> None:
        with self._lock:
            is_news, self._is_failing = not self._is_failing, True
            self._lost += count
        self._on_loss(count)
        if is_news:
            self._on_failure(reason)

    def _recover(self) -> None:
        with self._lock:
            # Who is merely slow is told of once, and not at every batch.
            is_news = self._is_failing and self._waiting <= MOST_WAITING // 2
            lost = self._lost
            if is_news:
                self._is_failing, self._lost = False, 0
        if is_news:
            self._on_recovery(lost)


class _Reasons(logging.Handler):
    """Keeps the first thing that the library says of a batch, for its lines are not as ours are."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = _NO_REASON
        logger = logging.getLogger("opentelemetry")
        logger.handlers[:] = [self]
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.hear(record.getMessage())

    def hear(self, reason: str) -> None:
        """Keep a reason, if it is the first."""
        if self.first == _NO_REASON:
            self.first = reason[:_MOST_CHARACTERS]
