"""The address of a request as it came: what Werkzeug reads in spite of it is refused here.

It takes `//v1/log/export` for `/v1/log/export`, so that a proxy that guards the one would let
through the other. And of a query that is not percent-encoded UTF-8 it makes something else: a
campaign would be looked for that nobody named.
"""

import re
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Request

from api.http.problems import INVALID_QUERY, Problem, ProblemRaised

_CUT_OFF = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_address(request: Request) -> None:
    """Raise `NotFound` for a path, and `ProblemRaised` for a query, that are not what is read."""
    if request.environ.get("PATH_INFO", "").startswith("//"):
        raise NotFound
    query = request.query_string
    if b"%" not in query:
        return
    if _CUT_OFF.search(query):
        raise _unreadable("a `%` is not followed by two hexadecimal digits; write it as `%25`")
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        raise _unreadable("it is not UTF-8; write `ü` as `%C3%BC`") from None


class IdConverter(BaseConverter):
    """An id in a path: a UUID, which is the same in capitals (RFC 9562 §4)."""

    def to_python(self, value: str) -> str:
        """Return it as it is kept: in small letters."""
        return value.lower()


def _unreadable(detail: str) -> ProblemRaised:
    return ProblemRaised(Problem(kind=INVALID_QUERY, detail=detail))
