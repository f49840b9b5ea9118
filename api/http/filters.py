"""What a request finds decisions by: its own filters, or those of a saved query."""

from dataclasses import fields, replace

from engine.storage.decisions import DecisionPage
from engine.storage.errors import BeyondLog, InvalidQuery, NotFound
from engine.storage.filters import DecisionFilter
from engine.storage.keys import ApiKey
from engine.storage.saved_queries import SavedQuery

from .access import sees_all
from .problems import FORBIDDEN, Problem, ProblemError, ProblemRaised
from .service import Service
from .shapes import FilterParameters, invalid_query


def filters_of(service: Service, query: FilterParameters, key: ApiKey) -> DecisionFilter:
    """Return what a key finds decisions by. Raises `ProblemRaised`.

    Who is no auditor finds its own only, and runs no saved query.
    """
    if query.saved is not None:
        return _saved(service, query, query.saved, key)
    if query.rule_status is not None and (query.rule, query.policy, query.article) == (None,) * 3:
        told = "a status is searched together with its rule, policy or article"
        raise refused(told, "rule_status")
    actor = query.actor
    if not sees_all(key):
        if actor not in (None, key.name):
            raise _forbidden("only a key with the role `auditor` reads the decisions of others")
        actor = key.name
    try:
        return _decision_filter(query, actor)
    except InvalidQuery as error:  # The shape has seen to all else.
        raise refused(str(error), error.name or "text") from None


def page_of(
    service: Service, filters: DecisionFilter, *, limit: int, cursor: str | None
) -> DecisionPage:
    """Return a page of decisions. Raises `ProblemRaised`."""
    try:
        return service.decisions.page(filters, limit=limit, cursor=cursor)
    except BeyondLog as error:
        raise refused(str(error), "as_of") from None
    except InvalidQuery as error:
        raise refused(str(error), "cursor") from None


def saved_query(service: Service, name: str) -> SavedQuery:
    """Return the query of a name. Raises `ProblemRaised` for one that cannot be asked any more."""
    try:
        return service.saved_queries.get(name)
    except InvalidQuery as error:
        raise refused(str(error), "saved") from None


def refused(message: str, parameter: str) -> ProblemRaised:
    """Return the problem of one parameter of a query."""
    return ProblemRaised(invalid_query([ProblemError(message=message, parameter=parameter)]))


def _saved(service: Service, query: FilterParameters, name: str, key: ApiKey) -> DecisionFilter:
    if not sees_all(key):
        raise _forbidden("only a key with the role `auditor` runs a saved query")
    for each in fields(FilterParameters):
        if each.name not in ("saved", "as_of") and getattr(query, each.name) is not None:
            raise refused(f"a saved query has its filters; leave out `{each.name}`", each.name)
    try:
        found = saved_query(service, name)
    except NotFound as error:
        raise refused(str(error), "saved") from None
    return replace(found.filters, as_of=query.as_of)


def _forbidden(detail: str) -> ProblemRaised:
    return ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))


def _decision_filter(query: FilterParameters, actor: str | None) -> DecisionFilter:
    return DecisionFilter(
        since=query.since,
        until=query.until,
        outcome=query.outcome,
        conclusive=query.conclusive,
        rule=query.rule,
        rule_status=query.rule_status or "violated",
        policy=query.policy,
        article=query.article,
        campaign=query.campaign,
        advertiser=query.advertiser,
        market=query.market,
        platform=query.platform,
        actor=actor,
        policy_set=query.policy_set,
        policy_version=query.policy_version,
        policy_digest=query.policy_digest,
        text=query.text,
        as_of=query.as_of,
    )
