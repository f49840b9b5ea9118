"""`POST /v1/decisions/batch`: many campaigns, as a JSON array or as NDJSON streamed both ways."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.deciding.submission import Terms
from api.http.batches import Batch, answer_array, answer_lines
from api.http.choice import engine_of_query, obstacle_of
from api.http.problems import TOO_LARGE, Problem, ProblemError, ProblemRaised, submission_problem
from api.http.requests.bodies import JSON, NDJSON, body_type, read_document
from api.http.requests.idempotency import refuse_key
from api.http.requests.shapes import BatchParameters, read_query
from api.http.requests.streamed_body import StreamedBody
from api.http.service import Service


def blueprint(service: Service) -> Blueprint:
    """Return the route of batches."""
    routes = Blueprint("batch", __name__)

    @routes.post("/v1/decisions/batch")
    def decide() -> Response:
        query = read_query(BatchParameters, request.args)
        refuse_key(request, "a key is of one decision: send it with `POST /v1/decisions`")
        engine = engine_of_query(service, g.key, query.policy_set)
        batch = Batch(
            recorder=service.recorder(engine),
            terms=Terms(
                format=query.format,
                as_of=query.as_of or service.clock(),
                as_if_launched=query.as_if_launched,
            ),
            actor=g.key.name,
            dry_run=query.dry_run,
            view=query.view,
            request_id=g.request_id,
            most=service.limits.batch_records,
            clock=service.clock,
            obstacle=obstacle_of(service, engine),
            basis=lambda: service.policies.basis(engine),
            pool=service.pool,
        )
        if body_type(request, JSON, NDJSON) == NDJSON:
            return _answer_lines(service, batch)
        return _answer_array(service, batch)

    return routes


def _answer_lines(service: Service, batch: Batch) -> Response:
    limit = service.limits.batch
    with service.streams.open() as place:
        body = StreamedBody(request.stream, limit=limit, expected=request.content_length)
        place.callback(body.close)
        answer = Response(answer_lines(batch, body, limit), content_type=NDJSON)
        answer.call_on_close(place.pop_all().close)
    return answer


def _answer_array(service: Service, batch: Batch) -> Response:
    values = read_document(request, service.limits.body)
    if not isinstance(values, list):
        error = ProblemError(
            message="the body should be a list",
            pointer="",
            help="send campaigns in square brackets, or one a line as `application/x-ndjson`",
        )
        raise ProblemRaised(submission_problem((error,)))
    if len(values) > batch.most:
        detail = f"a batch has at most {batch.most:,} campaigns"
        raise ProblemRaised(Problem(kind=TOO_LARGE, detail=detail))
    with service.streams.open() as place:
        answer = Response(answer_array(batch, values), content_type=JSON)
        answer.call_on_close(place.pop_all().close)
    return answer
