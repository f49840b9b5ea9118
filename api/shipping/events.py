"""What events of every shape have in common: their sender, and what they may say of an entry.

Without contents, an event says what a published entry says and which rules came to a status: no
input, no campaign, no actor. With contents it says all that is stored. What has left cannot be
erased here any more: whoever ships contents follows the erasures too, which are entries like any
other.
"""

import base64
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec

from engine.audit.entries.record import LogEntry, Payload
from engine.audit.entries.sealed_acts import ActEntry, Entry
from engine.storage.sealed.contents import check_read

Event: TypeAlias = dict[str, object]
"""A JSON object, written by `msgspec`; recorded JSON stands in it byte by byte."""

PRODUCT: Final = "Assent"

WITHHELD: Final = "withheld"
"""Who asked, where events may not say so, or where it is erased."""

_READ_LEAF = msgspec.json.Decoder(Event)
_COMMITMENTS = ("_sd", "_sd_alg", "v")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whose events they are: the origin of the log, and whether contents may leave it."""

    origin: str
    with_contents: bool

    def payload_of(self, entry: LogEntry) -> Payload | None:
        """Return the contents that an event may say; None for those withheld, or erased.

        Raises `ContentsUnread` for those that are there and do not open.
        """
        if not self.with_contents:
            return None
        check_read(entry)
        return entry.payload

    def disclosed(self, entry: Entry) -> Event:
        """Return the members that an event may disclose, by their names."""
        if not self.with_contents:
            return {}
        return {each.name: each.value for each in entry.disclosures if each.value is not None}


def place_in_log(entry: Entry) -> Event:
    """Return where an entry lies, as a receipt names it."""
    return {"index": entry.index, "leaf_hash": base64.b64encode(entry.leaf_hash).decode()}


def decision_in_brief(entry: LogEntry) -> Event:
    """Return what is said of every decision."""
    columns = entry.columns
    return {
        "decision": columns.outcome,
        "conclusive": columns.conclusive,
        "rules": [{"rule": rule, "status": status} for rule, status in columns.rules],
    }


def act_in_brief(entry: ActEntry) -> Event:
    """Return the members of an act's leaf, but for the digests of what it discloses."""
    leaf = _READ_LEAF.decode(entry.leaf)
    return {name: value for name, value in leaf.items() if name not in _COMMITMENTS}
