"""`/log/`: the log as C2SP tlog-tiles v0.1.0 publishes it, for auditors and for their programs.

What lies within the last signed checkpoint is served, and nothing beyond it: whatever was served
once never changes. Where there are witnesses, `checkpoint` is the newest that enough of them have
cosigned, which may be an earlier one. Partial tiles and bundles are made when they are asked for,
of any width.
"""

import re

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.requests.bodies import TEXT
from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from engine.audit.merkle.tiles import TilePath
from engine.storage.errors import NotFound

_BYTES = "application/octet-stream"
_RESPONSE = "application/timestamp-reply"
_PLAIN = f"{TEXT}; charset=utf-8"
_STAMP = re.compile(r"latest|[0-9]{1,19}(\.tsr)?")
_WEEK = 7 * 24 * 60 * 60
_NO_TILE = "the log has no such tile; `GET /log/checkpoint` says how far it reaches"
_NO_STAMP = "there is no such time stamp; `GET /log/timestamps/latest` is the newest"


def blueprint(service: Service) -> Blueprint:
    """Return the routes of the published log."""
    routes = Blueprint("tiles", __name__)
    visibility = "public" if service.log_is_public else "private"

    @routes.get("/log/checkpoint")
    def checkpoint() -> Response:
        read_query(NoParameters, request.args)
        note = service.publisher.latest().note
        return Response(note, content_type=_PLAIN)

    @routes.get("/log/tile/<path:rest>")
    def resource(rest: str) -> Response:
        read_query(NoParameters, request.args)
        path = _path(f"tile/{rest}")
        if not path.is_within(service.signer.latest().head.size):
            raise NotFound(_NO_TILE)
        answer = Response(service.tiles.resource(path), content_type=_BYTES)
        answer.headers["Cache-Control"] = f"{visibility}, max-age={_WEEK}, immutable"
        return answer

    @routes.get("/log/timestamps/<name>")
    def timestamp(name: str) -> Response:
        read_query(NoParameters, request.args)
        content = service.vouched.stamp_file(name) if _STAMP.fullmatch(name) else None
        if content is None:
            raise NotFound(_NO_STAMP)
        return Response(content, content_type=_RESPONSE if name.endswith(".tsr") else _PLAIN)

    return routes


def _path(text: str) -> TilePath:
    try:
        return TilePath.read(text)
    except ValueError:
        raise NotFound(_NO_TILE) from None
