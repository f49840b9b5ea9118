"""Where a published log is read from: a directory, or a web address."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from api.cli.trust import text_of
from engine.audit.merkle.tiles import TilePath
from engine.audit.verification.verify_log import LogSource

WEB = ("http://", "https://")
"""How the address of a log on the web begins."""

_BUNDLES = "tile/entries/"
_PATIENCE_SECONDS = 30.0
_WHOLE_SECONDS = 120.0
"""How long a resource may take in all: nobody holds up a verifier byte by byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySource:
    """A log in files, as `assent log export` writes it: a `LogSource`."""

    directory: Path

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file, None where there is none. Raises `OSError`."""
        try:
            with (self.directory / path).open("rb", buffering=0) as file:
                # As much as there is: to make room for the limit would take longer than to read.
                size = min(os.fstat(file.fileno()).st_size, limit)
                return file.read(size + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSource:
    """A log on the web: a `LogSource`. `token` is an API key, if one is needed."""

    address: str
    token: str | None = field(default=None, repr=False)

    def read(self, path: str, limit: int) -> bytes | None:
        """Return what an address answers, None for 404. Raises `OSError` for anything else."""
        from api.outward import Bounds, get  # noqa: PLC0415 - who verifies files loads no web.

        url = f"{self.address.rstrip('/')}/{path}"
        headers = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        bounds = Bounds(part=_PATIENCE_SECONDS, whole=_WHOLE_SECONDS, answer=limit + 1)
        try:
            answer = get(url, headers, bounds)
        except OSError as error:
            raise OSError(None, f"it does not answer: {error}", url) from error
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise OSError(None, f"it answers {answer.status}", url)
        return answer.body


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSource:
    """A published log that counts the entries of each bundle that is read of it."""

    source: LogSource
    count: Callable[[int], object]

    def read(self, path: str, limit: int) -> bytes | None:
        """Return what the source has."""
        content = self.source.read(path, limit)
        if content is not None and path.startswith(_BUNDLES):
            self.count(TilePath.read(path).width)
        return content


def source_of(what: str, key_file: Path | None) -> LogSource:
    """Return the published log that an address or a directory names; the key is for the former."""
    if not what.startswith(WEB):
        return DirectorySource(directory=Path(what))
    token = text_of(key_file).strip() if key_file is not None else None
    return WebSource(address=what, token=token)
