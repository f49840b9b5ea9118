"""An installation of the service for tests: policies, a database, keys, and ways to call it."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from email.message import Message
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from api.http.openapi.document import openapi_document, path_of
from api.installation.settings import Settings, load_settings
from api.installation.setup import initialise, keys_of
from engine.storage.databases.database import sqlite_file
from engine.storage.keys import Role
from tests.api.server_starter import ServerProcess, start_server
from tests.sqlite import migrated_file

ROOT = Path(__file__).resolve().parents[2]
NDJSON = "application/x-ndjson"
FIRST = 9
"""The entry of the first decision of an installation, behind those of its policies and keys."""

PROBLEM_MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}
ERROR_MEMBERS = {"pointer", "parameter", "line", "column", "message", "help"}

Document = dict[str, Any]


def campaign(**changes: Any) -> Document:
    """Return a campaign that is denied: it aims at minors by profiling."""
    made: Document = {
        "id": "cmp-1",
        "markets": ["DE"],
        "flight": {"start": "2026-12-01", "end": "2026-12-20"},
        "targeting": {"profiling": True, "age": {"min": 13, "max": 20}},
    }
    return made | changes


def allowed(**changes: Any) -> Document:
    """Return a campaign that is allowed."""
    return campaign(
        **({"targeting": {"profiling": False, "age": {"min": 18, "max": 40}}} | changes)
    )


def problem_of(answer: Response, status: int, name: str) -> Document:
    """Return a problem, once its shape is what every problem's is."""
    made = json.loads(answer.data)
    assert (answer.status_code, made.get("type")) == (status, f"/problems/{name}"), made
    assert answer.content_type == "application/problem+json"
    assert_problem(made)
    assert made["request_id"] == answer.headers["X-Request-ID"]
    return made  # type: ignore[no-any-return] # JSON is any.


def assert_problem(made: Document) -> None:
    assert set(made) == PROBLEM_MEMBERS
    assert all(made[name] for name in PROBLEM_MEMBERS - {"errors"})
    for error in made["errors"]:
        assert "message" in error
        assert set(error) <= ERROR_MEMBERS
        assert all(value is not None for value in error.values())


def assert_documented(app: Flask, method: str, path: str, answer: Response) -> None:
    """Check that the interface's document has a status and type, where it has the path."""
    if path.startswith("//"):  # To the router of this test it would begin with a host.
        return
    try:
        rule, _ = app.url_map.bind("").match(path.partition("?")[0], method, return_rule=True)
    except HTTPException:
        return
    operation = _documented(app)["paths"][path_of(rule)][method.lower().replace("head", "get")]
    shown = operation["responses"].get(str(answer.status_code))
    assert shown is not None, f"{method} {rule.rule} answers {answer.status_code}, and tells nobody"
    assert answer.mimetype in shown["content"], (rule.rule, answer.mimetype)


_DOCUMENTS: dict[tuple[tuple[str, str], ...], Document] = {}


def _documented(app: Flask) -> Document:
    """Return the document of an application, which all that have its routes share."""
    routes = tuple((rule.rule, rule.endpoint) for rule in app.url_map.iter_rules())
    if routes not in _DOCUMENTS:
        _DOCUMENTS[routes] = openapi_document(app.url_map)
    return _DOCUMENTS[routes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Settings and the text of a key for each role; `both` submits and audits."""

    settings: Settings
    tokens: Mapping[str, str]


def install(directory: Path, **settings: str) -> Installation:
    """Return a new installation below a directory."""
    read = _settings(directory, settings)
    _lay_tables(read)
    made = initialise(read)
    tokens = {key.key.name: key.token for key in made.keys}
    with keys_of(read) as keys:
        for role in Role:
            made_key = keys.create(actor="cli", name=f"the {role}", roles=[role])
            tokens[role] = made_key.token
    tokens["both"] = tokens["trial"]
    return Installation(settings=read, tokens=tokens)


def copied(made: Installation, directory: Path, **settings: str) -> Installation:
    """Return a copy of an installation that nothing has changed yet, with settings of its own."""
    read = _settings(directory, settings)
    shutil.copytree(made.settings.data_directory, read.data_directory)
    return replace(made, settings=read)


def _settings(directory: Path, settings: dict[str, str]) -> Settings:
    policies = directory / "policies"
    policies.mkdir()
    shutil.copy(ROOT / "policies" / "vocabulary" / "campaign.policy", policies)
    shutil.copy(Path(__file__).with_name("policies") / "minors.policy", policies)
    chosen = {
        "data_directory": str(directory / "var"),
        "policies": str(policies),
        "batch_processes": "0",  # Where a test is not about them, none is to wait for.
    } | settings
    return load_settings({f"ASSENT_{name.upper()}": value for name, value in chosen.items()})


def _lay_tables(settings: Settings) -> None:
    """Begin with a file that has all tables: to migrate takes twice as long as all else."""
    if (file := sqlite_file(settings.database_url)) is not None:
        settings.data_directory.mkdir(mode=0o700)
        file.write_bytes(migrated_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Calls an application in this process, with keys of its installation."""

    app: Flask
    installation: Installation

    def call(
        self, method: str, path: str, *, role: str | None = "both", **rest: Any
    ) -> TestResponse:
        headers = dict(rest.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.installation.tokens[role]}")
        answer = Client(self.app).open(path, method=method, headers=headers, **rest)
        assert_documented(self.app, method, path, answer)
        return answer

    def get(self, path: str, **rest: Any) -> TestResponse:
        return self.call("GET", path, **rest)

    def post(self, body: object, path: str = "/v1/decisions", **rest: Any) -> TestResponse:
        """Post a body: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        rest.setdefault("content_type", "application/json")
        return self.call("POST", path, data=data, **rest)

    def decide(self, descriptor: object, **rest: Any) -> Document:
        """Return the decision on a campaign."""
        answer = self.post({"campaign": descriptor}, **rest)
        assert answer.status_code == 200, answer.data
        return json.loads(answer.data)  # type: ignore[no-any-return] # JSON is any.

    def batch(self, body: object, query: str = "", **rest: Any) -> list[Document]:
        """Return the answers to an NDJSON batch."""
        lines = body if isinstance(body, bytes) else ndjson(body)
        answer = self.post(lines, f"/v1/decisions/batch{query}", content_type=NDJSON, **rest)
        assert answer.status_code == 200, answer.data
        assert answer.content_type == NDJSON
        made = [json.loads(line) for line in answer.data.splitlines()]
        answer.close()
        return made


def ndjson(values: Any) -> bytes:
    """Return values as NDJSON."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# --- real servers -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server: its port, its process, and its keys."""

    port: int
    process: subprocess.Popen[bytes] | ServerProcess
    installation: Installation

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, Message, bytes]:
        """Return status, headers and body of an answer, whatever its status."""
        sent = {"Authorization": f"Bearer {self.installation.tokens['both']}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, headers=sent, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above.
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def decide(self, descriptor: object) -> Document:
        """Return the decision on a campaign."""
        status, _, text = self.request(
            "POST", "/v1/decisions", json.dumps({"campaign": descriptor}).encode()
        )
        assert status == 200, text
        return json.loads(text)  # type: ignore[no-any-return] # JSON is any.

    def workers(self) -> list[int]:
        """Return the ids of the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in children.read_text().split()]


JSON_POST = "POST /v1/decisions HTTP/1.1\r\nContent-Type: application/json"


def raw_request(served: Served, head: str, body: bytes) -> bytes:
    """Return a request with a key as it goes over the wire, after which the connection ends."""
    token = served.installation.tokens["both"]
    lines = [head, "Host: x", f"Authorization: Bearer {token}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def serving(
    installation: Installation,
    command: list[str] | None = None,
    *,
    ready: int = 200,
    log: str = "log",
) -> Iterator[Served]:
    """Run a server, by default as `assent serve` does, and end it whatever happens.

    It is awaited until it answers the status for whether it is ready.
    """
    settings = installation.settings
    environment = os.environ | {
        "ASSENT_DATA_DIRECTORY": str(settings.data_directory),
        "ASSENT_DATABASE_URL": settings.database_url,
        "ASSENT_POLICIES": str(settings.policies),
        "ASSENT_POLICY_FRESHNESS": str(settings.policy_freshness),
        "ASSENT_PORT": str(settings.port),
        "ASSENT_WORKERS": str(settings.workers),
        "ASSENT_BATCH_PROCESSES": str(settings.batch_processes),
        "ASSENT_COMMIT_QUEUE": str(settings.commit_queue),
        "ASSENT_LOG_LEVEL": settings.log_level,
        "ASSENT_RATE_LIMIT": str(settings.rate_limit),
        "ASSENT_LOG_PUBLIC": "true" if settings.log_public else "false",
    }
    if settings.log_witnesses:
        environment["ASSENT_LOG_WITNESSES"] = " ".join(map(str, settings.log_witnesses))
        environment["ASSENT_LOG_QUORUM"] = str(settings.log_quorum)
    with (settings.data_directory / log).open("wb") as written:
        process = (
            start_server(environment, written.fileno())
            if command is None
            else _run(command, environment, written.fileno())
        )
    served = Served(port=settings.port, process=process, installation=installation)
    try:
        _await_ready(served, ready)
        yield served
        if process.poll() is None:
            process.terminate()
        assert process.wait(60) in {0, -signal.SIGKILL}  # A test may kill it.
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _run(
    command: list[str], environment: Mapping[str, str], written: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=written,
        start_new_session=True,
    )


@contextmanager
def serving_nodes(installation: Installation, count: int) -> Iterator[list[Served]]:
    """Run so many nodes of one installation, each on a port of its own."""
    with ExitStack() as stack:
        settings = [replace(installation.settings, port=int(free_port())) for _ in range(count)]
        yield [
            stack.enter_context(serving(replace(installation, settings=each), log=f"log-{number}"))
            for number, each in enumerate(settings)
        ]


def _await_ready(served: Served, status: int) -> None:
    for _ in range(600):
        assert served.process.poll() is None, "the server has ended"
        try:
            if served.request("GET", "/health/ready")[0] == status:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server did not become ready")


def free_port() -> str:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
