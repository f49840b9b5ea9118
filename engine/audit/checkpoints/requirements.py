"""What a verifier requires of third parties: cosignatures of witnesses, and time stamps."""

from dataclasses import dataclass

from .cosignature import WitnessPolicy
from .timestamp import Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationRequirements:
    """Cosignatures by some witnesses, and a time stamp by an authority; None is no demand."""

    policy: WitnessPolicy | None = None
    authority: Authority | None = None


NO_REQUIREMENTS = AttestationRequirements()
"""What nobody asked for nobody misses."""
