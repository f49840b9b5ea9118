"""The least that this service could do: a Flask application that answers a constant.

`benchmarks.http_service` serves it by the same gunicorn, as what a decision is compared with.
"""

import json

from flask import Flask, Response, request

ANSWER = json.dumps({"decision": "allow"}).encode()

app = Flask("constant", static_folder=None)


@app.post("/v1/decisions")
def decide() -> Response:
    """Read the body, and answer what is always answered."""
    request.get_data()
    return Response(ANSWER, content_type="application/json")


@app.get("/health/ready")
def ready() -> Response:
    """Say that this serves."""
    return Response(b"{}", content_type="application/json")
