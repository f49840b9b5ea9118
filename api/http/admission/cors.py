"""Use from pages of other origins (CORS, Fetch standard §3.2): closed, but for named origins.

No cookie is ever read, and so none is allowed along: a page sends a key as any caller does.
"""

from werkzeug.wrappers import Request, Response

_METHODS = "GET, HEAD, POST, PUT, DELETE"
_HEADERS = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-ID, traceparent"
)
_EXPOSED = (
    "Allow, Assent-Log-Root, Assent-Log-Size, Assent-Unsearched, Content-Disposition, ETag,"
    " Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate,"
    " X-Request-ID"
)
_SECONDS = "600"


def preflight(request: Request, origins: frozenset[str]) -> Response | None:
    """Return the answer to a page's question whether it may ask; None where it is none."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not asks or request.headers.get("Origin") not in origins:
        return None
    answer = Response(status=204)
    answer.headers["Access-Control-Allow-Methods"] = _METHODS
    answer.headers["Access-Control-Allow-Headers"] = _HEADERS
    answer.headers["Access-Control-Max-Age"] = _SECONDS
    return answer


def open_to_origin(request: Request, answer: Response, origins: frozenset[str]) -> None:
    """Let a page of a named origin read an answer."""
    if not origins:
        return
    answer.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin in origins:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Expose-Headers"] = _EXPOSED
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
