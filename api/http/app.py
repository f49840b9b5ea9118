"""The Flask application: its routes, who is let in, and one shape for everything that goes wrong.

`create_app` receives every part that it uses. Nothing here knows settings, the environment or
gunicorn.
"""

import time
from collections.abc import Mapping

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from api.policies_in_force import NotFresh
from engine.audit.record import LogError
from engine.storage.errors import NotFound, StorageError
from engine.storage.holds import Held
from engine.storage.policy_sets import OutdatedRevision, OwnVersion, WrongState

from .access import MEASURED, PUBLIC, PUBLISHED, admit
from .answers import SECURITY_HEADERS, problem_answer
from .journal import ACCESS, ERRORS, request_id
from .problems import (
    BAD_REQUEST,
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    NOT_FRESH,
    OUTDATED,
    OWN_VERSION,
    TOO_LARGE,
    UNAVAILABLE,
    WRONG_STATE,
    Problem,
    ProblemKind,
    ProblemRaised,
    held,
    retry_later,
    unlogged,
)
from .routes import (
    batch,
    decisions,
    documentation,
    erasures,
    health,
    log,
    metrics,
    policies,
    policy_sets,
    search,
    tiles,
    vocabulary,
)
from .service import Service


def create_app(service: Service) -> Flask:
    """Return the application that serves with these parts."""
    app = Flask("assent", static_folder=None)
    app.extensions["policies"] = service.policies
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # No cross-origin use: CORS stays closed.
    app.url_map.merge_slashes = False
    modules = (decisions, batch, search, erasures, log, tiles, vocabulary, health, metrics)
    for module in (*modules, policy_sets, policies, documentation):
        app.register_blueprint(module.blueprint(service))
    _register_admission(app, service)
    _register_errors(app, service)
    _register_closing(app, service)
    return app


def _register_admission(app: Flask, service: Service) -> None:
    @app.before_request
    def identify() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-ID"))
        g.key = None

    published = PUBLISHED if service.log_is_public else frozenset()
    measured = MEASURED if service.metrics_are_public else frozenset()
    open_to_all = PUBLIC | published | measured

    @app.before_request
    def authorise() -> None:
        # Without an endpoint there is no such path or method, which Flask answers by itself.
        if request.endpoint is not None and request.endpoint not in open_to_all:
            g.key = admit(service.keys, request.endpoint, request.headers.get("Authorization"))


def _register_errors(app: Flask, service: Service) -> None:
    @app.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        problem = problem_of(error)
        service.metrics.refused(problem.kind.name)
        if problem.kind.status >= 500:
            ERRORS.error(
                problem.kind.name, exc_info=error, extra={"fields": {"request_id": g.request_id}}
            )
        return problem_answer(problem, g.request_id)


_PUBLISHING: Mapping[type[StorageError], ProblemKind] = {
    OwnVersion: OWN_VERSION,
    OutdatedRevision: OUTDATED,
    WrongState: WRONG_STATE,
}


def problem_of(error: Exception) -> Problem:
    """Return the problem that an exception is: an internal error, unless it is known."""
    match error:
        case ProblemRaised(problem=problem):
            return problem
        case LogError():
            return unlogged(error)
        case NotFound():
            return Problem(kind=NOT_FOUND, detail=str(error))
        case Held():
            return held(error)
        case NotFresh():
            return retry_later(NOT_FRESH, str(error), 1)
        case OwnVersion() | OutdatedRevision() | WrongState():
            return Problem(kind=_PUBLISHING[type(error)], detail=str(error))
        case StorageError():
            return retry_later(UNAVAILABLE, str(error))
        case HTTPException():
            return _problem_of_http(error)
        case _:
            detail = "the request id leads to what happened, in the service's log"
            return Problem(kind=INTERNAL_ERROR, detail=detail)


def _problem_of_http(error: HTTPException) -> Problem:
    """Return the problem of an error that Flask or Werkzeug found."""
    match error.code:
        case 404:
            return Problem(kind=NOT_FOUND, detail="no resource has this path")
        case 405:
            methods = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
            detail = f"this path answers {methods}"
            return Problem(kind=METHOD_NOT_ALLOWED, detail=detail, headers={"Allow": methods})
        case 413:
            return Problem(kind=TOO_LARGE, detail="the request is larger than what is read here")
        case _:
            return Problem(kind=BAD_REQUEST, detail="the server could not make sense of it")


def _register_closing(app: Flask, service: Service) -> None:
    @app.after_request
    def finish(answer: Response) -> Response:
        answer.headers["X-Request-ID"] = g.request_id
        for name, value in SECURITY_HEADERS.items():
            answer.headers.setdefault(name, value)
        fields = _request_fields(answer)
        started = g.started

        def log() -> None:
            taken = time.perf_counter() - started
            route = str(fields["route"] or "none")
            service.metrics.answered(route, answer.status_code, taken)
            told = {**fields, "milliseconds": round(1000 * taken, 3)}
            ACCESS.info("request", extra={"fields": told})

        answer.call_on_close(log)  # A stream is over when it is closed, and not before.
        return answer


def _request_fields(answer: Response) -> Mapping[str, object]:
    return {
        "request_id": g.request_id,
        "method": request.method if len(request.method) <= 16 else "?",
        "route": request.url_rule.rule if request.url_rule is not None else None,
        "status": answer.status_code,
        "actor": g.key.name if g.key is not None else None,
    }
