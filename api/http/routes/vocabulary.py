"""`GET /v1/vocabulary`: what a campaign may say, as JSON Schema."""

from functools import lru_cache

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.campaign_schema import campaign_schema
from api.http.choice import engine_of_query
from api.http.requests.shapes import PolicySetParameters, read_query
from api.http.service import Service
from engine import Engine

SCHEMA = "application/schema+json"


def blueprint(service: Service) -> Blueprint:
    """Return the route of the vocabulary."""
    routes = Blueprint("vocabulary", __name__)

    @lru_cache(maxsize=8)
    def schema_of(engine: Engine) -> dict[str, object]:
        bundle = engine.bundle
        return campaign_schema(bundle.policies.vocabulary, digest=bundle.digest)

    @routes.get("/v1/vocabulary")
    def show() -> Response:
        query = read_query(PolicySetParameters, request.args)
        engine = engine_of_query(service, g.key, query.policy_set)
        return json_answer(schema_of(engine), type=SCHEMA)

    return routes
