"""What a version of policies would have decided of what is in the log, page by page.

It is what `assent log impact` tells beside the database, of the decisions by the same policy set.
An auditor is shown which decisions come out otherwise; authors and approvers are told how many, and
by which rules, of all that were made in a time. Either is an access of the decisions that were
gone through.
"""

import time
from dataclasses import fields, replace

from werkzeug.wrappers import Response

from api.deciding.impact import (
    Assessment,
    Impact,
    assess,
    assessment_document,
    impact_document,
    is_notable,
)
from api.http.admission.access import sees_all
from api.http.answers import json_answer
from api.http.problems import FORBIDDEN, WRONG_STATE, Problem, ProblemRaised
from api.http.requests.shapes import FilterParameters, ImpactParameters
from api.http.service import Service
from engine import Engine, EngineError
from engine.audit.entries.acts import Action
from engine.audit.merkle.spans import spans_of
from engine.bundle.bundle import short_digest
from engine.storage.governance.policy_set_rows import SetVersion
from engine.storage.keys import ApiKey
from engine.storage.search.decisions import DecisionPage, write_cursor
from engine.storage.search.filters import DecisionFilter

from .accesses import note_access
from .filters import filters_of, refused

SECONDS = 10.0
"""So long a page takes; it ends after the decision at which the time is over."""

_OF_ALL = frozenset({"since", "until", "as_of"})
"""The filters that pick out nobody."""


def impact_answer(
    service: Service, key: ApiKey, version: SetVersion, query: ImpactParameters
) -> Response:
    """Return what a version makes of a page of decisions. Raises `ProblemRaised`.

    It takes the place of a stream: a page keeps a thread busy.
    """
    filters = _filters(service, key, version.policy_set, query)
    with service.streams.open():
        engine, former = _engine(service, version), _former(service, version, query)
        page = service.decisions.page(filters, limit=query.limit, cursor=query.cursor)
        made = _assessed(service, engine, former, page)
    note_access(service, key, Action.REPLAY, spans_of(each.index for each in made))
    counts = Impact()
    for each in made:
        counts.add(each.outcome)
    listed = [assessment_document(each) for each in made if is_notable(each)]
    return json_answer(
        {
            "policy_set": version.policy_set,
            "version": short_digest(version.digest),
            "digest": version.digest,
            "against": None if former is None else former.identity.digest,
            "size": page.size,
            "next": _next(page, made, filters),
            **impact_document(counts),
            "listed": listed if sees_all(key) else None,
        }
    )


def _filters(
    service: Service, key: ApiKey, policy_set: str, query: ImpactParameters
) -> DecisionFilter:
    """Return what is gone through: whoever is no auditor picks a time, and nothing else."""
    if sees_all(key):
        if query.policy_set not in (None, policy_set):
            told = f"the impact is on the policy set `{policy_set}`, and on no other"
            raise refused(told, "policy_set")
        return replace(filters_of(service, query, key), policy_set=policy_set)
    for each in fields(FilterParameters):
        if each.name not in _OF_ALL and getattr(query, each.name) is not None:
            detail = f"only a key with the role `auditor` picks decisions by `{each.name}`"
            raise ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))
    return DecisionFilter(
        since=query.since, until=query.until, as_of=query.as_of, policy_set=policy_set
    )


def _former(service: Service, version: SetVersion, query: ImpactParameters) -> Engine | None:
    """Return what decides beside the version, None where it is held against the record."""
    if query.against is None:
        return None
    return _engine(service, service.policy_sets.version(version.policy_set, query.against))


def _engine(service: Service, version: SetVersion) -> Engine:
    try:
        return service.replayer.engine(version.digest, version.policy_set)
    except EngineError:
        detail = f"the version `{version.digest}` cannot decide; its check shows why"
        raise ProblemRaised(Problem(kind=WRONG_STATE, detail=detail)) from None


def _assessed(
    service: Service, engine: Engine, former: Engine | None, page: DecisionPage
) -> list[Assessment]:
    """Return what comes of the decisions of a page, or of the first of them that there is time for.

    There is time for one, whatever it takes: who asks again comes to an end.
    """
    made, end = list[Assessment](), time.monotonic() + SECONDS
    for each in page.decisions:
        entry = service.decisions.stored(each.columns.decision_id)
        made.append(assess(entry, engine, service.erasures, against=former))
        if time.monotonic() >= end:
            break
    return made


def _next(page: DecisionPage, made: list[Assessment], filters: DecisionFilter) -> str | None:
    if len(made) == len(page.decisions):
        return page.next_cursor
    return write_cursor(made[-1].index, page.size, filters.digest())
