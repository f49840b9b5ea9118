"""AuthZEN's evaluations: one that is asked alone, and several in one request, answered in order.

Several are decided one after another, and what they come to is recorded in groups, as that of a
batch is. Where any of them may end the request, each is recorded before the next is decided:

INVARIANT: nothing is recorded of a request that is not answered by it. Whatever goes wrong with one
item is therefore the error of that item, also where it is the service that fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.deciding.drafts import Draft
from api.deciding.submission import Decided, Refused, Terms
from api.http.batches import GROUP_BYTES
from api.http.choice import choose_engine
from api.http.failures import problem_noted, problem_of
from api.http.problems import Problem, ProblemRaised, malformed_submission
from api.http.service import Service
from api.in_force.policies import NotInForce
from api.recording import Recorded, Recorder
from engine.audit.errors import LogError
from engine.evaluation.operations.days import day_of
from engine.storage.keys import ApiKey

from .facts import Asked, asked_of
from .mapping import (
    Evaluation,
    Semantic,
    check_shape,
    decision_answer,
    error_answer,
    evaluation_of,
    malformed,
    undecidable,
)

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """An evaluation by the policies in force: who decides, on what, and on what terms."""

    recorder: Recorder
    asked: Asked
    terms: Terms

    def refusal(self, refused: Refused) -> ProblemRaised:
        """Return the error of what cannot be decided on."""
        return undecidable(malformed_submission(self.asked.located(refused)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A decision that is not recorded yet; its answer has a place among the others."""

    place: int
    decided: Decided
    draft: Draft
    recorder: Recorder


def evaluated(service: Service, key: ApiKey, evaluation: Evaluation) -> dict[str, object]:
    """Return the answer to one evaluation, once its decision is in the log.

    Raises `ProblemRaised`, `NotFresh`, `LogError` or `StorageError`; there is then no decision.
    """
    prepared = _prepared(service, key, evaluation)
    outcome = prepared.recorder.record(
        prepared.asked.descriptor, terms=prepared.terms, actor=key.name
    )
    if isinstance(outcome, Refused):
        raise prepared.refusal(outcome)
    return decision_answer(outcome)


def evaluated_in_turn(
    service: Service, key: ApiKey, items: Sequence[Mapping[str, object]], semantic: Semantic
) -> list[dict[str, object]]:
    """Return the answers to some items, up to the one that ends the request by its semantic."""
    turn = _Turn(service=service, key=key)
    for item in items:
        turn.decide(item)
        if semantic is not Semantic.EXECUTE_ALL or turn.size >= GROUP_BYTES:
            turn.record()
        if semantic.is_over(decision=turn.answers[-1].get("decision") is True):
            break
    turn.record()
    return turn.answers


@dataclass(slots=True, kw_only=True)
class _Turn:
    """What has come of the items of one request so far.

    `size` is of how many bytes what waits to be recorded is, about. Once the service cannot decide
    or record at the moment, nothing more is tried: the rest has the same `obstacle`.
    """

    service: Service
    key: ApiKey
    answers: list[dict[str, object]] = field(default_factory=list)
    size: int = 0
    waiting: list[_Waiting] = field(default_factory=list)
    obstacle: Problem | None = None

    def decide(self, item: Mapping[str, object]) -> None:
        """Decide an item. Its answer is there by then only where it is an error."""
        if self.obstacle is not None:
            self.answers.append(error_answer(self.obstacle))
            return
        try:
            waiting = self._decided(item)
        except Exception as error:  # noqa: BLE001 - what was recorded before has to be answered.
            self.answers.append(self._failed(error))
            return
        self.size += waiting.draft.size
        self.waiting.append(waiting)
        self.answers.append({})

    def record(self) -> None:
        """Record what waits, and answer it."""
        if not self.waiting:
            return
        group, self.waiting, self.size = self.waiting, [], 0
        # Whichever policies decided: the recorders all write to one log.
        answers = group[0].recorder.log([each.draft for each in group])
        for each, answer in zip(group, answers, strict=True):
            self.answers[each.place] = (
                self._failed(answer)
                if isinstance(answer, LogError)
                else decision_answer(Recorded(decided=each.decided, receipt=answer))
            )

    def _decided(self, item: Mapping[str, object]) -> _Waiting:
        prepared = _prepared(self.service, self.key, evaluation_of(check_shape(item)))
        outcome = prepared.recorder.draft(
            prepared.asked.descriptor, terms=prepared.terms, actor=self.key.name
        )
        if isinstance(outcome, Refused):
            raise prepared.refusal(outcome)
        decided, draft = outcome
        return _Waiting(
            place=len(self.answers), decided=decided, draft=draft, recorder=prepared.recorder
        )

    def _failed(self, error: Exception) -> dict[str, object]:
        if self.obstacle is not None:  # It is noted once for all that was to be recorded together.
            return error_answer(problem_of(error))
        problem = problem_noted(self.service, error)
        if problem.kind.status == _UNAVAILABLE:
            self.obstacle = problem
        return error_answer(problem)


def _prepared(service: Service, key: ApiKey, evaluation: Evaluation) -> _Prepared:
    try:
        engine = choose_engine(service, key, evaluation.policy_set)
    except NotInForce as error:
        raise malformed(str(error)) from None
    terms = evaluation.terms_now(service.clock())
    asked = asked_of(evaluation, engine.bundle.policies.vocabulary, day_of(terms.as_of))
    return _Prepared(recorder=service.recorder(engine), asked=asked, terms=terms)
