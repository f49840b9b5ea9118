"""The log as one process knows it: what its database is held against before anything is appended.

A database that has less is another one: a standby that took over, a backup. Nobody may be told that
anything is durable in there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...audit.merkle.tree import EMPTY_TREE, Frontier
from ..errors import LogInconsistent


@dataclass(slots=True)
class KnownLog:
    """`appended` is the log as this process has appended to it last.

    `confirm` is called before every act that somebody orders, and raises where the log is not the
    one that was signed. Decisions do not pay for that: whoever records them asks the signer.
    """

    appended: Frontier = EMPTY_TREE
    confirm: Callable[[], None] = lambda: None

    def check(self, found: Frontier) -> None:
        """Raise `LogInconsistent` for a log that ends before, or in another way.

        Whether a longer one has what was appended is for the signer to find.
        """
        known = self.appended
        if found.size < known.size or (found.size == known.size and found != known):
            raise LogInconsistent(
                f"the log has {found.size:,} entries, and not the {known.size:,} that were"
                " acknowledged: the database is another one"
            )

    def note(self, appended: Frontier) -> None:
        """Remember the log as it is behind a commit; of two threads, the later one's."""
        if appended.size > self.appended.size:
            self.appended = appended
