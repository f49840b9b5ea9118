"""The witnesses of a log: asks each of them, wherever it runs, to cosign a checkpoint.

All that are due are asked concurrently. After a failure, a witness is retried with exponential
backoff: after 2, 4, 8, … seconds, at most 300.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, assert_never

from ..merkle.tree import ProofError, verify_consistency
from .checkpoint import SignedCheckpoint
from .cosignature import WitnessPolicy
from .signing import LogForked
from .witness import Answer, Cosigned, Forked, Refused, Stale, Submission, Witness, read_answer

_LONGEST_WAIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessState:
    """What is known of a witness.

    `size` is the size that it is at, `text` the checkpoint that it cosigned last and `line` its
    cosignature. After `failures` in a row, the last of which `problem` tells, it is asked again at
    `retry_at` (seconds since 1970). `is_forked` says that it has another history of this log: it
    stays until the witness cosigns again.
    """

    size: int = 0
    text: str = ""
    line: str = ""
    failures: int = 0
    retry_at: float = 0.0
    problem: str | None = None
    is_forked: bool = False


States: TypeAlias = Mapping[Witness, WitnessState]


@dataclass(frozen=True, slots=True, kw_only=True)
class HTTPAnswer:
    """What an address answered."""

    status: int
    body: bytes


Post: TypeAlias = Callable[[str, bytes], HTTPAnswer]
"""Sends a body to an address. Raises `OSError`, whose text says why there is no answer."""

KeepFork: TypeAlias = Callable[[str, bytes], None]
"""Keeps what a witness, by name, was sent that has another history, and its answer."""


def _is_due(state: WitnessState, now: float) -> bool:
    # A time that no wait leads to was kept by a clock that has been set back since.
    return not now < state.retry_at <= now + _LONGEST_WAIT


class ConsistencyProver(Protocol):
    """The stored log, as a source of consistency proofs."""

    def prove_consistency(self, *, old_size: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that the log of a size extends that of a smaller one."""
        ...

    def root_at(self, size: int) -> bytes:
        """Return the root that the log had at a size."""
        ...


class WitnessPanel:
    """Some witnesses, and how many of them have to cosign.

    Raises `NoteError` for a quorum that is none, and for witnesses that are one.
    """

    def __init__(
        self,
        log: ConsistencyProver,
        witnesses: Sequence[Witness],
        quorum: int,
        *,
        post: Post,
        clock: Callable[[], float],
    ) -> None:
        self.witnesses = tuple(witnesses)
        self.policy = WitnessPolicy(witnesses=tuple(each.key for each in witnesses), quorum=quorum)
        self._log = log
        self._post = post
        self._clock = clock

    def ask(self, checkpoint: SignedCheckpoint, states: States, keep_fork: KeepFork) -> States:
        """Ask those that are due and have not cosigned, and return what is known of them now.

        Raises `LogForked` where the log does not prove its own growth, and what the log raises.
        """
        text, now = checkpoint.checkpoint.text(), self._clock()
        due = [w for w, state in states.items() if state.text != text and _is_due(state, now)]
        if not due:
            return {}
        with ThreadPoolExecutor(len(due)) as pool:
            asking = [pool.submit(self._ask, w, states[w], checkpoint, keep_fork) for w in due]
        return {witness: asked.result() for witness, asked in zip(due, asking, strict=True)}

    def _ask(
        self,
        witness: Witness,
        state: WitnessState,
        checkpoint: SignedCheckpoint,
        keep_fork: KeepFork,
    ) -> WitnessState:
        """Return what is known of a witness after it was asked: twice, where it is elsewhere."""
        size = min(state.size, checkpoint.head.size)
        try:
            answer = self._answer(witness, size, checkpoint, keep_fork)
            if isinstance(answer, Stale):
                size = answer.size
                answer = self._answer(witness, size, checkpoint, keep_fork)
        except OSError as error:
            answer = Refused(reason=f"it does not answer: {error}")
        match answer:
            case Cosigned(cosignature=found):
                text = checkpoint.checkpoint.text()
                return WitnessState(size=checkpoint.head.size, text=text, line=found.line)
            case Stale(size=size):
                return self._failed(state, size, "it is at another size each time it is asked")
            case Refused(reason=reason):
                return self._failed(state, size, reason)
            case Forked(reason=reason):
                return replace(self._failed(state, size, reason), is_forked=True)
            case _:
                assert_never(answer)

    def _failed(self, state: WitnessState, size: int, problem: str) -> WitnessState:
        failures = state.failures + 1
        retry_at = self._clock() + min(2 ** min(failures, 16), _LONGEST_WAIT)
        return replace(state, size=size, failures=failures, retry_at=retry_at, problem=problem)

    def _answer(
        self, witness: Witness, old_size: int, checkpoint: SignedCheckpoint, keep_fork: KeepFork
    ) -> Answer:
        sent = self._submission(old_size, checkpoint)
        posted = self._post(witness.address, sent.encode())
        answer = read_answer(sent, witness.key, posted.status, posted.body)
        if isinstance(answer, Forked):
            told = b"%s\nanswered %d\n%s" % (sent.encode(), posted.status, posted.body)
            keep_fork(witness.key.name, told)
        return answer

    def _submission(self, old_size: int, checkpoint: SignedCheckpoint) -> Submission:
        """Return what is sent to a witness that is at a size.

        Raises `LogForked` where nobody could believe it: then the fault is here.
        """
        head = checkpoint.head
        if not 0 < old_size < head.size:
            return Submission(old_size=old_size, proof=(), checkpoint=checkpoint)
        proof = self._log.prove_consistency(old_size=old_size, size=head.size)
        old_root = self._log.root_at(old_size)
        try:
            verify_consistency(
                size=head.size, root=head.root, old_size=old_size, old_root=old_root, proof=proof
            )
        except ProofError as error:
            raise LogForked(f"the log does not prove its own growth: {error}") from error
        return Submission(old_size=old_size, proof=proof, checkpoint=checkpoint)
