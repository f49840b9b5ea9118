"""A change that somebody orders: of what they saw, and what their body says of it."""

from typing import Any

from flask import g, request
from marshmallow import Schema

from api.http.requests.bodies import read_json_body
from api.http.requests.conditions import seen_revisions
from api.http.requests.shapes import read_members
from api.http.service import Service
from engine.storage.governance.changes import ChangeOrder


def read_order(service: Service, shape: Schema, advice: str) -> tuple[ChangeOrder, dict[str, Any]]:
    """Return an order, and the members of its body by their shape. Raises `ProblemRaised`.

    `advice` is an example of such a body.
    """
    seen = seen_revisions(request)
    asked = read_members(shape, read_json_body(request, service.limits.body), advice)
    order = ChangeOrder(actor=g.key.principal, reason=asked.get("reason"), expected_revisions=seen)
    return order, asked
