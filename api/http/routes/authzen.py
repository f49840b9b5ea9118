"""`/access/v1/…` and `/.well-known/authzen-configuration`: OpenID AuthZEN 1.0.

Errors are a text, as the standard has them: 400 also for a body of another type.
"""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.authzen.evaluations import evaluated, evaluated_in_turn
from api.http.authzen.mapping import (
    IN_BODY,
    MALFORMED,
    MOST_EVALUATIONS,
    check_shape,
    evaluation_of,
    evaluations_of,
    message_of,
    semantic_of,
)
from api.http.failures import problem_noted
from api.http.problems import UNSUPPORTED_TYPE
from api.http.requests.bodies import TEXT, read_json_body
from api.http.requests.idempotency import refuse_key
from api.http.requests.shapes import NoParameters, read_query
from api.http.service import Service
from engine.storage.errors import NotFound

_DAY = 24 * 60 * 60


def blueprint(service: Service) -> Blueprint:
    """Return the routes of AuthZEN."""
    routes = Blueprint("authzen", __name__)
    _add_deciding(routes, service)
    _add_discovery(routes, service.public_url)
    _add_errors(routes, service)
    return routes


def _add_deciding(routes: Blueprint, service: Service) -> None:
    @routes.post("/access/v1/evaluation")
    def evaluation() -> Response:
        body = _body(service)
        return json_answer(evaluated(service, g.key, evaluation_of(body)))

    @routes.post("/access/v1/evaluations")
    def evaluations() -> Response:
        body = _body(service)
        semantic = semantic_of(body)
        limits = service.limits
        most = min(MOST_EVALUATIONS, limits.batch_records)
        items = evaluations_of(body, most=most, largest=limits.body)
        if items is None:
            return json_answer(evaluated(service, g.key, evaluation_of(body)))
        with service.streams.open() as place:
            answers = evaluated_in_turn(service, g.key, items, semantic)
            answer = json_answer({"evaluations": answers})
            answer.call_on_close(place.pop_all().close)
        return answer


def _add_discovery(routes: Blueprint, url: str | None) -> None:
    @routes.get("/.well-known/authzen-configuration")
    def configuration() -> Response:
        read_query(NoParameters, request.args)
        if url is None:
            raise NotFound("the setting `public_url` is not set, which would say by what address")
        answer = json_answer(
            {
                "policy_decision_point": url,
                "access_evaluation_endpoint": f"{url}/access/v1/evaluation",
                "access_evaluations_endpoint": f"{url}/access/v1/evaluations",
            }
        )
        answer.headers["Cache-Control"] = f"public, max-age={_DAY}"
        return answer


def _add_errors(routes: Blueprint, service: Service) -> None:
    @routes.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        problem = problem_noted(service, error)
        status = problem.kind.status
        if problem.kind is UNSUPPORTED_TYPE:
            status = MALFORMED.status
        text = f"{message_of(problem)}\n"
        answer = Response(text, status=status, content_type=f"{TEXT}; charset=utf-8")
        answer.headers.extend(dict(problem.headers))
        return answer

    @routes.after_request
    def echo(answer: Response) -> Response:
        given = request.headers.get("X-Request-ID")
        if given is not None:
            answer.headers["X-Request-ID"] = given
        return answer


def _body(service: Service) -> dict[str, object]:
    read_query(NoParameters, request.args, IN_BODY)
    refuse_key(
        request, "AuthZEN repeats no answer; leave out a key, or send it with `POST /v1/decisions`"
    )
    return check_shape(read_json_body(request, service.limits.body))
