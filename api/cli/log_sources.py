"""Where a published log is read from: a directory, or a web address."""

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.cli.trust import text_of
from engine import __version__
from engine.audit.merkle.tiles import TilePath
from engine.audit.verification.verify_log import LogSource

WEB = ("http://", "https://")
"""How the address of a log on the web begins."""

_BUNDLES = "tile/entries/"
_PATIENCE_SECONDS = 30
_MISSING = 404


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
        url = f"{self.address.rstrip('/')}/{path}"
        headers = {"User-Agent": f"assent/{__version__}"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http or https, as recognised.
        try:
            with _OPENER.open(request, timeout=_PATIENCE_SECONDS) as answer:
                content: bytes = answer.read(limit + 1)
                return content
        except urllib.error.HTTPError as error:
            with error:
                if error.code == _MISSING:
                    return None
            raise OSError(None, f"it answers {error.code}", url) from error
        except urllib.error.URLError as error:
            raise OSError(None, f"it does not answer ({error.reason})", url) from error
        except http.client.HTTPException as error:
            raise OSError(None, "its answer is none of HTTP", url) from error


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


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a key is for the address that was given, and for no other."""

    def redirect_request(self, *_arguments: object) -> None:
        """Leave the answer as it is."""


_OPENER = urllib.request.build_opener(_NoRedirects)
