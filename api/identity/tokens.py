"""Bearer tokens of an identity provider: JWT access tokens (RFC 9068), verified here.

What is verified, and by what: the type (`at+jwt`, RFC 9068 §4, so that no ID token passes), the
algorithm against a list of asymmetric ones that the settings name (RFC 8725 §3.1), the signature by
a key of the provider's JWKS, issuer, audience, and times. Keys come from where the settings say and
from nowhere else: `jku`, `jwk`, `x5u` and `x5c` in a token are never looked at, and `crit` is
refused. What somebody may do is what their roles say, by a table of the settings.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import jwt

from engine.storage.keys import ApiKey, Role

from .jwks import KeySet

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""The algorithms that the settings may name: no `none`, and none whose key is a secret."""

TOKEN_LIMIT = 16 * 1024
"""The most characters of a token."""

_LEEWAY_SECONDS = 30
_LAST_SECOND = 253_402_300_799  # Of the year 9999.
_SUBJECT = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255}")
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_PROFILE = ("iss", "exp", "aud", "sub", "iat")
_PROFILE_OF_ACCESS = ("client_id", "jti")
ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a media type.


class TokenError(Exception):
    """A token is refused; the message says why, without anything of the token in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose tokens are taken, and on what terms.

    `roles_claim` leads to the claim with the roles, by names with dots between them; `roles` says
    which of its values is which role, and `grants` which grants waivers in which role of policies.
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    token_type: str
    roles_claim: str
    roles: Mapping[str, Role]
    grants: Mapping[str, str]


class Tokens:
    """Verifies the tokens of one issuer. Safe to share between threads."""

    def __init__(self, issuer: Issuer, keys: KeySet, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    @staticmethod
    def is_token(text: str) -> bool:
        """Whether a text looks like a token, and not like a key."""
        return _SHAPE.fullmatch(text) is not None

    def caller(self, token: str) -> ApiKey:
        """Return whose token it is. Raises `TokenError`, and `KeysUnavailable`."""
        claims = self._claims(token)
        subject = claims["sub"]
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise TokenError("its subject is no name of 1 to 255 printable characters")
        named = self._named(claims)
        issued = datetime.fromtimestamp(int(claims["iat"]), UTC)
        return ApiKey(
            prefix=f"sub:{subject}",
            name=subject,
            roles=frozenset(_read(self._issuer.roles, named)),
            may_grant=frozenset(_read(self._issuer.grants, named)),
            created_at=issued,
            expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
            revoked_at=None,
            last_used_at=None,
            principal=subject,
            policy_sets=None,
        )

    def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > TOKEN_LIMIT:
            raise TokenError(f"it is longer than {TOKEN_LIMIT:,} characters")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise TokenError("it is no JWT") from None
        algorithm = self._checked(header)
        kid = header.get("kid")
        key = self._keys.find(kid if isinstance(kid, str) else None, algorithm)
        if key is None:
            raise TokenError("it is signed by a key that the issuer does not publish")
        is_access = self._issuer.token_type == ACCESS_TOKEN
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._issuer.audience,
                issuer=self._issuer.issuer,
                options={
                    "require": [*_PROFILE, *(_PROFILE_OF_ACCESS if is_access else ())],
                    # Times are compared below, by the service's clock.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenError(_reason(error)) from None
        self._check_times(claims)
        return claims

    def _checked(self, header: Mapping[str, Any]) -> str:
        """Return the algorithm of a header that may be used."""
        kind = header.get("typ")
        named = kind.lower().removeprefix("application/") if isinstance(kind, str) else None
        if named != self._issuer.token_type.lower():
            raise TokenError(f"its `typ` is not `{self._issuer.token_type}`")
        if "crit" in header:  # Earlier versions of the library pass it over.
            raise TokenError("it has `crit`, which nobody here understands")
        algorithm = header.get("alg")
        if algorithm not in self._issuer.algorithms:
            allowed = ", ".join(self._issuer.algorithms)
            raise TokenError(f"its algorithm is none of those that are taken here: {allowed}")
        return str(algorithm)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        if _time(claims, "exp") <= now - _LEEWAY_SECONDS:
            raise TokenError("it has expired")
        since = max(_time(claims, name) for name in ("iat", "nbf") if name in claims)
        if since > now + _LEEWAY_SECONDS:
            raise TokenError("it is not valid yet")

    def _named(self, claims: Mapping[str, Any]) -> list[str]:
        """Return the values of the claim with the roles."""
        found: Any = claims
        for name in self._issuer.roles_claim.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        # `scope` is one text (RFC 8693 §4.2), `roles` a list (RFC 9068 §2.2.3.1).
        values = found.split(" ") if isinstance(found, str) else found
        listed = values if isinstance(values, list) else []
        return [each for each in listed if isinstance(each, str)]


_Meaning = TypeVar("_Meaning")


def _read(table: Mapping[str, _Meaning], values: Iterable[str]) -> Iterator[_Meaning]:
    return (table[each] for each in values if each in table)


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _LAST_SECOND:
        raise TokenError(f"its `{name}` is no time")
    return float(value)


def _reason(error: Exception) -> str:
    match error:
        case jwt.InvalidSignatureError():
            return "its signature does not verify"
        case jwt.InvalidAudienceError():
            return "it is for another audience"
        case jwt.InvalidIssuerError():
            return "it is of another issuer"
        case jwt.MissingRequiredClaimError(claim=claim):
            return f"it lacks the claim `{claim}`"
        case _:
            return "it cannot be verified"
