"""The time stamp in an evidence: how old the log was when somebody else had seen it.

    timestamp/checkpoint        the stamped checkpoint, of at most the size of the evidence's own
    timestamp/checkpoint.tsr    its time stamp (RFC 3161)
    timestamp/consistency       the proof that the log extends it: a hash in base64 on each line

A decision below the stamped size was in the log at the stamped time. All three are there, or none.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from ..checkpoints.note import NoteError, VerifierKey
from ..checkpoints.timestamp import Authority, Stamped, TimestampError, stamped_at
from ..faults import VerificationFault, fault
from ..merkle.tree import ProofError, verify_consistency

STAMPED, RESPONSE, GROWTH = (
    "timestamp/checkpoint",
    "timestamp/checkpoint.tsr",
    "timestamp/consistency",
)

STAMP_MEMBERS = (STAMPED, RESPONSE, GROWTH)
"""The members of an evidence that are about its time stamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A stamped checkpoint and its time stamp, as `storage.log.attestations` keeps them."""

    size: int
    note: bytes
    response: bytes

    def members(self, growth: Sequence[bytes]) -> dict[str, bytes]:
        """Return the members of an evidence, with the proof that its log extends this one."""
        lines = "".join(f"{base64.b64encode(each).decode()}\n" for each in growth)
        return {STAMPED: self.note, RESPONSE: self.response, GROWTH: lines.encode()}


def read_stamp(
    members: Mapping[str, bytes],
    checkpoint: SignedCheckpoint,
    known: Sequence[VerifierKey],
    authority: Authority | None,
) -> Stamped | VerificationFault | None:
    """Return what the members say of the time, or what is wrong with them.

    None where there is no stamp, or nobody to believe it of; the stamped checkpoint is checked all
    the same, and without a stamp an authority misses it.
    """
    if not members:
        missing = fault(None, "timestamp_missing", "there is no time stamp in the evidence")
        return missing if authority is not None else None
    if len(members) != len(STAMP_MEMBERS):
        return fault(None, "timestamp_refused", "parts of the time stamp are not there")
    try:
        head = open_checkpoint(members[STAMPED], known).head
        growth = [base64.b64decode(each, validate=True) for each in members[GROWTH].split()]
        verify_consistency(
            size=checkpoint.head.size,
            root=checkpoint.head.root,
            old_size=head.size,
            old_root=head.root,
            proof=growth,
        )
        if authority is None:
            return None
        return Stamped(
            size=head.size, moment=stamped_at(members[RESPONSE], members[STAMPED], authority)
        )
    except ProofError:
        told = "the log of the evidence does not extend the stamped one"
        return fault(None, "stamped_root_differs", told)
    except (NoteError, TimestampError) as error:
        return fault(None, "timestamp_refused", str(error))
    except ValueError:
        return fault(None, "timestamp_refused", "its proof is not one hash in base64 a line")
