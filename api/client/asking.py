"""How the rooms of the client ask: a request that is answered by a type, page by page, or a file.

What is asked for piece by piece is asked when it is taken, and has no truth before.
"""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import NoReturn, Protocol, TypedDict, TypeVar, Unpack

from .bodies import decoded, encoded
from .transport import Reply, Request, Transport

_JSON = "application/json"

_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item")
_Item_co = TypeVar("_Item_co", covariant=True)


class Answers(Iterator[_Item]):
    """Answers that are asked for while they are taken, in flat memory.

    They are neither true nor false: `if client.waivers.find(…):` would ask for nothing, and be
    true.
    """

    def __init__(self, taken: Generator[_Item]) -> None:
        self._taken = taken

    def __next__(self) -> _Item:
        return next(self._taken)

    def __bool__(self) -> NoReturn:
        """Refuse: nothing was asked yet."""
        raise TypeError("nothing is asked before it is taken: use a loop, `next` or `list`")

    def close(self) -> None:
        """Take no more."""
        self._taken.close()


class Page(Protocol[_Item_co]):
    """A page: what is on it, and the cursor of the page after it."""

    @property
    def items(self) -> tuple[_Item_co, ...]:
        """What is on it."""

    @property
    def next(self) -> str | None:
        """The cursor of the page after it, None where it is the last."""


class Terms(TypedDict, total=False):
    """How a body is sent: `seen` is the revision that its answer is conditional on.

    `is_repeatable` and `is_slow` are as in `Request`; the method is POST where none is given.
    """

    method: str
    query: Mapping[str, str]
    seen: int | None
    is_repeatable: bool
    is_slow: bool


class Asking:
    """What all rooms ask by."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self,
        path: str,
        type: type[_Answer],  # noqa: A002 - as in msgspec.
        query: Mapping[str, str] | None = None,
        *,
        accept: str = _JSON,
    ) -> _Answer:
        """Return what is at a path."""
        return decoded(self._read(path, query, accept), type)

    def pages(
        self,
        path: str,
        type: type[Page[_Item]],  # noqa: A002 - likewise.
        query: Mapping[str, str],
    ) -> Answers[_Item]:
        """Return the items of all pages of what is at a path."""

        def taken() -> Generator[_Item]:
            found = self.get(path, type, query)
            yield from found.items
            while found.next is not None:
                found = self.get(path, type, {**query, "cursor": found.next})
                yield from found.items

        return Answers(taken())

    def document(self, path: str, query: Mapping[str, str]) -> bytes:
        """Return the JSON document at a path as it came."""
        return self._read(path, query, _JSON)

    def text(self, path: str, query: Mapping[str, str] | None = None) -> str:
        """Return the text at a path."""
        return self._read(path, query, "text/plain").decode()

    def send(
        self,
        path: str,
        type: type[_Answer],  # noqa: A002 - likewise.
        body: Mapping[str, object] | None = None,
        **terms: Unpack[Terms],
    ) -> _Answer:
        """Return the answer to a body."""
        return decoded(self.sent(path, body, **terms).body, type)

    def sent(
        self, path: str, body: Mapping[str, object] | None = None, **terms: Unpack[Terms]
    ) -> Reply:
        """Return what `send` does, with its status, and not yet read."""
        headers = {} if body is None else {"Content-Type": _JSON}
        if (seen := terms.get("seen")) is not None:
            headers["If-Match"] = f'"{seen}"'
        request = Request(
            method=terms.get("method", "POST"),
            path=path,
            is_repeatable=terms.get("is_repeatable", False),
            is_slow=terms.get("is_slow", False),
            query=terms.get("query", {}),
            headers=headers,
            body=None if body is None else encoded(body),
        )
        return self._transport.call(request)

    def save(
        self, path: str, to: Path, accept: str, query: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """Write what is at a path into a file, and return the headers of the answer."""
        return self._transport.save(_reading(path, query, accept), to)

    def _read(self, path: str, query: Mapping[str, str] | None, accept: str) -> bytes:
        return self._transport.call(_reading(path, query, accept)).body


def _reading(path: str, query: Mapping[str, str] | None, accept: str) -> Request:
    return Request(method="GET", path=path, is_repeatable=True, accept=accept, query=query or {})
