"""The Flask application: its routes, who is let in, and one shape for everything that goes wrong.

`create_app` receives every part that it uses. Nothing here knows settings, the environment or
gunicorn.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, Request, g
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from api.http.admission.access import MEASURED, PUBLIC, PUBLISHED, admit, check_rate
from api.http.admission.cors import open_to_origin, preflight
from api.http.requests.addresses import IdConverter, check_address
from api.http.requests.current import current
from api.journal import ACCESS, request_id
from api.tracing.stages import Answered, Timeline, keep
from api.tracing.traces import trace_of

from .answers import SECURITY_HEADERS, problem_answer
from .failures import problem_noted
from .routes import (
    authzen,
    batch,
    decisions,
    documentation,
    erasures,
    facts,
    health,
    log,
    metrics,
    opa,
    policies,
    policy_sets,
    queries,
    search,
    tiles,
    vocabulary,
    waivers,
)
from .service import Service

_CONVERTER = re.compile(r"<\w+:")
"""What stands in a rule of a route before the name of a part: how the part is read."""


def create_app(service: Service) -> Flask:
    """Return the application that serves with these parts."""
    app = Flask("assent", static_folder=None)
    app.extensions["policies"] = service.policies
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # `cors` answers what there is.
    app.url_map.merge_slashes = False
    app.url_map.converters = {**app.url_map.converters, "id": IdConverter}
    modules = (decisions, batch, search, queries, erasures, log, tiles, vocabulary, health, metrics)
    administered = (policy_sets, policies, waivers, facts)
    for module in (*modules, *administered, documentation, authzen, opa):
        app.register_blueprint(module.blueprint(service))
    _register_admission(app, service)
    _register_errors(app, service)
    _register_closing(app, service)
    return app


def _register_admission(app: Flask, service: Service) -> None:
    published = PUBLISHED if service.log_is_public else frozenset()
    measured = MEASURED if service.metrics_are_public else frozenset()
    open_to_all = PUBLIC | published | measured

    @app.before_request
    def receive() -> Response | None:
        request, kept = current()
        _identify(request, kept, is_exported=service.send_spans is not None)
        answer = preflight(request, service.origins)
        if answer is not None:
            return answer
        # Without an endpoint there is no such path or method, which Flask answers by itself.
        if request.endpoint is not None and request.endpoint not in open_to_all:
            authorization = request.headers.get("Authorization")
            kept.key = admit(service.keys, service.tokens, request.endpoint, authorization)
            if service.rates is not None:
                kept.standing = check_rate(service.rates, kept.key)
        check_address(request)
        return None


def _identify(request: Request, kept: Any, *, is_exported: bool) -> None:
    kept.started = time.perf_counter()
    kept.request_id = request_id(request.headers.get("X-Request-ID"))
    kept.trace = trace_of(request.headers.get("traceparent"), is_exported=is_exported)
    kept.timeline = Timeline() if is_exported and kept.trace.is_sampled else None
    keep(kept.timeline)
    kept.key = kept.standing = None


def _register_errors(app: Flask, service: Service) -> None:
    @app.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        return problem_answer(problem_noted(service, error), g.request_id)


def _register_closing(app: Flask, service: Service) -> None:
    @app.after_request
    def finish(answer: Response) -> Response:
        request, kept = current()
        answer.headers["traceresponse"] = kept.trace.header
        if kept.standing is not None:
            answer.headers.update(kept.standing.headers)
        open_to_origin(request, answer, service.origins)
        _complete(answer.headers, {"X-Request-ID": kept.request_id, **SECURITY_HEADERS})
        fields = _request_fields(request, kept, answer)
        started, answered = kept.started, _answered(request, kept, answer)

        def log() -> None:
            taken = time.perf_counter() - started
            route = str(fields["route"] or "none")
            service.metrics.answered(route, answer.status_code, taken)
            told = {**fields, "milliseconds": round(1000 * taken, 3)}
            ACCESS.info("request", extra={"fields": told})
            if service.send_spans is not None and answered is not None:
                service.send_spans(answered)
                keep(None)

        answer.call_on_close(log)  # A stream is over when it is closed, and not before.
        return answer


def _complete(headers: Headers, more: Mapping[str, str]) -> None:
    """Add the headers that are not there yet."""
    there = {name.lower() for name, _ in headers}
    headers.extend({name: more[name] for name in more if name.lower() not in there})


def _answered(request: Request, kept: Any, answer: Response) -> Answered | None:
    """Return what spans are made of, None where no timeline is kept."""
    if kept.timeline is None:
        return None
    return Answered(
        trace=kept.trace,
        timeline=kept.timeline,
        method=request.method,
        scheme=request.scheme,
        route=_route(request),
        status=answer.status_code,
    )


def _route(request: Request) -> str | None:
    """Return the path of the route that was found, as `/v1/decisions/<decision_id>`."""
    rule = request.url_rule
    return None if rule is None else _CONVERTER.sub("<", rule.rule)


def _request_fields(request: Request, kept: Any, answer: Response) -> Mapping[str, object]:
    return {
        "request_id": kept.request_id,
        "trace_id": kept.trace.trace_id,
        "span_id": kept.trace.span_id,
        "parent_id": kept.trace.parent_id,
        "method": request.method if len(request.method) <= 16 else "?",
        "route": _route(request),
        "status": answer.status_code,
        "actor": kept.key.name if kept.key is not None else None,
    }
