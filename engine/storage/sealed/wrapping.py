"""The keys that wrap data keys, in a file beside the signing keys: outside every database.

AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; the id of the data key is associated
data, so that no wrapped key opens under another's name. One wrapping key is good for 2^32 data
keys (§8.3); `assent contents rotate` makes another long before.

The file has a line for each key, the newest first: its id, and 32 bytes in base64.
"""

import base64
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import Conflict, KeysMissing, StorageUnavailable
from ..secret_file import SecretFile

KEY_SIZE = 32
"""The bytes of a key of AES-256."""

NONCE_SIZE = 12
"""The bytes of a nonce."""

_ID_SIZE = 4


class Unopened(Exception):  # noqa: N818 - what happened; the caller says what it means.
    """A ciphertext does not open under a key: it, or what it belongs to, was altered."""


def encrypt(key: bytes, content: bytes, associated: bytes) -> bytes:
    """Return a fresh nonce and the ciphertext with its tag."""
    nonce = os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, content, associated)


def decrypt(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Return what `encrypt` was given. Raises `Unopened`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated)
    except (InvalidTag, ValueError) as error:
        raise Unopened from error


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappingKey:
    """A key that wraps others, and the id by which what it wrapped names it."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Return a key of the operating system's generator."""
        return cls(id=secrets.token_hex(_ID_SIZE), secret=secrets.token_bytes(KEY_SIZE))

    def wrap(self, key_id: str, key: bytes) -> bytes:
        """Return a data key wrapped."""
        return encrypt(self.secret, key, key_id.encode())

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        """Return a data key. Raises `Unopened`."""
        return decrypt(self.secret, wrapped, key_id.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappingKeys:
    """The keys of a file, the newest first, by which all others are to be replaced."""

    keys: tuple[WrappingKey, ...]

    def of(self, wrapping_id: str) -> WrappingKey:
        """Return the key of an id. Raises `StorageUnavailable` where the file lacks it."""
        found = next((each for each in self.keys if each.id == wrapping_id), None)
        if found is None:
            raise StorageUnavailable(
                f"the file of the content key lacks the key `{wrapping_id}`, which data keys are"
                " wrapped by; put back the file that has it"
            )
        return found


class WrappingKeyFile:
    """The wrapping keys in a file that only its owner may read.

    Every method raises `StorageUnavailable`, also for keys that others may read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shown = f"the content key `{path}`"
        self._file = SecretFile(path, name="the content key", shown=self._shown)

    def exists(self) -> bool:
        """Whether there are keys."""
        return self._file.exists()

    def read(self) -> WrappingKeys:
        """Return the keys. Raises `KeysMissing`."""
        if not self.exists():
            raise KeysMissing(f"there is no content key at `{self._path}`")
        try:
            return WrappingKeys(keys=tuple(map(_read, self._file.read().splitlines())))
        except ValueError as error:
            raise StorageUnavailable(f"{self._shown} cannot be read") from error

    def create(self) -> WrappingKey:
        """Keep the first key, in its directory. Raises `Conflict` where there is one."""
        if self.exists():
            raise Conflict(f"there is a content key at `{self._path}` already")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(f"{self._shown} cannot be written") from error
        made = WrappingKey.generate()
        self.write(WrappingKeys(keys=(made,)))
        return made

    def write(self, keys: WrappingKeys) -> None:
        """Replace the keys, and return once that is durable."""
        self._file.write(
            "".join(f"{e.id} {base64.b64encode(e.secret).decode()}\n" for e in keys.keys)
        )


def _read(line: str) -> WrappingKey:
    """Return the key of a line. Raises `ValueError`, which does not quote it."""
    key_id, _, secret = line.partition(" ")
    key = base64.b64decode(secret, validate=True)
    if len(key_id) != 2 * _ID_SIZE or len(key) != KEY_SIZE:
        raise ValueError("no line of a content key")
    return WrappingKey(id=key_id, secret=key)
