"""Who calls, from memory: a key that the database has confirmed is not looked up for a moment.

Looking a key up took a quarter of the time of a decision. What is remembered is only that a text
was a key in force, with all that is said of it; whatever is no key is looked up every time, so that
strangers fill no memory. The text itself is not kept, but its SHA-256.

INVARIANT: nobody is let in by a key that the database has not confirmed within `bound` seconds,
counted from before it was asked. So what is changed of a key (it is revoked, or has other roles or
sets) holds in every process of every node once they are over, without anything having to reach it;
and where the database cannot be asked, nobody is let in. An expiry is compared with the clock at
every request.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.storage.keys import ApiKey, ApiKeys

CONFIRMED_SECONDS = 1.0
"""For how long a confirmation holds: half of the two seconds that are promised."""

MOST_KEYS = 10_000
"""How many keys are remembered; with more, all are asked for again."""


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """A key, and when the database was asked for it (`time.monotonic`)."""

    key: ApiKey
    asked: float


class KeysInForce:
    """The keys of a database, as one process knows them. Safe to share between threads."""

    def __init__(
        self,
        keys: ApiKeys,
        *,
        clock: Callable[[], datetime],
        bound: float = CONFIRMED_SECONDS,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._bound = bound
        self._elapsed = elapsed
        self._confirmed: dict[bytes, _Confirmed] = {}

    def authenticate(self, token: str) -> ApiKey | None:
        """Return the key in force whose text this is, or None. Raises `StorageUnavailable`."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known, asked = self._confirmed.get(digest), self._elapsed()
        if known is not None and asked - known.asked <= self._bound:
            return known.key if known.key.is_in_force(self._clock()) else None
        # Forgotten first: if the database cannot be asked, nothing of the key is left.
        self._confirmed.pop(digest, None)
        key = self._keys.authenticate(token)
        if key is not None:
            if len(self._confirmed) >= MOST_KEYS:
                self._confirmed.clear()
            self._confirmed[digest] = _Confirmed(key, asked)
        return key
