"""W3C Trace Context: the trace that a request belongs to (Recommendation of 23 November 2021).

A caller's `traceparent` is continued: its trace id is kept, and this request has a span id of its
own. Without one, or with one that is malformed (§2.2.2 says to begin anew), a trace begins here.
What is logged and what is answered has the trace, so that both ends find the same request.
`tracestate` is other people's, and nothing is sent on that could carry it.
"""

import re
import secrets
from dataclasses import dataclass

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
_SAMPLED = 0x01


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A trace, the span of this request, and that of its caller; None where it begins here."""

    trace_id: str
    span_id: str
    parent_id: str | None
    is_sampled: bool

    @property
    def header(self) -> str:
        """The value of `traceresponse`, by which the caller knows our span (Level 2, draft)."""
        return f"00-{self.trace_id}-{self.span_id}-{self.is_sampled:02x}"


def trace_of(traceparent: str | None, *, is_exported: bool = False) -> Trace:
    """Return the trace of a request. One that begins here is sampled where spans are exported."""
    span_id = secrets.token_hex(8)
    found = _PARENT.fullmatch(traceparent) if traceparent is not None else None
    if found is not None:
        version, trace_id, parent_id, flags, more = found.groups()
        # Version 00 has nothing after its flags, and ff is none; zeros stand for nothing.
        is_version = version != "ff" and (version != "00" or more is None)
        if is_version and trace_id.strip("0") and parent_id.strip("0"):
            return Trace(
                trace_id=trace_id,
                span_id=span_id,
                parent_id=parent_id,
                is_sampled=bool(int(flags, 16) & _SAMPLED),
            )
    return Trace(
        trace_id=secrets.token_hex(16), span_id=span_id, parent_id=None, is_sampled=is_exported
    )
