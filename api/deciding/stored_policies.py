"""Policies as they are stored under their digest: the texts, and the bundle built of them.

What a process built last is not built again (`builders`).
"""

from typing import Protocol

import msgspec

from engine import Bundle, bundle_from_files
from engine.bundle.bundle import digest_of_text
from engine.storage.errors import LogInconsistent
from engine.storage.governance.policies import PolicyVersion

from .builders import BUILDERS

_READER = msgspec.json.Decoder(dict[str, str])


class Versions(Protocol):
    """Looks up stored policies: `engine.storage.governance.policies.PolicyVersions`."""

    def get(self, digest: str) -> PolicyVersion:
        """Return the version of a digest. Raises `NotFound` and `StorageError`."""
        ...


def stored_text(versions: Versions, digest: str) -> bytes:
    """Return the texts of a digest by their paths, as JSON, for whoever reads or examines them.

    Raises `NotFound` and `StorageError`, also where they are others: nobody approves by a text that
    is not the one that comes into force.
    """
    files = versions.get(digest).files
    if digest_of_text(files) != digest:
        raise LogInconsistent(f"what is kept under `{digest}` is not what the digest is of")
    return files


def stored_files(versions: Versions, digest: str) -> dict[str, str]:
    """Return the texts of a digest by their paths. Raises as `stored_text` does."""
    return _READER.decode(stored_text(versions, digest))


def stored_bundle(versions: Versions, digest: str, *, name: str) -> Bundle:
    """Return the bundle of a digest, in the set of a name.

    Raises `NotFound`, `StorageError`, `EngineError` where the texts make no bundle, and
    `ValueError` where they make another: whoever altered what is stored must not decide by it.
    """
    files = _READER.decode(versions.get(digest).files)
    bundle = bundle_from_files(files, name=name, builder=BUILDERS.of(name))
    if bundle.digest != digest:
        raise ValueError("what is kept is not what the digest is of")
    return bundle
