"""Connections to a running service: what is no HTTP, and clients that hang up halfway."""

import json
import socket
import struct
from functools import partial

import pytest

from tests.api.acknowledged import verify
from tests.api.installation import (
    JSON_POST,
    Served,
    allowed,
    assert_problem,
)


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
