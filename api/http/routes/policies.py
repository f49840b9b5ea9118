"""`POST /v1/policies/check` and `/format`: the back end of an editor; nothing is saved."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.examining import examined
from api.http.service import Service
from api.http.shapes import NoParameters, read_query
from api.http.uploads import read_files
from engine.bundle.bundle import digest_of, is_policy
from engine.source.render import render_json
from engine.source.text import Source
from engine.syntax.format import format_source


def blueprint(service: Service) -> Blueprint:
    """Return the routes of policies that nobody keeps."""
    routes = Blueprint("policies", __name__)

    @routes.post("/v1/policies/check")
    def check() -> Response:
        read_query(NoParameters, request.args)
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
        read_query(NoParameters, request.args)
        files = read_files(request, service.limits.body)
        named = sorted(filter(is_policy, files))
        return json_answer({"files": {name: _formatted(name, files[name]) for name in named}})

    return routes


def _formatted(name: str, text: str) -> dict[str, object]:
    source = Source(name=name, text=text)
    made, diagnostics = format_source(source)
    return {
        "is_changed": made != text,
        "text": made,
        "diagnostics": render_json(diagnostics, {name: source}),
    }
