"""`GET /v1/log/export`: the whole log as NDJSON that verifies offline (`engine.audit.export`)."""

from collections.abc import Iterator
from io import BytesIO

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import encoded
from api.http.recorded.accesses import note_access
from api.http.requests.bodies import NDJSON
from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from engine.audit.entries.acts import Action
from engine.audit.export import line_of, write_export
from engine.audit.merkle.tree import TreeHead

_PIECE = 64 * 1024


def blueprint(service: Service) -> Blueprint:
    """Return the routes of the log."""
    routes = Blueprint("log", __name__)

    @routes.get("/v1/log/export")
    def export() -> Response:
        read_query(NoParameters, request.args)
        with service.streams.open() as place:
            head = service.tiles.head()
            note_access(service, g.key, Action.EXPORT, ((0, head.size),) if head.size else ())
            answer = Response(_export(service, head), content_type=NDJSON)
            answer.call_on_close(place.pop_all().close)
        return answer

    return routes


def _export(service: Service, head: TreeHead) -> Iterator[bytes]:
    """Yield an export in pieces of some size; the header first tells how long it must be."""
    stream = BytesIO()
    write_export(stream, head=head, entries=(), exported_at=service.clock())
    piece = bytearray(stream.getvalue())
    for entry in service.tiles.entries(size=head.size):
        piece += encoded(line_of(entry)) + b"\n"
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
