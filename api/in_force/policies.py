"""The engines of one process: for each policy set, the one that all processes currently decide by.

An engine comprises the policies in force and the waivers granted by request, and is one for a
request.

A thread polls the database for what is in force and what is scheduled. It builds new engines off
the path of requests and swaps each in atomically: a request takes the engine of its set once and
keeps it. Approved and scheduled versions are built ahead of time, so that coming into force is no
more than a comparison of times.

Standing facts are polled with the policies, and reach every process in the same way.

INVARIANT: no engine is given out unless the database has confirmed, within `bound` seconds, that
nothing else is in force. A process that cannot confirm it does not decide.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from api.deciders.engine_recipe import Basis, EngineRecipe, compile_ahead
from api.deciding.stored_policies import stored_bundle
from engine import Engine, EngineError
from engine.audit.instants import utc_now
from engine.bundle.grants import Grants
from engine.evaluation.document import Identity
from engine.evaluation.standing_facts.book import FactBook
from engine.storage.databases.database import Database
from engine.storage.errors import NotFound, StorageError
from engine.storage.governance.policies import PolicyVersions
from engine.storage.governance.policy_set_rows import Event, Plan, Timeline
from engine.storage.governance.policy_sets import PolicySets

POLL_SECONDS = 0.5
"""How long nothing is asked of the database at most, where nothing announces a change."""

SET_BACK_SECONDS = 60.0
"""How far a clock may go back, as one that is corrected does, and nobody need know."""

_SHOWN = "%Y-%m-%dT%H:%M:%SZ"

_Key: TypeAlias = tuple[str, str]
"""A policy set and a digest."""


class NotInForce(Exception):  # noqa: N818 - the house names what happened.
    """No version of the policy set is in force."""


class NotFresh(Exception):  # noqa: N818 - as above.
    """Nobody can say whether another version is in force by now, or it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is in force and built, and when the database last confirmed it (`time.monotonic`)."""

    plan: Plan = field(default_factory=lambda: Plan(number=-1, timelines=(), expected=()))
    timelines: Mapping[str, Timeline] = field(default_factory=lambda: MappingProxyType({}))
    engines: Mapping[_Key, Engine] = field(default_factory=lambda: MappingProxyType({}))
    failures: Mapping[_Key, str] = field(default_factory=lambda: MappingProxyType({}))
    books: Mapping[_Key, FactBook] = field(default_factory=lambda: MappingProxyType({}))
    confirmed: float = float("-inf")


class PoliciesInForce:
    """The engines of one process, by policy set. Safe to share between threads.

    `default` is the set of those who name none, `bound` the seconds for which a confirmation holds.
    `on_unusable` is told of a version that cannot be built, be it in force or not yet: whose it is,
    and why.
    """

    def __init__(  # noqa: PLR0913 - each of two who are told has something else to tell.
        self,
        database: Database,
        *,
        default: str,
        bound: float,
        clock: Callable[[], datetime] = utc_now,
        on_change: Callable[[Exception | None], None] = lambda _: None,
        on_unusable: Callable[[str, str, Exception], None] = lambda *_: None,
    ) -> None:
        self._database = database
        self._sets = PolicySets(database)
        self._versions = PolicyVersions(database)
        self._bound = bound
        self._clock = clock
        self._on_change = on_change
        self._on_unusable = on_unusable
        self._state = _State()
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._refreshing = threading.Lock()
        self._changing = threading.Lock()  # Held for as long as the state is replaced.
        self._closing = threading.Event()
        self._is_failing = False
        self._thread: threading.Thread | None = None
        self.default = default

    # --- for requests -------------------------------------------------------------------------

    def engine(self, policy_set: str) -> Engine:
        """Return the engine that decides for a set now.

        Raises `NotInForce` where the set has no version in force, and `NotFresh` where this process
        cannot tell, or cannot use it.
        """
        state = self._fresh()
        timeline = state.timelines.get(policy_set)
        turn = self._turn(timeline) if timeline is not None else None
        if turn is None:
            raise NotInForce(f"no version of the policy set `{policy_set[:64]}` is in force")
        engine = state.engines.get((policy_set, turn.digest))
        if engine is None:
            why = state.failures.get((policy_set, turn.digest), "it is being built")
            raise NotFresh(f"the version in force of `{policy_set}` cannot be used here: {why}")
        return engine

    def standing_facts(self, engine: Engine) -> FactBook:
        """Return the standing facts that are known now, as an engine reads them.

        Raises `NotFresh` where this process cannot tell, or the engine decides no more.
        """
        found = self._fresh().books.get((engine.identity.name, engine.identity.digest))
        if found is None:
            raise NotFresh("other policies came into force meanwhile")
        return found

    def basis(self, engine: Engine) -> Basis:
        """Return what another process needs to decide as an engine does now.

        Raises `NotFresh` where this process cannot tell, or the engine decides no more.
        """
        state, identity = self._fresh(), engine.identity
        if state.engines.get((identity.name, identity.digest)) is not engine:
            raise NotFresh("other policies came into force meanwhile")
        return Basis(
            recipe=EngineRecipe.of(engine),
            number=state.plan.number,
            grants=state.plan.grants.get(identity.name, ()),
            facts=state.plan.facts,
        )

    def is_in_force(self, engine: Engine) -> bool:
        """Whether an engine is still the one that decides for its set. Raises as `engine` does."""
        return self.engine(engine.identity.name) is engine

    def identities(self) -> tuple[Identity, ...]:
        """Return what decides for each set that has a version in force. Raises `NotFresh`."""
        state, now = self._fresh(), self._now()
        names = [name for name, line in state.timelines.items() if line.at(now) is not None]
        return tuple(self.engine(name).identity for name in names)

    def _turn(self, timeline: Timeline) -> Event | None:
        """Return what is in force of a set. Raises `NotFresh` where the clock has said two things.

        It was wrong before it was set back, or is now: nobody here can say which.
        """
        clock, now = self._clock(), self._now()
        turn = timeline.at(now)
        is_set_back = (now - clock).total_seconds() > SET_BACK_SECONDS
        if is_set_back and turn != timeline.at(clock):
            raise NotFresh(
                f"the clock was set back from {now:{_SHOWN}} to {clock:{_SHOWN}}, and between these"
                f" other policies of `{timeline.policy_set}` come into force; put the clock right,"
                " then reload the service (SIGHUP)"
            )
        return turn

    def _now(self) -> datetime:
        """Return a time that never goes back, whatever the clock does: nor do the policies."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    def _fresh(self) -> _State:
        state = self._state
        if time.monotonic() - state.confirmed <= self._bound:
            return state
        # The thread was not given its turn, or the database does not answer: ask, once, here.
        asked = time.monotonic()
        try:
            number = self._sets.number()
        except StorageError as error:
            raise NotFresh("nobody can say at the moment which policies are in force") from error
        state = self._state
        if number != state.plan.number:
            raise NotFresh("other policies came into force, and are not ready here yet")
        self._confirm(state, asked)
        return state

    # --- for the thread -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is in force, decide by it from now on, and build what is not built.

        Whatever is built already goes on deciding while the rest is being built, be it for seconds.
        Raises `StorageError`; what is known then stays as it is.
        """
        with self._refreshing:
            asked, state = time.monotonic(), self._state
            if self._sets.number() == state.plan.number:
                self._confirm(state, asked)
            else:
                planned = self._planned(self._sets.plan(), state, asked)
                with self._changing:
                    self._state = planned
            for key in self._wanted(self._state.plan):
                if key not in self._state.engines and key not in self._state.failures:
                    self._build(key)

    def start(self) -> None:
        """Keep up with the database from now on, in a thread of this process."""
        self._thread = threading.Thread(target=self._run, name="policies", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._follow()
            except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again.
                self._note(error)
                self._closing.wait(POLL_SECONDS)

    def _follow(self) -> None:
        """Refresh until something fails, or all ends."""
        with self._database.watching() as watch:
            while not self._closing.is_set():
                self.refresh()
                self._note(None)
                watch.wait(POLL_SECONDS)

    def _note(self, failure: Exception | None) -> None:
        """Tell where it begins to fail, and where it works again."""
        if (failure is not None) is not self._is_failing:
            self._is_failing = failure is not None
            self._on_change(failure)

    def _confirm(self, state: _State, asked: float) -> None:
        with self._changing:
            if self._state is state and asked > state.confirmed:
                self._state = replace(state, confirmed=asked)

    def _planned(self, plan: Plan, before: _State, asked: float) -> _State:
        """Return the state of a plan, with those of its engines that are built."""
        engines: dict[_Key, Engine] = {}
        for key in self._wanted(plan):
            kept, grants = before.engines.get(key), plan.grants.get(key[0], ())
            if kept is not None:
                is_same = grants == before.plan.grants.get(key[0], ())
                engines[key] = kept if is_same else kept.with_grants(Grants(grants))
        is_known = plan.facts == before.plan.facts
        return _State(
            plan=plan,
            timelines={line.policy_set: line for line in plan.timelines},
            engines=engines,
            books={
                key: before.books[key] if is_known else engine.standing_facts(plan.facts)
                for key, engine in engines.items()
            },
            confirmed=asked,
        )

    def _build(self, key: _Key) -> None:
        """Build one version, off the path of requests, or keep why it cannot be used."""
        plan = self._state.plan
        try:
            grants = Grants(plan.grants.get(key[0], ()))
            engine = self._engine(*key).with_grants(grants)
            compile_ahead(engine, self._clock())
            book = engine.standing_facts(plan.facts)
        except (EngineError, NotFound, ValueError) as error:
            with self._changing:
                failures = {**self._state.failures, key: str(error)}
                self._state = replace(self._state, failures=failures)
            self._on_unusable(*key, error)
            return
        with self._changing:
            # INVARIANT: only `refresh` changes the plan, and it waits for this.
            state = self._state
            self._state = replace(
                state,
                engines={**state.engines, key: engine},
                books={**state.books, key: book},
            )

    def _wanted(self, plan: Plan) -> dict[_Key, None]:
        """Return what is in force, was before it, is to come, or is likely to be asked for."""
        now = self._now()
        wanted: dict[_Key, None] = {}
        for line in plan.timelines:
            in_force = line.at(now)
            digests = [
                in_force.digest if in_force is not None else None,
                *(turn.digest for turn in line.activations if not turn.has_come(now)),
                line.before(now),
            ]
            wanted |= {(line.policy_set, each): None for each in digests if each is not None}
        return wanted | dict.fromkeys(plan.expected)

    def _engine(self, policy_set: str, digest: str) -> Engine:
        return Engine(stored_bundle(self._versions, digest, name=policy_set))
