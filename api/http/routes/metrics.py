"""`GET /metrics`: what Prometheus scrapes."""

from flask import Blueprint, request
from prometheus_client.exposition import choose_encoder
from werkzeug.wrappers import Response

from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from api.metrics.state import State


def blueprint(service: Service) -> Blueprint:
    """Return the route of metrics."""
    routes = Blueprint("metrics", __name__)
    state = State(
        probe=service.probe,
        identities=service.policies.identities,
        signer=service.signer,
        publisher=service.publisher,
    )

    @routes.get("/metrics")
    def show() -> Response:
        read_query(NoParameters, request.args)
        registry = service.metrics.registry()
        registry.register(state)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    return routes
