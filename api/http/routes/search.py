"""`/v1/decisions` and below: finding and counting decisions, one of them, its proof, its replay.

An auditor reads every decision, a submitter those of its own key. Another's is not found, rather
than forbidden: its id tells nothing. A key that is limited to policy sets finds nothing of others,
and is refused what they decided. Of an erased decision the answer is its tombstone. Who is shown
contents has that logged first (`http.recorded.accesses`); a proof has none.
"""

from flask import Blueprint, g, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from api.deciding.replay import replay_document
from api.http.admission.access import check_reach, sees_all
from api.http.answers import entry_document, json_answer, proof_document
from api.http.recorded.accesses import note_access
from api.http.recorded.contents import check_not_erased, contents_of
from api.http.recorded.filters import filters_of, refused
from api.http.recorded.notes import notes_of
from api.http.recorded.receipts import receipt_file
from api.http.requests.addresses import IdConverter
from api.http.requests.bodies import TEXT, refuse_body
from api.http.requests.shapes import (
    FilterParameters,
    ManifestParameters,
    NoParameters,
    SampleParameters,
    SearchParameters,
    read_query,
)
from api.http.service import Service
from api.log.listing import listed_document, sample_document, statistics_document
from engine.audit.entries.acts import Action
from engine.audit.entries.record import LogEntry, Payload
from engine.audit.merkle.spans import spans_of
from engine.storage.errors import NotFound
from engine.storage.keys import ApiKey

from .evidence import entry_evidence_answer, evidence_answer
from .records import export_answer, manifest_answer, wanted_format


class _DecisionConverter(IdConverter):
    """The id of a decision, which `batch` is not: that path is of another method (405)."""

    regex = r"(?!batch$)[^/]+"
    part_isolating = True


def blueprint(service: Service) -> Blueprint:
    """Return the routes of recorded decisions."""
    routes = Blueprint("search", __name__)

    @routes.record_once
    def add_converter(state: BlueprintSetupState) -> None:
        known = state.app.url_map.converters
        state.app.url_map.converters = {**known, "decision": _DecisionConverter}

    _add_many(routes, service)
    _add_one(routes, service)
    return routes


def _add_many(routes: Blueprint, service: Service) -> None:
    """Add what concerns all decisions that meet some filters."""

    @routes.get("/v1/decisions")
    def list() -> Response:  # noqa: A001 - the endpoint's name.
        query = read_query(SearchParameters, request.args)
        wanted = wanted_format(query.format)
        if wanted is not None:
            _check_whole(query)
            filters = filters_of(service, query, g.key)
            return export_answer(service, g.key, filters, wanted)
        filters = filters_of(service, query, g.key)
        page = service.decisions.page(filters, limit=query.limit or 100, cursor=query.cursor)
        found = spans_of(each.index for each in page.decisions)
        note_access(service, g.key, Action.SEARCH, found)
        is_empty = not page.decisions and query.cursor is None
        return json_answer(
            {
                "items": [listed_document(each) for each in page.decisions],
                "size": page.size,
                "next": page.next_cursor,
                "unsearched": page.unsearched,
                "notes": notes_of(service, g.key, filters) if is_empty else [],
            }
        )

    @routes.get("/v1/decisions/statistics")
    def statistics() -> Response:
        filters = filters_of(service, read_query(FilterParameters, request.args), g.key)
        made = service.decisions.statistics(filters)
        note_access(service, g.key, Action.SEARCH, spans_of([]))
        notes = notes_of(service, g.key, filters) if not made.decisions else []
        return json_answer({**statistics_document(made), "notes": notes})

    @routes.get("/v1/decisions/manifest")
    def manifest() -> Response:
        query = read_query(ManifestParameters, request.args)
        return manifest_answer(service, g.key, filters_of(service, query, g.key), query.format)

    @routes.get("/v1/decisions/evidence")
    def evidence() -> Response:
        query = read_query(FilterParameters, request.args)
        if query == FilterParameters(as_of=query.as_of):
            raise refused("evidence is of some decisions: give a filter", "campaign")
        filters = filters_of(service, query, g.key)
        return evidence_answer(service, g.key, filters)

    @routes.get("/v1/decisions/sample")
    def sample() -> Response:
        query = read_query(SampleParameters, request.args)
        filters = filters_of(service, query, g.key)
        made = service.decisions.sample(filters, query.count)
        found = spans_of(each.decision.index for each in made.decisions)
        note_access(service, g.key, Action.SEARCH, found)
        notes = notes_of(service, g.key, filters) if not made.decisions else []
        return json_answer({**sample_document(made), "notes": notes})


def _add_one(routes: Blueprint, service: Service) -> None:
    """Add what concerns one decision."""

    @routes.get("/v1/decisions/<decision:decision_id>")
    def show(decision_id: str) -> Response:
        read_query(NoParameters, request.args)
        entry, payload = _whole(service, decision_id, g.key)
        note_access(service, g.key, Action.READ, spans_of([entry.index]))
        return json_answer(entry_document(entry, payload))

    @routes.get("/v1/decisions/<decision:decision_id>/proof")
    def prove(decision_id: str) -> Response:
        read_query(NoParameters, request.args)
        entry = _entry(service, decision_id, g.key)
        return json_answer(proof_document(entry, *service.decisions.prove(decision_id)))

    @routes.get("/v1/decisions/<decision:decision_id>/receipt")
    def receipt(decision_id: str) -> Response:
        read_query(NoParameters, request.args)
        entry, _ = _whole(service, decision_id, g.key)
        file = receipt_file(service, entry)
        note_access(service, g.key, Action.RECEIPT, spans_of([entry.index]))
        answer = Response(file, content_type=f"{TEXT}; charset=utf-8")
        name = f'attachment; filename="{decision_id}.tlog-proof"'
        answer.headers["Content-Disposition"] = name
        return answer

    @routes.get("/v1/decisions/<decision:decision_id>/evidence")
    def evidence_of_one(decision_id: str) -> Response:
        read_query(NoParameters, request.args)
        entry, _ = _whole(service, decision_id, g.key)
        return entry_evidence_answer(service, g.key, entry)

    @routes.post("/v1/decisions/<decision:decision_id>/replay")
    def replay(decision_id: str) -> Response:
        read_query(NoParameters, request.args)
        refuse_body(request, "leave it out: all that is decided again is in the log")
        entry = _entry(service, decision_id, g.key)
        if entry.payload is not None:
            note_access(service, g.key, Action.REPLAY, spans_of([entry.index]))
        return json_answer(replay_document(service.replayer.replay(entry)))


def _check_whole(query: SearchParameters) -> None:
    for name, value in (("limit", query.limit), ("cursor", query.cursor)):
        if value is not None:
            raise refused("an export is whole, and has no pages", name, advice="leave it out")


def _entry(service: Service, decision_id: str, key: ApiKey) -> LogEntry:
    """Return a decision that a key may see; an auditor also what is left of one that is erased."""
    entry = service.decisions.get(decision_id)
    if not sees_all(key):
        if entry.payload is None:  # Whose it was is erased as well.
            check_reach(key, entry.columns.policy_set)
            check_not_erased(service, decision_id)
        if entry.columns.actor != key.name:
            raise NotFound(f"the log has no decision `{decision_id[:64]}`")
    check_reach(key, entry.columns.policy_set)
    return entry


def _whole(service: Service, decision_id: str, key: ApiKey) -> tuple[LogEntry, Payload]:
    """Return a decision that a key may see, with its contents."""
    entry = _entry(service, decision_id, key)
    return entry, contents_of(service, entry)
