"""Has the published checkpoint time-stamped at intervals, by one process at a time.

It runs in a thread of its own, never in a request; a failure stops nothing else.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from .checkpoint import SignedCheckpoint
from .panel import HTTPAnswer
from .periodic_task import PeriodicTask
from .timestamp import Authority, Query, TimestampError

ROUND_SECONDS = 30.0
"""How often it is looked whether a stamp is due; after a failure, when it is tried again."""

_CLOSING_SECONDS = 6.0


Stamp: TypeAlias = Callable[[bytes], bytes]
"""Returns a verified time stamp of some bytes. Raises `TimestampError`."""


def stamp_by(authority: Authority, ask: Callable[[bytes], HTTPAnswer]) -> Stamp:
    """Return what has an authority stamp bytes, over what posts a request to it."""

    def stamp(content: bytes) -> bytes:
        query = Query.of(content)
        try:
            posted = ask(query.encoded)
        except OSError as error:
            raise TimestampError(f"the time stamp authority does not answer: {error}") from error
        if posted.status != 200:
            raise TimestampError(f"the time stamp authority answers {posted.status}")
        query.answered(posted.body, authority)
        return posted.body

    return stamp


class StampMemory(Protocol):
    """Where time stamps are kept, outside the database; all processes share it."""

    def stamping(self) -> AbstractContextManager[bool]:
        """Tell whether it is this process's turn, and keep it while the context lasts."""
        ...

    def stamp(self) -> tuple[int, float] | None:
        """Return the size that was stamped last, and how many seconds ago."""
        ...

    def keep_stamp(self, size: int, note: bytes, response: bytes) -> None:
        """Keep a stamped checkpoint and its time stamp."""
        ...


class CheckpointStamper:
    """Stamps the checkpoints of one log; `on_failure` is called for each change of `failure`."""

    def __init__(
        self,
        published: Callable[[], SignedCheckpoint],
        memory: StampMemory,
        stamp: Stamp,
        *,
        interval: float,
        on_failure: Callable[[Exception | None], None],
    ) -> None:
        self._published = published
        self._memory = memory
        self._stamp = stamp
        self._interval = interval
        self._on_failure = on_failure
        self._rounds = PeriodicTask(self.attempt, seconds=ROUND_SECONDS, name="log-stamper")
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    def close(self) -> None:
        """End."""
        self._rounds.close(_CLOSING_SECONDS)

    def attempt(self) -> None:
        """Have a round, and keep what ended it."""
        failure: Exception | None = None
        try:
            self.run_round()
        except Exception as error:  # noqa: BLE001 - whatever it was, the service says that it is so.
            failure = error
        before, self.failure = self.failure, failure
        if (type(before), str(before)) != (type(failure), str(failure)):
            self._on_failure(failure)

    def run_round(self) -> bool:
        """Have the published checkpoint stamped if one is due; return whether it was.

        Raises `TimestampError`, and whatever memory and publisher raise.
        """
        with self._memory.stamping() as is_mine:
            if not is_mine:
                return False
            checkpoint, last = self._published(), self._memory.stamp()
            size = checkpoint.head.size
            if last is not None and (last[0] == size or last[1] < self._interval):
                return False
            self._memory.keep_stamp(size, checkpoint.note, self._stamp(checkpoint.note))
            return True
