"""`/health/live` and `/health/ready`: for whoever starts, stops and routes to the service."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.problems import NOT_READY, ProblemRaised, retry_later
from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from api.http.witnesses import witnesses_of
from api.in_force.policies import NotFresh
from engine import __version__


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
        try:
            identities = service.policies.identities()
        except NotFresh as error:
            raise ProblemRaised(retry_later(NOT_READY, str(error), 1)) from None
        log: dict[str, object] = {"size": found.size, **witnesses_of(service.publisher)}
        return json_answer(
            {
                "status": "ready",
                "log": log,
                "policy_sets": [
                    {"name": each.name, "version": each.version, "digest": each.digest}
                    for each in identities
                ],
                "engine": {"name": "assent", "version": __version__},
            }
        )

    return routes
