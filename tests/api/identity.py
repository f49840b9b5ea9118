"""An identity provider's keys and the access tokens that it signs with them, for tests."""

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ISSUER, AUDIENCE = "https://idp.example/", "https://assent.example"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: Any, **members: str) -> dict[str, Any]:
    """Return the public half of a key, as a provider publishes it."""
    by_kind: dict[type, Any] = {
        rsa.RSAPrivateKey: jwt.algorithms.RSAAlgorithm,
        ec.EllipticCurvePrivateKey: jwt.algorithms.ECAlgorithm,
        ed25519.Ed25519PrivateKey: jwt.algorithms.OKPAlgorithm,
    }
    algorithm = next(made for kind, made in by_kind.items() if isinstance(key, kind))
    return algorithm.to_jwk(key.public_key(), as_dict=True) | members  # type: ignore[no-any-return] # JSON is any.


def claims(**changes: Any) -> dict[str, Any]:
    """Return what a token says that is accepted; a change to None leaves a claim out."""
    now = int(time.time())
    made: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ana@example",
        "client_id": "console",
        "jti": "1",
        "iat": now,
        "exp": now + 300,
        "roles": ["ads-team"],
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "r1", **changes: Any) -> str:
    """Return a signed token."""
    headers = {"typ": "at+jwt"} | ({"kid": kid} if kid is not None else {})
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


def bearer(text: str) -> dict[str, str]:
    """Return the header that carries a key or a token."""
    return {"Authorization": f"Bearer {text}"}
