"""Publishes checkpoints: if there are witnesses, only those that a quorum of them has cosigned.

A round takes the newest signed checkpoint, asks the witnesses, and publishes it once a quorum has
cosigned. It runs in a thread of its own, never in a request. All processes share the state, and
one of them at a time runs a round.

A witness with another history of this log raises an alarm: somebody has seen other entries under
the log's signature (a split view). It stops neither decisions nor signing, since it is an
unverified claim, and whoever could forge it could otherwise stop the service. The alarm lasts until
the witness cosigns again.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from ..errors import LogError
from .checkpoint import SignedCheckpoint, open_checkpoint
from .cosignature import WitnessPolicy, with_lines
from .note import NoteError, VerifierKey
from .panel import States, WitnessPanel, WitnessState
from .periodic_task import PeriodicTask
from .signing import LogForked
from .witness import Witness

INTERVAL_SECONDS = 1.0
"""How often there is a round."""

_CLOSING_SECONDS = 6.0


class NotWitnessed(LogError):  # noqa: N818 - the house names what happened; `LogError` is its base.
    """No checkpoint has been cosigned by a quorum yet: none is published."""


class CheckpointSource(Protocol):
    """Where signed checkpoints come from: `signing.CheckpointSigner`."""

    def latest(self) -> SignedCheckpoint:
        """Return the newest one. Raises `LogForked` where it is gone."""
        ...

    def covering(self, size: int) -> SignedCheckpoint:
        """Return one of at least a size."""
        ...


class WitnessMemory(Protocol):
    """What is kept of the witnesses, outside the database; all processes share it."""

    def turn(self) -> AbstractContextManager[bool]:
        """Tell whether it is this process's turn, and keep it while the context lasts."""
        ...

    def published(self) -> bytes | None:
        """Return the cosigned checkpoint, None where there is none."""
        ...

    def publish(self, note: bytes) -> None:
        """Replace the cosigned checkpoint, and return once that is durable."""
        ...

    def states(self) -> Mapping[str, WitnessState]:
        """Return what is known, by the text of the witness's key."""
        ...

    def keep(self, states: Mapping[str, WitnessState]) -> None:
        """Replace what is known."""
        ...

    def keep_fork(self, witness: str, content: bytes) -> None:
        """Keep what a witness was sent that has another history, and its answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Callbacks: for a witness whose problem has changed, and for errors that end a round."""

    on_witness: Callable[[Witness, WitnessState], None] = lambda _witness, _state: None
    on_failure: Callable[[Exception | None], None] = lambda _failure: None


class CheckpointPublisher:
    """Publishes the checkpoints of one log; safe to share between threads.

    Without a panel there are no witnesses, and whatever is signed is published. `failure` is what
    kept the last round from its end, None where nothing did.
    """

    def __init__(
        self,
        signed: CheckpointSource,
        memory: WitnessMemory,
        keys: Callable[[], Sequence[VerifierKey]],
        panel: WitnessPanel | None,
        watch: Watch,
    ) -> None:
        self._signed = signed
        self._memory = memory
        self._keys = keys
        self._panel = panel
        self._watch = watch
        self._rounds = PeriodicTask(self._attempt, seconds=INTERVAL_SECONDS, name="log-publisher")
        self.failure: Exception | None = None

    @property
    def policy(self) -> WitnessPolicy | None:
        """Which witnesses there are, and how many have to cosign; None where there are none."""
        return self._panel.policy if self._panel is not None else None

    def latest(self) -> SignedCheckpoint:
        """Return the published checkpoint. Raises `NotWitnessed`, and what the signer raises."""
        if self.policy is None:
            return self._signed.latest()
        published = self._published()
        if published is None:
            raise NotWitnessed(
                f"no checkpoint is published yet: {self.policy.quorum} of"
                f" {len(self.policy.witnesses)} witnesses have to cosign one"
            )
        return published

    def covering(self, size: int) -> SignedCheckpoint:
        """Return a checkpoint of at least a size: the published one, else one that is signed now.

        Nobody waits for a witness, so that the second is not cosigned.
        """
        published = self._published() if self.policy is not None else None
        if published is not None and published.head.size >= size:
            return published
        return self._signed.covering(size)

    def states(self) -> States:
        """Return what is known of each witness."""
        if self._panel is None:
            return {}
        known = self._memory.states()
        return {each: known.get(str(each.key), WitnessState()) for each in self._panel.witnesses}

    def start(self) -> None:
        """Begin with the rounds, where there are witnesses."""
        if self._panel is not None:
            self._rounds.start()

    def close(self) -> None:
        """End them."""
        self._rounds.close(_CLOSING_SECONDS)

    def run_round(self) -> bool:
        """Ask the witnesses that are due, and publish what a quorum has cosigned.

        Returns False where another process is at it. Raises `LogForked` where more is published
        than is signed, and whatever memory and log raise.
        """
        with self._memory.turn() as is_mine:
            if is_mine and self._panel is not None:
                checkpoint = self._signed.latest()
                self._check_published(checkpoint)
                self._publish(self._panel.policy, checkpoint, self._asked(self._panel, checkpoint))
            return is_mine

    def _attempt(self) -> None:
        failure: Exception | None = None
        try:
            self.run_round()
        except Exception as error:  # noqa: BLE001 - whatever it was, the service says that it is so.
            failure = error
        before, self.failure = self.failure, failure
        if (type(before), str(before)) != (type(failure), str(failure)):
            self._watch.on_failure(failure)

    def _published(self) -> SignedCheckpoint | None:
        note = self._memory.published()
        try:
            return open_checkpoint(note, self._keys()) if note is not None else None
        except NoteError as error:
            raise LogForked(f"the published checkpoint is not one of this log: {error}") from error

    def _check_published(self, checkpoint: SignedCheckpoint) -> None:
        """Raise `LogForked` where witnesses have cosigned what the signer does not know of."""
        published = self._published()
        if published is not None and published.head.size > checkpoint.head.size:
            raise LogForked(
                f"a log of size {published.head.size:,} was cosigned, and one of size"
                f" {checkpoint.head.size:,} is anchored: the anchor is an older one"
            )

    def _asked(self, panel: WitnessPanel, checkpoint: SignedCheckpoint) -> States:
        """Return what is known of the witnesses, once those that are due were asked."""
        before = self.states()
        changed = panel.ask(checkpoint, before, self._memory.keep_fork)
        after = dict(before) | dict(changed)
        if changed:
            self._memory.keep({str(each.key): state for each, state in after.items()})
        for witness, state in changed.items():
            if state.problem != before[witness].problem:
                self._watch.on_witness(witness, state)
        return after

    def _publish(self, policy: WitnessPolicy, checkpoint: SignedCheckpoint, states: States) -> None:
        text = checkpoint.checkpoint.text()
        lines = [state.line for state in states.values() if state.text == text]
        note = with_lines(checkpoint.note, lines)
        # What was kept is verified again: the file may have been altered.
        if not policy.review(note).faults and note != self._memory.published():
            self._memory.publish(note)
