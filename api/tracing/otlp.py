"""Spans by OpenTelemetry's own library (the extra `otel`), over OTLP/HTTP with protobuf.

Loaded only where a collector is named. A span is made when its request is over, from what was noted
of it, and handed to the library's batches: a thread of its own sends them. What a collector
does not take in time is lost and counted, and the service's log is told once.

Attributes follow OpenTelemetry's semantic conventions for HTTP servers, save those that have what
was sent: a path or a query may name a campaign or a person, and an address is one.
"""

import threading
from collections.abc import Callable, Sequence

import requests
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from api.tracing.traces import Trace
from engine import __version__

from .flow import MOST_WAITING, Flow
from .stages import FAILURE, Answered, Stage

CLOSE_SECONDS = 3.0
"""How long the end of a process waits for the collector."""

_BATCH = 512
_DELAY_MILLISECONDS = 1000
_EXPORT_SECONDS = 5.0
_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE")
)


class Exporter:
    """Exports the spans of requests from one process. Safe to share between threads."""

    def __init__(
        self,
        endpoint: str,
        *,
        server: str,
        on_failure: Callable[[str], None],
        on_recovery: Callable[[int], None],
        on_loss: Callable[[int], None],
    ) -> None:
        self._server = server
        self._ids = _GivenIds()
        self._flow = Flow(on_failure, on_recovery, on_loss)
        sender = OTLPSpanExporter(
            endpoint=f"{endpoint}/v1/traces", timeout=_EXPORT_SECONDS, session=_session()
        )
        self._watched = _Watched(sender, self._flow)
        # The flow refuses what would be too much, so that this queue never overflows in silence.
        batches = BatchSpanProcessor(
            self._watched,
            max_queue_size=MOST_WAITING,
            schedule_delay_millis=_DELAY_MILLISECONDS,
            max_export_batch_size=_BATCH,
        )
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,  # What its caller does not sample is no matter for this.
            resource=_resource(),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(batches)
        self._tracer = self._provider.get_tracer("assent", __version__)

    def send(self, answered: Answered) -> None:
        """Export the spans of a request; never waits for the collector."""
        timeline = answered.timeline
        count = 1 + len(timeline.stages)
        if not self._flow.admits(count):
            return
        method = answered.method if answered.method in _METHODS else "_OTHER"
        shown = method if method in _METHODS else "HTTP"
        self._ids.give(answered.trace)
        span = self._tracer.start_span(
            shown if answered.route is None else f"{shown} {answered.route}",
            _caller_of(answered.trace),
            SpanKind.SERVER,
            {
                "http.request.method": method,
                "http.response.status_code": answered.status,
                "server.address": self._server,
                "url.scheme": answered.scheme,
            },
            start_time=timeline.started,
        )
        if not span.is_recording():  # By `OTEL_SDK_DISABLED`.
            self._flow.sent(count, is_taken=True)
            return
        if answered.route is not None:
            span.set_attribute("http.route", answered.route)
        if timeline.left_out:
            span.set_attribute("assent.stages_left_out", timeline.left_out)
        if answered.status >= 500:
            _fail(span, str(answered.status))
        inside = set_span_in_context(span, Context())
        for stage in timeline.stages:
            self._send_stage(stage, inside)
        span.end(timeline.now())

    def close(self) -> None:
        """Send what waits, for as long as `CLOSE_SECONDS`."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)
        if closing.is_alive():
            self._watched.shutdown()  # Its thread ends with the batch that it is at.
        self._flow.close()

    def _send_stage(self, stage: Stage, inside: Context) -> None:
        span = self._tracer.start_span(
            stage.name, inside, attributes=stage.attributes, start_time=stage.started
        )
        if stage.failure is not None:
            _fail(span, stage.failure)
        span.end(stage.ended)


class _Watched(SpanExporter):
    """Sends as another does, and tells what became of it."""

    def __init__(self, sender: SpanExporter, flow: Flow) -> None:
        self._sender = sender
        self._flow = flow

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        result = SpanExportResult.FAILURE
        try:
            result = self._sender.export(spans)
        except OSError as error:  # Some versions of the library tell of it, and some raise it.
            self._flow.hear(str(error))
        finally:
            self._flow.sent(len(spans), is_taken=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        """Send no more."""
        self._sender.shutdown()


class _GivenIds(IdGenerator):
    """Gives a request's span the ids that its answer and the service's log have."""

    def __init__(self) -> None:
        self._given = threading.local()
        self._random = RandomIdGenerator()

    def give(self, trace: Trace) -> None:
        """Use these ids for the next span of this thread."""
        self._given.trace_id = int(trace.trace_id, 16)
        self._given.span_id = int(trace.span_id, 16)

    def generate_span_id(self) -> int:
        """Return the id that was given, and random ones after that."""
        given: int | None = self._given.span_id
        self._given.span_id = None
        return self._random.generate_span_id() if given is None else given

    def generate_trace_id(self) -> int:
        """Return the id that was given."""
        given: int = self._given.trace_id
        return given


def _caller_of(trace: Trace) -> Context:
    """Return what has the caller's span as the parent; nothing where the trace begins here."""
    if trace.parent_id is None:
        return Context()
    parent = SpanContext(
        trace_id=int(trace.trace_id, 16),
        span_id=int(trace.parent_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _fail(span: Span, kind: str) -> None:
    span.set_attribute(FAILURE, kind)
    span.set_status(Status(StatusCode.ERROR))


def _session() -> requests.Session:
    """Return what speaks HTTP: it follows nobody to another address."""
    made = requests.Session()
    made.hooks["response"].append(_refuse_redirect)
    return made


def _refuse_redirect(answer: requests.Response, **_options: object) -> None:
    if answer.is_redirect:
        answer.close()
        raise OSError(f"it answers {answer.status_code}, and is not followed")


def _resource() -> Resource:
    """Return who exports; `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` win, as always."""
    own = Resource.create({"service.name": "assent", "service.version": __version__})
    return own.merge(OTELResourceDetector().detect())
