"""Tokens of an identity provider: a real flow with its keys on loopback, and hostile ones."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from flask import Flask

from api.identity.jwks import AGAIN_SECONDS, FRESH_SECONDS, STALE_SECONDS, KeySet, KeysUnavailable
from api.installation.settings import SettingsError, load_settings
from api.installation.tokens import tokens_of
from api.outward import getter
from api.wsgi import start
from tests.api.identity import AUDIENCE, ISSUER, RSA, bearer, claims, jwk, token
from tests.api.installation import Caller, allowed, install, problem_of

OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
NAMES = '{ "ads-team" = "submitter", "audit" = "auditor", "desk" = "author" }'


@dataclass(slots=True)
class Provider:
    """What an identity provider publishes, and how often it was asked."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    body: bytes | None = None
    asked: int = 0
    url: str = ""

    def published(self) -> bytes:
        return self.body if self.body is not None else json.dumps({"keys": self.keys}).encode()


@contextmanager
def serving_keys(provider: Provider) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked += 1
            body = provider.published()
            self.send_response(provider.status)
            if provider.status == 302:
                self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        provider.url = f"http://127.0.0.1:{server.server_port}/jwks"
        yield provider
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    keys = [jwk(RSA, kid="r1", use="sig"), jwk(EC, kid="e1"), jwk(ED, kid="d1", alg="EdDSA")]
    with serving_keys(Provider(keys=keys)) as made:
        yield made


@pytest.fixture(scope="module")
def api(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    installation = install(
        Path(tmp_path_factory.mktemp("tokens")),
        log_level="error",
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=provider.url,
        oidc_roles=NAMES,
        oidc_grants='{ "board" = "Ethics Board", "dpo" = "Data Protection Officer" }',
    )
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


# --- who is let in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(RSA, "RS256", "r1"), (RSA, "PS256", "r1"), (EC, "ES256", "e1"), (ED, "EdDSA", "d1")],
)
def test_subject_is_the_actor(api: Caller, key: Any, algorithm: str, kid: str) -> None:
    headers = bearer(token(key, algorithm, kid))
    answer = api.post({"campaign": allowed()}, role=None, headers=headers)
    assert answer.status_code == 200, answer.data
    made = json.loads(answer.data)
    logged = json.loads(api.get(f"/v1/decisions/{made['id']}").data)
    assert logged["actor"] == "ana@example"
    own = api.get(f"/v1/decisions/{made['id']}", role=None, headers=headers)
    assert own.status_code == 200
    other = bearer(token(sub="bob@example"))
    assert api.get(f"/v1/decisions/{made['id']}", role=None, headers=other).status_code == 404


def test_keys_work_beside_tokens(api: Caller) -> None:
    assert api.decide(allowed())["recorded"] is True
    problem_of(api.get("/v1/decisions", role=None), 401, "unauthenticated")


def test_key_without_an_id_where_one_fits(api: Caller) -> None:
    headers = bearer(token(EC, "ES256", None))
    assert api.get("/v1/decisions", role=None, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "roles", [[], ["stranger"], "stranger", 7, None, [7, {"a": 1}], {"ads-team": True}]
)
def test_roles_that_are_none_open_nothing(api: Caller, roles: object) -> None:
    headers = bearer(token(roles=roles))
    problem_of(api.get("/v1/decisions", role=None, headers=headers), 403, "forbidden")


def test_roles_in_one_text(api: Caller) -> None:
    headers = bearer(token(roles="openid audit"))
    assert api.get("/v1/decisions/statistics", role=None, headers=headers).status_code == 200


def test_several_audiences(api: Caller) -> None:
    headers = bearer(token(aud=["https://other.example", AUDIENCE]))
    assert api.get("/v1/decisions", role=None, headers=headers).status_code == 200


# --- who is not -------------------------------------------------------------------------------


def _unsigned() -> str:
    return f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims())}."


def _hmac_with_the_public_key() -> str:
    pem = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'r1'})}.{part(claims())}"
    return f"{signed}.{part(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


def _headed(**headers: Any) -> str:
    made = {"typ": "at+jwt", "kid": "r1"} | headers
    return jwt.encode(claims(), RSA, algorithm="RS256", headers=made)


def _altered() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{part(claims(roles=['audit']))}.{signature}"


HOSTILE: dict[str, tuple[Callable[[], str], str]] = {
    "unsigned": (_unsigned, "its algorithm is none of those"),
    "secret is the public key": (_hmac_with_the_public_key, "its algorithm is none of those"),
    "altered": (_altered, "its signature does not verify"),
    "signature of another": (lambda: token(OTHER), "its signature does not verify"),
    "without signature": (
        lambda: token().rpartition(".")[0] + ".",
        "its signature does not verify",
    ),
    "unknown key": (lambda: token(kid="r9"), "a key that the issuer does not publish"),
    "key of another kind": (lambda: token(kid="e1"), "a key that the issuer does not publish"),
    "key for another algorithm": (lambda: _headed(kid="d1"), "does not publish"),
    "brings its own key": (
        lambda: jwt.encode(
            claims(),
            OTHER,
            algorithm="RS256",
            headers={"typ": "at+jwt", "jwk": jwk(OTHER, kid="r1"), "kid": "r1"},
        ),
        "its signature does not verify",
    ),
    "names where its key is": (
        lambda: jwt.encode(
            claims(),
            OTHER,
            algorithm="RS256",
            headers={"typ": "at+jwt", "jku": "http://127.0.0.1:9/jwks", "kid": "r9"},
        ),
        "does not publish",
    ),
    "another algorithm": (lambda: token(algorithm="RS512"), "its algorithm is none of those"),
    "ID token": (lambda: _headed(typ="JWT"), "its `typ` is not `at+jwt`"),
    "no type": (lambda: _headed(typ=None), "its `typ` is not `at+jwt`"),
    "critical extension": (lambda: _headed(crit=["b64"], b64=True), "it is no JWT"),
    "of tomorrow": (lambda: token(nbf=int(time.time()) + 86_400), "it is not valid yet"),
    "issued tomorrow": (lambda: token(iat=int(time.time()) + 86_400), "it is not valid yet"),
    "never expires": (lambda: token(exp=None), "it lacks the claim `exp`"),
    "expires at no time": (lambda: token(exp="soon"), "it"),
    "expires beyond time": (lambda: token(exp=10**15), "its `exp` is no time"),
    "without subject": (lambda: token(sub=None), "it lacks the claim `sub`"),
    "without id": (lambda: token(jti=None), "it lacks the claim `jti`"),
    "without client": (lambda: token(client_id=None), "it lacks the claim `client_id`"),
    "subject is empty": (lambda: token(sub=""), "its subject is no name"),
    "subject is long": (lambda: token(sub="x" * 256), "its subject is no name"),
    "subject has lines": (lambda: token(sub="a\nb"), "its subject is no name"),
    "no JSON": (lambda: f"{part(b'{')}.{part(b'{}')}.{part(b'x')}", "it is no JWT"),
    "no object": (lambda: f"{part([1])}.{part({})}.{part(b'x')}", "it is no JWT"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_token_is_refused(api: Caller, name: str) -> None:
    make, reason = HOSTILE[name]
    answer = api.get("/v1/decisions", role=None, headers=bearer(make()))
    made = problem_of(answer, 401, "unauthenticated")
    assert made["detail"].startswith("the token is refused: ")
    assert reason in made["detail"]
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("text", ["a.b", "a.b.c.d", "é.b.c", "..", "x" * 20_000, "a.b.c" + "é"])
def test_what_is_no_token_is_an_unknown_key(api: Caller, text: str) -> None:
    headers = {"Authorization": f"Bearer {text}".encode().decode("latin-1")}
    answer = api.get("/v1/decisions", role=None, headers=headers)
    assert "the key is unknown" in problem_of(answer, 401, "unauthenticated")["detail"]


def test_token_that_is_too_long(api: Caller) -> None:
    answer = api.get("/v1/decisions", role=None, headers=bearer(token(more="x" * 20_000)))
    assert "it is longer" in problem_of(answer, 401, "unauthenticated")["detail"]


def test_token_grants_waivers_as_the_settings_say(api: Caller, provider: Provider) -> None:
    settings = replace(api.installation.settings, oidc_jwks=provider.url)
    tokens = tokens_of(settings)
    assert tokens is not None
    caller = tokens.caller(token(roles=["desk", "board", "choir"]))
    assert (caller.principal, caller.may_grant) == (caller.name, frozenset({"Ethics Board"}))
    assert tokens.caller(token(roles=["desk"])).may_grant == frozenset()


def test_without_an_issuer_no_token_is_one(fresh: Caller) -> None:
    answer = fresh.get("/v1/decisions", role=None, headers=bearer(token()))
    assert "the key is unknown" in problem_of(answer, 401, "unauthenticated")["detail"]


def test_provider_that_does_not_answer(tmp_path: Path) -> None:
    installation = install(
        tmp_path,
        log_level="error",
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=str(tmp_path / "none.json"),
        oidc_roles=NAMES,
        oidc_token_type="JWT",  # noqa: S106 - a media type.
        oidc_roles_claim="realm_access.roles",
    )
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    made = jwt.encode(
        claims(jti=None, client_id=None, roles=None, realm_access={"roles": ["desk"]}),
        RSA,
        algorithm="RS256",
        headers={"kid": "r1"},
    )
    answer = api.get("/v1/policy-sets", role=None, headers=bearer(made))
    assert "cannot be read" in problem_of(answer, 503, "unavailable")["detail"]
    assert api.decide(allowed())["recorded"] is True
    started.close()
    (tmp_path / "none.json").write_text(json.dumps({"keys": [jwk(RSA, kid="r1")]}))
    again = start(installation.settings)
    api = Caller(app=cast(Flask, again.wsgi), installation=installation)
    assert api.get("/v1/policy-sets", role=None, headers=bearer(made)).status_code == 200
    again.close()


# --- the keys of the provider -----------------------------------------------------------------


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_rotation_is_noticed_and_nobody_has_it_fetched_at_will() -> None:
    with serving_keys(Provider(keys=[jwk(RSA, kid="r1")])) as provider:
        clock = Clock()
        keys = KeySet(lambda: getter(10_000)(provider.url), clock)
        assert keys.find("r1", "RS256") is not None
        for _ in range(20):
            assert keys.find("r2", "RS256") is None
        assert provider.asked == 1
        provider.keys.append(jwk(OTHER, kid="r2"))
        clock.now += AGAIN_SECONDS + 1
        assert keys.find("r2", "RS256") is not None
        assert provider.asked == 2
        provider.keys.pop(0)
        clock.now += FRESH_SECONDS + 1
        assert keys.find("r1", "RS256") is None
        assert keys.find(None, "RS256") is not None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (302, b""),
        (200, b"x" * 20_000),
        (200, b"{}"),
        (200, b"["),
        (200, b'{"keys": 1}'),
    ],
)
def test_what_was_known_stays_for_a_day(status: int, body: bytes) -> None:
    with serving_keys(Provider(keys=[jwk(RSA, kid="r1")])) as provider:
        clock = Clock()
        keys = KeySet(lambda: getter(10_000)(provider.url), clock)
        assert keys.find("r1", "RS256") is not None
        provider.status, provider.body = status, body
        clock.now += FRESH_SECONDS + 1
        assert keys.find("r1", "RS256") is not None
        clock.now += STALE_SECONDS
        with pytest.raises(KeysUnavailable, match="cannot be read"):
            keys.find("r1", "RS256")


def test_provider_that_hangs_holds_up_one_request() -> None:
    clock, hangs, goes_on = Clock(), threading.Event(), threading.Event()
    published = [{"keys": [jwk(RSA, kid="r1")]}]

    def fetch() -> bytes:
        if clock.now:
            hangs.set()
            assert goes_on.wait(60)
        return json.dumps(published.pop()).encode()

    keys = KeySet(fetch, clock)
    assert keys.find("r1", "RS256") is not None
    clock.now += FRESH_SECONDS + 1
    published.append({"keys": [jwk(OTHER, kid="r2")]})
    with ThreadPoolExecutor() as pool:
        fetching = pool.submit(keys.find, "r1", "RS256")
        try:
            assert hangs.wait(60)
            assert pool.submit(keys.find, "r1", "RS256").result(60) is not None
            waiting = pool.submit(keys.find, "r2", "RS256")  # The key may be what is being fetched.
        finally:
            goes_on.set()
        assert waiting.result(60) is not None
        assert fetching.result(60) is None
    assert not published, "it was fetched once more, and by one"


def test_nobody_is_there() -> None:
    keys = KeySet(lambda: getter(10_000)("http://127.0.0.1:9/"), Clock())
    with pytest.raises(KeysUnavailable):
        keys.find("r1", "RS256")


def test_keys_that_are_not_for_this_are_passed_over() -> None:
    secret = {"kty": "oct", "k": part(b"secret"), "kid": "s"}
    private = jwt.algorithms.RSAAlgorithm.to_jwk(RSA, as_dict=True) | {"kid": "p"}
    listed = [
        secret,
        private,
        jwk(RSA, kid="enc", use="enc"),
        {"kty": "EC", "crv": "P-1", "kid": "c"},
        7,
        jwk(EC, kid="a"),
        jwk(EC, kid="b"),
    ]
    keys = KeySet(lambda: json.dumps({"keys": listed}).encode(), Clock())
    for kid in ("s", "p", "enc", "c"):
        assert keys.find(kid, "RS256") is keys.find(kid, "ES256") is None
    assert keys.find(None, "ES256") is None, "two fit"
    assert keys.find("a", "ES256") is not None


# --- settings ---------------------------------------------------------------------------------

WHOLE = {
    "ASSENT_OIDC_ISSUER": ISSUER,
    "ASSENT_OIDC_AUDIENCE": AUDIENCE,
    "ASSENT_OIDC_JWKS": "https://idp.example/jwks",
    "ASSENT_OIDC_ROLES": NAMES,
}


@pytest.mark.parametrize("name", WHOLE)
def test_settings_of_tokens_belong_together(name: str) -> None:
    lacking = {each: value for each, value in WHOLE.items() if each != name}
    with pytest.raises(SettingsError, match=name.removeprefix("ASSENT_").lower()):
        load_settings(lacking)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ALGORITHMS", "none"),
        ("OIDC_ALGORITHMS", "HS256"),
        ("OIDC_ALGORITHMS", "RS256 HS256"),
        ("OIDC_ALGORITHMS", ""),
        ("OIDC_JWKS", "http://idp.example/jwks"),
        ("OIDC_JWKS", "https://idp.example/jwks?x=1"),
        ("OIDC_ROLES", "{}"),
        ("OIDC_ROLES", '{ a = "king" }'),
        ("OIDC_ROLES", "submitter"),
        ("OIDC_TOKEN_TYPE", "jwt"),
    ],
)
def test_setting_that_cannot_be(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ASSENT_{name}"):
        load_settings(WHOLE | {f"ASSENT_{name}": value})
