"""`/v1/waivers`: a submitter asks for a rule to be waived, and another person grants it, or not.

A waiver is asked for under the policies in force, and judged by those of every decision: that it
was granted, says nothing of policies to come. Its answer says whether it has an effect.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from api.http.admission.access import check_reach, sees_all_waivers
from api.http.answers import json_answer
from api.http.choice import choose_engine, unknown_set
from api.http.governance.orders import read_order
from api.http.governance.waiver_documents import LASTING, waiver_document
from api.http.governance.waiver_orders import REQUEST_HELP, check_grantable, role_for, terms_of
from api.http.problems import ProblemError, ProblemRaised, malformed_order
from api.http.requests.bodies import read_json_body
from api.http.requests.conditions import tagged
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import (
    EXPIRED,
    GRANT,
    REJECTION,
    WAIVER_REQUEST,
    NoParameters,
    WaiverParameters,
    read_members,
    read_query,
)
from api.http.service import Service
from api.in_force.policies import NotInForce
from engine import Engine
from engine.audit.workflows.publications import same_person
from engine.audit.workflows.waivers import WaiverState
from engine.bundle.grants import Approval
from engine.evaluation.operations.days import day_of
from engine.storage.errors import NotFound
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.waiver_rows import RequestedWaiver
from engine.storage.governance.waivers import OwnWaiver, Request, WaiverFilter

_WAIVER = "/v1/waivers/<id:id>"


def blueprint(service: Service) -> Blueprint:
    """Return the routes of waivers."""
    routes = Blueprint("waivers", __name__)
    _register_reading(routes, service)
    _register_asking(routes, service)
    _register_answering(routes, service)
    return routes


def _register_reading(routes: Blueprint, service: Service) -> None:
    @routes.get("/v1/waivers")
    def list() -> Response:  # noqa: A001 - the endpoint's name.
        query = read_query(WaiverParameters, request.args)
        today = day_of(service.clock())
        found, more = service.waivers.page(_filter(query), limit=query.limit, today=today)
        items = [waiver_document(each, service.policies, today) for each in found]
        return json_answer({"items": items, "next": str(found[-1].index) if more else None})

    @routes.get(_WAIVER)
    def show(id: str) -> Response:  # noqa: A002 - the name in the path.
        read_query(NoParameters, request.args)
        return _told(service, _found(service, id))


def _register_asking(routes: Blueprint, service: Service) -> None:
    @routes.post("/v1/waivers", endpoint="request")
    def ask() -> Response:
        read_query(NoParameters, request.args, in_body(WAIVER_REQUEST))
        body = read_json_body(request, service.limits.body)
        asked = read_members(WAIVER_REQUEST, body, REQUEST_HELP)
        engine = _engine(service, asked.get("policy_set"))
        requester = g.key.principal
        terms = terms_of(asked, engine, requester, day_of(service.clock()))
        wanted = Request(
            policy_set=engine.identity.name, terms=terms, evidence=asked.get("evidence", ())
        )
        try:
            made = service.waivers.request(wanted, actor=requester)
        except ValueError as error:  # Midnight has passed meanwhile.
            over = ProblemError(message=str(error), pointer="/until", help=REQUEST_HELP)
            raise ProblemRaised(malformed_order([over])) from None
        answer = _told(service, made, status=201)
        answer.headers["Location"] = f"/v1/waivers/{made.id}"
        return answer


def _register_answering(routes: Blueprint, service: Service) -> None:
    @routes.post(f"{_WAIVER}/grant")
    def grant(id: str) -> Response:  # noqa: A002 - likewise.
        found, order, asked = _order(service, id, GRANT)
        if same_person(order.actor, found.requester):
            raise OwnWaiver("who asks for a waiver cannot grant it; another person has to")
        engine = _engine(service, found.policy_set)
        role = role_for(found, engine, g.key, asked.get("role"))
        day = day_of(service.clock())
        check_grantable(found, engine, Approval(approver=order.actor, role=role, day=day))
        return _told(service, service.waivers.grant(id, role, order))

    @routes.post(f"{_WAIVER}/refuse")
    def refuse(id: str) -> Response:  # noqa: A002 - likewise.
        _, order, _ = _order(service, id, REJECTION)
        return _told(service, service.waivers.refuse(id, order))

    @routes.post(f"{_WAIVER}/revoke")
    def revoke(id: str) -> Response:  # noqa: A002 - likewise.
        _, order, _ = _order(service, id, REJECTION)
        return _told(service, service.waivers.revoke(id, order))


# --- what is asked ----------------------------------------------------------------------------


def _filter(query: WaiverParameters) -> WaiverFilter:
    if query.policy_set is not None:
        check_reach(g.key, query.policy_set)
    states, is_over = None, None
    if query.state == EXPIRED:
        states, is_over = LASTING, True
    elif query.state is not None:
        states = frozenset({WaiverState(query.state)})
        is_over = False if states <= LASTING else None
    return WaiverFilter(
        states=states,
        is_over=is_over,
        is_used=query.used,
        policy_set=query.policy_set,
        rule=query.rule,
        requester=None if sees_all_waivers(g.key) else g.key.principal,
        policy_sets=g.key.policy_sets,
        before=query.cursor,
    )


def _found(service: Service, id: str) -> RequestedWaiver:  # noqa: A002 - likewise.
    """Return a waiver that the caller may read. Raises `NotFound`, and for another's as well."""
    found = service.waivers.get(id)
    is_own = same_person(found.requester, g.key.principal)
    if not (is_own or sees_all_waivers(g.key)):
        raise NotFound(f"there is no waiver `{id[:64]}`")
    check_reach(g.key, found.policy_set)
    return found


def _order(
    service: Service,
    id: str,  # noqa: A002 - likewise.
    shape: Schema,
) -> tuple[RequestedWaiver, ChangeOrder, dict[str, Any]]:
    read_query(NoParameters, request.args, in_body(shape))
    order, asked = read_order(service, shape, _HELP[shape])
    return _found(service, id), order, asked


_HELP: Mapping[Schema, str] = {
    GRANT: 'write `{}`, or `{"as": "…"}` with the role in which you grant it',
    REJECTION: 'write `{"reason": "…"}`: whoever asked is told',
}


def _engine(service: Service, policy_set: str | None) -> Engine:
    """Return the engine of the set that is named. Raises `ProblemRaised` and `NotFresh`."""
    try:
        return choose_engine(service, g.key, policy_set)
    except NotInForce as error:
        raise ProblemRaised(
            malformed_order([unknown_set(str(error), pointer="/policy_set")])
        ) from None


def _told(service: Service, waiver: RequestedWaiver, *, status: int = 200) -> Response:
    made = waiver_document(waiver, service.policies, day_of(service.clock()))
    return tagged(request, json_answer(made, status=status), waiver.revision)
