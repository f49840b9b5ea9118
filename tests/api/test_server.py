"""How gunicorn is told to serve, without serving."""

import atexit
import errno
import json
import os
import resource
import signal
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from selectors import EVENT_WRITE, DefaultSelector
from types import SimpleNamespace
from typing import Any, cast

import pytest
from flask import Flask
from gunicorn.arbiter import (  # type: ignore[import-untyped] # It has no types.
    Arbiter as GunicornArbiter,
)
from gunicorn.config import Config  # type: ignore[import-untyped] # It has no types.
from gunicorn.http import get_parser  # type: ignore[import-untyped] # It has no types.
from gunicorn.sock import TCPSocket  # type: ignore[import-untyped] # It has no types.
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped] # It has no types.
from prometheus_client import values
from werkzeug.wrappers import Response

from api import server, worker, wsgi
from api.in_force.policies import NotFresh, PoliciesInForce
from api.installation.setup import SetupError, Unfit, initialise
from api.server import JSONLogger, Server, allow_files, configuration, limit_patience, serve
from api.worker import CLIENT_SECONDS, Worker, _Answer, _Incoming
from tests.api.installation import Caller, Installation, allowed, free_port, install


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    sock: socket.socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Arbiter:
    LISTENERS: list[Listener]


def test_settings_reach_gunicorn(installation: Installation) -> None:
    made = Server(installation.settings)
    assert made.cfg.worker_class is Worker
    assert (made.cfg.workers, made.cfg.threads) == (2, 4)
    assert made.cfg.address == [("127.0.0.1", 8000)]
    assert made.cfg.logger_class is JSONLogger
    made.close(None, None)


def test_variables_of_gunicorn_are_not_read(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 9")
    monkeypatch.setenv("WEB_CONCURRENCY", "9")
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    made = Server(installation.settings)
    assert (made.cfg.workers, made.cfg.forwarded_allow_ips) == (2, [])


def test_address_of_version_6_is_bracketed(installation: Installation) -> None:
    chosen = {"host": "::1"}
    made = configuration(_changed(installation, chosen))
    assert made["bind"] == ["[::1]:8000"]


def _changed(installation: Installation, changes: dict[str, Any]) -> Any:
    settings = installation.settings
    names = settings.__slots__
    return type(settings)(**({name: getattr(settings, name) for name in names} | changes))


def test_each_process_makes_its_own_parts(installation: Installation) -> None:
    made = Server(installation.settings)
    caller = Caller(app=cast(Flask, made.load()), installation=installation)
    assert caller.decide(allowed())["recorded"] is True
    made.close(None, None)
    assert caller.post({"campaign": allowed()}).status_code == 503
    made.close(None, None)  # Admission has read the key, and so connected again.


def test_process_that_cannot_start_ends_alone(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(server, "_AGAIN_SECONDS", 0)
    keys = installation.settings.log_key
    away = keys.rename(keys.with_suffix(".away"))
    with pytest.raises(SystemExit) as caught:
        Server(installation.settings).load()
    assert caught.value.code not in {0, GunicornArbiter.WORKER_BOOT_ERROR}  # It would end them all.
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], "`assent init`" in told["reason"]) == ("a process cannot start", True)
    away.rename(keys)
    made = Server(installation.settings)
    made.load()
    made.close(None, None)


def test_processes_count_in_a_directory_that_goes_with_the_server(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ValueClass", "MmapedDict"):
        monkeypatch.setattr(values, name, getattr(values, name))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    made = Server(installation.settings)
    made.cfg.on_exit(None)  # Nothing was made yet.
    made.cfg.on_starting(None)
    caller = Caller(app=cast(Flask, made.load()), installation=installation)
    directory = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    caller.decide(allowed())
    assert (directory / "counter_0.db").is_file()
    made.close(None, None)
    made.cfg.on_exit(None)
    assert not directory.exists()


def test_connections_inherit_bounded_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        limit_patience(Arbiter(LISTENERS=[Listener(sock=listening)]))
        with (
            socket.create_connection(listening.getsockname()),
            listening.accept()[0] as accepted,
        ):
            patience = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
            assert int.from_bytes(patience[:8], "little") == CLIENT_SECONDS


def test_log_of_gunicorn_is_json(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = JSONLogger(Server(installation.settings).cfg)
    logger.error("listening at %s", "x")
    assert '"event": "listening at x"' in capsys.readouterr().err
    for handler in logger.error_log.handlers:
        handler.close()


def test_serving_checks_and_then_runs(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Server] = []

    def run(made: Server) -> None:
        ran.append(made)

    monkeypatch.setattr(Server, "run", run)
    serve(replace(installation.settings, port=int(free_port())))
    assert len(ran) == 1


def test_database_that_goes_while_it_starts_is_not_one_to_prepare(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_policies: object, _policy_set: str) -> None:
        raise NotFresh("nobody can say at the moment which policies are in force")

    monkeypatch.setattr(PoliciesInForce, "engine", fail)
    with pytest.raises(SetupError, match="in force; `assent doctor` says more"):
        serve(installation.settings)


def test_an_address_that_is_taken_is_told_before_anything_is_built(
    installation: Installation,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unfit) as caught:
            serve(replace(installation.settings, port=port))
    advice = "stop what runs there, or choose another by `ASSENT_PORT` or `--port`"
    assert str(caught.value) == f"127.0.0.1, port {port} is in use; {advice}"
    with pytest.raises(Unfit, match="cannot assign requested address; choose another by"):
        # An address that no machine has (RFC 5737).
        serve(replace(installation.settings, host="203.0.113.1"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((256, 4_096), [(1_024, 4_096)]),
        ((256, resource.RLIM_INFINITY), [(1_024, resource.RLIM_INFINITY)]),
        ((2_048, 4_096), []),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), []),
    ],
)
def test_as_many_files_as_connections_need_can_be_open(
    monkeypatch: pytest.MonkeyPatch, before: tuple[int, int], after: list[tuple[int, int]]
) -> None:
    set_to = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: before)
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    allow_files()
    assert set_to == after


def test_too_few_files_are_told_before_anything_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 256))
    with pytest.raises(Unfit, match="may open 256 files here, and needs 1,024; raise the limit"):
        allow_files()


def test_connection_without_a_file_waits_and_ends_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_worker: object, _listener: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(ThreadWorker, "accept", fail)
    worker = object.__new__(Worker)
    worker.nr_conns, worker.worker_connections = 30, 250
    worker.alive, worker.keepalived_conns = True, deque()
    worker.accept(None)
    assert worker.worker_connections == 30  # None is taken until one has ended.


def test_process_without_a_free_thread_leaves_connections_to_the_others() -> None:
    made = object.__new__(Worker)
    made.cfg, made._accepting = SimpleNamespace(threads=4), False
    with socket.socket() as listener, DefaultSelector() as poller:
        made.sockets, made.poller = [listener], poller
        for busy, is_heard in ((3, True), (4, False), (3, True)):
            made._busy = busy
            made.set_accept_enabled(True)
            assert (listener.fileno() in poller.get_map()) is is_heard


def test_process_that_is_ended_before_it_begins_answers_who_waits(
    installation: Installation,
) -> None:
    assert _last_answer(installation, Response("answered")).startswith(b"HTTP/1.0 200 ")


def test_answer_of_http_1_0_that_is_whole_ends_as_such(installation: Installation) -> None:
    assert _last_answer(installation, _Stream(None)).endswith(b"first\nsecond\n")


@pytest.mark.parametrize("failure", [RuntimeError(), OSError(errno.EPIPE, "Broken pipe")])
def test_answer_of_http_1_0_that_breaks_off_is_not_taken_for_a_whole_one(
    installation: Installation, failure: Exception
) -> None:
    with pytest.raises(ConnectionResetError):
        _last_answer(installation, _Stream(failure))


class _Stream:
    """An application whose answer is streamed, and may break off."""

    def __init__(self, failure: Exception | None) -> None:
        self._failure = failure

    def __call__(self, _environ: object, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"first\n"
        if self._failure is not None:
            raise self._failure
        yield b"second\n"


@pytest.mark.parametrize(
    ("media_type", "patience", "told"),
    [
        ("application/json", 120, b"whole"),
        ("application/json", 0, b"broken"),
        ("Application/X-NDJSON; charset=utf-8", 0, b"whole"),
    ],
)
def test_body_has_a_time_to_come_in_unless_it_is_answered_meanwhile(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    media_type: str,
    patience: int,
    told: bytes,
) -> None:
    monkeypatch.setattr(worker, "BODY_SECONDS", patience)
    body = 200_000 * b" "  # More than is read with the head.
    head = f"POST / HTTP/1.0\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = _last_answer(installation, _read_all, head.encode() + body)
    assert answer.endswith(b"\r\n\r\n" + told)


def _read_all(environ: Any, start_response: Any) -> list[bytes]:
    """Be an application that reads a body and says what became of it."""
    start_response("200 OK", [])
    try:
        environ["wsgi.input"].read()
    except OSError:
        return [b"broken"]
    return [b"whole"]


def test_who_may_not_wait_reads_what_is_there() -> None:
    client, ours = socket.socketpair()
    with client, ours:
        incoming = _Incoming(ours)
        with pytest.raises(BlockingIOError):
            incoming.recv(1)
        client.sendall(b"a")
        assert incoming.recv(1) == b"a"
        client.shutdown(socket.SHUT_WR)
        assert incoming.recv(1) == b""


def test_who_may_wait_for_a_body_waits_so_long_and_no_longer() -> None:
    client, ours = socket.socketpair()
    with client, ours:
        client.sendall(b"abcd")
        incoming = _Incoming(ours)
        for allowed_seconds, most in ((None, CLIENT_SECONDS), (120, CLIENT_SECONDS), (5, 5)):
            incoming.allow(allowed_seconds)
            assert len(incoming.recv(1)) == 1
            patience = ours.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
            assert most - 2 <= int.from_bytes(patience[:8], "little") <= most
        incoming.allow(0)
        with pytest.raises(TimeoutError):
            incoming.recv(1)


def test_who_has_taken_nothing_for_longest_gives_up_where_too_much_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_MOST_UNSENT", 250)
    made = object.__new__(Worker)
    made.poller, made.pending_conns = DefaultSelector(), deque()
    ended: list[object] = []
    with ExitStack() as stack:
        for number, left in enumerate((100, 0, 100, 100, 100)):
            _, sock = (stack.enter_context(each) for each in socket.socketpair())
            answer = SimpleNamespace(left=bytes(left))
            connection = SimpleNamespace(sock=sock, answer=answer)
            connection.close = partial(_close, sock, ended, number)
            made._await(connection, EVENT_WRITE, 30, ended.clear)
            stack.callback(sock.close)
        made.nr_conns = 5
        ready = made.poller.select(0)
        made._forget_slowest()
        assert (ended, made.nr_conns) == ([0, 2], 3)
        for key, _ in (ready[0], ready[2]):
            key.data(key.fileobj)  # What was ready before it was given up harms nobody.
        assert len(made.pending_conns) == 3
        made.pending_conns[-1].answer.left = bytes(1_000)
        made._forget_slowest()
        assert ended == [0, 2, 3]  # However much it is, one is left.
    made.poller.close()


def _close(sock: socket.socket, ended: list[object], number: int) -> None:
    sock.close()
    ended.append(number)


def test_thread_that_ends_after_the_loop_writes_into_no_file(
    installation: Installation, tmp_path: Path
) -> None:
    """The numbers of files that are closed are given to those that are opened next."""
    made = Server(installation.settings)
    ended = Worker(0, os.getppid(), [], made, 1, made.cfg, JSONLogger(made.cfg))
    ended.method_queue.init()
    ended.method_queue.close()
    paths = [tmp_path / str(number) for number in range(64)]
    with ExitStack() as opened:
        for each in paths:
            opened.enter_context(each.open("wb"))
        ended.method_queue.defer(print)
    ended.tmp.close()
    assert {each.read_bytes() for each in paths} == {b""}


@pytest.mark.parametrize("is_ssl", [False, True])
def test_what_is_ready_of_a_connection_that_was_given_up_harms_nobody(*, is_ssl: bool) -> None:
    made = object.__new__(Worker)
    made.cfg, made.keepalived_conns = SimpleNamespace(is_ssl=is_ssl), deque()
    given_up = socket.socket()
    given_up.close()
    with DefaultSelector() as made.poller:
        made.on_client_socket_readable(SimpleNamespace(sock=given_up), given_up)


def _last_answer(
    installation: Installation, application: object, request: bytes = b"GET / HTTP/1.0\r\n\r\n"
) -> bytes:
    """Return all that a process answers that was ended before it began."""
    made = Server(installation.settings)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = TCPSocket(bound.getsockname(), made.cfg, None, fd=bound.detach())
        with socket.create_connection(listener.getsockname(), timeout=60) as client:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            logger = JSONLogger(made.cfg)
            worker = Worker(0, os.getppid(), [listener], made, 1, made.cfg, logger)
            worker.tpool, worker.poller = worker.get_thread_pool(), DefaultSelector()
            worker.method_queue.init()
            worker.wsgi = application
            worker.handle_exit(signal.SIGTERM, None)
            worker.run()
            worker.tmp.close()
            for handler in logger.error_log.handlers:
                handler.close()
            assert (worker.nr_conns, listener.sock) == (0, None)
            return b"".join(iter(partial(client.recv, 100), b""))


@pytest.mark.parametrize(
    ("rest", "is_there"),
    [
        ("\r\n", True),
        ("Content-Length: 3\r\n\r\nabc", True),
        (f"Content-Length: 65536\r\n\r\n{65536 * 'a'}GET", True),
        ("Content-Length: 3\r\n\r\nab", False),
        ("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", False),
    ],
)
def test_body_that_is_there_is_passed_over_however_busy_the_machine(
    monkeypatch: pytest.MonkeyPatch, rest: str, *, is_there: bool
) -> None:
    monkeypatch.setattr(worker, "_PASS_OVER_SECONDS", 0)
    client, ours = socket.socketpair()
    with client, ours:
        connection = SimpleNamespace(parser=get_parser(Config(), ours, ("127.0.0.1", 1)))
        connection.parser.unreader.unread(f"POST / HTTP/1.1\r\nHost: x\r\n{rest}".encode())
        assert next(connection.parser).method == "POST"
        made = object.__new__(Worker)
        found = made._keepalive_after(connection, keepalive=True)
        assert found is is_there


class StalledSocket:
    """A socket whose client takes a part of what is sent whole, and goes on later."""

    def __init__(self) -> None:
        self.sent = b""

    def send(self, data: bytes, _flags: int) -> int:
        if not self.sent:
            raise BlockingIOError
        self.sent += data
        return len(data)

    def sendall(self, data: bytes) -> None:
        self.sent += data[:100_000]
        raise BlockingIOError


def test_client_that_stalls_is_sent_nothing_twice() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = bytes(n % 251 for n in range(3_000_000))
    stalled = StalledSocket()
    answer = _Answer(stalled)
    with pytest.raises(BlockingIOError):
        answer.sendall(head + body)
    answer.send_on()
    assert stalled.sent == (head + body)[:100_000]


def test_what_was_sent_of_an_answer_is_not_kept() -> None:
    """Nor is it while the connection waits for the next request."""
    client, ours = socket.socketpair()
    with client, ours:
        answer = _Answer(ours)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n"
        answer.sendall(head + bytes(8_000_000))
        while answer.left:
            assert memoryview(answer.left.obj).nbytes <= 2 * answer.left.nbytes
            client.recv(1 << 20)
            answer.send_on()
    assert answer.left.obj == b""


def test_application_is_made_from_the_environment(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing: list[Any] = []
    monkeypatch.setattr(atexit, "register", closing.append)
    settings = installation.settings
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(settings.data_directory))
    monkeypatch.setenv("ASSENT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ASSENT_POLICIES", str(settings.policies))
    monkeypatch.setenv("ASSENT_LOG_LEVEL", "error")
    caller = Caller(app=cast(Flask, wsgi.application()), installation=installation)
    assert caller.decide(allowed())["recorded"] is True
    (close,) = closing
    close()


def test_policies_without_a_rule_are_not_taken_in(tmp_path: Path) -> None:
    installation = install(tmp_path)
    (installation.settings.policies / "minors.policy").unlink()
    with pytest.raises(SetupError, match="holds no rule"):
        initialise(replace(installation.settings, policy_set="other"))
