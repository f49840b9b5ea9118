"""`/health/live` and `/health/ready`: for whoever starts, stops and routes to the service."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.problems import NOT_READY, ProblemRaised, retry_later
from api.http.service import Service
from api.http.shapes import NoParameters, read_query
from api.http.witnesses import witnesses_of


def blueprint(service: Service) -> Blueprint:
    """Return the routes of health."""
    routes = Blueprint("health", __name__)

    @routes.get("/health/live")
    def live() -> Response:
        read_query(NoParameters, request.args)
        return json_answer({"status": "live"})

    @routes.get("/health/ready")
    def ready() -> Response:
        read_query(NoParameters, request.args)
        found = service.probe()
        if found.problem is not None:
            raise ProblemRaised(retry_later(NOT_READY, found.problem))
        identity = service.engine.identity
        return json_answer(
            {
                "status": "ready",
                "log": {"size": found.size} | witnesses_of(service.publisher),
                "policy_set": {
                    "name": identity.name,
                    "version": identity.version,
                    "digest": identity.digest,
                },
                "engine": {"name": "assent", "version": identity.engine},
            }
        )

    return routes
