"""`/openapi.json` and `/docs`: the interface as OpenAPI 3.1, and as a page.

The document has the vocabulary of the policies in force, which is for whoever has a key. The page
is for everyone, and has none.
"""

from functools import cache, lru_cache
from typing import Any

from flask import Blueprint, current_app, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.campaign_schema import campaign_schema
from api.http.openapi.document import openapi_document
from api.http.openapi.page import POLICY, page_of
from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from api.in_force.policies import NotInForce
from engine import Engine

_LOCAL = "http://127.0.0.1:8000"


def blueprint(service: Service) -> Blueprint:
    """Return the routes of the documentation."""
    routes = Blueprint("documentation", __name__)

    @lru_cache(maxsize=4)
    def document_of(engine: Engine | None) -> dict[str, Any]:
        if engine is None:
            return openapi_document(current_app.url_map)
        bundle = engine.bundle
        schema = campaign_schema(bundle.policies.vocabulary, digest=bundle.digest)
        return openapi_document(current_app.url_map, schema)

    @cache
    def page_text() -> str:
        return page_of(document_of(None), service.public_url or _LOCAL)

    @routes.get("/openapi.json")
    def openapi() -> Response:
        read_query(NoParameters, request.args)
        return json_answer(document_of(_engine(service)))

    @routes.get("/docs")
    def page() -> Response:
        read_query(NoParameters, request.args)
        answer = Response(page_text(), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    return routes


def _engine(service: Service) -> Engine | None:
    """Return what decides by default, None where nothing does, or not for this key."""
    default = service.policies.default
    try:
        return service.policies.engine(default) if g.key.reaches(default) else None
    except NotInForce:
        return None
