"""The public keys of an identity provider: a JWK Set (RFC 7517 §5) from an address or a file.

It is kept for ten minutes. A key that it lacks has it fetched anew, at most once in thirty seconds,
so that a rotation is noticed at once and nobody can have it fetched at will. Where it cannot be
fetched, what was known stays for a day. One request at a time fetches it, and the others go on with
what is known, so that a provider that hangs holds up one thread and not all.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgspec

FRESH_SECONDS = 600
AGAIN_SECONDS = 30
STALE_SECONDS = 86_400
MOST_KEYS = 100

_READ_SET = msgspec.json.Decoder(dict[str, Any])
_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class KeysUnavailable(Exception):  # noqa: N818 - what happened; nobody's token is at fault.
    """The keys of the issuer are not known at the moment; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    keys: tuple[tuple[Mapping[str, Any], Any], ...] = ()
    fetched: float = float("-inf")
    tried: float = float("-inf")
    problem: str | None = field(default=None)


class KeySet:
    """The keys that `fetch` brings; it raises `OSError`. Safe to share between threads."""

    def __init__(
        self, fetch: Callable[[], bytes], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._known = _Known()

    def find(self, kid: str | None, algorithm: str) -> Any | None:
        """Return the key of an id that fits an algorithm, None where there is none.

        Without an id, the one key that fits. Raises `KeysUnavailable`.
        """
        found = _fitting(self._renewed(FRESH_SECONDS), kid, algorithm)
        if found is None:  # Whoever is fetching may bring it: that is waited for.
            found = _fitting(self._renewed(AGAIN_SECONDS, waits=True), kid, algorithm)
        return found

    def _renewed(self, age: float, *, waits: bool = False) -> _Known:
        """Return the keys, fetched anew where they are of an age and nobody else is at it.

        Who `waits`, or knows nothing yet, waits for the other.
        """
        now, known = self._clock(), self._known
        if _is_due(known, now, age):
            is_needed = waits or now - known.fetched > STALE_SECONDS
            if self._lock.acquire(blocking=is_needed):
                try:
                    known = self._known
                    if _is_due(known, now, age):
                        known = self._known = self._fetched(known, now)
                finally:
                    self._lock.release()
        if now - known.fetched > STALE_SECONDS:
            raise KeysUnavailable(f"the keys of the issuer cannot be read: {known.problem}")
        return known

    def _fetched(self, known: _Known, now: float) -> _Known:
        try:
            return _Known(keys=_read(self._fetch()), fetched=now, tried=now)
        except (OSError, ValueError) as error:
            return _Known(
                keys=known.keys, fetched=known.fetched, tried=now, problem=str(error) or "no answer"
            )


def _is_due(known: _Known, now: float, age: float) -> bool:
    return now - known.fetched > age and now - known.tried > AGAIN_SECONDS


def _read(text: bytes) -> tuple[tuple[Mapping[str, Any], Any], ...]:
    """Return the public keys that sign, each with its members. Raises `ValueError`."""
    try:
        listed = _READ_SET.decode(text)["keys"]
    except (msgspec.MsgspecError, KeyError) as error:
        raise ValueError("there is no JWK Set") from error
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise ValueError("there is no JWK Set")
    made = []
    for each in listed:
        # A secret is never a key here, nor is one that is for something else.
        usable = isinstance(each, dict) and each.get("kty") in ("RSA", "EC", "OKP")
        if not usable or each.get("use", "sig") != "sig" or "d" in each:
            continue
        try:
            made.append((each, jwt.PyJWK(each).key))
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue  # A kind of key that the library does not know yet.
    return tuple(made)


def _fitting(known: _Known, kid: str | None, algorithm: str) -> Any | None:
    found = [
        key
        for members, key in known.keys
        if (kid is None or members.get("kid") == kid)
        and members.get("kty") == _TYPES[algorithm[:2]]
        and members.get("alg", algorithm) == algorithm
    ]
    return found[0] if len(found) == 1 or (found and kid is not None) else None
