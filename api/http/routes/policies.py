"""`POST /v1/policies/check` and `/format`: the back end of an editor; nothing is saved."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.governance.examining import examined, formatted
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import NoParameters, read_query
from api.http.requests.uploads import FILES, read_files
from api.http.service import Service
from engine.bundle.bundle import digest_of


def blueprint(service: Service) -> Blueprint:
    """Return the routes of policies that nobody keeps."""
    routes = Blueprint("policies", __name__)

    @routes.post("/v1/policies/check")
    def check() -> Response:
        read_query(NoParameters, request.args, in_body(FILES))
        files = read_files(request, service.limits.body)
        found = examined(service, files, "policies")
        return json_answer(
            {
                "digest": digest_of(files),
                "check": found.document["check"],
                "test": found.document["test"],
                "obstacle": found.obstacle,
            }
        )

    @routes.post("/v1/policies/format")
    def format() -> Response:  # noqa: A001 - the endpoint's name.
        read_query(NoParameters, request.args, in_body(FILES))
        files = read_files(request, service.limits.body)
        return json_answer({"files": formatted(service, files)})

    return routes
