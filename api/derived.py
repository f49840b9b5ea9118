"""Facts that are derived from a descriptor before it is decoded.

Each derivation is a pure function of the descriptor and the vocabulary, so that a replay, which
starts from the descriptor as submitted, has the same result. Facts that the vocabulary does not
declare are not derived. A descriptor that states another value than the derived one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A fact that a descriptor declares otherwise than it follows from the rest of it."""

    pointer: str
    message: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A descriptor with what was derived from it.

    `origins` leads from the pointer of a derived fact to the pointer of what it was derived from.
    Where there are contradictions nothing can be decided.
    """

    campaign: object
    origins: Mapping[str, str]
    contradictions: tuple[Contradiction, ...]

    def origin_of(self, pointer: str) -> str | None:
        """Return what a fact was derived from, or None where it was declared."""
        for fact, origin in self.origins.items():
            if pointer == fact or pointer.startswith(f"{fact}/"):
                return origin
        return None
