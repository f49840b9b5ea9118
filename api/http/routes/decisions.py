"""`POST /v1/decisions`: one campaign, decided, recorded and answered."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from api.http.answers import decision_document, decision_text, json_answer
from api.http.bodies import JSON, TEXT, body_type, read_document
from api.http.choice import choose_engine, unknown_set
from api.http.problems import ProblemError, ProblemRaised, malformed_submission, submission_problem
from api.http.receipts import receipt_file
from api.http.service import Service
from api.http.shapes import WAIT, DecisionParameters, invalid_query, read_envelope, read_query
from api.policies_in_force import NotInForce
from api.submission import Refused, Terms, submit
from engine import Engine

_NO_RECEIPT = ProblemError(
    message="a dry run has no receipt", parameter="receipt", help="leave out `receipt` or `dry_run`"
)


def blueprint(service: Service) -> Blueprint:
    """Return the route of single decisions."""
    routes = Blueprint("decisions", __name__)

    @routes.post("/v1/decisions")
    def decide() -> Response:
        query = read_query(DecisionParameters, request.args)
        body_type(request, JSON)
        body = read_document(request, service.limits.body)
        campaign, envelope, faults = read_envelope(body)
        terms = Terms(
            format=query.format,
            as_of=envelope.as_of or service.clock(),
            as_if_launched=envelope.as_if_launched,
        )
        is_awaited = query.receipt == WAIT
        if is_awaited and envelope.dry_run:
            raise ProblemRaised(invalid_query([_NO_RECEIPT]))
        try:
            engine = choose_engine(service, g.key, envelope.policy_set)
        except NotInForce as error:
            unknown = unknown_set(str(error), pointer="/policy_set")
            raise ProblemRaised(submission_problem((*faults, unknown))) from None
        if faults:
            raise _refusal(engine, campaign, terms, faults)
        outcome = service.recorder(engine).record(
            campaign, terms=terms, actor=g.key.name, dry_run=envelope.dry_run
        )
        if isinstance(outcome, Refused):
            raise ProblemRaised(malformed_submission(outcome, before="/campaign"))
        proof = None
        if is_awaited:
            entry = service.decisions.get(str(outcome.decided.document["id"]))
            proof = receipt_file(service, entry)
        if request.accept_mimetypes.best_match((JSON, TEXT)) == TEXT:
            return decision_text(outcome, proof=proof)
        return json_answer(decision_document(outcome, query.view, proof=proof))

    return routes


def _refusal(
    engine: Engine, campaign: object, terms: Terms, faults: tuple[ProblemError, ...]
) -> ProblemRaised:
    """Return the problem of an envelope, with what is wrong in the campaign as well."""
    if campaign is not None:
        outcome = submit(engine, campaign, terms=terms, id="")
        if isinstance(outcome, Refused):
            problem = malformed_submission(outcome, before="/campaign", more=faults)
            return ProblemRaised(problem)
    return ProblemRaised(submission_problem(faults))
