"""A grant and a revocation reach every process while campaigns are decided without a pause.

Real gunicorn: several workers on one SQLite file, and two nodes on one PostgreSQL. What was decided
meanwhile is replayed and verified afterwards.
"""

import io
import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.deciding.replay import Identical, Replayer
from api.installation.contents import open_database
from api.wsgi import start
from engine.audit.verification.verify import verify_export
from engine.storage.governance.policies import PolicyVersions
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from tests.api import waiving
from tests.api.installation import Caller, Document, Served, install, serving_nodes
from tests.postgresql import PostgreSQLServer
from tests.waiting import until

"""So long the promised two seconds may take on a machine with much else to do."""


def call(node: Served, role: str, path: str, body: Document, tag: str | None = None) -> Document:
    headers = {"Authorization": f"Bearer {node.installation.tokens[role]}"}
    if tag is not None:
        headers["If-Match"] = tag
    status, _, text = node.request("POST", path, json.dumps(body).encode(), **headers)
    assert status in (200, 201), text
    return cast(Document, json.loads(text))


class Client:
    """A client with one connection, so with one worker, that decides without a pause."""

    def __init__(self, node: Served) -> None:
        self._node, self._closing = node, threading.Event()
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self._node.port, timeout=60)
        token = self._node.installation.tokens["both"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps({"campaign": waiving.dear()})
        while not self._closing.is_set():
            connection.request("POST", "/v1/decisions", body, headers)
            self.seen.append(str(json.loads(connection.getresponse().read())["decision"]))
        connection.close()

    def turns(self) -> list[str]:
        """The answers in the order in which they came, each once for as long as it lasts."""
        return [each for k, each in enumerate(self.seen) if k == 0 or self.seen[k - 1] != each]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of a database, empty."""
    if request.param == "sqlite":
        yield {}
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    with server.migrated_database() as url:
        yield {"database_url": url}


def test_grant_and_revocation_reach_every_worker_and_all_of_it_verifies(
    database: dict[str, str], tmp_path: Path
) -> None:
    made = install(tmp_path, log_level="error", **database)
    prepared = start(made.settings)
    caller = Caller(app=cast(Flask, prepared.wsgi), installation=made)
    made.tokens.update(waiving.prepare(caller, made.tokens))  # type: ignore[attr-defined] # A dict.
    prepared.close()
    with serving_nodes(made, 2 if database else 1) as nodes:
        one, other = nodes[0], nodes[-1]
        asked = call(one, "anna", "/v1/waivers", waiving.request())
        place = f"/v1/waivers/{asked['id']}"
        clients = [Client(node) for node in nodes for _ in range(4 // len(nodes))]
        try:
            until(lambda: all(len(each.seen) > 3 for each in clients))
            call(other, "ben", f"{place}/grant", {}, '"1"')
            until(lambda: all(each.seen[-1] == "allow" for each in clients))
            call(one, "ben", f"{place}/revoke", {"reason": "enough"}, '"2"')
            until(lambda: all(each.seen[-1] == "deny" for each in clients))
        finally:
            for each in clients:
                each.close()
        assert [each.turns() for each in clients] == [["deny", "allow", "deny"]] * 4
        _, _, export = other.request("GET", "/v1/log/export")
    report = verify_export(io.BytesIO(export))
    assert (report.faults, report.unread) == ((), None)
    opened = open_database(made.settings)
    log = Decisions(opened)
    replayer = Replayer(PolicyVersions(opened), Erasures(opened))
    entries = list(log.entries(size=TileLog(opened).head().size))
    waived = [each for each in entries if each.columns.outcome == "allow"]
    for entry in (*waived[:3], *waived[-3:], entries[-1]):
        assert replayer.replay(entry).outcome == Identical()
    opened.close()
