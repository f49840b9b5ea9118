"""`/v1/queries`: the queries that auditors save under a name (`storage.search.saved_queries`).

`GET /v1/decisions?saved=NAME` runs one, and so does every other resource that decisions are found
by: `http.recorded.filters`. A key that is limited to policy sets has to do with the queries that
name one of them, and with no others.
"""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer, receipt_document
from api.http.problems import (
    MALFORMED_ORDER,
    TAKEN,
    Problem,
    ProblemError,
    ProblemRaised,
)
from api.http.recorded.filters import check_query_reach, reaches_query, saved_query
from api.http.requests.bodies import read_json_body
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import SAVED_QUERY, NoParameters, read_members, read_query
from api.http.service import Service
from api.log.listing import saved_query_document
from engine.storage.errors import Conflict, InvalidQuery
from engine.storage.search.filters import DecisionFilter

_ADVICE = 'write `{"name": "denied-minors", "outcome": "deny", "text": "minors"}`'


def blueprint(service: Service) -> Blueprint:
    """Return the routes of saved queries."""
    routes = Blueprint("queries", __name__)

    @routes.get("/v1/queries")
    def list() -> Response:  # noqa: A001 - the endpoint's name.
        read_query(NoParameters, request.args)
        found = [each for each in service.saved_queries.all() if reaches_query(g.key, each.filters)]
        return json_answer({"items": [saved_query_document(each) for each in found]})

    @routes.post("/v1/queries")
    def save() -> Response:
        read_query(NoParameters, request.args, in_body(SAVED_QUERY))
        body = read_json_body(request, service.limits.body)
        members = read_members(SAVED_QUERY, body, _ADVICE)
        name = members.pop("name")
        filters = _filters(members)
        check_query_reach(g.key, filters)
        try:
            made = service.saved_queries.save(name, filters, actor=g.key.name)
        except Conflict as error:
            raise ProblemRaised(Problem(kind=TAKEN, detail=str(error))) from None
        answer = json_answer(saved_query_document(made), status=201)
        answer.headers["Location"] = f"/v1/queries/{name}"
        return answer

    @routes.get("/v1/queries/<name>")
    def show(name: str) -> Response:
        read_query(NoParameters, request.args)
        return json_answer(saved_query_document(saved_query(service, name, g.key)))

    @routes.delete("/v1/queries/<name>")
    def delete(name: str) -> Response:
        read_query(NoParameters, request.args)
        index = None
        if g.key.policy_sets is not None:  # Others delete also what cannot be asked any more.
            index = saved_query(service, name, g.key).index
        done = service.saved_queries.delete(name, actor=g.key.name, index=index)
        return json_answer({"deleted": name, "entry": receipt_document(done)})

    return routes


def _filters(members: dict[str, object]) -> DecisionFilter:
    try:
        return DecisionFilter(**members)  # type: ignore[arg-type] # The shape has seen to it.
    except InvalidQuery as error:  # As above, but for the words of a text.
        raise _malformed(str(error), f"/{error.name or 'text'}") from None


def _malformed(message: str, pointer: str) -> ProblemRaised:
    error = ProblemError(message=message, pointer=pointer, help=_ADVICE)
    return ProblemRaised(Problem(kind=MALFORMED_ORDER, detail=message, errors=(error,)))
