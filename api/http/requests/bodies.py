"""Bodies of requests: their type, their size, and whether all of them arrived.

The type is strict: exactly what the endpoint reads, in UTF-8 and uncompressed. There is no content
coding (RFC 9110 §8.4): what is sent is what is bounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
from werkzeug.wrappers import Request

from api.http.problems import (
    INCOMPLETE_BODY,
    TOO_LARGE,
    UNSUPPORTED_TYPE,
    Problem,
    ProblemError,
    ProblemRaised,
    malformed_json,
    malformed_order,
)
from engine.source.json_text import JSONFault, JSONLimits, JSONValue, compact, read_json
from engine.source.quoting import excerpt

JSON = "application/json"
NDJSON = "application/x-ndjson"
ZIP = "application/zip"
TEXT = "text/plain"

LONGEST_STRING = JSONLimits().string

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ENCODER = msgspec.json.Encoder()
_PIECE = 64 * 1024
_PASSED_OVER = 4  # Times the limit.


def body_type(request: Request, *known: str) -> str:
    """Return the media type of a body. Raises `ProblemRaised` unless the endpoint reads it."""
    charset = request.mimetype_params.get("charset", "utf-8")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _unsupported(
            "the body is compressed; send it as it is", {"Accept-Encoding": "identity"}
        )
    if request.mimetype not in known or charset.lower() != "utf-8":
        came = request.headers.get("Content-Type")
        what = f"came as {excerpt(came)}" if came else "came without a `Content-Type`"
        detail = f"the body {what}; send it as {_either(known)}, in UTF-8"
        raise _unsupported(detail, {"Accept": ", ".join(known)})
    return request.mimetype


def read_document(request: Request, limit: int, *, longest: int = LONGEST_STRING) -> JSONValue:
    """Return the JSON value of a body. Raises `ProblemRaised` where it is none.

    `longest` bounds the characters of one string.
    """
    limits = JSONLimits(document=limit, string=longest)
    return Body(text=read_bytes(request, limit), limits=limits).value


def read_json_body(request: Request, limit: int) -> JSONValue:
    """Return the JSON value of a body that has to be of that type. Raises `ProblemRaised`."""
    body_type(request, JSON)
    return read_document(request, limit)


@dataclass(frozen=True, kw_only=True)  # Without slots: what was read once is kept.
class Body:
    """The body of a request that is to be one JSON value, and is read as far as it is needed."""

    text: bytes
    limits: JSONLimits

    @cached_property
    def value(self) -> JSONValue:
        """The value. Raises `ProblemRaised` where there is none."""
        try:
            return read_json(self.text, limits=self.limits)
        except JSONFault as fault:
            raise ProblemRaised(malformed_json(fault)) from None

    def check(self) -> None:
        """Raise `ProblemRaised` where there is no value."""
        _ = self.value

    def with_text_of(self, name: str) -> JSONValue | Mapping[str, JSONValue | bytes]:
        """Return the value with one member of it, an object, as the text that it is.

        That text may turn out to be no JSON, as `value` then says of all of it. Where it is not
        plain where the member begins and ends, this is `value`.
        """
        try:
            whole = compact(self.text)
            members = _MEMBERS.decode(whole)
            # INVARIANT: what is written again alike has no name twice.
            is_plain = _ENCODER.encode(members) == whole
            text = bytes(members.pop(name))
        except (KeyError, ValueError, RecursionError):
            return self.value
        if not (is_plain and text.startswith(b"{")):
            return self.value
        rest = {each: read_json(bytes(member)) for each, member in members.items()}
        return {**rest, name: text}


def read_body(request: Request, limit: int) -> Body:
    """Return a body of so many bytes at most. Raises `ProblemRaised` as `read_bytes` does."""
    return Body(text=read_bytes(request, limit), limits=JSONLimits(document=limit))


def refuse_body(request: Request, advice: str) -> None:
    """Raise `ProblemRaised` for a body where none is read: what it says would have no effect.

    An empty object says nothing.
    """
    if _read(request, 3).strip() not in (b"", b"{}"):
        error = ProblemError(pointer="", message="no body is read here", help=advice)
        raise ProblemRaised(malformed_order([error]))


def incomplete() -> Problem:
    """Return the problem of a body that ends too early."""
    return Problem(kind=INCOMPLETE_BODY, detail="the body ended before it was complete")


def too_large(limit: int) -> Problem:
    """Return the problem of a body beyond a limit of bytes."""
    return Problem(kind=TOO_LARGE, detail=f"the most that is read here are {limit:,} bytes")


def read_bytes(request: Request, limit: int) -> bytes:
    """Return a body as it is. Raises `ProblemRaised` where it is too large, or ends too early."""
    announced, passed_over = request.content_length, _PASSED_OVER * limit
    body = b"" if announced is not None and announced > limit else _read(request, limit + 1)
    if len(body) > limit or (announced or 0) > limit:
        if (announced or 0) <= passed_over:
            _pass_over(request, passed_over)
        raise ProblemRaised(too_large(limit))
    if announced is not None and len(body) < announced:
        raise ProblemRaised(incomplete())
    return body


def _read(request: Request, size: int) -> bytes:
    try:
        return request.stream.read(size)
    except Exception:  # noqa: BLE001 - however the server's parser words it: the client sent it.
        raise ProblemRaised(incomplete()) from None


def _pass_over(request: Request, most: int) -> None:
    """Read on, within measure: most clients look for an answer once they have sent all.

    Of more than is passed over nothing is read: whoever sends it is cut off in any case.
    """
    for _ in range(most // _PIECE):
        if not _read(request, _PIECE):
            break


def _unsupported(detail: str, headers: dict[str, str]) -> ProblemRaised:
    return ProblemRaised(Problem(kind=UNSUPPORTED_TYPE, detail=detail, headers=headers))


def _either(types: Sequence[str]) -> str:
    return " or ".join(f"`{each}`" for each in types)
