"""`/v1/policy-sets` and below: how a version of policies comes into force, with four eyes.

A key that is limited to other sets is refused, whether the set exists or not. What the check and
the tests of a version came to is found when it is uploaded, again by a newer engine, and again when
it is activated: no entry of the log says it, and a table could be altered.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from flask import Blueprint, g, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from api.deciding.stored_policies import stored_bundle, stored_files, stored_text
from api.examination import comparison
from api.examination.examination import Examination
from api.examination.policy_files import HERE, PolicyFiles
from api.http.admission.access import check_reach
from api.http.answers import json_answer, prefers_text
from api.http.governance.examining import examined
from api.http.governance.orders import read_order
from api.http.governance.policy_documents import listed_version, set_document, version_document
from api.http.problems import MALFORMED_ORDER, WRONG_STATE, Problem, ProblemError, ProblemRaised
from api.http.recorded.impact import impact_answer
from api.http.requests.bodies import TEXT, refuse_body
from api.http.requests.conditions import tagged
from api.http.requests.misplaced import in_body
from api.http.requests.shapes import (
    ACTIVATION,
    REASON,
    REJECTION,
    DiffParameters,
    ImpactParameters,
    NoParameters,
    read_query,
)
from api.http.requests.uploads import FILES, read_files
from api.http.service import Service
from api.installation.set_names import SET_NAME_ADVICE, is_set_name
from engine import Bundle, EngineError
from engine.analysis.changes import changes
from engine.analysis.report import sentences
from engine.audit.entries.acts import Transition
from engine.audit.workflows.publications import State
from engine.source.layout import plain_text
from engine.source.quoting import excerpt
from engine.storage.governance.changes import ChangeOrder
from engine.storage.governance.policies import policy_version
from engine.storage.governance.policy_set_rows import SetVersion, Timeline
from engine.storage.governance.policy_sets import CheckReport
from engine.version import __version__

_SET = "/v1/policy-sets/<name>"
_VERSION = f"{_SET}/versions/<version>"


def blueprint(service: Service) -> Blueprint:
    """Return the routes of policy sets."""
    routes = Blueprint("policy_sets", __name__)
    _register_reading(routes, service)
    _register_moving(routes, service)
    _register_force(routes, service)
    return routes


def _register_reading(routes: Blueprint, service: Service) -> None:
    sets = service.policy_sets

    @routes.get("/v1/policy-sets")
    def list() -> Response:  # noqa: A001 - the endpoint's name.
        read_query(NoParameters, request.args)
        now, lines = service.clock(), sets.timelines()
        seen = [set_document(each, now) for each in lines if g.key.reaches(each.policy_set)]
        return json_answer({"items": seen})

    @routes.get(_SET)
    def show(name: str) -> Response:
        read_query(NoParameters, request.args)
        check_reach(g.key, name)
        return _told_set(service, sets.timeline(name))

    @routes.get(f"{_SET}/versions")
    def versions(name: str) -> Response:
        read_query(NoParameters, request.args)
        check_reach(g.key, name)
        line, now = sets.timeline(name), service.clock()
        found = sets.versions(name)
        return json_answer({"items": [listed_version(each, line, now) for each in found]})

    @routes.get(_VERSION)
    def version(name: str, version: str) -> Response:
        read_query(NoParameters, request.args)
        check_reach(g.key, name)
        return _told_version(service, sets.version(name, version))

    @routes.get(f"{_VERSION}/files")
    def files(name: str, version: str) -> Response:
        read_query(NoParameters, request.args)
        check_reach(g.key, name)
        found = sets.version(name, version)
        text = stored_text(service.policy_versions, found.digest)
        return json_answer({"digest": found.digest, "files": msgspec.Raw(text)})

    @routes.post(f"{_VERSION}/impact")
    def impact(name: str, version: str) -> Response:
        query = read_query(ImpactParameters, request.args)
        refuse_body(request, "which decisions, and what with, stands in the address: `?since=…`")
        check_reach(g.key, name)
        return impact_answer(service, g.key, sets.version(name, version), query)

    @routes.get(f"{_SET}/diff")
    def diff(name: str) -> Response:
        query = read_query(DiffParameters, request.args)
        check_reach(g.key, name)
        return _compared(service, name, query)


def _register_moving(routes: Blueprint, service: Service) -> None:
    @routes.post(f"{_SET}/versions")
    def upload(name: str) -> Response:
        read_query(NoParameters, request.args, in_body(FILES))
        check_reach(g.key, name)
        _check_name(name)
        files = read_files(request, service.limits.body)
        found = examined(service, files, name)
        version, is_new = service.policy_sets.add(
            name, policy_version(name, files), _finding(found), actor=g.key.principal
        )
        answer = _told_version(service, version, status=201 if is_new else 200)
        answer.headers["Location"] = f"/v1/policy-sets/{name}/versions/{version.digest}"
        return answer

    @routes.post(f"{_VERSION}/submit")
    def submit(name: str, version: str) -> Response:
        order = _order(name, service, REASON)
        found = service.policy_sets.version(name, version)
        if msgspec.json.decode(found.report)["engine"] != __version__:
            _examine_again(service, found)
        moved = service.policy_sets.move(name, version, Transition.SUBMIT, order)
        return _told_version(service, moved)

    @routes.post(f"{_VERSION}/approve")
    def approve(name: str, version: str) -> Response:
        order = _order(name, service, REASON)
        found = service.policy_sets.version(name, version)
        if found.state is State.IN_REVIEW and _examine_again(service, found):
            raise ProblemRaised(Problem(kind=WRONG_STATE, detail=_ANOTHER_REPORT))
        moved = service.policy_sets.move(name, version, Transition.APPROVE, order)
        return _told_version(service, moved)

    @routes.post(f"{_VERSION}/reject")
    def reject(name: str, version: str) -> Response:
        order = _order(name, service, REJECTION)
        moved = service.policy_sets.move(name, version, Transition.REJECT, order)
        return _told_version(service, moved)


def _register_force(routes: Blueprint, service: Service) -> None:
    sets = service.policy_sets

    @routes.post(f"{_SET}/activate")
    def activate(name: str) -> Response:
        order, asked = _asked(name, service, ACTIVATION)
        found = sets.version(name, asked["version"])
        if found.state is State.APPROVED:  # Others are refused, whatever they would come to.
            _examine_again(service, found)
        since: datetime | None = asked.get("since")
        try:
            line = sets.activate(name, found.digest, order, since=since)
        except ValueError as error:
            over = ProblemError(message=str(error), pointer="/from")
            problem = Problem(kind=MALFORMED_ORDER, detail=str(error), errors=(over,))
            raise ProblemRaised(problem) from None
        return _told_set(service, line)

    @routes.post(f"{_SET}/rollback")
    def rollback(name: str) -> Response:
        return _told_set(service, sets.roll_back(name, _order(name, service, REASON)))


# --- what is asked ----------------------------------------------------------------------------


def _asked(name: str, service: Service, shape: Schema) -> tuple[ChangeOrder, dict[str, Any]]:
    """Return what is ordered, and what the body says."""
    read_query(NoParameters, request.args, in_body(shape))
    check_reach(g.key, name)
    return read_order(service, shape, _HELP[shape])


_HELP: Mapping[Schema, str] = {
    REASON: 'write `{}`, or `{"reason": "…"}`',
    REJECTION: 'write `{"reason": "…"}`: what the author should change',
    ACTIVATION: 'write `{"version": "…"}`, with `"from"` for a time to come',
}


def _order(name: str, service: Service, shape: Schema) -> ChangeOrder:
    order, _ = _asked(name, service, shape)
    return order


def _check_name(name: str) -> None:
    if not is_set_name(name):
        message = f"a policy set has {SET_NAME_ADVICE}: {excerpt(name)} is none"
        raise ProblemRaised(Problem(kind=MALFORMED_ORDER, detail=message))


# --- what is done -----------------------------------------------------------------------------


def _finding(found: Examination) -> CheckReport:
    return CheckReport(report=msgspec.json.encode(found.document), is_sound=found.is_sound)


_ANOTHER_REPORT = (
    "what its check and its tests come to is not what you could read: it was found by another"
    " engine, on another day, or was altered; read the version again, then approve it"
)


def _examine_again(service: Service, version: SetVersion) -> bool:
    """Examine a version, and keep what is found; returns whether it is something else."""
    files = stored_files(service.policy_versions, version.digest)
    found = _finding(examined(service, files, version.policy_set))
    if found == CheckReport(report=version.report, is_sound=version.is_sound):
        return False
    service.policy_sets.renew(version, found)
    return True


def _compared(service: Service, name: str, query: DiffParameters) -> Response:
    new = service.policy_sets.version(name, query.new)
    if query.old is None:
        turn = service.policy_sets.timeline(name).at(service.clock())
        if turn is None:
            raise _incomparable("nothing is in force to compare it with; name it as `old`")
        old_digest = turn.digest
    else:
        old_digest = service.policy_sets.version(name, query.old).digest
    before, after = (_built(service, name, each) for each in (old_digest, new.digest))
    found = sentences(changes(before.policies, after.policies))
    files = [PolicyFiles(name=name, root=HERE, files=b.files) for b in (before, after)]
    if prefers_text(request):
        text = plain_text(comparison.lines(found, *files))
        return Response(text, content_type=f"{TEXT}; charset=utf-8")
    versions = {"old": {"digest": before.digest}, "new": {"digest": after.digest}}
    return json_answer({**versions, **comparison.document(found, *files)})


def _built(service: Service, name: str, digest: str) -> Bundle:
    try:
        return stored_bundle(service.policy_versions, digest, name=name)
    except EngineError:
        raise _incomparable(f"the version `{digest}` has errors; its check shows them") from None
    except ValueError as error:
        raise _incomparable(f"the version `{digest}`: {error}") from None


def _incomparable(detail: str) -> ProblemRaised:
    return ProblemRaised(Problem(kind=WRONG_STATE, detail=detail))


def _told_version(service: Service, version: SetVersion, *, status: int = 200) -> Response:
    line = service.policy_sets.timeline(version.policy_set)
    made = version_document(version, line, service.clock())
    return tagged(request, json_answer(made, status=status), version.revision)


def _told_set(service: Service, line: Timeline) -> Response:
    return tagged(request, json_answer(set_document(line, service.clock())), line.revision)
