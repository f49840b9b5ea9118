"""`GET /v1/vocabulary`: what a campaign may say, as JSON Schema."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.campaign_schema import campaign_schema
from api.http.service import Service
from api.http.shapes import NoParameters, read_query

SCHEMA = "application/schema+json"


def blueprint(service: Service) -> Blueprint:
    """Return the route of the vocabulary."""
    routes = Blueprint("vocabulary", __name__)
    bundle = service.engine.bundle
    schema = campaign_schema(bundle.policies.vocabulary, digest=bundle.digest)

    @routes.get("/v1/vocabulary")
    def show() -> Response:
        read_query(NoParameters, request.args)
        return json_answer(schema, type=SCHEMA)

    return routes
