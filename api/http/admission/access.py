"""Access control: one table of endpoints and roles, and denial for whatever is not in it.

Keys are bearer tokens (RFC 6750 §2.1, in the header only). The challenge of a 401 is that of §3.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from api.http.problems import (
    FORBIDDEN,
    TOO_MANY,
    UNAUTHENTICATED,
    UNAVAILABLE,
    Problem,
    ProblemRaised,
    retry_later,
)
from api.identity.jwks import KeysUnavailable
from api.identity.tokens import TokenError, Tokens
from api.in_force.keys import KeysInForce
from engine.source.quoting import excerpt
from engine.storage.keys import ApiKey, Role

from .rates import Rates, Standing

PUBLIC = frozenset(
    {
        "health.live",
        "health.ready",
        "documentation.page",
        "authzen.configuration",
        "opa.health",
    }
)
"""The endpoints that need no key."""

PUBLISHED = frozenset({"tiles.checkpoint", "tiles.resource", "tiles.timestamp"})
"""The endpoints that need no key where the log is public."""

MEASURED = frozenset({"metrics.show"})
"""The endpoints that need no key where the metrics are public."""

ANY_KEY = frozenset(Role)

READERS = frozenset({Role.AUTHOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN})
"""The roles that read policies."""

IMPACT_READERS = frozenset({Role.AUTHOR, Role.APPROVER, Role.AUDITOR})
"""The roles that are told what a version would have decided: in counts, save for auditors."""

WAIVER_READERS = frozenset({Role.SUBMITTER, Role.APPROVER, Role.AUDITOR, Role.ADMIN})
"""The roles that read waivers: a submitter those alone that it asked for."""

KNOWERS = frozenset({Role.AUTHOR, Role.AUDITOR})
"""The roles that read standing facts."""

ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "decisions.decide": frozenset({Role.SUBMITTER}),
        "batch.decide": frozenset({Role.SUBMITTER}),
        "opa.decide": frozenset({Role.SUBMITTER}),
        "opa.policies": ANY_KEY,
        "authzen.evaluation": frozenset({Role.SUBMITTER}),
        "authzen.evaluations": frozenset({Role.SUBMITTER}),
        "search.list": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.statistics": frozenset({Role.AUDITOR}),
        "search.sample": frozenset({Role.AUDITOR}),
        "search.manifest": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.evidence": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.evidence_of_one": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.show": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.prove": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.receipt": frozenset({Role.SUBMITTER, Role.AUDITOR}),
        "search.replay": frozenset({Role.AUDITOR}),
        "queries.list": frozenset({Role.AUDITOR}),
        "queries.save": frozenset({Role.AUDITOR}),
        "queries.show": frozenset({Role.AUDITOR}),
        "queries.delete": frozenset({Role.AUDITOR}),
        "tiles.checkpoint": frozenset({Role.AUDITOR}),
        "tiles.resource": frozenset({Role.AUDITOR}),
        "tiles.timestamp": frozenset({Role.AUDITOR}),
        "log.export": frozenset({Role.AUDITOR}),
        "erasures.erase": frozenset({Role.ADMIN}),
        "vocabulary.show": ANY_KEY,
        "documentation.openapi": ANY_KEY,
        "policies.check": frozenset({Role.AUTHOR, Role.APPROVER}),
        "policies.format": frozenset({Role.AUTHOR, Role.APPROVER}),
        "policy_sets.list": READERS,
        "policy_sets.show": READERS,
        "policy_sets.versions": READERS,
        "policy_sets.version": READERS,
        "policy_sets.files": READERS,
        "policy_sets.diff": READERS,
        "policy_sets.impact": IMPACT_READERS,
        "policy_sets.upload": frozenset({Role.AUTHOR}),
        "policy_sets.submit": frozenset({Role.AUTHOR}),
        "policy_sets.approve": frozenset({Role.APPROVER}),
        "policy_sets.reject": frozenset({Role.APPROVER}),
        "policy_sets.activate": frozenset({Role.APPROVER}),
        "policy_sets.rollback": frozenset({Role.APPROVER}),
        "waivers.request": frozenset({Role.SUBMITTER}),
        "waivers.list": WAIVER_READERS,
        "waivers.show": WAIVER_READERS,
        "waivers.grant": frozenset({Role.APPROVER}),
        "waivers.refuse": frozenset({Role.APPROVER}),
        "waivers.revoke": frozenset({Role.APPROVER}),
        "facts.list": KNOWERS,
        "facts.show": KNOWERS,
        "facts.versions": KNOWERS,
        "facts.record": frozenset({Role.AUTHOR}),
        "facts.amend": frozenset({Role.AUTHOR}),
        "facts.withdraw": frozenset({Role.AUTHOR}),
        "metrics.show": frozenset({Role.MONITOR, Role.ADMIN}),
    }
)
"""The roles of which a key needs one, by endpoint."""

_LOG = "the log is one, and has the decisions of all policy sets"
_FACTS = "standing facts are beneath all policy sets"

WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "tiles.checkpoint": _LOG,
        "tiles.resource": _LOG,
        "tiles.timestamp": _LOG,
        "log.export": _LOG,
        "erasures.erase": "what is erased may be of any policy set",
        "facts.list": _FACTS,
        "facts.show": _FACTS,
        "facts.versions": _FACTS,
        "facts.record": _FACTS,
        "facts.amend": _FACTS,
        "facts.withdraw": _FACTS,
        "metrics.show": "the metrics are of all policy sets",
    }
)
"""The endpoints that no key may call which is limited to policy sets, and why.

Every other one in `ROLES` holds such a key to its sets by itself, or shows nothing of any.
"""

_CHALLENGE = 'Bearer realm="assent"'


def admit(
    keys: KeysInForce, tokens: Tokens | None, endpoint: str, authorization: str | None
) -> ApiKey:
    """Return the key of a request. Raises `ProblemRaised` unless it may call the endpoint.

    Who comes with a token of an identity provider is let in as a key of the subject's name.
    """
    key = _authenticated(keys, tokens, authorization)
    roles = ROLES.get(endpoint, frozenset())
    if key.roles.isdisjoint(roles):
        wanted = " or ".join(f"`{role}`" for role in sorted(roles)) or "another"
        detail = f"this needs a key with the role {wanted}"
        raise ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))
    if endpoint in WHOLE:
        check_unlimited(key, WHOLE[endpoint])
    return key


def check_rate(rates: Rates, key: ApiKey) -> Standing:
    """Return where a key stands. Raises `ProblemRaised` where it asks too often."""
    standing = rates.take(key.prefix)
    if standing.wait is not None:
        detail = f"a key may ask {standing.limit:,} times a minute; the next in {standing.wait} s"
        problem = retry_later(TOO_MANY, detail, standing.wait)
        headers = {**problem.headers, **standing.headers}
        raise ProblemRaised(replace(problem, headers=headers))
    return standing


def sees_all(key: ApiKey) -> bool:
    """Whether a key reads every decision, and not only those that it asked for itself."""
    return Role.AUDITOR in key.roles


def sees_all_waivers(key: ApiKey) -> bool:
    """Whether a key reads every waiver, and not only those that its person asked for."""
    return not key.roles.isdisjoint(WAIVER_READERS - {Role.SUBMITTER})


def check_reach(key: ApiKey, policy_set: str) -> None:
    """Raise `ProblemRaised` where a key is limited to other policy sets than this."""
    if not key.reaches(policy_set):
        raise _beyond(key, f"this is about {excerpt(policy_set)}")


def check_unlimited(key: ApiKey, why: str) -> None:
    """Raise `ProblemRaised`, which says why, where a key is limited to some policy sets."""
    if key.policy_sets is not None:
        raise _beyond(key, why)


def _beyond(key: ApiKey, why: str) -> ProblemRaised:
    own = ", ".join(f"`{name}`" for name in sorted(key.policy_sets or ())) or "no policy set"
    detail = f"the key is limited to {own}, and {why}"
    return ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))


def _authenticated(keys: KeysInForce, tokens: Tokens | None, authorization: str | None) -> ApiKey:
    if authorization is None:
        detail = "send a key as `Authorization: Bearer assent_…`"
        raise _unauthenticated(detail, _CHALLENGE)
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        detail = "`Authorization` has no bearer key; send it as `Authorization: Bearer assent_…`"
        raise _unauthenticated(detail, _CHALLENGE)
    if tokens is not None and tokens.is_token(token):
        return _caller(tokens, token)
    key = keys.authenticate(token)
    if key is None:
        detail = "the key is unknown, expired or revoked"
        raise _unauthenticated(detail, f'{_CHALLENGE}, error="invalid_token"')
    return key


def _caller(tokens: Tokens, token: str) -> ApiKey:
    try:
        return tokens.caller(token)
    except TokenError as error:
        detail = f"the token is refused: {error}"
        described = f'{_CHALLENGE}, error="invalid_token", error_description="{error}"'
        raise _unauthenticated(detail, described.replace("`", "'")) from None
    except KeysUnavailable as error:
        raise ProblemRaised(retry_later(UNAVAILABLE, str(error))) from error


def _unauthenticated(detail: str, challenge: str) -> ProblemRaised:
    problem = Problem(kind=UNAUTHENTICATED, detail=detail, headers={"WWW-Authenticate": challenge})
    return ProblemRaised(problem)
