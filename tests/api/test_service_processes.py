"""The service as it runs: gunicorn with two processes on a real database, over real HTTP."""

import base64
import fcntl
import http.client
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path

from api.installation.contents import open_database
from engine.audit.merkle.tree import TreeHead
from engine.audit.verification.verify import verify_export
from engine.storage.keys import ApiKeys, Role
from tests.api.acknowledged import verify
from tests.api.installation import (
    NDJSON,
    Document,
    Served,
    allowed,
    campaign,
    free_port,
    install,
    ndjson,
    serving,
)


def test_posts_from_many_threads(served: Served) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: served.decide(campaign(id=f"t{n}")), range(200)))
    assert len({one["receipt"]["index"] for one in made}) == 200
    assert [one["campaign"] for one in made] == [f"t{n}" for n in range(200)]
    verify(served, made)


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
        assert verify(served, [first, *(json.loads(text) for _, _, text in answers)]) == 3


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
    verify(served, [first, *rest])


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


def test_gunicorn_serves_the_application_too(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "api.wsgi:application()", "--workers", "2"]
    command += ["--threads", "4", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with serving(install(tmp_path, port=port), command) as served:
        verify(served, [served.decide(campaign()) for _ in range(5)])


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
        verify(served, made)
