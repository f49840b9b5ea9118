"""Clients that are slow, or stay, or never end: none of them holds up anybody else."""

import json
import socket
import time
from contextlib import ExitStack
from functools import partial

import pytest

from api.worker import _LONGEST_HEAD
from tests.api.installation import (
    JSON_POST,
    Served,
    allowed,
)


def test_clients_that_say_nothing_hold_up_nobody(served: Served) -> None:
    with served.connections(600) as idle:  # More than both processes hold.
        begun = time.monotonic()
        assert served.request("GET", "/health/live")[0] == 200
        assert time.monotonic() - begun < 10, "clients that say nothing were waited for"
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


@pytest.mark.parametrize(
    ("headers", "frame"),
    [
        ("Content-Length: {length}", "{body}"),
        ("Content-Length: 0000{length}", "{body}"),
        ("X: x-ndjson\r\nContent-Length: {length}", "{body}"),
        ("Transfer-Encoding: chunked", "{length:x}\r\n{body}\r\n0\r\n\r\n"),
    ],
)
def test_clients_with_a_key_that_send_half_a_long_body_hold_up_nobody(
    served: Served, headers: str, frame: str
) -> None:
    body = json.dumps({"campaign": allowed()}).ljust(100_000)
    sent = {"length": len(body), "body": body}
    request = served.raw_request(f"{JSON_POST}\r\n{headers}".format(**sent), b"")
    request += frame.format(**sent).encode()
    with served.connections(16) as half:
        for each in half:
            each.sendall(request[:-20])
        for _ in range(20):
            assert served.request("GET", "/health/live")[0] == 200
            assert served.decide(allowed())["recorded"] is True
        for each in half:
            each.sendall(request[-20:])
        assert all(each.recv(100).startswith(b"HTTP/1.1 200 ") for each in half)


def test_head_without_an_end_is_refused_and_awaited_no_further(served: Served) -> None:
    endless = b"GET / HTTP/1.1\r\n".ljust(_LONGEST_HEAD + 1, b"x")
    with served.connections(16) as strangers:
        for each in strangers:
            each.sendall(endless)
        assert served.request("GET", "/health/live")[0] == 200
        assert all(each.recv(100).startswith(b"HTTP/1.1 431 ") for each in strangers)


def test_clients_that_take_no_long_answer_hold_up_nobody(served: Served) -> None:
    """Eight megabytes are more than a system keeps for a connection."""
    systems = [f"{n}".ljust(60_000) + "x" for n in range(130)]
    made = served.decide(allowed(targeting={"profiling": False, "operating_systems": systems}))
    path = f"/v1/decisions/{made['id']}"
    with served.connections(16) as slow:
        for each in slow:
            each.sendall(served.raw_request(f"GET {path} HTTP/1.1", b""))
        for _ in range(20):
            assert served.request("GET", "/health/live")[0] == 200
        whole = served.request("GET", path)[2]
        assert len(whole) > 7_800_000
        # Whose answer is not the first to be given up has all of it.
        answer = b"".join(iter(partial(slow[-1].recv, 1 << 20), b""))
        assert answer.endswith(b"\r\n\r\n" + whole)


def test_clients_that_hang_up_are_no_failure(served: Served) -> None:
    with served.connections(8) as kept:
        for each in kept[:4]:
            each.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert each.recv(65_536).startswith(b"HTTP/1.1 200 ")
    served.decide(allowed())
    log = (served.installation.settings.data_directory / "log").read_text()
    told = [json.loads(line) for line in log.splitlines()]
    assert [
        line for line in told if (line["level"], line["logger"]) == ("error", "gunicorn.error")
    ] == []
