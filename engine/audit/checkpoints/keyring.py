"""The keys of a log: the current signing key, and its predecessors.

A replaced key keeps signing beside the new one until a stated time, so that verifiers who know only
the old one have time to learn the new. Then it is retired, and kept only to verify what it signed.
All keys of a log have one name, its origin.

The text of a ring is a line for each key, the newest first: the private key as Go writes it, and
for all but the first ` until ` and the time at which it ceases to sign.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from ..instants import instant, rfc3339
from .note import NoteError, SignerKey, VerifierKey

_UNTIL = " until "


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """A key, and when it ceases to sign: None for the one that is not replaced."""

    signer: SignerKey
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys of a log, the newest first. Raises `NoteError` for keys that are no ring."""

    keys: tuple[LogKey, ...]

    def __post_init__(self) -> None:
        """Refuse what is no ring: only the first key has no end, and all have one name."""
        ends = [key.until is not None for key in self.keys]
        if ends != [False] + [True] * (len(ends) - 1):
            raise NoteError("only the first key, the newest, signs without an end")
        if len({key.signer.name for key in self.keys}) != 1:
            raise NoteError("the keys of a log have one name")

    @classmethod
    def generate(cls, origin: str) -> Self:
        """Return the ring of a new log. Raises `NoteError` for what cannot be an origin."""
        return cls(keys=(LogKey(signer=SignerKey.generate(origin)),))

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the ring that a text is. Raises `NoteError`, which does not quote it."""
        return cls(keys=tuple(map(_key, text.splitlines())))

    @property
    def origin(self) -> str:
        """The origin of the log."""
        return self.keys[0].signer.name

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The public halves, the newest first."""
        return tuple(key.signer.verifier for key in self.keys)

    def signing(self, now: datetime) -> tuple[SignerKey, ...]:
        """Return the keys that sign at a time, the newest first."""
        return tuple(key.signer for key in self.keys if key.until is None or now < key.until)

    def rotated(self, until: datetime) -> Self:
        """Return the ring with a new key; the present one signs beside it until a time."""
        new = LogKey(signer=SignerKey.generate(self.origin))
        present, *old = self.keys
        return type(self)(keys=(new, replace(present, until=until), *old))

    def secret_text(self) -> str:
        """Return the text of the ring: a secret."""
        return "".join(
            key.signer.secret_text() + (_UNTIL + rfc3339(key.until) if key.until else "") + "\n"
            for key in self.keys
        )


def _key(line: str) -> LogKey:
    secret, separator, until = line.partition(_UNTIL)
    try:
        return LogKey(signer=SignerKey.read(secret), until=instant(until) if separator else None)
    except ValueError as error:
        raise NoteError(f"a line of the signing keys cannot be read: {error}") from error
