"""Connections to a running service: what is no HTTP, and clients that stop halfway."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from tests.api.acknowledged import verify
from tests.api.installation import (
    JSON_POST,
    Served,
    allowed,
    assert_problem,
    free_port,
    install,
    serving,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("served")
    with serving(install(directory, port=free_port())) as running:
        yield running


def test_body_of_ten_megabytes_is_answered(served: Served) -> None:
    status, headers, text = served.request("POST", "/v1/decisions", b" " * 10_000_000)
    assert (status, headers["Content-Type"]) == (413, "application/problem+json")
    assert_problem(json.loads(text))


def _raw(served: Served, head: str, body: bytes) -> bytes:
    """Send bytes, say that no more will come, and return all that is answered."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(served.raw_request(head, body))
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
    before = verify(served, [])
    body = json.dumps({"campaign": allowed(id="gone")}).encode()
    head = f"{JSON_POST}\r\nContent-Length: {len(body)}"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(served.raw_request(head, body))
    made = served.decide(allowed())
    assert before < verify(served, [made]) <= before + 21


def test_clients_that_say_nothing_hold_up_nobody(served: Served) -> None:
    with served.connections(400) as idle:
        assert served.request("GET", "/health/live")[0] == 200
        idle[-1].sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle[-1].recv(100).startswith(b"HTTP/1.1 200 ")


def test_clients_that_send_half_a_head_hold_up_nobody(served: Served) -> None:
    """Nor does half a head behind a request that is answered."""
    whole = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    with served.connections(40) as half:
        for number, each in enumerate(half):
            each.sendall(whole[:20] if number % 2 else whole + whole[:20])
        assert served.request("GET", "/health/live")[0] == 200
        for number, each in enumerate(half):
            each.sendall(whole[20:])  # None was given up meanwhile.
            answered = b""
            while answered.count(b"HTTP/1.1 200 ") < 2 - number % 2:
                answered += each.recv(65_536)


def test_clients_that_send_half_a_short_body_hold_up_nobody(served: Served) -> None:
    body = json.dumps({"campaign": allowed()}).encode()
    request = served.raw_request(f"{JSON_POST}\r\nContent-Length: {len(body)}", body)
    with served.connections(40) as half:
        for each in half:
            each.sendall(request[:-20])
        assert served.request("GET", "/health/live")[0] == 200
        for each in half:
            each.sendall(request[-20:])
        assert all(each.recv(100).startswith(b"HTTP/1.1 200 ") for each in half)


def test_clients_that_do_not_hang_up_hold_up_nobody(served: Served) -> None:
    """Gunicorn waits for each of them in the loop of the process, two seconds long."""
    with served.connections(40) as ended:
        for each in ended:
            each.sendall(b"GET /health/live HTTP/1.0\r\n\r\n")
        begun = time.monotonic()
        for _ in range(20):
            assert served.request("GET", "/health/live")[0] == 200
        assert time.monotonic() - begun < 5, "clients that stayed were waited for"
        for each in ended:
            answer = b"".join(iter(partial(each.recv, 65_536), b""))
            assert answer.startswith(b"HTTP/1.0 200 ")


def test_clients_that_take_no_answer_hold_up_nobody(served: Served) -> None:
    """The page has more bytes than lie between a server and such a client."""
    with ExitStack() as held:
        slow = [held.enter_context(socket.socket()) for _ in range(40)]
        for each in slow:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_000)
            each.settimeout(60)
            each.connect(("127.0.0.1", served.port))
            each.sendall(2 * b"GET /docs HTTP/1.1\r\nHost: x\r\n\r\n")
        begun = time.monotonic()
        for _ in range(20):
            assert served.request("GET", "/health/live")[0] == 200
        assert time.monotonic() - begun < 20, "answers that nobody took were waited for"
        page = served.request("GET", "/docs")[2]
        taken = b""
        while taken.count(page) < 2:  # Nothing of them was lost.
            taken += (piece := slow[0].recv(65_536))
            assert piece


def test_stranger_whose_body_does_not_come_holds_no_thread(served: Served) -> None:
    head = "POST /v1/decisions HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    with served.connections(40) as refused:
        for each in refused:
            each.sendall(head.encode())
        begun = time.monotonic()
        assert served.request("GET", "/health/live")[0] == 200
        assert time.monotonic() - begun < 5, "bodies that are refused were waited for"
        assert all(each.recv(100).startswith(b"HTTP/1.1 401 ") for each in refused)


def test_process_without_a_free_thread_leaves_connections_to_the_other(served: Served) -> None:
    """Each of the two has four threads, and all but one wait for a body that does not come."""
    request = served.raw_request(f"{JSON_POST}\r\nTransfer-Encoding: chunked", b"9\r\n{")
    with served.connections(7) as half:
        for each in half:
            each.sendall(request)
        for _ in range(20):
            assert served.request("GET", "/health/live")[0] == 200
        for each in half:
            each.settimeout(0)
            with pytest.raises(BlockingIOError):  # None was given up meanwhile.
                each.recv(1)
