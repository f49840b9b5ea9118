"""`POST /v1/decisions`: one campaign, decided, recorded and answered.

With an `Idempotency-Key`, a request that is sent again gets the decision of its first time. The log
itself looks that up when it would record another; here it is looked up where nothing can be.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint
from werkzeug.wrappers import Response

from api.deciding.drafts import is_input_of
from api.deciding.submission import Refused, Terms, submit
from api.http.admission.access import check_reach
from api.http.answers import (
    decision_document,
    decision_text,
    json_answer,
    logged_decision_document,
    prefers_text,
)
from api.http.choice import choose_engine, unknown_set
from api.http.problems import (
    ProblemError,
    ProblemRaised,
    invalid_query,
    malformed_submission,
    submission_problem,
)
from api.http.recorded.accesses import note_access
from api.http.recorded.contents import contents_of
from api.http.recorded.receipts import receipt_file
from api.http.requests.bodies import JSON, Body, body_type, read_body
from api.http.requests.current import current
from api.http.requests.idempotency import REPLAYED, check_same, refuse_key, request_key
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import (
    ENVELOPE,
    WAIT,
    DecisionParameters,
    Envelope,
    read_envelope,
    read_query,
)
from api.http.service import Service
from api.in_force.policies import NotInForce
from api.recording import Recorded
from engine import Engine
from engine.audit.entries.acts import Action
from engine.audit.entries.idempotency import KEPT, FirstRequest, RequestKey
from engine.audit.entries.record import LogEntry, Payload
from engine.audit.log import DecidedBefore
from engine.audit.merkle.spans import spans_of
from engine.source.json_text import JSONFault
from engine.storage.errors import LogInconsistent
from engine.storage.keys import ApiKey

_IN_BODY = in_body(ENVELOPE)
_LATE = timedelta(minutes=5)
"""How much later than it was looked up a key may be answered, by whichever clock."""

_NO_RECEIPT = ProblemError(
    message="a dry run has no receipt", parameter="receipt", help="leave out `receipt` or `dry_run`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What one request asks for, and by whose `caller` key."""

    caller: ApiKey
    campaign: object
    """A JSON value, or as `bytes` the text of one."""

    query: DecisionParameters
    envelope: Envelope
    terms: Terms
    faults: tuple[ProblemError, ...]
    key: RequestKey | None
    wants_text: bool


def blueprint(service: Service) -> Blueprint:
    """Return the route of single decisions."""
    routes = Blueprint("decisions", __name__)

    @routes.post("/v1/decisions")
    def decide() -> Response:
        request, _ = current()
        query = read_query(DecisionParameters, request.args, _IN_BODY)
        body_type(request, JSON)
        body = read_body(request, service.limits.body)
        try:
            return _decide(service, _read(service, query, body, body.with_text_of("campaign")))
        except JSONFault:  # The campaign is none, which the whole body tells with its place.
            return _decide(service, _read(service, query, body, body.value))
        except ProblemRaised:
            body.check()  # A body that is no JSON is told as that, whatever else is wrong with it.
            raise

    return routes


def _decide(service: Service, asked: _Asked) -> Response:
    try:
        outcome = _recorded(service, asked)
    except DecidedBefore as before:
        return _answer_again(service, asked, before.first)
    except Exception:
        # What the request had the first time is its answer, whatever is in the way of another.
        first = None if asked.key is None else service.request_keys.find(asked.key)
        if first is None:
            raise
        return _answer_again(service, asked, first)
    return _answer(service, asked, outcome)


def _recorded(service: Service, asked: _Asked) -> Recorded:
    engine = _engine(service, asked)
    if asked.faults:
        raise _refusal(engine, asked)
    outcome = service.recorder(engine).record(
        asked.campaign,
        terms=asked.terms,
        actor=asked.caller.name,
        dry_run=asked.envelope.dry_run,
        request=asked.key,
    )
    if isinstance(outcome, Refused):
        raise ProblemRaised(malformed_submission(outcome, before="/campaign"))
    return outcome


def _read(service: Service, query: DecisionParameters, body: Body, opened: object) -> _Asked:
    request, kept = current()
    campaign, envelope, faults = read_envelope(opened, DecisionParameters)
    terms = Terms(
        format=query.format,
        as_of=envelope.as_of or service.clock(),
        as_if_launched=envelope.as_if_launched,
    )
    if query.receipt == WAIT and envelope.dry_run:
        raise ProblemRaised(invalid_query([_NO_RECEIPT]))
    wants_text = prefers_text(request)
    if envelope.dry_run:
        refuse_key(request, "a dry run records nothing that a key could lead to; leave out one")
    if wants_text:
        refuse_key(request, "a repeated answer comes as JSON: leave out the key, or ask for JSON")
    key = request_key(request, kept.key, lambda: [query.format, body.value])
    return _Asked(
        caller=kept.key,
        campaign=campaign,
        query=query,
        envelope=envelope,
        terms=terms,
        faults=faults,
        key=key,
        wants_text=wants_text,
    )


def _answer(service: Service, asked: _Asked, outcome: Recorded) -> Response:
    proof = None
    if asked.query.receipt == WAIT:
        entry = service.decisions.get(outcome.decided.id)
        proof = receipt_file(service, entry)
    if asked.wants_text:
        return decision_text(outcome, proof=proof)
    return json_answer(decision_document(outcome, asked.query.view, proof=proof))


def _answer_again(service: Service, asked: _Asked, first: FirstRequest) -> Response:
    """Answer with the decision that a request had, which is shown from the log, and logged so."""
    assert asked.key is not None  # noqa: S101 - it has led to the first request.
    check_same(first, asked.key)
    entry = service.decisions.get(first.decision_id)
    check_reach(asked.caller, entry.columns.policy_set)
    payload = contents_of(service, entry)
    _check_logged(service, asked, entry, payload)
    proof = receipt_file(service, entry) if asked.query.receipt == WAIT else None
    note_access(service, asked.caller, Action.READ, spans_of([entry.index]))
    answer = json_answer(logged_decision_document(entry, payload, asked.query.view, proof=proof))
    answer.headers[REPLAYED] = "true"
    return answer


def _check_logged(service: Service, asked: _Asked, entry: LogEntry, payload: Payload) -> None:
    """Raise `LogInconsistent` unless the log, too, has a decision on this, by whom and when.

    Keys lie in a table that no entry vouches for: an altered row must not give one campaign the
    decision on another.
    """
    is_same = is_input_of(payload.input, asked.campaign, asked.query.format)
    is_kept = service.clock() - entry.logged_at < KEPT + _LATE
    if not (is_same and is_kept and entry.columns.actor == asked.caller.name):
        raise LogInconsistent(
            "what is kept of this `Idempotency-Key` leads to a decision that the log has of another"
            " request; send a new key, and have the database verified"
        )


def _engine(service: Service, asked: _Asked) -> Engine:
    try:
        return choose_engine(service, asked.caller, asked.envelope.policy_set)
    except NotInForce as error:
        unknown = unknown_set(str(error), pointer="/policy_set")
        raise ProblemRaised(submission_problem((*asked.faults, unknown))) from None


def _refusal(engine: Engine, asked: _Asked) -> ProblemRaised:
    """Return the problem of an envelope, with what is wrong in the campaign as well."""
    if asked.campaign is not None:
        outcome = submit(engine, asked.campaign, terms=asked.terms, id="")
        if isinstance(outcome, Refused):
            problem = malformed_submission(outcome, before="/campaign", more=asked.faults)
            return ProblemRaised(problem)
    return ProblemRaised(submission_problem(asked.faults))
