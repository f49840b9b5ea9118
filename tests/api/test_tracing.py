"""Spans as a collector receives them: over real HTTP, decoded from the protobuf of OTLP."""

import dataclasses
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from werkzeug.test import TestResponse

from api import doctor
from api.installation.settings import Settings
from api.installation.setup import SetupError
from api.server import serve
from api.tracing.flow import MOST_WAITING
from api.tracing.otlp import CLOSE_SECONDS, Exporter
from api.tracing.stages import MOST_STAGES, Answered, Timeline, keep, stage
from api.tracing.traces import trace_of
from api.wsgi import start
from tests.api.installation import (
    ROOT,
    Caller,
    Installation,
    allowed,
    campaign,
    free_port,
    install,
    problem_of,
    serving,
)
from tests.waiting import until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HANGS_SECONDS = 30
SAMPLED = f"00-{TRACE}-{PARENT}-01"


@dataclass(slots=True)
class Collector:
    """Takes spans on loopback; answers with `status`, once `open` is set."""

    port: int = 0
    status: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    spans: list[Span] = field(default_factory=list)
    resources: list[dict[str, object]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, path: str, body: bytes, status: int) -> None:
        self.paths.append(path)
        if status == 200:
            for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(_values(group.resource.attributes))
                for scope in group.scope_spans:
                    self.spans.extend(scope.spans)


def _post(api: Caller, descriptor: object, **headers: str) -> TestResponse:
    """Return an answer, closed as a server does: a request is over then, and not before."""
    answer = api.post({"campaign": descriptor}, headers=headers)
    answer.close()
    return answer


def _values(attributes: Any) -> dict[str, object]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def _collecting() -> Iterator[Collector]:
    collector = Collector()
    collector.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.open.wait(HANGS_SECONDS)
            status = collector.status
            self.send_response(status)
            collector.take(self.path, body, status)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    collector.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.open.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with _collecting() as made:
        yield made


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("traced"), log_level="error")


@contextmanager
def _traced(installed: Installation, endpoint: str) -> Iterator[Caller]:
    """A service in this process whose spans have all been sent once the context is left."""
    settings = dataclasses.replace(installed.settings, otlp_endpoint=endpoint)
    process = start(settings)
    try:
        yield Caller(app=cast(Flask, process.wsgi), installation=installed)
    finally:
        process.close()


def _by_name(collector: Collector) -> dict[str, Span]:
    return {span.name: span for span in collector.spans}


# --- what is sent ---------------------------------------------------------------------------------


def test_decision_is_a_span_with_its_stages(installed: Installation, collector: Collector) -> None:
    with _traced(installed, collector.address) as api:
        answer = _post(api, campaign(id="secret-name"), traceparent=SAMPLED)
    assert collector.paths == ["/v1/traces"]
    assert (collector.resources[0]["service.name"], answer.status_code) == ("assent", 200)
    spans = _by_name(collector)
    assert set(spans) == {"POST /v1/decisions", "decide", "commit"}
    request, decide, commit = (spans[n] for n in ("POST /v1/decisions", "decide", "commit"))
    _, trace, span, flags = answer.headers["traceresponse"].split("-")
    assert (request.trace_id.hex(), request.span_id.hex(), flags) == (trace, span, "01")
    assert (trace, request.parent_span_id.hex()) == (TRACE, PARENT)
    assert {each.trace_id.hex() for each in (decide, commit)} == {TRACE}
    assert {each.parent_span_id for each in (decide, commit)} == {request.span_id}
    assert len({each.span_id for each in collector.spans}) == 3
    assert request.kind == Span.SPAN_KIND_SERVER
    assert request.status.code == Status.STATUS_CODE_UNSET
    assert _values(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/decisions",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "url.scheme": "http",
    }
    told = {"assent.policy_set": "assent", "assent.records": 1}
    assert _values(decide.attributes) == told | {"assent.outcome": "deny"}
    assert _values(commit.attributes) == {"assent.records": 1}
    assert request.start_time_unix_nano <= decide.start_time_unix_nano
    assert decide.end_time_unix_nano <= commit.start_time_unix_nano
    assert commit.end_time_unix_nano <= request.end_time_unix_nano
    assert abs(request.end_time_unix_nano - time.time_ns()) < 60 * 10**9


def test_span_says_nothing_of_campaign_and_caller(
    installed: Installation, collector: Collector
) -> None:
    headers = {"X-Request-ID": "secret-id", "User-Agent": "secret-agent", "Host": "secret-host"}
    with _traced(installed, collector.address) as api:
        _post(api, campaign(id="secret-name"), **headers)
        api.get("/v1/decisions/secret-path?x=secret-query").close()
        api.call("GET", "/secret-nowhere").close()
    sent = b"".join(span.SerializeToString() for span in collector.spans)
    assert len(collector.spans) == 5
    assert b"secret" not in sent
    assert b"trial" not in sent  # The name of the key.
    assert {"GET /v1/decisions/<decision_id>", "GET"} <= set(_by_name(collector))


def test_trace_begins_here_where_nobody_began_it(
    installed: Installation, collector: Collector
) -> None:
    with _traced(installed, collector.address) as api:
        answer = api.get("/health/live", role=None)
        answer.close()
    (span,) = collector.spans
    _, trace, id_, flags = answer.headers["traceresponse"].split("-")
    assert (span.trace_id.hex(), span.span_id.hex(), flags) == (trace, id_, "01")
    assert span.parent_span_id == b""


def test_what_the_caller_does_not_sample_is_not_sent(
    installed: Installation, collector: Collector
) -> None:
    with _traced(installed, collector.address) as api:
        answer = _post(api, allowed(), traceparent=f"00-{TRACE}-{PARENT}-00")
    assert answer.headers["traceresponse"].endswith("-00")
    assert collector.spans == []


def test_malformed_campaign_is_no_error_of_ours(
    installed: Installation, collector: Collector
) -> None:
    with _traced(installed, collector.address) as api:
        problem_of(_post(api, {"id": 1}), 422, "malformed-submission")
    spans = _by_name(collector)
    assert set(spans) == {"POST /v1/decisions", "decide"}
    assert _values(spans["decide"].attributes)["assent.outcome"] == "refused"
    assert {each.status.code for each in collector.spans} == {Status.STATUS_CODE_UNSET}


def test_decision_that_cannot_be_logged_is_an_error(tmp_path: Path, collector: Collector) -> None:
    installed = install(tmp_path, log_level="error")
    with _traced(installed, collector.address) as api:
        lock = installed.settings.data_directory / "assent.db.lock"
        lock.unlink(missing_ok=True)
        lock.mkdir()
        problem_of(_post(api, allowed()), 503, "unavailable")
    spans = _by_name(collector)
    assert spans["decide"].status.code == Status.STATUS_CODE_UNSET
    assert spans["commit"].status.code == Status.STATUS_CODE_ERROR
    assert _values(spans["commit"].attributes)["error.type"] == "LogUnavailable"
    request = spans["POST /v1/decisions"]
    assert request.status.code == Status.STATUS_CODE_ERROR
    assert _values(request.attributes)["error.type"] == "503"


def test_stages_of_a_batch_are_bounded_and_those_left_out_are_counted() -> None:
    timeline = Timeline()
    for _ in range(MOST_STAGES + 3):
        with timeline.stage("decide"):
            pass
    assert (len(timeline.stages), timeline.left_out) == (MOST_STAGES, 3)


def test_batch_is_one_span_whose_stages_are_its_chunks(
    installed: Installation, collector: Collector
) -> None:
    with _traced(installed, collector.address) as api:
        assert (
            len(
                api.batch([allowed(id=f"b{n}") for n in range(5)], headers={"traceparent": SAMPLED})
            )
            == 5
        )
    request = _by_name(collector)["POST /v1/decisions/batch"]
    stages = [span for span in collector.spans if span is not request]
    assert {span.parent_span_id for span in stages} == {request.span_id}
    for name in ("decide", "commit"):
        counts = [_values(s.attributes)["assent.records"] for s in stages if s.name == name]
        assert sum(cast(list[int], counts)) == 5


# --- collectors that do not take them -------------------------------------------------------------


def test_dead_collector_fails_nothing_and_is_told_once_and_counted(
    installed: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    with _traced(installed, f"http://127.0.0.1:{free_port()}") as api:
        for n in range(3):
            assert _post(api, allowed(id=f"d{n}")).status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 3 * CLOSE_SECONDS
    with api.get("/metrics", role="monitor") as answer:
        assert "\nassent_spans_lost_total 9.0\n" in answer.get_data(
            as_text=True
        )  # Three for each decision.
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["level"], told["event"]) == ("error", "spans are not exported")
    assert "refused" in told["reason"]


@pytest.mark.parametrize("status", [400, 307])
def test_collector_that_refuses_is_told_once_and_so_is_its_recovery(
    collector: Collector, status: int
) -> None:
    collector.status = status
    told: list[str] = []
    lost: list[int] = []
    counted: list[int] = []
    exporter = Exporter(
        collector.address,
        server="x",
        on_failure=told.append,
        on_recovery=lost.append,
        on_loss=counted.append,
    )
    exporter.send(_answered())
    until(lambda: len(collector.paths) == 1)
    exporter.send(_answered())
    until(lambda: len(collector.paths) == 2)
    collector.status = 200
    exporter.send(_answered())
    until(lambda: lost == [2])  # Told when it is so, and not when all ends.
    exporter.close()
    assert set(collector.paths) == {"/v1/traces"}
    assert len(told) == 1
    assert str(status) in told[0]
    assert (lost, counted) == ([2], [1, 1])
    assert len(collector.spans) == 1


def test_collector_that_hangs_delays_nothing_and_fills_no_memory(collector: Collector) -> None:
    collector.open.clear()
    told: list[str] = []
    lost: list[int] = []
    counted: list[int] = []
    exporter = Exporter(
        collector.address,
        server="x",
        on_failure=told.append,
        on_recovery=lost.append,
        on_loss=counted.append,
    )
    began = time.monotonic()
    for _ in range(MOST_WAITING + 10):
        exporter.send(_answered())
    assert time.monotonic() - began < HANGS_SECONDS
    assert told == [f"more than {MOST_WAITING:,} spans wait for the collector"]
    assert counted == [1] * 10
    began = time.monotonic()
    exporter.close()
    assert CLOSE_SECONDS - 0.5 < time.monotonic() - began < HANGS_SECONDS
    assert len(told) == 1
    assert sum(counted) == MOST_WAITING + 10


def _answered() -> Answered:
    return Answered(
        trace=trace_of(None, is_exported=True),
        timeline=Timeline(),
        method="GET",
        scheme="http",
        route="/health/live",
        status=200,
    )


# --- whether spans are exported at all ------------------------------------------------------------


def test_missing_library_stops_the_start_and_names_the_extra(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "api.tracing.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    settings = dataclasses.replace(installed.settings, otlp_endpoint="http://127.0.0.1:4318")
    with pytest.raises(SetupError, match=r"install it with `pip install 'assent\[otel\]'`"):
        start(settings)
    with pytest.raises(SetupError, match="the setting `otlp_endpoint` needs the package"):
        serve(settings)


def test_doctor_says_where_spans_go_and_what_is_missing_for_that(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _examined(installed.settings) is None
    settings = dataclasses.replace(installed.settings, otlp_endpoint="http://127.0.0.1:4318")
    fine = _examined(settings)
    assert fine is not None
    assert (fine.status, fine.found) == (doctor.Status.OK, "are sent to http://127.0.0.1:4318")
    monkeypatch.delitem(sys.modules, "api.tracing.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    missing = _examined(settings)
    assert missing is not None
    assert missing.status is doctor.Status.FAIL


def _examined(settings: Settings) -> doctor.Finding | None:
    found = doctor.examine(settings, lambda: datetime.now(UTC))
    return next((each for each in found if each.check == "spans"), None)


def test_library_that_is_switched_off_sends_nothing_and_loses_nothing(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    told: list[str] = []
    counted: list[int] = []
    exporter = Exporter(
        collector.address,
        server="x",
        on_failure=told.append,
        on_recovery=lambda _: None,
        on_loss=counted.append,
    )
    for _ in range(MOST_WAITING + 1):
        exporter.send(_answered())
    exporter.close()
    assert (told, counted, collector.paths) == ([], [], [])


def test_nothing_is_loaded_where_no_collector_is_named(installed: Installation) -> None:
    code = (
        "import sys; from api.installation.settings import load_settings;"
        "from api.wsgi import start;"
        "start(load_settings()).close();"
        "print([name for name in sys.modules if 'opentelemetry' in name or 'protobuf' in name])"
    )
    environment = {"ASSENT_DATA_DIRECTORY": str(installed.settings.data_directory)}
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == b"[]\n"


def test_stage_is_noted_nowhere_where_no_timeline_is_kept() -> None:
    keep(None)
    with stage("decide") as first, stage("commit") as second:
        first({"a": 1})
    assert first is second


def test_processes_of_the_server_export_after_the_fork(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_OTLP_ENDPOINT", collector.address)
    with serving(install(tmp_path, port=free_port(), log_level="error")) as served:
        answers = [served.request("GET", "/health/live")[1] for _ in range(8)]
        served.decide(allowed())
    sent = {(span.trace_id.hex(), span.span_id.hex()) for span in collector.spans}
    for answer in answers:
        _, trace, span, _ = answer["traceresponse"].split("-")
        assert (trace, span) in sent
    assert {"POST /v1/decisions", "decide", "commit"} <= set(_by_name(collector))
