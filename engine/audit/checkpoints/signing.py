"""Signs the log: one checkpoint after another, each verified to be consistent with the one before.

The last signed checkpoint is kept in an **anchor**, outside the database, so that a database
restored from a backup, or altered, is detected. Before the next one is signed, the log is checked
against it: the stored hashes of the anchored entries must give the anchored root, and together with
the *leaves* added since, hashed again, the root of the head. Only then is the head signed, and the
new checkpoint is durable in the anchor before anyone sees it.

The entries that this process has appended since are checked likewise: a standby that took over may
lack only the newest ones, which nobody has signed yet. While nothing can be signed, they are kept
beside the anchor, for the processes of after a restart.

If a check fails, nothing is signed any more, `failure` says why, and `fork` that no decision may be
logged: what is acknowledged in the wrong database is lost with it. There is no automatic repair:
the database that the anchor belongs to has to be restored. A lost anchor is replaced by any copy of
the last checkpoint (a reader's, an exported log's).

Every process has a signer. They share one anchor and its lock, so that one signs at a time. Each
checks once a second whether there is anything to sign, and signs at once for a waiting receipt.

An alteration *before* the anchored checkpoint, of a leaf but not its hash, changes no hash that is
signed; the verifier finds it, since it hashes every leaf.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from ..errors import LogError
from ..merkle.tree import EMPTY_TREE, Frontier, TreeHead, leaf_hash
from .checkpoint import SignedCheckpoint, open_checkpoint, sign_checkpoint
from .keyring import KeyRing
from .note import NoteError

INTERVAL_SECONDS = 1.0
"""How often a checkpoint is signed where nobody waits for one."""


class LogForked(LogError):  # noqa: N818 - the house names what happened; `LogError` is its base.
    """The log does not extend its last signed checkpoint: nothing more is signed."""


class Anchor(Protocol):
    """Where the last signed checkpoint is kept, outside the database; all processes share it."""

    def locked(self) -> AbstractContextManager[None]:
        """Hold the only lock of the anchor. Raises where it cannot be had in bounded time."""
        ...

    def read(self) -> bytes | None:
        """Return the checkpoint, None where there is none."""
        ...

    def write(self, note: bytes) -> None:
        """Replace the checkpoint, and return once that is durable."""
        ...

    def age(self) -> float:
        """Return how many seconds ago the checkpoint was written."""
        ...

    @property
    def place_of_acknowledged(self) -> str:
        """Where `acknowledged` is kept, for a message."""
        ...

    def acknowledged(self) -> TreeHead | None:
        """Return the log that was acknowledged when it could not be signed, None for none."""
        ...

    def keep_acknowledged(self, head: TreeHead) -> None:
        """Replace it, and return once that is durable."""
        ...


class LogHistory(Protocol):
    """The log as it is stored."""

    def head(self) -> TreeHead:
        """Return the size and the root of the log."""
        ...

    def frontier_at(self, size: int) -> Frontier | None:
        """Return the frontier at a size, from stored hashes; None where the log is shorter."""
        ...

    def leaves(self, first: int, beyond: int) -> Iterable[bytes]:
        """Return the leaves from one index on to before another."""
        ...


class CheckpointSigner:
    """Signs the checkpoints of one log; safe to share between threads.

    `keys` gives the keys as they are now, `appended` the log as this process has appended to it
    last. `failure` is what keeps the log from being signed, and None while it is signed;
    `on_change` is told of it whenever it changes. `fork` is the `LogForked` that was found last,
    until the log is found to be in order.
    """

    def __init__(  # noqa: PLR0913 - the parts, and who is asked and told.
        self,
        log: LogHistory,
        anchor: Anchor,
        keys: Callable[[], KeyRing],
        *,
        clock: Callable[[], datetime],
        on_change: Callable[[Exception | None], None],
        appended: Callable[[], Frontier] = lambda: EMPTY_TREE,
    ) -> None:
        self._log = log
        self._anchor = anchor
        self._keys = keys
        self._clock = clock
        self._on_change = on_change
        self._appended = appended
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None
        self.fork: LogForked | None = None

    def begin(self) -> None:
        """Put the first checkpoint of the log into an anchor that has none.

        Raises `LogForked` where there is one, which nothing may replace but what extends it.
        """
        with self._anchor.locked():
            if self._anchor.read() is not None:
                raise LogForked("the log has an anchored checkpoint already")
            self._sign(self._grown(Frontier()))

    def latest(self) -> SignedCheckpoint:
        """Return the anchored checkpoint. Raises `LogForked` where there is none of this log."""
        note = self._anchor.read()
        if note is None:
            raise LogForked("the anchored checkpoint is gone; put a copy of the last one back")
        try:
            return open_checkpoint(note, self._keys().verifiers)
        except NoteError as error:
            raise LogForked(f"the anchored checkpoint is not one of this log: {error}") from error

    def age(self) -> float:
        """Return how many seconds ago the anchored checkpoint was written."""
        return self._anchor.age()

    def covering(self, size: int) -> SignedCheckpoint:
        """Return a checkpoint of at least a size, signed now where there is none yet.

        Raises `LogForked`, and whatever anchor and log raise.
        """
        anchored = self.latest()
        return anchored if anchored.head.size >= size else self.advance(at_once=True)

    def check(self) -> None:
        """Raise `LogForked` unless the log has what was signed, and what was acknowledged since.

        Raises whatever anchor and log raise.
        """
        anchored = self.latest().head
        self._check_acknowledged(anchored.size)
        self._frontier_of(anchored)

    def advance(self, *, at_once: bool = False) -> SignedCheckpoint:
        """Compare the log with its anchor, and return the checkpoint, a new one where one is due.

        One is due where the log or its keys have changed, and the last is a second old; `at_once`
        does not wait for that. Raises `LogForked`, and whatever anchor and log raise.
        """
        with self._anchor.locked():
            anchored = self.latest()
            self._check_acknowledged(anchored.head.size)
            head = self._grown(self._frontier_of(anchored.head))
            signing = tuple(key.verifier for key in self._keys().signing(self._clock()))
            is_current = head == anchored.head and signing == anchored.signers
            if is_current or not (at_once or self._anchor.age() >= INTERVAL_SECONDS):
                return anchored
            return self._sign(head)

    def start(self) -> None:
        """Compare the log with its anchor now, then each second, until `close`."""
        self._attempt()
        self._thread = threading.Thread(target=self._run, name="log-signer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Sign what was logged last, and end."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(INTERVAL_SECONDS):
            self._attempt()
        self._attempt(at_once=True)

    def _attempt(self, *, at_once: bool = False) -> None:
        failure: Exception | None = None
        try:
            self.advance(at_once=at_once)
        except Exception as error:  # noqa: BLE001 - whatever it was, the service says that it is so.
            failure = error
            self._keep_acknowledged()
        before, self.failure = self.failure, failure
        if failure is None or isinstance(failure, LogForked):
            self.fork = failure
        if (type(before), str(before)) != (type(failure), str(failure)):
            self._on_change(failure)

    def _check_acknowledged(self, anchored: int) -> None:
        """Raise `LogForked` unless the log has what was acknowledged since the anchor.

        That is what this process has appended, and what one before it has kept.
        """
        kept = self._anchor.acknowledged()
        if kept is not None and kept.size > anchored:
            # By its name alone: whoever asks whether the service is ready reads it, and is unknown.
            name = PurePath(self._anchor.place_of_acknowledged).name
            self._frontier_of(kept, f"acknowledged, as `{name}` beside the anchor says")
        appended = self._appended()
        if appended.size > anchored:
            self._frontier_of(appended.head(), "acknowledged")

    def _keep_acknowledged(self) -> None:
        """Keep what this process has appended and nobody can sign now: a restart forgets it.

        Where it cannot be kept, the failure that it is kept for is told all the same.
        """
        head = self._appended().head()
        with suppress(Exception), self._anchor.locked():
            kept = self._anchor.acknowledged()
            known = max(self.latest().head.size, 0 if kept is None else kept.size)
            if head.size > known:
                self._anchor.keep_acknowledged(head)

    def _frontier_of(self, known: TreeHead, how: str = "signed") -> Frontier:
        """Return what the log has of known entries. Raises `LogForked` unless it is that."""
        frontier = self._log.frontier_at(known.size)
        if frontier is None:
            raise LogForked(
                f"the log has {self._log.head().size:,} entries, and {known.size:,} were {how}:"
                " the database is an older one"
            )
        if frontier.root() != known.root:
            raise LogForked(
                f"the first {known.size:,} entries of the log are not those that were {how}"
            )
        return frontier

    def _grown(self, frontier: Frontier) -> TreeHead:
        """Return the head of the log, once the leaves since a frontier are shown to lead there."""
        head = self._log.head()
        leaves = self._log.leaves(frontier.size, head.size)
        found = frontier.extend(map(leaf_hash, leaves))
        if (found.size, found.root()) != (head.size, head.root):
            raise LogForked(
                f"the entries from {frontier.size:,} on are not those that the log's head tells"
            )
        return head

    def _sign(self, head: TreeHead) -> SignedCheckpoint:
        signed = sign_checkpoint(head, self._keys().signing(self._clock()))
        self._anchor.write(signed.note)
        return signed
