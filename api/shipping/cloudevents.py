"""CloudEvents 1.0 (CNCF), JSON format: one event for each entry, of whatever kind.

`source` is the origin of the log and `id` that of the entry, so that an event delivered twice is
seen to be one (*CloudEvents* §3.1, `source` + `id`).
"""

from msgspec import Raw

from engine.audit.entries.record import LogEntry, read_envelope
from engine.audit.entries.sealed_acts import Entry
from engine.audit.instants import rfc3339

from .events import Event, Sender, act_in_brief, decision_in_brief, place_in_log


def cloudevent(entry: Entry, sender: Sender) -> Event:
    """Return the event of an entry."""
    if isinstance(entry, LogEntry):
        kind, happened, data = "decision", entry.columns.decided_at, _decision(entry, sender)
    else:
        kind, happened, data = entry.kind, entry.logged_at, act_in_brief(entry)
    return {
        "specversion": "1.0",
        "id": entry.id,
        "source": sender.origin,
        "type": f"assent.{kind}.v1",
        "subject": str(entry.index),
        "time": rfc3339(happened),
        "datacontenttype": "application/json",
        "data": data | sender.disclosed(entry) | {"log": place_in_log(entry)},
    }


def _decision(entry: LogEntry, sender: Sender) -> Event:
    columns = entry.columns
    data: Event = decision_in_brief(entry) | {
        "policy_set": {
            "name": columns.policy_set,
            "version": columns.policy_version,
            "digest": columns.policy_digest,
        },
        "engine": read_envelope(entry.leaf).engine,
    }
    payload = sender.payload_of(entry)
    if payload is None:
        return data
    return data | {"input": Raw(payload.input), "result": Raw(payload.result)}
