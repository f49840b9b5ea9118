"""Idempotency keys: a request that is repeated gets the decision of its first time.

After draft-ietf-httpapi-idempotency-key-header. Only two digests are stored: of the key with the
caller's name, and a keyed fingerprint of the request. Without the text of the key, neither reveals
the caller, nor confirms a guess at the request.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

KEPT = timedelta(hours=24)
"""How long a key is kept after its decision was logged; from then on it is a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The key of a request: which it is, and of what request; 32 bytes each."""

    digest: bytes
    fingerprint: bytes

    @classmethod
    def make(cls, *, actor: str, key: str, content: bytes) -> "RequestKey":
        """Return the key of a request by whoever asks, the text of the key, and what is asked."""
        name = hashlib.sha256(actor.encode()).digest()
        return cls(
            digest=hashlib.sha256(b"assent request 1" + name + key.encode()).digest(),
            fingerprint=hmac.digest(key.encode(), content, "sha256"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstRequest:
    """What is kept of the first request with a key; without a fingerprint once it is erased."""

    decision_id: str
    fingerprint: bytes | None

    def is_of(self, key: RequestKey) -> bool:
        """Whether a request is this one again; always true once the fingerprint is erased."""
        return self.fingerprint is None or hmac.compare_digest(self.fingerprint, key.fingerprint)
