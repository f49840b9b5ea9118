"""How claims are understood by a law: what each says of others, and what it limits itself.

Proofs come back to the same claims again and again, so that what was understood once is kept.
"""

from dataclasses import dataclass

from .claims import Both, Bound, Claim, Either, Meaning, Subject, meaning
from .law import Law
from .limits import Aspect, TopicKey, limits
from .regions import Region


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topic:
    """What a region speaks of; one object for each within a law, so that it is found at once."""

    aspect: Aspect
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a claim says of the conditions below it, and what it limits unless they say it all."""

    claim: Claim
    said: Meaning
    limits: tuple[tuple[Topic, Region], ...]


class Understanding:
    """Understands claims by one law."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._topics: dict[TopicKey, Topic] = {}
        self._understood: dict[tuple[int, bool, Bound], Understood] = {}

    def of(self, claim: Claim) -> Understood:
        """Return how a claim is understood; two of one condition, as an object, are like."""
        # INVARIANT: what is kept holds its claim, so that no other object takes on its identity.
        key = (id(claim.condition), claim.truth, claim.bound)
        found = self._understood.get(key)
        if found is None:
            found = self._understood[key] = self._understand(claim)
        return found

    def _understand(self, claim: Claim) -> Understood:
        said = meaning(claim)
        found = () if isinstance(said, Both | Either) else limits(claim, self._law)
        limited = tuple((self._topic(key), region) for key, region in found)
        return Understood(claim=claim, said=said, limits=limited)

    def _topic(self, key: TopicKey) -> Topic:
        if (topic := self._topics.get(key)) is None:
            topic = self._topics[key] = Topic(aspect=key[0], subject=key[1])
        return topic
