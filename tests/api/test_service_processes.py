"""The service as it runs: gunicorn with two processes on a real database, over real HTTP.

Nothing that was acknowledged is ever missing: not after `kill -9` of the processes, not after a
stop, and not after a reload.
"""

import base64
import fcntl
import http.client
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest

from api.installation.contents import open_database
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import verify_export
from engine.storage.keys import ApiKeys, Role
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from tests.api.installation import (
    JSON_POST,
    NDJSON,
    Document,
    Served,
    allowed,
    assert_problem,
    campaign,
    free_port,
    install,
    ndjson,
    raw_request,
    serving,
    serving_nodes,
)
from tests.postgresql import PostgreSQLServer

ROUNDS = 10
WAITING = 40


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("served")
    with serving(install(directory, port=free_port())) as running:
        yield running


def _verify(served: Served, acknowledged: list[Document]) -> int:
    """Check that the log is whole and has every receipt; return how many decisions it has."""
    status, _, text = served.request("GET", "/v1/log/export")
    assert status == 200
    return _check_export(text, acknowledged)


def _check_export(text: bytes, acknowledged: list[Document]) -> int:
    report = verify_export(BytesIO(text))
    assert report.is_valid, report.faults
    lines = [json.loads(line) for line in text.splitlines()[1:]]
    decisions = [line for line in lines if line["columns"] is not None]
    leaves = {
        line["columns"]["decision_id"]: (line["index"], line["leaf_hash"]) for line in decisions
    }
    for one in acknowledged:
        receipt = one["receipt"]
        assert leaves.get(one["id"]) == (receipt["index"], receipt["leaf_hash"])
    return len(decisions)


# --- what only a real server shows ------------------------------------------------------------


def test_posts_from_many_threads(served: Served) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: served.decide(campaign(id=f"t{n}")), range(200)))
    assert len({one["receipt"]["index"] for one in made}) == 200
    assert [one["campaign"] for one in made] == [f"t{n}" for n in range(200)]
    _verify(served, made)


def test_revocation_reaches_every_process_within_two_seconds(served: Served) -> None:
    with closing(open_database(served.installation.settings)) as database:
        keys = ApiKeys(database)
        made = keys.create(
            actor="jo", name="leaked", roles=[Role.SUBMITTER], policy_sets=["assent"]
        )
        with ExitStack() as stack:
            ways = [
                stack.enter_context(
                    closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60))
                )
                for _ in range(4)
            ]
            assert [_statuses(ways, made.token) for _ in range(2)] == [[200] * 4] * 2
            # The key is remembered by now, and opens no other set than its own.
            assert _statuses(ways, made.token, "others") == [403] * 4
            keys.revoke(made.key.prefix, actor="jo")
            revoked = begun = time.monotonic()
            while _statuses(ways, made.token) != [401] * 4:
                assert begun - revoked <= 2, "who asked later was let in"
                begun = time.monotonic()
            assert _statuses(ways, made.token) == [401] * 4


def _statuses(
    ways: list[http.client.HTTPConnection], token: str, policy_set: str = "assent"
) -> list[int]:
    """Return the status of a batch of nothing, over each connection."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    found = []
    for way in ways:
        way.request("POST", f"/v1/decisions/batch?policy_set={policy_set}", b"[]", headers)
        answer = way.getresponse()
        answer.read()
        found.append(answer.status)
    return found


def test_receipt_holds_against_the_proof(served: Served) -> None:
    made = served.decide(allowed())
    _, _, text = served.request("GET", f"/v1/decisions/{made['id']}/proof")
    proof = json.loads(text)
    assert (proof["index"], proof["leaf_hash"]) == (
        made["receipt"]["index"],
        made["receipt"]["leaf_hash"],
    )
    _, _, export = served.request("GET", "/v1/log/export")
    trusted = TreeHead(size=proof["size"], root=base64.b64decode(proof["root"]))
    assert verify_export(BytesIO(export), trusted=trusted).is_valid


def test_body_of_ten_megabytes_is_answered(served: Served) -> None:
    status, headers, text = served.request("POST", "/v1/decisions", b" " * 10_000_000)
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert_problem(json.loads(text))


def _raw(served: Served, head: str, body: bytes) -> bytes:
    """Send bytes, say that no more will come, and return all that is answered."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(raw_request(served, head, body))
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def test_body_that_is_cut_off(served: Served) -> None:
    whole = json.dumps({"campaign": allowed()}).encode()
    answer = _raw(served, f"{JSON_POST}\r\nContent-Length: {len(whole) + 1}", whole)
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert b"/problems/incomplete-body" in answer


@pytest.mark.parametrize("body", [b'5\r\n{"cam', b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx0\r\n\r\n"])
def test_chunks_that_are_broken(served: Served, body: bytes) -> None:
    answer = _raw(served, f"{JSON_POST}\r\nTransfer-Encoding: chunked", body)
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert b"/problems/incomplete-body" in answer


LIVE = "GET /health/live HTTP/1.1"


@pytest.mark.parametrize(
    ("head", "status", "name"),
    [
        ("GARBAGE", 400, "bad-request"),
        ("\x16\x03\x01", 400, "bad-request"),
        ("GET /v1/decisions?text=a hunter2 HTTP/1.1", 400, "bad-request"),
        (f"{LIVE}\r\nBearer hunter2", 400, "bad-request"),
        (f"{LIVE}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", 400, "bad-request"),
        ("GET /" + "x" * 70_000 + " HTTP/1.1", 414, "uri-too-long"),
        (f"{LIVE}\r\nX: {'x' * 9_000}", 431, "headers-too-large"),
        (f"{LIVE}\r\nTransfer-Encoding: hunter2", 501, "unknown-transfer-coding"),
        (f"{LIVE}\r\nTransfer-Encoding: gzip, chunked", 501, "unknown-transfer-coding"),
        (f"{LIVE}\r\nHost: hunter2", 400, "bad-request"),
        ("GET /health/live#hunter2 HTTP/1.1", 400, "bad-request"),
    ],
)
def test_what_is_not_http_is_a_problem_and_harms_nobody(
    served: Served, head: str, status: int, name: str
) -> None:
    first, _, rest = _raw(served, head, b"").partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Type: application/problem+json\r\n" in headers
    made = json.loads(body)
    assert_problem(made)
    assert (made["status"], made["type"]) == (status, f"/problems/{name}")
    assert f"X-Request-ID: {made['request_id']}".encode() in headers
    assert b"\r\nDate: " in headers  # RFC 9110 §6.6.1
    assert b"hunter2" not in rest
    assert served.request("GET", "/health/live")[0] == 200


@pytest.mark.parametrize(
    ("request_", "status", "version"),
    [
        ("GET /health/live HTTP/1.1\r\n", 400, "1.1"),
        ("HEAD /health/live HTTP/1.1\r\n", 400, "1.1"),
        ("GET /health/live HTTP/1.1\r\nHost: a b/?#\r\n", 400, "1.1"),
        ("GET /health/live HTTP/1.1\r\nHost: [::1]:80\r\n", 200, "1.1"),
        ("GET /health/live HTTP/1.1\r\nHost:\r\n", 200, "1.1"),
        ("GET /health/live HTTP/1.9\r\nHost: a_b.example:8000\r\n", 200, "1.1"),
        ("GET /health/live HTTP/1.0\r\n", 200, "1.0"),
        ("GET http://a.example/health/live HTTP/1.1\r\nHost: b.example\r\n", 200, "1.1"),
    ],
)
def test_host_and_version_are_those_of_http(
    served: Served, request_: str, status: int, version: str
) -> None:
    """RFC 9112 §3.2, RFC 9110 §2.5; and RFC 9110 §9.3.2: to HEAD no body is answered."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(f"{request_}Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(partial(connection.recv, 65_536), b""))
    assert answer.startswith(f"HTTP/{version} {status} ".encode())
    assert answer.endswith(b"\r\n\r\n") == request_.startswith("HEAD")


def test_one_request_has_one_answer_whatever_is_left_of_its_body(served: Served) -> None:
    head = "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(head.encode())
        answer = b"".join(iter(partial(connection.recv, 65_536), b""))
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_address_of_eight_thousand_bytes_is_read(served: Served) -> None:
    """As RFC 9110 §4.1 recommends; it is then for the application to refuse."""
    query = "&".join(f"x{n}=" + "x" * 700 for n in range(11))
    assert served.request("GET", f"/v1/decisions?{query}")[0] == 400


def test_client_that_hangs_up_harms_nobody(served: Served) -> None:
    before = _verify(served, [])
    body = json.dumps({"campaign": allowed(id="gone")}).encode()
    head = f"{JSON_POST}\r\nContent-Length: {len(body)}"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(raw_request(served, head, body))
    made = served.decide(allowed())
    assert before < _verify(served, [made]) <= before + 21


def test_full_queue_is_told_and_what_waits_is_recorded(tmp_path: Path) -> None:
    installation = install(
        tmp_path, port=free_port(), log_level="error", workers="1", commit_queue="1"
    )
    with (
        serving(installation) as served,
        closing(open_database(installation.settings)) as database,
        ThreadPoolExecutor(6) as pool,
    ):
        first = served.decide(allowed())
        body = json.dumps({"campaign": allowed()}).encode()
        with database.writing():  # Nobody else writes: one is being recorded, and one waits.
            asked = [
                pool.submit(served.request, "POST", "/v1/decisions", body, Connection="close")
                for _ in range(6)
            ]
            refused = list(islice(as_completed(asked, timeout=60), 4))
        for each in refused:
            status, headers, text = each.result()
            assert (status, json.loads(text)["type"]) == (503, "/problems/busy")
            assert int(headers["Retry-After"]) >= 1
        answers = [each.result() for each in asked if each not in refused]
        assert [status for status, _, _ in answers] == [200, 200]
        assert _verify(served, [first, *(json.loads(text) for _, _, text in answers)]) == 3


# --- streams ----------------------------------------------------------------------------------


def test_client_that_sends_everything_before_it_reads(served: Served) -> None:
    """Twenty megabytes of answers do not fit between them: the server must go on reading."""
    lines = ndjson([campaign(id=f"b{n}", name="x" * 1000) for n in range(4000)])
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
    connection.request("POST", "/v1/decisions/batch?dry_run=true", lines, _ndjson_headers(served))
    answer = connection.getresponse()
    campaigns = [json.loads(line)["campaign"] for line in answer]
    connection.close()
    assert campaigns == [f"b{n}" for n in range(4000)]


def test_answers_come_while_the_request_still_goes_on(served: Served) -> None:
    half = ndjson([allowed(name="x" * 1000)] * 100)
    with _open_batch(served) as (connection, send):
        send(half)
        answer = connection.getresponse()
        first = json.loads(answer.readline())
        assert (first["line"], first["decision"]) == (1, "allow")
        send(half)
        send(b"")
        rest = [json.loads(line) for line in answer]
    assert [each["line"] for each in rest] == list(range(2, 201))
    _verify(served, [first, *rest])


def test_slow_streams_leave_room_for_others(served: Served) -> None:
    """With every stream taken, more are told to come again, and decisions go on."""
    opened = []
    for _ in range(6):
        batch = _open_batch(served)
        _, send = batch.__enter__()
        send(ndjson([allowed()]))
        opened.append(batch)
    for _ in range(20):
        assert served.request("GET", "/health/ready")[0] == 200
        assert served.decide(allowed())["recorded"] is True
    for batch in opened:
        batch.__exit__(None, None, None)


def _ndjson_headers(served: Served) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {served.installation.tokens['both']}",
        "Content-Type": NDJSON,
    }


@contextmanager
def _open_batch(
    served: Served,
) -> Iterator[tuple[http.client.HTTPConnection, Callable[[bytes], None]]]:
    """Yield a connection with a batch begun on it, and what sends one chunk of it."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
    connection.putrequest("POST", "/v1/decisions/batch")
    for name, value in _ndjson_headers(served).items():
        connection.putheader(name, value)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    yield connection, lambda piece: connection.send(b"%x\r\n%b\r\n" % (len(piece), piece))
    connection.close()


# --- killed, stopped, reloaded ----------------------------------------------------------------


class Load:
    """Threads that post decisions one after the other, and keep what was acknowledged."""

    def __init__(self, served: Served, threads: int) -> None:
        self.acknowledged: list[Document] = []
        self.lost = 0
        self._served = served
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._post) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _post(self) -> None:
        body = json.dumps({"campaign": campaign()}).encode()
        while not self._over.is_set():
            try:
                status, _, text = self._served.request("POST", "/v1/decisions", body)
            except (OSError, http.client.HTTPException):
                self.lost += 1
                time.sleep(0.01)
                continue
            assert status == 200, text
            self.acknowledged.append(json.loads(text))

    def await_more(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        wanted = len(self.acknowledged) + count
        for _ in range(3000):
            if len(self.acknowledged) >= wanted or not any(t.is_alive() for t in self._threads):
                return
            time.sleep(0.01)
        raise AssertionError("the server acknowledges nothing any more")

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


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
        size = _verify(served, load.acknowledged)
        assert ROUNDS * 20 <= len(load.acknowledged) <= size <= len(load.acknowledged) + load.lost


def test_log_that_nobody_reads_holds_up_nobody(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port())
    place = installation.settings.data_directory / "log"
    os.mkfifo(place)
    log = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(log, "rb", buffering=0) as read, serving(installation) as served:
        read.read(1 << 20)
        fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, 4_096)  # A dozen lines.
        made = [served.decide(allowed()) for _ in range(100)]
        lines: list[Document] = []
        for _ in range(100):  # Until each process has told what it could not write.
            lines += map(json.loads, (read.read(1 << 20) or b"").splitlines())
            if len({line["process"] for line in lines if "lost" in line}) == 2:
                break
            made.append(served.decide(allowed()))
        assert sum(line.get("lost", 0) for line in lines) >= 50
        _verify(served, made)


def test_answer_of_a_killed_process_is_no_whole_one_to_a_proxy_of_http_1_0(tmp_path: Path) -> None:
    lines = ndjson([allowed(name="x" * 1000)] * 100)
    head = f"POST /v1/decisions/batch?dry_run=true HTTP/1.0\r\nContent-Type: {NDJSON}"
    with (
        serving(install(tmp_path, port=free_port(), log_level="error")) as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection,
    ):
        connection.sendall(
            raw_request(served, f"{head}\r\nContent-Length: {2 * len(lines)}", lines)
        )
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
        assert len(made) <= _verify(other, made) <= len(made) + loads[0].lost
        assert (loads[1].lost, other.request("GET", "/health/ready")[0]) == (0, 200)


def test_graceful_stop_loses_nothing(tmp_path: Path) -> None:
    installation = install(tmp_path, port=free_port(), log_level="error")
    body = json.dumps({"campaign": campaign()}).encode()
    with serving(installation) as served, ExitStack() as stack:
        load = Load(served, 8)
        stack.callback(load.end)
        load.await_more(100)
        asked = raw_request(served, f"{JSON_POST}\r\nContent-Length: {len(body)}", body)
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


def test_reload_loses_noraw_request(tmp_path: Path) -> None:
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
        assert _verify(served, load.acknowledged) == len(load.acknowledged)


def test_gunicorn_serves_the_application_too(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "api.wsgi:application()", "--workers", "2"]
    command += ["--threads", "4", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with serving(install(tmp_path, port=port), command) as served:
        _verify(served, [served.decide(campaign()) for _ in range(5)])
