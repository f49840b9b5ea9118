"""What a verifier found, whatever it was of: its faults, and who has cosigned."""

from dataclasses import dataclass

from ..checkpoints.checkpoint import SignedCheckpoint
from ..checkpoints.cosignature import Cosignature
from ..faults import VerificationFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The first faults, in the order of what was read, and how many more there are.

    `cosignatures` are those of the witnesses that were asked for.
    """

    faults: tuple[VerificationFault, ...]
    omitted: int
    cosignatures: tuple[Cosignature, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReport(Report):
    """Of what has a checkpoint of its own, which is None where it could not be read."""

    checkpoint: SignedCheckpoint | None
