"""The request that this thread answers, and what is kept beside it: themselves, and not by proxy.

`flask.request` and `flask.g` look up what they stand for at every attribute. That is what they are
for where one is asked for; on the way of every request there are dozens.
"""

from typing import Any

from flask import Request, g, request


def current() -> tuple[Request, Any]:
    """Return what `flask.request` and `flask.g` stand for. Raises as they do, outside a request."""
    return _of(request), _of(g)


def _of(proxy: Any) -> Any:
    return proxy._get_current_object()  # noqa: SLF001 - so Flask's documentation says, *Notes On Proxies*.
