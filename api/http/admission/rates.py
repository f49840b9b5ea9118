"""Rate limiting: a token bucket for each caller, by the generic cell rate algorithm (GCRA).

A bucket holds a minute's worth and fills evenly. Its only state is the time at which it is full
again (ITU-T I.371 §A.2 calls it the theoretical arrival time). The processes of one server share
the buckets in files, each under a lock, so that the limit is that of the server. Without a
directory, and where its disk is full, they are those of one process.

`RateLimit` and `RateLimit-Policy` follow draft-ietf-httpapi-ratelimit-headers-10.
"""

import fcntl
import hashlib
import math
import os
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WINDOW_SECONDS = 60
_REMEMBERED = 10_000
_TIME = struct.Struct("<d")

_Step = Callable[[float], float]
"""Returns when a bucket is full again, from when it would have been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a caller stands after a request: what is left, and how many seconds to wait.

    `full` is in how many seconds everything is back. `wait` is None where the request may go on.
    """

    limit: int
    left: int
    full: int
    wait: int | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What an answer says of it."""
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"key";r={self.left};t={self.full}',
        }


class _Buckets(Protocol):
    def change(self, name: str, step: _Step) -> None:
        """Replace the time of a bucket, alone while it lasts."""
        ...


class Rates:
    """The buckets of all callers, each of `limit` requests a minute. Safe to share."""

    def __init__(
        self,
        limit: int,
        directory: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._own = _Own(clock)
        self._buckets: _Buckets = self._own if directory is None else _Shared(directory)

    def take(self, caller: str) -> Standing:
        """Take one token of a caller, where there is one."""
        interval = WINDOW_SECONDS / self._limit
        made: list[Standing] = []

        def step(full_at: float) -> float:
            now = self._clock()
            # A time beyond a full minute is of another boot of the machine.
            ahead = max(0.0, full_at - now)
            ahead = ahead if ahead <= WINDOW_SECONDS + interval else 0.0
            taken = ahead + interval
            is_too_much = taken > WINDOW_SECONDS + 1e-9
            made.append(self._standing(ahead if is_too_much else taken, is_too_much=is_too_much))
            return now + (ahead if is_too_much else taken)

        try:
            self._buckets.change(caller, step)
        except OSError:  # Proofs and metrics are still served where nothing can be written.
            self._own.change(caller, step)
        return made[-1]

    def _standing(self, ahead: float, *, is_too_much: bool) -> Standing:
        interval = WINDOW_SECONDS / self._limit
        left = int((WINDOW_SECONDS - ahead) / interval + 1e-9)
        wait = max(1, math.ceil(ahead + interval - WINDOW_SECONDS)) if is_too_much else None
        return Standing(limit=self._limit, left=left, full=math.ceil(ahead), wait=wait)


class _Own:
    """The buckets of one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}

    def change(self, name: str, step: _Step) -> None:
        with self._lock:
            if len(self._full_at) >= _REMEMBERED:
                now = self._clock()
                self._full_at = {each: at for each, at in self._full_at.items() if at > now}
            self._full_at[name] = step(self._full_at.get(name, 0.0))


class _Shared:
    """The buckets of the processes of one server: a file of eight bytes for each caller."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(exist_ok=True)

    def change(self, name: str, step: _Step) -> None:
        named = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        file = os.open(self._directory / named, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = os.pread(file, _TIME.size, 0)
            before = _TIME.unpack(kept)[0] if len(kept) == _TIME.size else 0.0
            os.pwrite(file, _TIME.pack(step(before)), 0)
        finally:
            os.close(file)
