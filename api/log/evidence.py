"""Making evidence of some decisions: their receipts, their contents, and what decided them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from engine.audit.checkpoints.checkpoint import SignedCheckpoint
from engine.audit.entries.record import LogEntry, Payload
from engine.audit.exhibits.evidence import (
    CHECKPOINT,
    KEYS,
    MOST_DECISIONS,
    README,
    DecisionReference,
    EvidenceManifest,
    content_names,
    policies_name,
    receipt_name,
    write_evidence,
)
from engine.source.json_text import JSONValue
from engine.storage.governance.policies import PolicyVersions
from engine.storage.log.attestations import AttestationStore
from engine.storage.log.tile_log import TileLog
from engine.storage.sealed.contents import check_read
from engine.storage.search.decisions import Decisions
from engine.storage.search.filters import DecisionFilter

from .receipts import receipt_of

MOST_BYTES = 128 * 1024 * 1024
"""The most bytes of what one evidence shows."""

_README = """\
EVIDENCE FROM A LOG OF DECISIONS

This file shows {decisions} as the log had {them} when it had {size:,} entries.
{erased}
What is here

  receipts/    for each decision, its record and the proof that the signed log has it
  decisions/   what was submitted, and what was decided and why, as JSON that you can read
  policies/    the policies that decided: one JSON object, with the text of each file by its name
  checkpoint   the size and the root of the log, with the signatures of those who vouch for it
  log.vkey     the public keys of the log, for convenience only
  timestamp/   where there is one: a time stamp (RFC 3161) of the log at a size, and the proof that
               the log of the checkpoint extends it

What you trust

  The public key of the log, which you have from its operator on another way than this file. With
  it, everything here can be checked without a network, and without trusting who gave it to you.
  Do not use log.vkey of this very file: who forges the one can forge the other.

How to check it with Assent

  assent verify THIS_FILE.zip --vkey YOUR_COPY_OF_log.vkey

How to check it without Assent

  A receipt follows c2sp.org/tlog-proof, the checkpoint c2sp.org/tlog-checkpoint and
  c2sp.org/signed-note, the tree RFC 6962 with SHA-256: programs for these formats exist in several
  languages. Behind `extra`, a receipt has the record in base64: a JSON object whose `leaf` is what
  the tree hashes. SHA-256 of the salt and the content, in base64url, is the commitment in the leaf,
  for the input and for the result. SHA-256 of a file in policies/ is the digest in the leaf.

What it shows, and what not

  It shows that these decisions were logged as they are here, at these places, and by which
  policies. It does not show that they are all that meet a filter, nor that the policies are right.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSelection:
    """How the decisions of an evidence were selected: as of a size, by filters, or None by id.

    `unsearched` is as in `due_facets.unsearched`.
    """

    size: int
    filters: dict[str, JSONValue] | None = None
    unsearched: int = 0


def select_by(decisions: Decisions, filters: DecisionFilter) -> EvidenceSelection:
    """Return the selection of decisions by a filter. Raises `BeyondLog`."""
    size = decisions.reached(filters)
    unsearched = decisions.unsearched(replace(filters, as_of=size))
    return EvidenceSelection(size=size, filters=filters.given(), unsearched=unsearched)


def entries_by(decisions: Decisions, filters: DecisionFilter) -> Iterator[LogEntry]:
    """Yield what a filter finds, whole."""
    for each in decisions.matching(filters):
        yield decisions.get(each.columns.decision_id)


class TooMany(Exception):  # noqa: N818 - the house names what happened.
    """More was asked for than one evidence holds; the message says how much it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSource:
    """Where evidence comes from: the log, its policies, and what vouches for it."""

    tiles: TileLog
    policies: PolicyVersions
    checkpoint: SignedCheckpoint
    vouched: AttestationStore

    def write(
        self, stream: BinaryIO, entries: Iterable[LogEntry], found: EvidenceSelection
    ) -> EvidenceManifest:
        """Write the evidence of some decisions, and return its manifest.

        Raises `TooMany`, `NotFound` where the policies of a decision are not kept, `ProofError`
        where the database is not the one that was signed, and `StorageError`.
        """
        members: dict[str, bytes] = {}
        shown, erased, weight = list[DecisionReference](), list[DecisionReference](), 0
        for entry in entries:
            check_read(entry)
            named = DecisionReference(id=entry.id, index=entry.index)
            if entry.payload is None:
                erased.append(named)
            else:
                added = self._members(entry, entry.payload, members)
                weight += sum(map(len, added.values()))
                members |= added
                shown.append(named)
            if len(shown) + len(erased) > MOST_DECISIONS or weight > MOST_BYTES:
                most = f"{MOST_DECISIONS:,} decisions and {MOST_BYTES:,} bytes"
                raise TooMany(f"an evidence has at most {most}")
        members |= self._stamp()
        members[CHECKPOINT] = self.checkpoint.note
        members[KEYS] = "".join(f"{key}\n" for key in self.checkpoint.signers).encode()
        members[README] = _readme(len(shown), len(erased), self.checkpoint.head.size).encode()
        return write_evidence(
            stream,
            members,
            lambda files: EvidenceManifest(
                assent_evidence=1,
                size=found.size,
                filters=found.filters,
                decisions=tuple(shown),
                erased=tuple(erased),
                files=files,
                unsearched=found.unsearched,
            ),
        )

    def _stamp(self) -> dict[str, bytes]:
        """Return the members of the newest time stamp that the checkpoint extends, if any."""
        stamp, size = self.vouched.newest_stamp(), self.checkpoint.head.size
        if stamp is None or stamp.size > size:
            return {}
        return stamp.members(self.tiles.prove_consistency(old_size=stamp.size, size=size))

    def _members(
        self, entry: LogEntry, payload: Payload, present: Mapping[str, bytes]
    ) -> dict[str, bytes]:
        """Return the members that an entry adds to those that are present."""
        before, after = content_names(entry.id)
        added = {
            receipt_name(entry.id): receipt_of(self.tiles, self.checkpoint, entry),
            before: payload.input,
            after: payload.result,
        }
        digest = entry.columns.policy_digest
        if policies_name(digest) not in present:
            added[policies_name(digest)] = self.policies.get(digest).files
        return added


def _readme(shown: int, erased: int, size: int) -> str:
    decisions = "1 decision" if shown == 1 else f"{shown:,} decisions"
    gone = "1 more was" if erased == 1 else f"{erased:,} more were"
    told = f"{gone} erased; manifest.json names what is left: id and place.\n" if erased else ""
    them = "it" if shown == 1 else "them"
    return _README.format(decisions=decisions, them=them, size=size, erased=told)
