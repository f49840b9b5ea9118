"""What a key reaches that is limited to policy sets: a row for every endpoint that wants a key.

The service decides by three sets: `assent`, by default, `house` and `lab`. Gina has every role, in
`house` alone. Each row tries something that is of `assent`, or of all sets, and says what comes of
it: it is refused, or something is not in Gina's answer that is in the answer to a key without a
limit. An endpoint without a row fails.
"""

import json
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

import pytest
from flask import Flask

from api.cli.verification_view import records_lines
from api.http.admission.access import ROLES
from api.wsgi import start
from engine.audit.exhibits.evidence import verify_evidence
from engine.audit.exhibits.manifest import read_manifest, verify_records
from engine.audit.exhibits.sampling import drawn_positions, sample_seed
from engine.audit.merkle.spans import spans_of
from engine.audit.merkle.tree import TreeHead
from engine.storage.databases.database import Database
from engine.storage.keys import ApiKeys, Role
from engine.storage.log.anchor import KeyFile
from tests.api import waiving
from tests.api.installation import Caller, Document, Installation, allowed, install, problem_of
from tests.api.publishing import loaded, policies, publish
from tests.api.test_http_accesses import accesses
from tests.api.test_http_refusals import BODIES, rows

REACH = """
endpoint                | what is tried                                                   | what comes of it

What is of another set is refused.
decisions.decide        | POST /v1/decisions                                              | refused
decisions.decide        | POST /v1/decisions again                                        | refused
batch.decide            | POST /v1/decisions/batch                                        | refused
opa.decide              | POST /v1/data/assent/allow                                      | refused
authzen.evaluation      | POST /access/v1/evaluation                                      | refused
authzen.evaluations     | POST /access/v1/evaluations                                     | refused
vocabulary.show         | GET /v1/vocabulary                                              | refused
search.list             | GET /v1/decisions?policy_set=assent                             | refused
search.list             | GET /v1/decisions?saved=of-assent                               | refused
search.statistics       | GET /v1/decisions/statistics?policy_set=assent                  | refused
search.sample           | GET /v1/decisions/sample?count=9&as_of=1&policy_set=assent      | refused
search.manifest         | GET /v1/decisions/manifest?format=csv&as_of=1&policy_set=assent | refused
search.evidence         | GET /v1/decisions/evidence?policy_set=assent                    | refused
search.show             | GET {decision}                                                  | refused
search.show             | GET {erased}                                                    | refused
search.prove            | GET {decision}/proof                                            | refused
search.receipt          | GET {decision}/receipt                                          | refused
search.evidence_of_one  | GET {decision}/evidence                                         | refused
search.replay           | POST {decision}/replay                                          | refused
queries.show            | GET /v1/queries/of-assent                                       | refused
queries.delete          | DELETE /v1/queries/of-assent                                    | refused
policy_sets.show        | GET {set}                                                       | refused
policy_sets.show        | GET /v1/policy-sets/nowhere                                     | refused
policy_sets.versions    | GET {set}/versions                                              | refused
policy_sets.version     | GET {version}                                                   | refused
policy_sets.files       | GET {version}/files                                             | refused
policy_sets.diff        | GET {set}/diff?new=x                                            | refused
policy_sets.impact      | POST {version}/impact                                           | refused
policy_sets.upload      | POST {set}/versions                                             | refused
policy_sets.submit      | POST {version}/submit                                           | refused
policy_sets.approve     | POST {version}/approve                                          | refused
policy_sets.reject      | POST {version}/reject                                           | refused
policy_sets.activate    | POST {set}/activate                                             | refused
policy_sets.rollback    | POST {set}/rollback                                             | refused
waivers.list            | GET /v1/waivers?policy_set=assent                               | refused
waivers.request         | POST /v1/waivers                                                | refused
waivers.show            | GET {waiver}                                                    | refused
waivers.grant           | POST {waiver}/grant                                             | refused
waivers.refuse          | POST {waiver}/refuse                                            | refused
waivers.revoke          | POST {waiver}/revoke                                            | refused

So is what concerns all sets at once.
search.list             | GET /v1/decisions?saved=of-all                                  | refused
queries.save            | POST /v1/queries                                                | refused
queries.show            | GET /v1/queries/of-all                                          | refused
queries.delete          | DELETE /v1/queries/of-all                                       | refused
tiles.checkpoint        | GET /log/checkpoint                                             | refused
tiles.resource          | GET /log/tile/entries/000.p/1                                   | refused
tiles.timestamp         | GET /log/timestamps/latest                                      | refused
log.export              | GET /v1/log/export                                              | refused
erasures.erase          | POST /v1/erasures                                               | refused
facts.list              | GET /v1/facts                                                   | refused
facts.show              | GET /v1/facts/x                                                 | refused
facts.versions          | GET /v1/facts/x/versions                                        | refused
facts.record            | POST /v1/facts                                                  | refused
facts.amend             | PUT /v1/facts/x                                                 | refused
facts.withdraw          | POST /v1/facts/x/withdraw                                       | refused
metrics.show            | GET /metrics                                                    | refused

Whatever finds, lists or counts stays within the sets of the key.
search.list             | GET /v1/decisions                                               | without "cmp-7"
search.list             | GET /v1/decisions?campaign=cmp-7                                | without "campaign":"cmp-7"
search.list             | GET /v1/decisions?format=csv                                    | without cmp-7
search.list             | GET /v1/decisions?format=ndjson&as_of={size}                    | without "cmp-7"
search.statistics       | GET /v1/decisions/statistics                                    | without spending/dear
search.sample           | GET /v1/decisions/sample?count=99&as_of={size}                  | without "cmp-7"
search.manifest         | GET /v1/decisions/manifest?format=csv&as_of={size}              | without "count": 7
search.evidence         | GET /v1/decisions/evidence?outcome=deny                         | without "cmp-7"
queries.list            | GET /v1/queries                                                 | without "of-assent"
queries.list            | GET /v1/queries                                                 | without "of-all"
waivers.list            | GET /v1/waivers                                                 | without spending/dear
policy_sets.list        | GET /v1/policy-sets                                             | without "name":"assent"
opa.policies            | GET /v1/policies/                                               | without assent
documentation.openapi   | GET /openapi.json                                               | without countries

And what is examined without being kept is of no set.
policies.check          | POST /v1/policies/check                                         | read
policies.format         | POST /v1/policies/format                                        | read
"""  # noqa: E501 - a table is read in columns.

_ITEM = cast("dict[str, Any]", BODIES["POST /access/v1/evaluation"])
_BODIES: dict[str, object] = {
    **BODIES,
    "POST /access/v1/evaluations": {"evaluations": [_ITEM, _ITEM]},
    "POST /v1/queries": {"name": "mine", "outcome": "deny"},
}
FIRST = {"campaign": allowed(id="cmp-7"), "policy_set": "assent"}
ONCE = {"Idempotency-Key": "once"}
OF_HOUSE = ["of-house-2", "of-house-1", "of-house-0"]


class Stage:
    """A service with decisions of three policy sets, and who asks it."""

    def __init__(self, installation: Installation, api: Caller) -> None:
        tokens = cast("dict[str, str]", installation.tokens)
        self._database = Database(installation.settings.database_url)
        self._keys = ApiKeys(self._database)
        tokens["everyone"] = self._key("everyone", set(Role), None)
        tokens |= waiving.prepare(api, tokens)
        for number, name in enumerate(("house", "lab"), start=1):
            publish(api, policies(number), name)
        api.app.extensions["policies"].refresh()
        self.api = api
        # Gina and Pat had keys without a limit, by which they asked for this in `assent`.
        for name in ("gina", "pat"):
            tokens[name] = self._key(name, {Role.SUBMITTER}, None)
        loaded(api.post(FIRST, role="gina", headers=ONCE))
        self.places = self._prepare()
        for name in ("gina", "pat"):
            self._keys.revoke(tokens[name].split("_")[1], actor="jo")
        tokens["gina"] = self._key("gina", set(Role), {"house"})
        tokens["pat"] = self._key("pat", {Role.SUBMITTER}, {"lab"})
        tokens["both houses"] = self._key("both houses", {Role.AUDITOR}, {"house", "lab"})

    def _key(self, name: str, roles: set[Role], sets: set[str] | None) -> str:
        grants = [waiving.BOARD] if Role.APPROVER in roles else []
        return self._keys.create(
            actor="jo", name=name, roles=roles, policy_sets=sets, may_grant=grants
        ).token

    def close(self) -> None:
        self._database.close()

    def _prepare(self) -> dict[str, str]:
        denied = self.decide(waiving.dear(), "assent", "pat")
        gone = self.decide(allowed(id="cmp-7"), "assent", "pat")
        for number in range(3):
            self.decide(allowed(id=f"of-house-{number}"), "house")
        self.decide(allowed(id="of-lab"), "lab", "pat")
        self.save("of-assent", policy_set="assent", outcome="deny")
        self.save("of-all", outcome="deny")
        order = {"decision": gone["id"], "ground": "objection"}
        assert self.api.post(order, "/v1/erasures", role="everyone").status_code == 200
        in_force = loaded(self.api.get("/v1/policy-sets/assent", role="everyone"))
        page = loaded(self.api.get("/v1/decisions", role="everyone"))
        return {
            "decision": f"/v1/decisions/{denied['id']}",
            "erased": f"/v1/decisions/{gone['id']}",
            "set": "/v1/policy-sets/assent",
            "version": f"/v1/policy-sets/assent/versions/{in_force['in_force']['version']}",
            "waiver": f"/v1/waivers/{waiving.ask(self.api)['id']}",
            "size": str(page["size"]),
        }

    def decide(self, descriptor: Document, policy_set: str, role: str = "everyone") -> Document:
        body = {"campaign": descriptor, "policy_set": policy_set}
        return loaded(self.api.post(body, role=role))

    def save(self, name: str, role: str = "everyone", **filters: str) -> None:
        loaded(self.api.post({"name": name, **filters}, "/v1/queries", role=role))

    def attempt(self, who: str, what: str) -> Any:
        """Return the answer to an attempt: method and path; `again`, as it was asked before."""
        method, path, *again = what.split(" ")
        body = FIRST if again else _BODIES.get(f"{method} {path}", {})
        headers = {"If-Match": "*", **(ONCE if again else {})}
        content = {} if method == "GET" else {"json": body}
        where = path.format(**self.places)
        return self.api.call(method, where, role=who, headers=headers, **content)

    def found(self, path: str, role: str = "gina") -> list[str]:
        """Return the campaigns that an answer lists."""
        return [each["campaign"] for each in loaded(self.api.get(path, role=role))["items"]]

    def read(self, path: str, role: str) -> bytes:
        """Return the bytes of an answer to the end, which gives its place back."""
        with self.api.get(path, role=role) as answer:
            assert answer.status_code == 200, answer.data
            return bytes(answer.data)

    def log_size(self) -> int:
        ready = json.loads(self.api.get("/health/ready", role=None).data)
        return int(ready["log"]["size"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    installation = install(tmp_path_factory.mktemp("reach"), log_level="error")
    process = start(installation.settings)
    made = Stage(installation, Caller(app=cast(Flask, process.wsgi), installation=installation))
    yield made
    made.close()
    process.close()


def test_every_endpoint_has_a_row() -> None:
    assert {endpoint for endpoint, _, _ in rows(REACH)[1:]} == set(ROLES)


@pytest.mark.parametrize(
    ("endpoint", "what", "comes"),
    [pytest.param(*row, id=f"{row[1]}: {row[2]}") for row in rows(REACH)[1:]],
)
def test_key_reaches_its_sets_alone(stage: Stage, endpoint: str, what: str, comes: str) -> None:
    before = stage.log_size()
    with stage.attempt("gina", what) as answer:
        assert endpoint_of(stage, what) == endpoint
        if comes == "refused":
            is_answered = endpoint == "authzen.evaluations"  # Item by item.
            assert answer.status_code == (200 if is_answered else 403), answer.text
            assert answer.text.count("limited to `house`") == (2 if is_answered else 1)
            assert stage.log_size() == before
            return
        if comes == "read":  # It has no files, which is what it is told.
            problem_of(answer, 422, "malformed-policies")
            return
        assert answer.status_code == 200, answer.data
        hidden = comes.removeprefix("without ").encode()
        assert hidden not in answer.data
    with stage.attempt("everyone", what) as whole:
        assert whole.status_code == 200
        assert hidden in whole.data


def endpoint_of(stage: Stage, what: str) -> str:
    """Return the endpoint that an attempt comes to."""
    method, path, *_ = what.format(**stage.places).split(" ")
    return str(stage.api.app.url_map.bind("").match(path.partition("?")[0], method)[0])


# --- what a limited key is answered is whole, and right ---------------------------------------


def test_pages_of_its_sets(stage: Stage) -> None:
    first = loaded(stage.api.get("/v1/decisions?limit=2", role="gina"))
    cursor = first["next"]
    rest = stage.found(f"/v1/decisions?limit=2&cursor={cursor}")
    assert [each["campaign"] for each in first["items"]] + rest == OF_HOUSE
    other = stage.api.get(f"/v1/decisions?cursor={cursor}", role="both houses")
    problem_of(other, 400, "invalid-query")
    whole = loaded(stage.api.get("/v1/decisions?limit=2", role="everyone"))
    mixed = stage.api.get(f"/v1/decisions?limit=2&cursor={whole['next']}", role="gina")
    problem_of(mixed, 400, "invalid-query")
    pages, cursor = list[str](), ""
    while cursor is not None:
        page = loaded(stage.api.get(f"/v1/decisions?limit=3{cursor}", role="both houses"))
        pages += [each["campaign"] for each in page["items"]]
        cursor = None if page["next"] is None else f"&cursor={page['next']}"
    assert pages == ["of-lab", *OF_HOUSE]
    assert stage.found("/v1/decisions?policy_set=house", "both houses") == OF_HOUSE
    as_of = first["items"][0]["index"]
    assert stage.found(f"/v1/decisions?as_of={as_of}") == OF_HOUSE[1:]
    assert stage.found(f"/v1/decisions?as_of={as_of}", "both houses") == OF_HOUSE[1:]


@pytest.mark.parametrize(
    ("role", "count", "filters", "told"),
    [
        ("gina", 3, {"policy_set": "house"}, "policy_set house"),
        ("both houses", 4, {"policy_sets": ["house", "lab"]}, "policy_sets house or lab"),
    ],
)
def test_what_was_searched_for_is_told_and_comes_out_again(
    stage: Stage, role: str, count: int, filters: Document, told: str
) -> None:
    size = stage.places["size"]
    drawn = loaded(stage.api.get(f"/v1/decisions/sample?count=2&as_of={size}", role=role))
    assert (drawn["filters"], drawn["population"]) == (filters, count)
    head = TreeHead(size=drawn["size"], root=b64decode(drawn["root"]))
    positions = drawn_positions(sample_seed(head, filters), count, 2)
    assert [each["position"] for each in drawn["items"]] == list(positions)
    query = f"format=csv&as_of={size}"
    file = stage.read(f"/v1/decisions?{query}", role)
    manifest = read_manifest(stage.read(f"/v1/decisions/manifest?{query}", role))
    assert (manifest.filters, manifest.count) == (filters, count)
    known = KeyFile(stage.api.installation.settings.log_key).read().verifiers
    verified = verify_records(manifest, BytesIO(file), known)
    assert verified.faults == ()
    assert any(told in line.plain for line in records_lines(verified))
    proved = stage.read("/v1/decisions/evidence?outcome=deny", role)
    report = verify_evidence(BytesIO(proved), known)
    assert report.manifest is not None
    assert report.faults == ()
    assert report.manifest.filters == filters | {"outcome": "deny"}
    assert len(report.manifest.decisions) == count


def test_access_names_what_was_shown_and_no_more(stage: Stage) -> None:
    items = loaded(stage.api.get("/v1/decisions", role="gina"))["items"]
    shown = spans_of(each["index"] for each in items)
    stage.read("/v1/decisions?format=csv", "gina")
    assert accesses(stage.api)[-2:] == [("search", shown, "gina"), ("export", shown, "gina")]


def test_one_decision_of_its_set(stage: Stage) -> None:
    made = loaded(stage.api.get("/v1/decisions?limit=1", role="gina"))["items"][0]
    for below in ("", "/proof", "/receipt", "/evidence"):
        assert stage.read(f"/v1/decisions/{made['id']}{below}", "gina")
    replayed = stage.api.call("POST", f"/v1/decisions/{made['id']}/replay", role="gina")
    assert loaded(replayed)["replay"] == "identical"


def test_queries_of_its_set(stage: Stage) -> None:
    stage.save("of-house", role="gina", policy_set="house", outcome="deny")
    (listed,) = loaded(stage.api.get("/v1/queries", role="gina"))["items"]
    assert listed == loaded(stage.api.get("/v1/queries/of-house", role="both houses"))
    assert stage.found("/v1/decisions?saved=of-house") == OF_HOUSE
    gone = stage.api.call("DELETE", "/v1/queries/of-house", role="both houses")
    assert loaded(gone)["deleted"] == "of-house"


def test_a_submitter_finds_its_own_of_its_sets(stage: Stage) -> None:
    """A key of the same name, without a limit, decided in other sets before."""
    assert stage.found("/v1/decisions", "pat") == ["of-lab"]
    for name in ("decision", "erased"):
        answer = stage.api.get(stage.places[name], role="pat")
        assert "limited to `lab`" in str(problem_of(answer, 403, "forbidden")["detail"])
