"""`POST /v1/data/…`, `GET /v1/policies/` and `GET /health`: an OPA client can be pointed here."""

import time

import msgspec
from flask import Blueprint, g, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter
from werkzeug.wrappers import Response

from api.deciding.submission import NATIVE, Refused, Terms
from api.http.answers import encoded, json_answer
from api.http.choice import choose_engine
from api.http.failures import problem_noted
from api.http.opa import (
    INPUT,
    NO_INPUT,
    DataPath,
    error_document,
    package_document,
    policy_document,
    provenance,
)
from api.http.problems import (
    ProblemError,
    ProblemRaised,
    malformed_submission,
    submission_problem,
)
from api.http.requests.bodies import JSON, read_json_body
from api.http.requests.idempotency import refuse_key
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import (
    NoParameters,
    OPAHealthParameters,
    OPAParameters,
    read_envelope,
    read_query,
)
from api.http.service import Service
from api.in_force.policies import NotInForce
from api.recording import Recorded
from engine import Engine

_NANOSECONDS = 10**9


class _DocumentConverter(PathConverter):
    """Any path at all: what names no document is undefined, and not an unknown path."""

    regex = r"(?:.|\n)+?"
    part_isolating = False


_IN_BODY = in_body(INPUT, within="input")


def blueprint(service: Service) -> Blueprint:
    """Return the routes of OPA."""
    routes = Blueprint("opa", __name__)

    @routes.record_once
    def add_converter(state: BlueprintSetupState) -> None:
        state.app.url_map.converters = {
            **state.app.url_map.converters,
            "document": _DocumentConverter,
        }

    _add_data(routes, service)
    _add_state(routes, service)

    @routes.errorhandler(Exception)
    def answer_error(error: Exception) -> Response:
        problem = problem_noted(service, error)
        status = problem.kind.status
        if status in (415, 422):  # OPA has 400 for all that it cannot read.
            status = 400
        answer = json_answer(error_document(problem), status=status)
        answer.headers.extend(dict(problem.headers))
        return answer

    return routes


def _add_data(routes: Blueprint, service: Service) -> None:
    @routes.post("/v1/data/<document:rest>")
    def decide(rest: str) -> Response:
        started = time.perf_counter()
        query = read_query(OPAParameters, request.args, _IN_BODY)
        refuse_key(
            request, "OPA repeats no answer; leave out a key, or send it with `POST /v1/decisions`"
        )
        body = read_json_body(request, service.limits.body)
        if not isinstance(body, dict):
            error = ProblemError(message="the body should be an object", pointer="")
            raise ProblemRaised(submission_problem((error,)))
        made: dict[str, object] = {}
        if "input" not in body:
            made["warning"] = NO_INPUT
        else:
            made |= _decided(service, DataPath.read(rest), body["input"], query)
        if query.metrics:
            taken = int((time.perf_counter() - started) * _NANOSECONDS)
            made["metrics"] = {"timer_server_handler_ns": taken}
        if query.pretty:
            return Response(msgspec.json.format(encoded(made)) + b"\n", content_type=JSON)
        return json_answer(made)


def _add_state(routes: Blueprint, service: Service) -> None:
    @routes.get("/v1/policies/", strict_slashes=False)
    def policies() -> Response:
        read_query(NoParameters, request.args)
        names = [each.name for each in service.policies.identities() if g.key.reaches(each.name)]
        return json_answer({"result": [policy_document(name) for name in names]})

    @routes.get("/health")
    def health() -> Response:
        read_query(OPAHealthParameters, request.args)
        problem = service.probe().problem
        if problem is not None:
            return json_answer({"error": problem}, status=500)
        return json_answer({})


def _decided(
    service: Service, path: DataPath | None, given: object, query: OPAParameters
) -> dict[str, object]:
    """Return the members that a decision adds to an answer: none where there is no such thing."""
    if path is None:
        return {}
    try:
        engine = choose_engine(service, g.key, path.package)
    except NotInForce:
        return {}
    outcome = _recorded(service, engine, given)
    made: dict[str, object] = {"result": path.of(package_document(outcome))}
    if outcome.receipt is not None:
        made["decision_id"] = outcome.decided.id
    if query.provenance:
        made["provenance"] = provenance(engine)
    return made


def _recorded(service: Service, engine: Engine, given: object) -> Recorded:
    campaign, envelope, faults = read_envelope(given, OPAParameters, shape=INPUT, before="/input")
    if faults:
        raise ProblemRaised(submission_problem(faults))
    terms = Terms(format=NATIVE, as_of=envelope.as_of or service.clock())
    outcome = service.recorder(engine).record(
        campaign, terms=terms, actor=g.key.name, dry_run=envelope.dry_run
    )
    if isinstance(outcome, Refused):
        raise ProblemRaised(malformed_submission(outcome, before="/input/campaign"))
    return outcome
