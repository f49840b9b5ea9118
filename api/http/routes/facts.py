"""`/v1/facts` and below: standing facts are recorded, stated otherwise, withdrawn, and read.

They lie beneath the campaigns of every policy set, so that a key that is limited to some sets may
not touch them (`http.admission.access`). What is stated is read against the vocabulary of the
default set.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import json_answer
from api.http.governance.orders import read_order
from api.http.problems import ProblemRaised, malformed_fact
from api.http.requests.bodies import read_json_body
from api.http.requests.conditions import seen_revisions, tagged
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import (
    REASON,
    FactParameters,
    NoParameters,
    read_members,
    read_query,
)
from api.http.service import Service
from api.standing_facts.recorded import (
    check_agreement,
    fact_document,
    statement_of,
    version_document,
)
from api.standing_facts.stated import FactFaults, Stated, read_stated
from engine import Engine
from engine.evaluation.standing_facts.fact import STATEMENT
from engine.source.json_text import JSONValue
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.standing_fact_rows import FactVersion
from engine.storage.governance.standing_facts import Check, FactQuery

_FACT = "/v1/facts/<id:fact>"


def blueprint(service: Service) -> Blueprint:
    """Return the routes of standing facts."""
    routes = Blueprint("facts", __name__)
    _register_reading(routes, service)
    _register_changing(routes, service)
    return routes


def _register_reading(routes: Blueprint, service: Service) -> None:
    known = service.standing_facts

    @routes.get("/v1/facts")
    def list() -> Response:  # noqa: A001 - the endpoint's name.
        query = read_query(FactParameters, request.args)
        asked = FactQuery(kind=query.kind, name=query.name, after=query.cursor, limit=query.limit)
        found, last = known.list(asked)
        items = [version_document(each) for each in found]
        return json_answer({"items": items, "next": None if last is None else str(last)})

    @routes.get(_FACT)
    def show(fact: str) -> Response:
        read_query(NoParameters, request.args)
        return _told(known.versions(fact))

    @routes.get(f"{_FACT}/versions")
    def versions(fact: str) -> Response:
        read_query(NoParameters, request.args)
        return json_answer({"items": [version_document(each) for each in known.versions(fact)]})


def _register_changing(routes: Blueprint, service: Service) -> None:
    known = service.standing_facts

    @routes.post("/v1/facts")
    def record() -> Response:
        stated, reason, check = _stated(service)
        made, is_new = known.record(
            statement_of(stated), actor=g.key.principal, reason=reason, check=check
        )
        answer = json_answer(version_document(made), status=201 if is_new else 200)
        answer.headers["Location"] = f"/v1/facts/{made.fact}"
        return tagged(request, answer, made.version)

    @routes.put(_FACT)
    def amend(fact: str) -> Response:
        seen = seen_revisions(request)
        stated, reason, check = _stated(service)
        order = ChangeOrder(actor=g.key.principal, reason=reason, expected_revisions=seen)
        return _told([known.amend(fact, statement_of(stated), order, check=check)])

    @routes.post(f"{_FACT}/withdraw")
    def withdraw(fact: str) -> Response:
        read_query(NoParameters, request.args, in_body(REASON))
        order, _ = read_order(service, REASON, 'write `{}`, or `{"reason": "…"}`')
        known.withdraw(fact, order)
        return _told(known.versions(fact))


def _told(versions: Sequence[FactVersion]) -> Response:
    return tagged(request, json_answer(fact_document(versions)), versions[0].version)


def _stated(service: Service) -> tuple[Stated, str | None, Check]:
    """Return what the body states, why, and what checks it against others about its subject.

    Raises `ProblemRaised` with every fault.
    """
    read_query(NoParameters, request.args, in_body((*STATEMENT, "reason")))
    body = read_json_body(request, service.limits.body)
    engine = service.policies.engine(service.policies.default)
    reason = _reason(body)
    try:
        stated = read_stated(_without_reason(body), engine)
    except FactFaults as wrong:
        raise ProblemRaised(malformed_fact(wrong.faults)) from None
    return stated, reason, _checking(stated, engine)


def _checking(stated: Stated, engine: Engine) -> Check:
    def check(others: Sequence[FactVersion]) -> None:
        try:
            check_agreement(stated.fact, others, engine)
        except FactFaults as wrong:
            raise ProblemRaised(malformed_fact(wrong.faults)) from None

    return check


def _reason(body: JSONValue) -> str | None:
    given: dict[str, Any] = {}
    if isinstance(body, dict) and "reason" in body:
        given = {"reason": body["reason"]}
    read = read_members(REASON, given, "say why, or leave it out")
    return read.get("reason")


def _without_reason(body: JSONValue) -> JSONValue:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name != "reason"}
