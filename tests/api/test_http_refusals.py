"""Who is refused what: a table of attempts, and a table of the roles that each route lets in.

Both say what must be, and take nothing from the code that refuses. A route without a row fails,
and so does one that lets in another role than its row says. A refusal leaves the log as it was.
What a key reaches that is limited to policy sets: `test_http_reach`.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.installation.setup import make_key
from api.wsgi import start
from engine.storage.databases.database import Database
from engine.storage.keys import ApiKeys, Role
from tests.api import waiving
from tests.api.identity import AUDIENCE, ISSUER, RSA, jwk, token
from tests.api.installation import Caller, Installation, allowed, install, problem_of
from tests.api.publishing import loaded, policies, step, upload

REFUSALS = """
who                    | what they try                            | refusal             | its words

Nobody approves a version of policies, or grants a waiver, that is their own. Dana uploaded the
version, and Erik submitted it; Anna asked for the waiver.
dana                   | POST {version}/approve                   | 403 own-version     | another person has to
dana's other key       | POST {version}/approve                   | 403 own-version     | another person has to
dana by a token        | POST {version}/approve                   | 403 own-version     | another person has to
erik                   | POST {version}/approve                   | 403 own-version     | another person has to
anna                   | POST {waiver}/grant                      | 403 forbidden       | role `approver`
anna's other key       | POST {waiver}/grant                      | 403 own-waiver      | another person has to

Nobody grants a waiver in a role that is not theirs, or not the one that the rule names.
dpo                    | POST {waiver}/grant                      | 403 wrong-role      | "Ethics Board"; it may as "DPO"
no office              | POST {waiver}/grant                      | 403 wrong-role      | made without `--may-grant`
both offices           | POST {waiver}/grant as DPO               | 403 wrong-role      | by "Ethics Board" alone

Carl learns nothing of what Anna submitted and asked for, nor that there is anything.
carl                   | GET {decision}                           | 404 not-found       | the log has no decision
carl                   | GET {decision}/proof                     | 404 not-found       | the log has no decision
carl                   | GET {decision}/receipt                   | 404 not-found       | the log has no decision
carl                   | GET {decision}/evidence                  | 404 not-found       | the log has no decision
carl                   | POST {decision}/replay                   | 403 forbidden       | role `auditor`
anna                   | POST {decision}/replay                   | 403 forbidden       | role `auditor`
carl                   | GET /v1/decisions?actor=anna             | 403 forbidden       | decisions of others
carl                   | GET /v1/decisions?actor=anna&format=csv  | 403 forbidden       | decisions of others
carl                   | GET /v1/decisions/evidence?actor=anna    | 403 forbidden       | decisions of others
carl                   | GET /v1/decisions?saved=denied           | 403 forbidden       | role `auditor`
carl                   | GET {waiver}                             | 404 not-found       | there is no waiver

Whoever is no auditor is told what a version would have decided in counts, of no chosen campaign.
dana                   | POST {version}/impact?campaign=cmp-1     | 403 forbidden       | role `auditor`
dana                   | POST {version}/impact?actor=anna         | 403 forbidden       | role `auditor`
dana                   | POST {version}/impact?outcome=allow      | 403 forbidden       | role `auditor`
dana                   | POST {version}/impact?saved=denied       | 403 forbidden       | role `auditor`

What is no key, or no longer one, opens nothing.
nobody                 | POST /v1/decisions                       | 401 unauthenticated | send a key
an expired key         | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
a revoked key          | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
another secret         | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
a longer secret        | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
no secret              | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
a key of another house | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
a key without a scheme | POST /v1/decisions                       | 401 unauthenticated | `Authorization` has no bearer key
a key as a password    | POST /v1/decisions                       | 401 unauthenticated | `Authorization` has no bearer key
a scheme without a key | POST /v1/decisions                       | 401 unauthenticated | `Authorization` has no bearer key
letters beyond ASCII   | POST /v1/decisions                       | 401 unauthenticated | unknown, expired or revoked
an empty header        | POST /v1/decisions                       | 401 unauthenticated | `Authorization` has no bearer key
a key in the address   | GET /v1/decisions?access_token={key}     | 401 unauthenticated | send a key

A token opens what its issuer meant it for, and as long as it meant.
another issuer's token | POST /v1/decisions                       | 401 unauthenticated | it is of another issuer
another's token        | POST /v1/decisions                       | 401 unauthenticated | it is for another audience
an expired token       | POST /v1/decisions                       | 401 unauthenticated | it has expired
a token without a role | POST /v1/decisions                       | 403 forbidden       | role `submitter`
"""  # noqa: E501 - a table is read in columns.

ROLES = """
submitter                             | POST /access/v1/evaluation
submitter                             | POST /access/v1/evaluations
submitter                             | POST /v1/data/<document:rest>
submitter                             | POST /v1/decisions
submitter                             | POST /v1/decisions/batch
submitter                             | POST /v1/waivers
submitter auditor                     | GET /v1/decisions
submitter auditor                     | GET /v1/decisions/<decision:decision_id>
submitter auditor                     | GET /v1/decisions/<decision:decision_id>/evidence
submitter auditor                     | GET /v1/decisions/<decision:decision_id>/proof
submitter auditor                     | GET /v1/decisions/<decision:decision_id>/receipt
submitter auditor                     | GET /v1/decisions/evidence
submitter auditor                     | GET /v1/decisions/manifest
submitter approver auditor admin      | GET /v1/waivers
submitter approver auditor admin      | GET /v1/waivers/<id:id>

author                                | POST /v1/facts
author                                | POST /v1/facts/<id:fact>/withdraw
author                                | POST /v1/policy-sets/<name>/versions
author                                | POST /v1/policy-sets/<name>/versions/<version>/submit
author                                | PUT /v1/facts/<id:fact>
author approver                       | POST /v1/policies/check
author approver                       | POST /v1/policies/format
author approver auditor               | POST /v1/policy-sets/<name>/versions/<version>/impact
author approver auditor admin         | GET /v1/policy-sets
author approver auditor admin         | GET /v1/policy-sets/<name>
author approver auditor admin         | GET /v1/policy-sets/<name>/diff
author approver auditor admin         | GET /v1/policy-sets/<name>/versions
author approver auditor admin         | GET /v1/policy-sets/<name>/versions/<version>
author approver auditor admin         | GET /v1/policy-sets/<name>/versions/<version>/files
author auditor                        | GET /v1/facts
author auditor                        | GET /v1/facts/<id:fact>
author auditor                        | GET /v1/facts/<id:fact>/versions

approver                              | POST /v1/policy-sets/<name>/activate
approver                              | POST /v1/policy-sets/<name>/rollback
approver                              | POST /v1/policy-sets/<name>/versions/<version>/approve
approver                              | POST /v1/policy-sets/<name>/versions/<version>/reject
approver                              | POST /v1/waivers/<id:id>/grant
approver                              | POST /v1/waivers/<id:id>/refuse
approver                              | POST /v1/waivers/<id:id>/revoke

auditor                               | DELETE /v1/queries/<name>
auditor                               | GET /log/checkpoint
auditor                               | GET /log/tile/<path:rest>
auditor                               | GET /log/timestamps/<name>
auditor                               | GET /v1/decisions/sample
auditor                               | GET /v1/decisions/statistics
auditor                               | GET /v1/log/export
auditor                               | GET /v1/queries
auditor                               | GET /v1/queries/<name>
auditor                               | POST /v1/decisions/<decision:decision_id>/replay
auditor                               | POST /v1/queries

admin                                 | POST /v1/erasures
admin monitor                         | GET /metrics

any key                               | GET /openapi.json
any key                               | GET /v1/policies/
any key                               | GET /v1/vocabulary

anybody                               | GET /.well-known/authzen-configuration
anybody                               | GET /docs
anybody                               | GET /health
anybody                               | GET /health/live
anybody                               | GET /health/ready
"""


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table, without its blank lines and what is prose."""
    lines = (line for line in table.splitlines() if "|" in line)
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


# --- who acts, and on what --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A service in which there is something to try, and what everybody sends in `Authorization`.

    `places` are the paths of what there is, by the names that the table has for them.
    """

    api: Caller
    authorization: Mapping[str, str]
    places: Mapping[str, str]

    def attempt(self, who: str, what: str) -> TestResponse:
        """Return the answer to an attempt: method, path, and for a waiver in which role."""
        what, _, role = what.partition(" as ")
        method, path = what.split(" ")
        body = BODIES.get(f"{method} {path}", {"as": role} if role else {})
        headers = {"If-Match": "*"}
        if who in self.authorization:
            headers["Authorization"] = self.authorization[who]
        content = {} if method == "GET" else {"json": body}
        where = path.format(**self.places)
        return self.api.call(method, where, role=None, headers=headers, **content)

    def log_size(self) -> int:
        """Return how many entries the log has."""
        ready = json.loads(self.api.get("/health/ready", role=None).data)
        return int(ready["log"]["size"])


_CAMPAIGN = {"type": "campaign", "id": "cmp-1", "properties": allowed()}
_FACT = {
    "subject": {"kind": "advertiser", "name": "Acme"},
    "facts": {"targeting": {"profiling": False}},
    "from": "2020-01-01",
    "until": "2099-01-01",
    "evidence": "memo 7",
}
BODIES: Mapping[str, object] = {
    "POST /v1/decisions": {"campaign": allowed()},
    "POST /v1/decisions/batch": [allowed()],
    "POST /v1/data/assent/allow": {"input": {"campaign": allowed()}},
    "POST /access/v1/evaluation": {
        "subject": {"type": "user", "id": "dana"},
        "action": {"name": "launch"},
        "resource": _CAMPAIGN,
    },
    "POST {set}/versions": {"files": policies(1)},
    "POST {set}/activate": {"version": "0" * 12},
    "POST {version}/reject": {"reason": "no"},
    "POST /v1/waivers": waiving.request(),
    "POST {waiver}/refuse": {"reason": "no"},
    "POST {waiver}/revoke": {"reason": "no"},
    "POST /v1/facts": _FACT,
    "PUT {fact}": _FACT,
}
"""What is sent, so that nothing but who sends it can be the reason of a refusal."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("refusals")
    published = directory / "jwks.json"
    published.write_text(json.dumps({"keys": [jwk(RSA, kid="r1")]}))
    installation = install(
        directory,
        log_level="error",
        oidc_issuer=ISSUER,
        oidc_audience=AUDIENCE,
        oidc_jwks=str(published),
        oidc_roles='{ ads = "submitter", legal = "approver" }',
    )
    process = start(installation.settings)
    plain = Caller(app=cast(Flask, process.wsgi), installation=installation)
    texts = _keys(installation) | waiving.prepare(plain, installation.tokens)
    process_keys = Installation(settings=installation.settings, tokens=texts)
    api = Caller(app=plain.app, installation=process_keys)
    api.app.extensions["policies"].refresh()
    yield Stage(api=api, authorization=_authorization(texts), places=_places(api))
    process.close()


def _keys(installation: Installation) -> dict[str, str]:
    """Make the keys that the table speaks of beside those of waivers, and return their texts."""
    settings, both = installation.settings, [Role.AUTHOR, Role.APPROVER]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    made = {
        "dana": make_key(settings, name="dana", roles=both),
        "dana's other key": make_key(settings, name="spare", roles=both, principal="DANA"),
        "erik": make_key(settings, name="erik", roles=both),
        "a revoked key": make_key(settings, name="lost", roles=[Role.SUBMITTER]),
    }
    database = Database(settings.database_url)
    keys = ApiKeys(database)
    made["an expired key"] = keys.create(
        actor="jo", name="over", roles=[Role.SUBMITTER], expires_at=yesterday
    )
    keys.revoke(made["a revoked key"].key.prefix, actor="jo")
    database.close()
    return {name: each.token for name, each in made.items()}


def _authorization(texts: Mapping[str, str]) -> dict[str, str]:
    good, past = texts["submitter"], int(time.time()) - 60
    made = {name: f"Bearer {text}" for name, text in texts.items()}
    return made | {
        "dana by a token": f"Bearer {token(sub='dana', roles=['legal'])}",
        "another secret": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}",
        "a longer secret": f"Bearer {good}x",
        "no secret": f"Bearer {good.rpartition('_')[0]}_",
        "a key of another house": "Bearer assent_00000000_x",
        "a key without a scheme": good,
        "a key as a password": f"Basic {good}",
        "a scheme without a key": "Bearer",
        "letters beyond ASCII": "Bearer é",
        "an empty header": "",
        "another issuer's token": f"Bearer {token(iss='https://other.example/', roles=['ads'])}",
        "another's token": f"Bearer {token(aud='https://other.example', roles=['ads'])}",
        "an expired token": f"Bearer {token(exp=past, roles=['ads'])}",
        "a token without a role": f"Bearer {token(roles=['stranger'])}",
    }


def _places(api: Caller) -> dict[str, str]:
    version = upload(api, policies(1), role="dana")
    loaded(step(api, version, "submit", "erik"))
    fact = loaded(api.post(_FACT, "/v1/facts", role="author"))
    return {
        "set": "/v1/policy-sets/assent",
        "version": f"/v1/policy-sets/assent/versions/{version['version']}",
        "waiver": f"/v1/waivers/{waiving.ask(api)['id']}",
        "fact": f"/v1/facts/{fact['id']}",
        "decision": f"/v1/decisions/{api.decide(allowed(), role='anna')['id']}",
        "key": api.installation.tokens["submitter"],
    }


# --- the attempts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "what", "refusal", "words"),
    [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in rows(REFUSALS)[1:]],
)
def test_refusal(stage: Stage, who: str, what: str, refusal: str, words: str) -> None:
    before = stage.log_size()
    answer = stage.attempt(who, what)
    status, name = refusal.split(" ")
    assert words in str(problem_of(answer, int(status), name)["detail"])
    assert stage.log_size() == before
    if answer.status_code == 401:
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="assent"')
        is_bearer = who in stage.authorization and "no bearer key" not in words
        assert ('error="invalid_token"' in challenge) == is_bearer


def test_what_was_refused_is_open_to_whom_it_is_meant_for(stage: Stage) -> None:
    """Whoever was refused was refused for who they are: the very same is done for others."""
    for who, what in (
        ("anna", "GET {decision}"),
        ("anna", "GET {waiver}"),
        ("auditor", "POST {decision}/replay"),
        ("auditor", "GET /v1/decisions?actor=anna"),
        ("author", "GET {fact}"),
        ("author", "POST {version}/impact"),
        ("submitter", "POST /v1/decisions"),
        ("submitter", "POST /v1/decisions/batch"),
        ("submitter", "POST /v1/data/assent/allow"),
        ("submitter", "POST /access/v1/evaluation"),
        ("ben", "POST {waiver}/grant"),
        ("approver", "POST {version}/approve"),
    ):
        answer = stage.attempt(who, what)
        assert answer.status_code == 200, (who, what, answer.data)


# --- every role on every route ----------------------------------------------------------------


def _expected() -> dict[str, frozenset[str]]:
    """Return who is let in by each route; everybody is any role, and `nobody`, who has no key."""
    whole = frozenset(Role)
    meant = {"any key": whole, "anybody": whole | {"nobody"}}
    return {what: meant.get(who, frozenset(who.split(" "))) for who, what in rows(ROLES)}


def test_every_route_has_a_row_and_every_row_a_route(stage: Stage) -> None:
    routes = [
        f"{method} {rule.rule}"
        for rule in stage.api.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    ]
    assert sorted(routes) == sorted(what for _, what in rows(ROLES))


@pytest.mark.parametrize("who", ["nobody", "another secret", "an expired key", *Role])
def test_every_route_lets_in_whom_its_row_names_and_nobody_else(stage: Stage, who: str) -> None:
    for what, welcome in _expected().items():
        method, path = what.split(" ")
        is_let_in = who in welcome or "nobody" in welcome
        for asked in (method, "HEAD") if method == "GET" else (method,):
            answer = stage.attempt(who, f"{asked} {re.sub('<.*?>', 'x', path)}")
            answer.close()
            told = (who, asked, path, answer.status_code)
            if is_let_in:
                assert answer.status_code not in (401, 403), told
            elif who in list(Role):
                assert answer.status_code == 403, told
                named = set(re.findall("`([a-z]+)`", answer.text))
                assert asked == "HEAD" or named == welcome, told
            else:
                assert answer.status_code == 401, told
