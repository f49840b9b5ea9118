"""`/access/v1/…` and `/.well-known/authzen-configuration`: OpenID AuthZEN 1.0.

Errors are a text, as the standard has them: 400 also for a body of another type.
"""

from collections.abc import Mapping

from flask import Blueprint, g, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.authzen import (
    MALFORMED,
    Evaluation,
    check_shape,
    decision_answer,
    error_answer,
    evaluation_of,
    evaluations_of,
    malformed,
    message_of,
    semantic_of,
    undecidable,
)
from api.http.authzen_facts import asked_of
from api.http.bodies import JSON, TEXT, body_type, read_document
from api.http.choice import choose_engine
from api.http.failures import problem_noted
from api.http.problems import UNSUPPORTED_TYPE, ProblemRaised, malformed_submission
from api.http.repeats import refuse_key
from api.http.service import Service
from api.http.shapes import NoParameters, read_query
from api.policies_in_force import NotInForce
from api.submission import Refused
from engine.audit.record import LogError
from engine.evaluation.days import day_of

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
        return json_answer(_decided(service, evaluation_of(body)))

    @routes.post("/access/v1/evaluations")
    def evaluations() -> Response:
        body = _body(service)
        semantic = semantic_of(body)
        items = evaluations_of(body, service.limits.batch_records)
        if items is None:
            return json_answer(_decided(service, evaluation_of(body)))
        answers = []
        for item in items:
            answers.append(_answered(service, item))
            if semantic.is_over(decision=answers[-1]["decision"] is True):
                break
        return json_answer({"evaluations": answers})


def _add_discovery(routes: Blueprint, url: str | None) -> None:
    @routes.get("/.well-known/authzen-configuration")
    def configuration() -> Response:
        read_query(NoParameters, request.args)
        if url is None:
            raise NotFound
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
    read_query(NoParameters, request.args)
    refuse_key(
        request, "AuthZEN repeats no answer; leave out a key, or send it with `POST /v1/decisions`"
    )
    body_type(request, JSON)
    return check_shape(read_document(request, service.limits.body))


def _answered(service: Service, item: Mapping[str, object]) -> dict[str, object]:
    """Return the answer to one item, whatever is wrong with it."""
    try:
        return _decided(service, evaluation_of(check_shape(item)))
    except (ProblemRaised, LogError) as error:
        return error_answer(problem_noted(service, error))


def _decided(service: Service, evaluation: Evaluation) -> dict[str, object]:
    try:
        engine = choose_engine(service, g.key, evaluation.policy_set)
    except NotInForce as error:
        raise malformed(str(error)) from None
    terms = evaluation.terms_now(service.clock())
    asked = asked_of(evaluation, engine.bundle.policies.vocabulary, day_of(terms.as_of))
    outcome = service.recorder(engine).record(asked.descriptor, terms=terms, actor=g.key.name)
    if isinstance(outcome, Refused):
        raise undecidable(malformed_submission(asked.located(outcome)))
    return decision_answer(outcome)
