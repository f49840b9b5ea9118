"""`Idempotency-Key`: a repeated request is answered with the decision of its first time.

After draft-ietf-httpapi-idempotency-key-header. The key is written as a string of RFC 8941 §3.3.3,
`"8e03978e-40d5"`, or without the quotes, as most clients do; both are the same key. It is scoped to
the API key. Only a recorded decision uses it up: a refused request may be fixed and sent again
under the same key.
"""

import re
from collections.abc import Callable

import msgspec
from werkzeug.wrappers import Request

from api.http.problems import INVALID_KEY, KEY_REUSED, Problem, ProblemRaised
from engine.audit.entries.idempotency import FirstRequest, RequestKey
from engine.storage.keys import ApiKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
"""The header that says of an answer that its decision was made by an earlier request."""

LONGEST = 255
_OF_BARE = r"[A-Za-z0-9!#$%&'*+./:=?@^_`|~-]"
_OF_QUOTED = r'(?:[ !#-\[\]-~]|\\["\\])'
_BARE = re.compile(f"{_OF_BARE}+")
_QUOTED = re.compile(f'"({_OF_QUOTED}+)"')
WRITTEN = f'^({_OF_BARE}{{1,{LONGEST}}}|"{_OF_QUOTED}{{1,{LONGEST}}}")$'
"""A pattern of how a key is written, for whoever makes a client of the interface."""

_ENCODER = msgspec.json.Encoder(decimal_format="number", order="sorted")


def request_key(request: Request, key: ApiKey, asked: Callable[[], object]) -> RequestKey | None:
    """Return the key of a request, None where it has none. Raises `ProblemRaised`.

    `asked` gives what determines the decision, as JSON; how it is laid out makes no difference.
    """
    text = _key_text(request)
    if text is None:
        return None
    return RequestKey.make(actor=key.name, key=text, content=_ENCODER.encode(asked()))


def refuse_key(request: Request, why: str) -> None:
    """Raise `ProblemRaised` where a request has a key that would not keep its promise."""
    if HEADER in request.headers:
        raise invalid_key(why)


def check_same(first: FirstRequest, key: RequestKey) -> None:
    """Raise `ProblemRaised` unless a request is that which had its key first."""
    if not first.is_of(key):
        detail = "this key belongs to another request of yours; send a new one with a new request"
        raise ProblemRaised(Problem(kind=KEY_REUSED, detail=detail))


def invalid_key(why: str) -> ProblemRaised:
    """Return the problem of a key that cannot be used."""
    return ProblemRaised(Problem(kind=INVALID_KEY, detail=why))


def _key_text(request: Request) -> str | None:
    given = request.headers.get(HEADER)  # Several come as one, with commas between: no key.
    if given is None:
        return None
    text = given.strip(" \t")
    quoted = _QUOTED.fullmatch(text)
    if not (quoted or _BARE.fullmatch(text)):
        raise invalid_key('write one key, best a fresh UUID: `Idempotency-Key: "8e03978e-40d5-…"`')
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(key) > LONGEST:
        raise invalid_key(f"a key has at most {LONGEST} characters")
    return key
