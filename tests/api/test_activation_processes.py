"""An activation reaches every process of every node, and no decision is made by a stale policy.

Real gunicorn nodes: two on one PostgreSQL, and several workers on one SQLite file.
"""

import json
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.api.installation import (
    Document,
    Served,
    allowed,
    free_port,
    install,
    serving,
    serving_nodes,
)
from tests.api.publishing import policies
from tests.postgresql import PostgreSQLServer
from tests.waiting import until

WITHIN = 2.0
"""The promise, in seconds. A machine with much else to do is given more before a test fails."""


@pytest.fixture(params=["sqlite", "postgresql"])
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Served]]:
    """One node on SQLite, or two on one PostgreSQL; two workers each."""
    if request.param == "sqlite":
        with serving_nodes(install(tmp_path, log_level="error"), 1) as running:
            yield running
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    with (
        server.migrated_database() as url,
        serving_nodes(install(tmp_path, log_level="error", database_url=url), 2) as running,
    ):
        yield running


def _call(
    node: Served, method: str, path: str, role: str, body: object = None, **headers: str
) -> Any:
    token = node.installation.tokens[role]
    sent = None if body is None else json.dumps(body).encode()
    status, told, text = node.request(
        method, path, sent, Authorization=f"Bearer {token}", **headers
    )
    assert status in (200, 201), text
    return told, json.loads(text)


def _step(node: Served, seen: str, path: str, role: str, **body: object) -> Document:
    told, _ = _call(node, "GET", seen, role)
    _, made = _call(node, "POST", path, role, body, If_Match=str(told["ETag"]))
    return made  # type: ignore[no-any-return] # JSON is any.


def _approved(node: Served, number: int) -> Document:
    _, made = _call(
        node, "POST", "/v1/policy-sets/assent/versions", "author", {"files": policies(number)}
    )
    place = f"/v1/policy-sets/assent/versions/{made['digest']}"
    _step(node, place, f"{place}/submit", "author")
    _step(node, place, f"{place}/approve", "approver")
    return made  # type: ignore[no-any-return] # As above.


def _activate(node: Served, made: Document) -> None:
    place = "/v1/policy-sets/assent"
    _step(node, place, f"{place}/activate", "approver", version=made["digest"])


class Client:
    """A client with one connection, so with one worker, that decides without a pause."""

    def __init__(self, node: Served) -> None:
        self._node = node
        self._closing = threading.Event()
        self.seen: list[tuple[float, int, str | None]] = []
        """When each answer came, its status, and the digest that it names."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def digests(self) -> list[str]:
        """The digests in the order in which they came, each once for as long as it lasts."""
        found = [digest for _, _, digest in self.seen if digest is not None]
        return [each for k, each in enumerate(found) if k == 0 or found[k - 1] != each]

    def _run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._node.port, timeout=60)
        token = self._node.installation.tokens["both"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"campaign": allowed()})
        while not self._closing.is_set():
            connection.request("POST", "/v1/decisions", body, headers)
            answer = connection.getresponse()
            made = json.loads(answer.read())
            digest = made["policy_set"]["digest"] if answer.status == 200 else None
            self.seen.append((time.monotonic(), answer.status, digest))
        connection.close()


def test_activation_reaches_every_worker_of_every_node(nodes: list[Served]) -> None:
    made = _approved(nodes[0], 1)
    clients = [Client(node) for node in nodes for _ in range(4)]
    try:
        until(lambda: all(len(each.seen) > 3 for each in clients))
        _activate(nodes[-1], made)
        until(lambda: all(each.seen[-1][2] == made["digest"] for each in clients))
    finally:
        for each in clients:
            each.close()
    for each in clients:
        assert {status for _, status, _ in each.seen} == {200}
        before, after = each.digests()  # One of the two, and never back.
        assert (before != after, after) == (True, made["digest"])
    for node in nodes:
        _, ready = _call(node, "GET", "/health/ready", "both")
        assert [one["digest"] for one in ready["policy_sets"]] == [made["digest"]]


def test_database_that_is_gone_stops_decisions_and_comes_back(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    with postgresql.migrated_database() as url:
        one = {"workers": "1", "log_level": "warning"}  # So that one has seen what all have seen.
        made = install(tmp_path, database_url=url, port=free_port(), **one)
        with serving(made) as node:
            first = node.decide(allowed())
            postgresql.stop()
            try:
                body = json.dumps({"campaign": allowed(), "dry_run": True}).encode()
                for _ in range(3):
                    assert node.request("POST", "/v1/decisions", body)[0] == 503
                assert node.request("GET", "/health/ready")[0] == 503
            finally:
                postgresql.start()
            until(lambda: node.request("GET", "/health/ready")[0] == 200)
            assert node.decide(allowed())["policy_set"] == first["policy_set"]
            key = f"Bearer {made.tokens['monitor']}"
            _, _, text = node.request("GET", "/metrics", Authorization=key)
            log = made.settings.data_directory / "log"
            until(lambda: "it is known again" in log.read_text(encoding="utf-8"))
        assert b"\nassent_ready 1.0\n" in text
        assert b'assent_refusals_total{reason="' in text
        told = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
        gone = told.index("it is not known which policies are in force")
        assert "it is known again which policies are in force" in told[gone:]
