"""Who may call what: one table, and denial for whatever is not in it.

Keys are bearer tokens (RFC 6750 §2.1, in the header only). The challenge of a 401 is that of §3.
"""

from collections.abc import Mapping
from types import MappingProxyType

from engine.storage.keys import ApiKey, ApiKeys, Role

from .problems import FORBIDDEN, UNAUTHENTICATED, Problem, ProblemRaised

PUBLIC = frozenset({"health.live", "health.ready", "documentation.page"})
"""The endpoints that need no key."""

PUBLISHED = frozenset({"tiles.checkpoint", "tiles.resource", "tiles.timestamp"})
"""The endpoints that need no key where the log is public."""

MEASURED = frozenset({"metrics.show"})
"""The endpoints that need no key where the metrics are public."""

ANY_KEY = frozenset(Role)

READERS = frozenset({Role.AUTHOR, Role.APPROVER, Role.AUDITOR, Role.ADMIN})
"""The roles that read policies."""

ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "decisions.decide": frozenset({Role.SUBMITTER}),
        "batch.decide": frozenset({Role.SUBMITTER}),
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
        "policy_sets.upload": frozenset({Role.AUTHOR}),
        "policy_sets.submit": frozenset({Role.AUTHOR}),
        "policy_sets.approve": frozenset({Role.APPROVER}),
        "policy_sets.reject": frozenset({Role.APPROVER}),
        "policy_sets.activate": frozenset({Role.APPROVER}),
        "policy_sets.rollback": frozenset({Role.APPROVER}),
        "metrics.show": frozenset({Role.MONITOR, Role.ADMIN}),
    }
)
"""The roles of which a key needs one, by endpoint."""

_CHALLENGE = 'Bearer realm="assent"'


def admit(keys: ApiKeys, endpoint: str, authorization: str | None) -> ApiKey:
    """Return the key of a request. Raises `ProblemRaised` unless it may call the endpoint."""
    key = _authenticated(keys, authorization)
    roles = ROLES.get(endpoint, frozenset())
    if key.roles.isdisjoint(roles):
        wanted = " or ".join(f"`{role}`" for role in sorted(roles)) or "another"
        detail = f"this needs a key with the role {wanted}"
        raise ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))
    return key


def sees_all(key: ApiKey) -> bool:
    """Whether a key reads every decision, and not only those that it asked for itself."""
    return Role.AUDITOR in key.roles


def check_reach(key: ApiKey, policy_set: str) -> None:
    """Raise `ProblemRaised` where a key is limited to other policy sets than this."""
    if not key.reaches(policy_set):
        detail = "the key is limited to other policy sets than this"
        raise ProblemRaised(Problem(kind=FORBIDDEN, detail=detail))


def _authenticated(keys: ApiKeys, authorization: str | None) -> ApiKey:
    if authorization is None:
        detail = "send a key as `Authorization: Bearer assent_…`"
        raise _unauthenticated(detail, _CHALLENGE)
    scheme, _, token = authorization.partition(" ")
    key = keys.authenticate(token.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        detail = "the key is unknown, expired or revoked"
        raise _unauthenticated(detail, f'{_CHALLENGE}, error="invalid_token"')
    return key


def _unauthenticated(detail: str, challenge: str) -> ProblemRaised:
    problem = Problem(kind=UNAUTHENTICATED, detail=detail, headers={"WWW-Authenticate": challenge})
    return ProblemRaised(problem)
