"""Commitments and disclosures: how a leaf names data that it does not contain.

A **commitment** binds the log to bytes that lie beside it: `SHA-256(salt ‖ bytes)` with a random
salt of exactly 16 bytes, written as base64url without padding (43 characters). Since the salt has
a fixed length, no other pair of salt and bytes has the same concatenation.

A **disclosure** is that of RFC 9901 (SD-JWT) §4.2.1: base64url, without padding, of the UTF-8 JSON
array `[salt, name, value]`, its salt being 16 random bytes in base64url. Its digest (§4.2.3) is
the SHA-256 of the ASCII characters of the disclosure, again in base64url. Any SD-JWT library can
check one.

Whoever deletes salt and value leaves a digest that can be neither opened nor guessed, and every
proof of the tree intact. Whether such a digest is anonymous in law is argued, not settled.
"""

import base64
import hashlib
import os
import re
from typing import Self

import msgspec

from ..canonical import canonical

SALT_SIZE = 16
"""The bytes of a salt: 128 bits, as RFC 9901 §9.3 recommends."""

_READ_DISCLOSURE = msgspec.json.Decoder(tuple[str, str, str | None])


def fresh_salt() -> bytes:
    """Return 16 bytes from the operating system's generator."""
    return os.urandom(SALT_SIZE)


def base64url(value: bytes) -> str:
    """Return base64url without padding: RFC 4648 §5, as RFC 7515 §2 uses it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def commit(salt: bytes, content: bytes) -> str:
    """Return the commitment to some bytes. Raises `ValueError` unless the salt has 16 bytes."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes, not {len(salt)}")
    return base64url(hashlib.sha256(salt + content).digest())


def opens(commitment: str, salt: bytes, content: bytes) -> bool:
    """Whether these are the salt and the bytes of a commitment."""
    return len(salt) == SALT_SIZE and commit(salt, content) == commitment


def is_commitment(text: str) -> bool:
    """Whether a text has the form of one."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text) is not None


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosed member: its name, its value, and the text that the digest is made of."""

    name: str
    value: str | None
    text: str

    @classmethod
    def make(cls, name: str, value: str | None, salt: bytes) -> Self:
        """Return the disclosure of a member. Raises `CanonicalError` for lone surrogates."""
        return cls(
            name=name, value=value, text=base64url(canonical([base64url(salt), name, value]))
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the disclosure that a text is. Raises `ValueError` where it is none."""
        try:
            padded = text + "=" * (-len(text) % 4)
            document = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            _salt, name, value = _READ_DISCLOSURE.decode(document)
        except (ValueError, RecursionError) as error:
            raise ValueError("the text is not a disclosure of RFC 9901") from error
        return cls(name=name, value=value, text=text)

    def digest(self) -> str:
        """Return the digest that stands in `_sd`: RFC 9901 §4.2.3."""
        return base64url(hashlib.sha256(self.text.encode()).digest())
