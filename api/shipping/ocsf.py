"""OCSF 1.2.0 (Open Cybersecurity Schema Framework): API Activity, class 6003.

A decision has the profile `security_control`: the action that was taken, and the policies that took
it. The log keeps no addresses, so that `src_endpoint`, which the class requires, is unknown.
"""

from datetime import datetime
from typing import Final

from engine.audit.entries.record import LogEntry, read_envelope
from engine.audit.entries.sealed_acts import ActEntry, Entry
from engine.version import __version__

from .events import (
    PRODUCT,
    WITHHELD,
    Event,
    Sender,
    act_in_brief,
    decision_in_brief,
    place_in_log,
)

_VERSION: Final = "1.2.0"
_CATEGORY: Final = 6
_CLASS: Final = 6003
_INFORMATIONAL: Final = 1
_SUCCESS: Final = 1
_OTHER: Final = 99

_ACTIVITIES: Final = {
    "access": (2, "Read"),
    "hold": (3, "Update"),
    "release": (3, "Update"),
    "erasure": (4, "Delete"),
}
_ACTIONS: Final = {"allow": (1, "Allowed", "Allowed"), "deny": (2, "Denied", "Blocked")}
"""The action, and what it is called, and its disposition, which has the same number."""


def ocsf_event(entry: Entry, sender: Sender) -> Event:
    """Return the event of an entry."""
    if isinstance(entry, LogEntry):
        return _decision(entry, sender)
    return _act(entry, sender)


def _decision(entry: LogEntry, sender: Sender) -> Event:
    columns = entry.columns
    number, action, disposition = _ACTIONS[columns.outcome]
    policy = {
        "name": columns.policy_set,
        "uid": columns.policy_digest,
        "version": columns.policy_version,
        "is_applied": True,
    }
    event = _activity(entry, sender, (_OTHER, "Decide"), "decide", columns.decided_at)
    event |= {
        "message": _message(entry),
        "action_id": number,
        "action": action,
        "disposition_id": number,
        "disposition": disposition,
        "policy": policy,
        "authorizations": [{"decision": columns.outcome, "policy": policy}],
        "unmapped": decision_in_brief(entry)
        | {"engine": read_envelope(entry.leaf).engine, "log": place_in_log(entry)},
    }
    if campaign := sender.disclosed(entry).get("campaign"):
        event["resources"] = [{"type": "campaign", "uid": campaign}]
    if payload := sender.payload_of(entry):
        event["raw_data"] = payload.result.decode()
    return event


def _act(entry: ActEntry, sender: Sender) -> Event:
    activity = _ACTIVITIES.get(entry.kind, (_OTHER, entry.kind.capitalize()))
    event = _activity(entry, sender, activity, entry.kind, entry.logged_at)
    return event | {"unmapped": act_in_brief(entry) | {"log": place_in_log(entry)}}


def _activity(
    entry: Entry, sender: Sender, activity: tuple[int, str], operation: str, happened: datetime
) -> Event:
    """Return what the class requires of every event."""
    number, name = activity
    profiles = ["security_control"] if isinstance(entry, LogEntry) else []
    actor = sender.disclosed(entry).get("actor")
    return {
        "category_uid": _CATEGORY,
        "category_name": "Application Activity",
        "class_uid": _CLASS,
        "class_name": "API Activity",
        "activity_id": number,
        "activity_name": name,
        "type_uid": _CLASS * 100 + number,
        "severity_id": _INFORMATIONAL,
        "status_id": _SUCCESS,
        "time": _milliseconds(happened),
        "metadata": {
            "version": _VERSION,
            "profiles": profiles,
            "product": {"name": PRODUCT, "vendor_name": PRODUCT, "version": __version__},
            "uid": entry.id,
            "log_name": sender.origin,
            "sequence": entry.index,
            "logged_time": _milliseconds(entry.logged_at),
        },
        "actor": {"user": {"name": actor}} if actor else {"app_name": WITHHELD},
        "api": {"operation": operation, "service": {"name": PRODUCT}},
        "src_endpoint": {"svc_name": "unknown"},
    }


def _message(entry: LogEntry) -> str:
    columns = entry.columns
    outcome = columns.outcome if columns.conclusive else f"{columns.outcome}, inconclusive"
    rules = "; ".join(f"{rule} {status}" for rule, status in columns.rules)
    return f"{outcome}: {rules}" if rules else outcome


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
