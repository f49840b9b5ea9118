"""The order of acts on API keys: made or adopted, then revoked, and nothing after that.

Keys of before the log told of keys are adopted all at once, in front of every other act on a key:
what is adopted later was put into the table past the log.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..entries.act_leaves import KeyLeaf
from ..entries.acts import KeyChange
from ..faults import VerificationFault, fault
from ..merkle.spans import Spans, spans_of


@dataclass(slots=True, kw_only=True)
class KeyChecker:
    """Checks the order of acts on keys; its size grows with the number of keys."""

    known: dict[str, Spans | None] = field(default_factory=dict)
    """The entry that made or adopted each key, None once it is revoked."""

    is_begun: bool = False
    """Whether an act on any key came before."""

    adopting: int | None = None
    """Where the next adoption is, as one of those that were appended at once."""

    def faults(self, index: int, leaf: KeyLeaf) -> Iterator[VerificationFault]:
        """Apply the leaf of the next act on a key, and yield its faults."""
        revokes, adopts = leaf.change is KeyChange.REVOKE, leaf.change is KeyChange.ADOPT
        if revokes and (leaf.key not in self.known or self.known[leaf.key] != leaf.entries):
            message = f"it revokes the key `{leaf.key}`, which is not one that its entry made"
            yield fault(index, "key_out_of_order", message)
        elif not revokes and leaf.key in self.known:
            yield fault(index, "key_out_of_order", f"the key `{leaf.key}` was there before")
        elif adopts and self.is_begun and index != self.adopting:
            message = f"the key `{leaf.key}` was made past the log, which told of keys before"
            yield fault(index, "key_out_of_order", message)
        self.is_begun, self.adopting = True, index + 1 if adopts else None
        self.known[leaf.key] = None if revokes else spans_of([index])
