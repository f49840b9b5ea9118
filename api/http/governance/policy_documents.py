"""Policy sets and their versions as they are answered."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from engine.audit.instants import rfc3339
from engine.bundle.bundle import short_digest
from engine.storage.governance.policy_set_rows import Event, SetVersion, Timeline

_READ_REPORT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def set_document(timeline: Timeline, now: datetime) -> dict[str, object]:
    """Return a policy set: what is in force, what was before, and what waits for its time."""
    before = timeline.before(now)
    return {
        "name": timeline.policy_set,
        "revision": timeline.revision,
        "in_force": _turn(timeline.at(now)),
        "before": None if before is None else {"version": short_digest(before), "digest": before},
        "scheduled": _turn(timeline.scheduled(now)),
    }


def listed_version(version: SetVersion, timeline: Timeline, now: datetime) -> dict[str, object]:
    """Return a version as a list shows it."""
    first, in_force = version.events[0], timeline.at(now)
    return {
        "policy_set": version.policy_set,
        "version": short_digest(version.digest),
        "digest": version.digest,
        "state": version.state,
        "revision": version.revision,
        "is_in_force": in_force is not None and in_force.digest == version.digest,
        "is_sound": version.is_sound,
        "author": first.actor,
        "uploaded_at": rfc3339(first.at),
    }


def version_document(version: SetVersion, timeline: Timeline, now: datetime) -> dict[str, object]:
    """Return a version with its history, and what its check and its tests came to."""
    return {
        **listed_version(version, timeline, now),
        "history": [_event(event) for event in version.events],
        **report_members(version.report),
    }


def report_members(report: bytes) -> Mapping[str, object]:
    """Return the members `check` and `test` of what was found, as they are."""
    found = _READ_REPORT.decode(report)
    return {name: found[name] for name in ("check", "test")}


def _turn(event: Event | None) -> dict[str, object] | None:
    if event is None or event.in_force_from is None:
        return None
    return {
        "version": short_digest(event.digest),
        "digest": event.digest,
        "from": rfc3339(event.in_force_from),
        "index": event.index,
        "actor": event.actor,
    }


def _event(event: Event) -> dict[str, object]:
    since = event.in_force_from
    return {
        "index": event.index,
        "transition": event.transition,
        "actor": event.actor,
        "reason": event.reason,
        "at": rfc3339(event.at),
        "in_force_from": None if since is None else rfc3339(since),
        "is_cancelled": event.is_cancelled,
    }
