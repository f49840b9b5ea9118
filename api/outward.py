"""Requests that are made to others: bounded in time and size, and never redirected."""

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from engine import __version__
from engine.audit.checkpoints.panel import HTTPAnswer

PATIENCE_SECONDS = 5.0
"""How long a request may take to connect, and to bring each part of an answer."""

WHOLE_SECONDS = 10.0
"""How long it may take in all: nobody holds up the others byte by byte.

A name that is looked up takes as long as the resolver of the system gives it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The seconds of one request: for each part of it, and in all; the bytes read of an answer."""

    part: float
    whole: float
    answer: int


def post(address: str, body: bytes, headers: Mapping[str, str], bounds: Bounds) -> HTTPAnswer:
    """Return what is answered to a body at an address of http or https. Raises `OSError`."""
    return _request("POST", address, headers, body, bounds)


def get(address: str, headers: Mapping[str, str], bounds: Bounds) -> HTTPAnswer:
    """Return what an address of http or https answers. Raises `OSError`."""
    return _request("GET", address, headers, None, bounds)


def poster(media_type: str, limit: int) -> Callable[[str, bytes], HTTPAnswer]:
    """Return what posts bodies of a media type, and reads answers of at most some bytes."""
    return lambda address, body: post(address, body, {"Content-Type": media_type}, _bounds(limit))


def getter(limit: int) -> Callable[[str], bytes]:
    """Return what gets an address. Raises `OSError` for all but a 200 within the limit."""

    def fetch(address: str) -> bytes:
        answer = get(address, {"Accept": "application/json"}, _bounds(limit + 1))
        if answer.status != HTTPStatus.OK:
            raise OSError(f"it answers {answer.status}")
        if len(answer.body) > limit:
            raise OSError(f"its answer has more than {limit:,} bytes")
        return answer.body

    return fetch


def _bounds(limit: int) -> Bounds:
    return Bounds(part=PATIENCE_SECONDS, whole=WHOLE_SECONDS, answer=limit)


def _request(
    method: str, address: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
) -> HTTPAnswer:
    """Return the answer, as much of it as is read. Raises `OSError`."""
    sent = {
        **headers,
        "User-Agent": f"assent/{__version__}",
        "Accept-Encoding": "identity",  # A few bytes may decompress to any number.
    }
    try:
        request = httpx.Request(method, address, headers=sent, content=body)
        return asyncio.run(_exchange(request, bounds))
    except (TimeoutError, httpx.TimeoutException) as error:
        raise OSError("its answer takes too long") from error
    except httpx.RemoteProtocolError as error:
        raise OSError("its answer is none of HTTP") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(_reason(error)) from error


async def _exchange(request: httpx.Request, bounds: Bounds) -> HTTPAnswer:
    """Send a request, and return its answer in time.

    The timeouts of the library start anew with each byte; only cancelling it bounds them all.
    """
    content = bytearray()
    async with (
        asyncio.timeout(bounds.whole),
        httpx.AsyncClient(verify=ssl.create_default_context(), timeout=bounds.part) as client,
    ):
        answer = await client.send(request, stream=True)
        parts = answer.aiter_raw()
        # Whoever reads nothing of an answer waits for nothing of it.
        while len(content) < bounds.answer and (part := await anext(parts, None)) is not None:
            content += part
        await answer.aclose()
    return HTTPAnswer(status=answer.status_code, body=bytes(content[: bounds.answer]))


def _reason(error: Exception) -> str:
    """Return what the system says: the library only says that all attempts failed."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionError) and seen.errno:
            return os.strerror(seen.errno)
        seen = seen.__cause__ or seen.__context__
    return str(error)
