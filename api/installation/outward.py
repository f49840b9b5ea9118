"""Requests that the service makes to others: bounded in time and size, and never redirected."""

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus

import httpx

from engine import __version__
from engine.audit.checkpoints.panel import Posted

PATIENCE_SECONDS = 5.0
"""How long a request may take to connect, and to bring each part of an answer."""

WHOLE_SECONDS = 10.0
"""How long it may take in all: nobody holds up the others byte by byte."""


def poster(media_type: str, limit: int) -> Callable[[str, bytes], Posted]:
    """Return what posts bodies of a media type, and reads answers of at most some bytes."""

    def post(address: str, body: bytes) -> Posted:
        return _request("POST", address, limit, {"Content-Type": media_type}, body)

    return post


def getter(limit: int) -> Callable[[str], bytes]:
    """Return what gets an address. Raises `OSError` for all but a 200 within the limit."""

    def get(address: str) -> bytes:
        answer = _request("GET", address, limit + 1, {"Accept": "application/json"})
        if answer.status != HTTPStatus.OK:
            raise OSError(f"it answers {answer.status}")
        if len(answer.body) > limit:
            raise OSError(f"its answer has more than {limit:,} bytes")
        return answer.body

    return get


def _request(
    method: str, address: str, most: int, headers: Mapping[str, str], body: bytes | None = None
) -> Posted:
    """Return the answer, and at most so many bytes of it. Raises `OSError`."""
    try:
        return asyncio.run(_exchange(method, address, most, headers, body))
    except (TimeoutError, httpx.TimeoutException) as error:
        raise OSError("its answer takes too long") from error
    except httpx.RemoteProtocolError as error:
        raise OSError("its answer is none of HTTP") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(_reason(error)) from error


async def _exchange(
    method: str, address: str, most: int, headers: Mapping[str, str], body: bytes | None
) -> Posted:
    """Send a request, and return its answer in time.

    The timeouts of the library start anew with each byte; only cancelling it bounds them all.
    """
    sent = {
        **headers,
        "User-Agent": f"assent/{__version__}",
        "Accept-Encoding": "identity",  # A few bytes may decompress to any number.
    }
    content = bytearray()
    async with (
        asyncio.timeout(WHOLE_SECONDS),
        httpx.AsyncClient(verify=ssl.create_default_context(), timeout=PATIENCE_SECONDS) as client,
        client.stream(method, address, headers=sent, content=body) as answer,
    ):
        async for part in answer.aiter_raw():
            content += part
            if len(content) >= most:
                break
    return Posted(status=answer.status_code, body=bytes(content[:most]))


def _reason(error: Exception) -> str:
    """Return what the system says: the library only says that all attempts failed."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionError) and seen.errno:
            return os.strerror(seen.errno)
        seen = seen.__cause__ or seen.__context__
    return str(error)
