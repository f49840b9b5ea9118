"""What is derived from a descriptor before it is decoded: facts that follow from what it declares.

Each derivation is a pure function of the descriptor and the vocabulary, so that a replay, which
begins from the descriptor as it was submitted, comes to the same. What a vocabulary does not
declare is not derived, and what is declared otherwise than it follows is a contradiction.
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
