"""Processes that are killed, stopped or reloaded: nothing acknowledged is ever missing."""

import base64
import json
import os
import signal
import socket
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest

from api.installation.contents import open_database
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from tests.api.acknowledged import Load, verify
from tests.api.installation import (
    JSON_POST,
    NDJSON,
    allowed,
    campaign,
    free_port,
    install,
    ndjson,
    serving,
    serving_nodes,
)
from tests.postgresql import PostgreSQLServer

ROUNDS = 10
WAITING = 40


def test_killed_processes_lose_nothing_acknowledged(tmp_path: Path) -> None:
    with serving(install(tmp_path, port=free_port(), log_level="error")) as served:
        load = Load(served, 4)
        try:
            for _ in range(ROUNDS):
                load.await_more(20)
                for worker in served.workers():
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
        finally:
            load.await_more(20)
            load.end()
        size = verify(served, load.acknowledged)
        assert ROUNDS * 20 <= len(load.acknowledged) <= size <= len(load.acknowledged) + load.lost


def test_answer_of_a_killed_process_is_no_whole_one_to_a_proxy_of_http_1_0(tmp_path: Path) -> None:
    lines = ndjson([allowed(name="x" * 1000)] * 100)
    head = f"POST /v1/decisions/batch?dry_run=true HTTP/1.0\r\nContent-Type: {NDJSON}"
    with (
        serving(install(tmp_path, port=free_port(), log_level="error")) as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection,
    ):
        connection.sendall(served.raw_request(f"{head}\r\nContent-Length: {2 * len(lines)}", lines))
        assert connection.recv(65_536).startswith(b"HTTP/1.0 200 ")
        for worker in served.workers():
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(ConnectionResetError):
            b"".join(iter(partial(connection.recv, 65_536), b""))


def test_killed_node_loses_nothing_acknowledged_and_the_other_goes_on(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    with (
        postgresql.migrated_database() as url,
        serving_nodes(install(tmp_path, log_level="error", database_url=url), 2) as (one, other),
    ):
        loads = [Load(node, 2) for node in (one, other)]
        try:
            for load in loads:
                load.await_more(20)
            os.killpg(one.process.pid, signal.SIGKILL)
            loads[1].await_more(20)
        finally:
            for load in loads:
                load.end()
        made = [each for load in loads for each in load.acknowledged]
        assert len(made) <= verify(other, made) <= len(made) + loads[0].lost
        assert (loads[1].lost, other.request("GET", "/health/ready")[0]) == (0, 200)


def test_graceful_stop_loses_nothing(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port(), log_level="error")
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served, ExitStack() as stack:
        load = Load(served, 8)
        stack.callback(load.end)
        load.await_more(100)
        asked = served.raw_request(f"{JSON_POST}\r\nContent-Length: {len(body)}", body)
        place = ("127.0.0.1", served.port)
        waiting = [stack.enter_context(socket.create_connection(place, 60)) for _ in range(WAITING)]
        for each in waiting:
            each.sendall(asked)
        served.process.send_signal(signal.SIGTERM)
        answers = [b"".join(iter(partial(each.recv, 65_536), b"")) for each in waiting]
        assert served.process.wait(60) == 0
    assert [each[:13] for each in answers] == WAITING * [b"HTTP/1.1 200 "]
    made = [*load.acknowledged, *(json.loads(each.partition(b"\r\n\r\n")[2]) for each in answers)]
    database = open_database(installation.settings)
    decisions = Decisions(database)
    size = TileLog(database).head().size
    logged = {e.columns.decision_id: e.leaf_hash for e in decisions.entries(size=size)}
    database.close()
    answered = {one["id"]: base64.b64decode(one["receipt"]["leaf_hash"]) for one in made}
    assert answered.items() <= logged.items()
    assert len(logged) == len(answered), "a decision was recorded whose answer never came"


def test_reload_loses_no_request(tmp_path: Path) -> None:
    with serving(install(tmp_path, port=free_port(), log_level="error")) as served:
        load = Load(served, 4)
        load.await_more(50)
        before = set(served.workers())
        served.process.send_signal(signal.SIGHUP)
        for _ in range(1000):
            if before.isdisjoint(served.workers()):
                break
            load.await_more(20)
        assert before.isdisjoint(served.workers()), "a process of before still runs"
        load.await_more(100)
        load.end()
        assert load.lost == 0
        assert verify(served, load.acknowledged) == len(load.acknowledged)
