"""Tokens of an identity provider, as the settings say: whose, and where its keys are."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from api.identity.jwks import KeySet
from api.identity.tokens import Issuer, Tokens
from api.outward import getter
from engine.audit.instants import utc_now

from .settings import Settings

JWKS_LIMIT = 256 * 1024
"""The most bytes of a JWK Set."""


def tokens_of(settings: Settings) -> Tokens | None:
    """Return what verifies tokens, None where no issuer is named; nothing is fetched before use."""
    if not settings.oidc_issuer:
        return None
    issuer = Issuer(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        algorithms=settings.oidc_algorithms,
        token_type=settings.oidc_token_type,
        roles_claim=settings.oidc_roles_claim,
        roles=settings.oidc_roles,
        grants=settings.oidc_grants,
    )
    return Tokens(issuer, KeySet(_source(settings.oidc_jwks)), utc_now)


def _source(place: str) -> Callable[[], bytes]:
    if place.startswith(("http://", "https://")):
        return partial(getter(JWKS_LIMIT), place)
    return Path(place).read_bytes
