"""`POST /v1/erasures`: what lies beside the leaves of decisions (`storage.lifecycle.erasures`)."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer, receipt_document
from api.http.requests.bodies import read_json_body
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import ERASURE, NoParameters, read_erasure, read_query
from api.http.service import Service


def blueprint(service: Service) -> Blueprint:
    """Return the route of erasures."""
    routes = Blueprint("erasures", __name__)

    @routes.post("/v1/erasures")
    def erase() -> Response:
        read_query(NoParameters, request.args, in_body(ERASURE))
        asked = read_erasure(read_json_body(request, service.limits.body))
        done = service.erasures.erase(
            asked.selector, asked.value, ground=asked.ground, actor=g.key.name
        )
        return json_answer(
            {
                "erased": done.decisions,
                "entries": [receipt_document(each) for each in done.entries],
                "purged": done.is_purged,
            }
        )

    return routes
