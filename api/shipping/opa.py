"""OPA decision-log events: Open Policy Agent, *Decision Logs*, the body of `POST /logs`.

Only decisions have this shape; entries of other kinds have none in it. `requested_by` is the actor
rather than an address, which the log does not keep. What is not said is named in `erased`.
"""

from msgspec import Raw

from engine.audit.entries.record import LogEntry, read_envelope
from engine.audit.entries.sealed_acts import Entry
from engine.audit.instants import rfc3339

from .events import PRODUCT, Event, Sender, decision_in_brief, place_in_log


def opa_event(entry: Entry, sender: Sender) -> Event | None:
    """Return the event of a decision, None for any other entry."""
    if not isinstance(entry, LogEntry):
        return None
    columns = entry.columns
    payload = sender.payload_of(entry)
    event: Event = {
        "labels": {
            "app": PRODUCT,
            "id": sender.origin,
            "version": read_envelope(entry.leaf).engine.version,
        },
        "decision_id": entry.id,
        "bundles": {columns.policy_set: {"revision": columns.policy_digest}},
        "path": columns.policy_set,
        "timestamp": rfc3339(columns.decided_at),
        "custom": {"log": place_in_log(entry)},
    }
    if actor := sender.disclosed(entry).get("actor"):
        event["requested_by"] = actor
    if payload is None:
        return event | {"result": decision_in_brief(entry), "erased": ["/input"]}
    return event | {"input": Raw(payload.input), "result": Raw(payload.result)}
