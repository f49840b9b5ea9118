"""What went wrong as a problem, which the service's own log and its metrics hear of."""

from collections.abc import Mapping

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from api.http.requests.fields import CURSOR_ADVICE
from api.in_force.policies import NotFresh
from api.journal import ERRORS
from engine.audit.errors import LogError
from engine.storage.errors import InvalidQuery, NotFound, StorageError
from engine.storage.governance.changes import OutdatedRevision, WrongState
from engine.storage.governance.policy_sets import OwnVersion
from engine.storage.governance.waivers import OwnWaiver, SameWaiver
from engine.storage.lifecycle.holds import UnderHold

from .problems import (
    BAD_REQUEST,
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    NOT_FRESH,
    OUTDATED,
    OWN_VERSION,
    OWN_WAIVER,
    SAME_WAIVER,
    TOO_LARGE,
    UNAVAILABLE,
    WRONG_STATE,
    Problem,
    ProblemError,
    ProblemKind,
    ProblemRaised,
    held,
    invalid_query,
    retry_later,
    unlogged,
)
from .service import Service


def problem_noted(service: Service, error: Exception) -> Problem:
    """Return the problem that ends a request, once it is noted."""
    problem = problem_of(error)
    service.metrics.refused(problem.kind.name)
    if problem.kind.status >= 500:
        ids = {"request_id": g.request_id, "trace_id": g.trace.trace_id}
        fields = {**ids, "reason": problem.detail}
        ERRORS.error(problem.kind.name, exc_info=error, extra={"fields": fields})
    return problem


_STEPS: Mapping[type[StorageError], ProblemKind] = {
    OwnVersion: OWN_VERSION,
    OutdatedRevision: OUTDATED,
    WrongState: WRONG_STATE,
    OwnWaiver: OWN_WAIVER,
    SameWaiver: SAME_WAIVER,
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
        case InvalidQuery(name=str(name)):
            advice = CURSOR_ADVICE if name == "cursor" else None
            return invalid_query([ProblemError(message=str(error), parameter=name, help=advice)])
        case UnderHold():
            return held(error)
        case NotFresh():
            return retry_later(NOT_FRESH, str(error), 1)
        case StorageError() if type(error) in _STEPS:
            return Problem(kind=_STEPS[type(error)], detail=str(error))
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
            return Problem(kind=NOT_FOUND, detail=f"no resource has this path; {_where_there_is()}")
        case 405:
            methods = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
            detail = f"this path answers {methods}"
            return Problem(kind=METHOD_NOT_ALLOWED, detail=detail, headers={"Allow": methods})
        case 413:
            return Problem(kind=TOO_LARGE, detail="the request is larger than what is read here")
        case _:
            return Problem(kind=BAD_REQUEST, detail="the server could not make sense of it")


def _where_there_is() -> str:
    """Return where there is something, for a path where there is nothing."""
    router = current_app.create_url_adapter(request)
    shorter = request.path.rstrip("/")
    if router is not None and shorter != request.path and router.allowed_methods(shorter):
        return "without the slash at its end there is one"
    return "`GET /docs` lists them all"
