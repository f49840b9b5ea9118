"""Content credentials of a file, read with the official library of the C2PA (the extra `c2pa`).

Nothing is ever fetched: not the manifests that some files keep at an address, nor the state of a
certificate. Credentials that are kept elsewhere are unknown here; their manifests can be given as
JSON.
"""

import hashlib
from pathlib import Path

from engine.source.json_fault import JSONFault
from engine.source.json_text import JSONValue, read_json

from .manifests import NONE, Provenance, provenance_of

_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_LARGEST_JSON = 8 * 1024 * 1024


class NotInstalled(Exception):  # noqa: N818 - it names what is the matter.
    """The library that reads files is not installed."""


class CredentialsFault(Exception):  # noqa: N818 - the house calls what is wrong a fault.
    """A file whose content credentials cannot be told, and why."""


def read_file(path: Path) -> Provenance:
    """Return the provenance of a media file, or of the manifests in a JSON file.

    Raises `CredentialsFault`, `NotInstalled`, and `OSError` where the file cannot be read.
    """
    if path.suffix.lower() == ".json":
        return _read_manifests(path)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    found = _read_media(path)
    return Provenance(
        present=found.present,
        state=found.state,
        source_types=found.source_types,
        sha256=sha256,
    )


def _read_manifests(path: Path) -> Provenance:
    with path.open("rb") as stream:
        content = stream.read(_LARGEST_JSON + 1)
    return _provenance(content)


def _read_media(path: Path) -> Provenance:
    try:
        from c2pa import (  # type: ignore[import-untyped] # It has no types.  # noqa: PLC0415 - an extra.
            C2paError,
            Context,
            Reader,
            Settings,
        )
    except ImportError as error:
        raise NotInstalled("the library that reads content credentials is not installed") from error
    try:
        with Reader(str(path), context=Context(settings=Settings.from_dict(_OFFLINE))) as reader:
            content = reader.json()
    except C2paError.ManifestNotFound:
        return NONE
    except C2paError as error:
        if "must fetch remote manifests" in str(error):
            # They may say anything: what they say is unknown, and they are there.
            return Provenance(present=True)
        raise CredentialsFault(f"its content credentials cannot be read: {error}") from error
    return _provenance(content.encode())


def _provenance(content: bytes) -> Provenance:
    try:
        store: JSONValue = read_json(content)
    except JSONFault as fault:
        raise CredentialsFault(f"its manifests are not proper JSON: {fault}") from fault
    found = provenance_of(store)
    if found is None:
        raise CredentialsFault("it holds no manifest store of the C2PA")
    return found
