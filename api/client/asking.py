"""How the rooms of the client ask: a request that is answered by a type, a list, or a file.

What is asked for piece by piece is asked when it is taken, and has no truth before.
"""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Generic, NoReturn, TypedDict, TypeVar, Unpack
from urllib.parse import quote

import msgspec

from .bodies import decoded, encoded
from .transport import Reply, Request, Transport

_JSON = "application/json"

_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item")


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


class _List(msgspec.Struct, Generic[_Item], frozen=True, kw_only=True):
    items: tuple[_Item, ...]


class _Page(_List[_Item], Generic[_Item], frozen=True, kw_only=True):
    next: str | None
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

    def listed(self, path: str, type: type[_Item]) -> tuple[_Item, ...]:  # noqa: A002 - likewise.
        """Return what a path lists, all at once."""
        of_type = _List[type]  # type: ignore[valid-type] # At run time it is one.
        found: _List[_Item] = self.get(path, of_type)
        return found.items

    def pages(
        self,
        path: str,
        type: type[_Item],  # noqa: A002 - likewise.
        query: Mapping[str, str],
    ) -> Answers[_Item]:
        """Return what all pages at a path list."""

        def taken() -> Generator[_Item]:
            of_type = _Page[type]  # type: ignore[valid-type] # At run time it is one.
            found: _Page[_Item] = self.get(path, of_type, query)
            yield from found.items
            while found.next is not None:
                found = self.get(path, of_type, {**query, "cursor": found.next})
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


def below(path: str, name: str) -> str:
    """Return the path of what has a name, below that of all of its kind."""
    return f"{path}/{quote(name, safe='')}"


def _reading(path: str, query: Mapping[str, str] | None, accept: str) -> Request:
    return Request(method="GET", path=path, is_repeatable=True, accept=accept, query=query or {})
