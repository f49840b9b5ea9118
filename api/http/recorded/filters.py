"""What a request finds decisions by: its own filters, or those of a saved query."""

from dataclasses import fields, replace

from api.http.admission.access import check_reach, check_unlimited, sees_all
from api.http.problems import FORBIDDEN, Problem, ProblemError, ProblemRaised, invalid_query
from api.http.requests.shapes import FilterParameters
from api.http.service import Service
from engine.storage.errors import InvalidQuery, NotFound
from engine.storage.keys import ApiKey
from engine.storage.search.filters import Criteria, DecisionFilter
from engine.storage.search.saved_queries import SavedQuery


def filters_of(service: Service, query: FilterParameters, key: ApiKey) -> DecisionFilter:
    """Return what a key finds decisions by. Raises `ProblemRaised`.

    Who is no auditor finds its own only, and runs no saved query. A key that is limited to policy
    sets finds nothing of any other, and asks for none.
    """
    return _within_reach(_asked(service, query, key), key)


def saved_query(service: Service, name: str, key: ApiKey) -> SavedQuery:
    """Return the query of a name.

    Raises `NotFound`, and `ProblemRaised` for one that is beyond the key (`check_query_reach`) or
    cannot be asked any more.
    """
    try:
        found = service.saved_queries.get(name)
    except InvalidQuery as error:
        raise refused(str(error), "saved") from None
    check_query_reach(key, found.filters)
    return found


def reaches_query(key: ApiKey, filters: DecisionFilter) -> bool:
    """Whether a key saves, sees, runs and deletes queries of these filters.

    A saved query is of the policy set that it names, and of all where it names none.
    """
    named = filters.policy_set
    return key.policy_sets is None if named is None else key.reaches(named)


def check_query_reach(key: ApiKey, filters: DecisionFilter) -> None:
    """Raise `ProblemRaised` unless a key reaches queries of these filters."""
    if filters.policy_set is None:
        check_unlimited(key, "a saved query is of all policy sets unless it names a `policy_set`")
    else:
        check_reach(key, filters.policy_set)


def refused(
    message: str, parameter: str | None = None, *, advice: str | None = None
) -> ProblemRaised:
    """Return the problem of one parameter of a query, or of the query as a whole."""
    error = ProblemError(message=message, parameter=parameter, help=advice)
    return ProblemRaised(invalid_query([error]))


def _within_reach(filters: DecisionFilter, key: ApiKey) -> DecisionFilter:
    """Return filters that find what a key reaches of what they ask for."""
    if filters.policy_set is not None:
        check_reach(key, filters.policy_set)
        return filters
    if key.policy_sets is None or len(key.policy_sets) != 1:
        return replace(filters, policy_sets=key.policy_sets)
    return replace(filters, policy_set=min(key.policy_sets))


def _asked(service: Service, query: FilterParameters, key: ApiKey) -> DecisionFilter:
    if query.saved is not None:
        return _saved(service, query, query.saved, key)
    criteria = {each.name: getattr(query, each.name) for each in fields(Criteria)}
    actor = query.actor
    if not sees_all(key):
        if actor not in (None, key.name):
            raise _forbidden("only a key with the role `auditor` reads the decisions of others")
        actor = key.name
    try:
        return DecisionFilter(**criteria | {"actor": actor}, as_of=query.as_of)
    except InvalidQuery as error:  # The shape has seen to all else.
        raise refused(str(error), error.name or "text") from None


def _saved(service: Service, query: FilterParameters, name: str, key: ApiKey) -> DecisionFilter:
    if not sees_all(key):
        raise _forbidden("only a key with the role `auditor` runs a saved query")
    for each in fields(FilterParameters):
        if each.name not in ("saved", "as_of") and getattr(query, each.name) is not None:
            raise refused(f"a saved query has its filters; leave out `{each.name}`", each.name)
    try:
        found = saved_query(service, name, key)
    except NotFound as error:
        raise refused(str(error), "saved", advice="`GET /v1/queries` lists them") from None
    return replace(found.filters, as_of=query.as_of)


def _forbidden(detail: str) -> ProblemRaised:
    return ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))
