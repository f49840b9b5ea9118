"""Requests that the service makes to others: bounded in time and size, and never redirected."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Protocol

from engine import __version__
from engine.audit.checkpoints.panel import Posted

PATIENCE_SECONDS = 5.0
"""How long one request may take to connect, and to bring each part of an answer."""

WHOLE_SECONDS = 30.0
"""How long an answer may take in all, once it has begun: nobody holds up the others bit by bit."""


class _Answer(Protocol):
    """What an answer is read from."""

    def read1(self, most: int, /) -> bytes:
        """Return what has arrived, waiting for some; nothing at the end."""
        ...


def poster(media_type: str, limit: int) -> Callable[[str, bytes], Posted]:
    """Return what posts bodies of a media type, and reads answers of at most some bytes."""

    def post(address: str, body: bytes) -> Posted:
        headers = {"Content-Type": media_type, "User-Agent": f"assent/{__version__}"}
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - http or https, as the settings are checked.
        try:
            with _OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
                return Posted(status=answer.status, body=_read(answer, limit))
        except urllib.error.HTTPError as error:
            with error:
                return Posted(status=error.code, body=_read(error, limit))
        except urllib.error.URLError as error:
            raise OSError(str(error.reason)) from error
        except http.client.HTTPException as error:
            raise OSError("its answer is none of HTTP") from error

    return post


def getter(limit: int) -> Callable[[str], bytes]:
    """Return what gets an address. Raises `OSError` for all but a 200 within the limit."""

    def get(address: str) -> bytes:
        headers = {"Accept": "application/json", "User-Agent": f"assent/{__version__}"}
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - as above.
        try:
            with _OPENER.open(request, timeout=PATIENCE_SECONDS) as answer:
                body = _read(answer, limit + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise OSError(f"it answers {error.code}") from error
        except urllib.error.URLError as error:
            raise OSError(str(error.reason)) from error
        except http.client.HTTPException as error:
            raise OSError("its answer is none of HTTP") from error
        if len(body) > limit:
            raise OSError(f"its answer has more than {limit:,} bytes")
        return body

    return get


def _read(answer: _Answer, most: int) -> bytes:
    end, body = time.monotonic() + WHOLE_SECONDS, bytearray()
    while len(body) < most and (piece := answer.read1(most - len(body))):
        body += piece
        if time.monotonic() > end:
            raise OSError("its answer takes too long")
    return bytes(body)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: who was named in the settings answers, or nobody."""

    def redirect_request(self, *_arguments: object) -> None:
        """Leave the answer as it is."""


_OPENER = urllib.request.build_opener(_NoRedirects)
