"""The shapes by their names, and how a batch of each is sent."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.audit.entries.sealed_acts import Entry

from .cloudevents import cloudevent
from .events import Event, Sender
from .ocsf import ocsf_event
from .opa import opa_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A shape of events: how one is made, and the body that an HTTP collector takes.

    `event` gives None for an entry that the shape has no event for. A body is a JSON array of
    events, in gzip (RFC 1952) where `is_compressed`.
    """

    event: Callable[[Entry, Sender], Event | None]
    media_type: str
    is_compressed: bool = False


SHAPES = {
    "opa": Shape(event=opa_event, media_type="application/json", is_compressed=True),
    "cloudevents": Shape(
        event=cloudevent, media_type="application/cloudevents-batch+json; charset=utf-8"
    ),
    "ocsf": Shape(event=ocsf_event, media_type="application/json"),
}
