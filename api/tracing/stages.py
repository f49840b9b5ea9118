"""What a request spends its time on: stages, noted where the work is done.

A stage is noted in the timeline of the request that this thread answers. Where none is kept, which
is everywhere unless spans are exported, noting one costs looking that up. Nothing here knows
OpenTelemetry.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias

from api.tracing.traces import Trace

MOST_STAGES = 64
"""How many stages of one request are kept, so that no batch makes them endless."""

FAILURE = "error.type"
"""The attribute that makes a stage a failed one."""

Attributes: TypeAlias = Mapping[str, str | int]
Tell: TypeAlias = Callable[[Attributes], None]
"""Adds to what is told of a stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, in nanoseconds since 1970; `failure` names what went wrong in it, if anything."""

    name: str
    started: int
    ended: int
    attributes: Attributes
    failure: str | None


class Timeline:
    """The stages of one request. Belongs to one thread.

    Its beginning is read from the clock of the day, and all that follows from one that never jumps.
    """

    def __init__(self) -> None:
        self.started = time.time_ns()
        self.stages: list[Stage] = []
        self.left_out = 0
        self._offset = self.started - time.perf_counter_ns()

    def now(self) -> int:
        """Return the time, in nanoseconds since 1970."""
        return self._offset + time.perf_counter_ns()

    @contextmanager
    def stage(self, name: str) -> Iterator[Tell]:
        """Note a stage that lasts as long as the context."""
        started, attributes, failure = self.now(), dict[str, str | int](), None
        try:
            yield attributes.update
        except Exception as error:
            failure = type(error).__name__
            raise
        finally:
            if len(self.stages) < MOST_STAGES:
                told = str(attributes.pop(FAILURE, "")) or failure
                self.stages.append(
                    Stage(
                        name=name,
                        started=started,
                        ended=self.now(),
                        attributes=attributes,
                        failure=told,
                    )
                )
            else:
                self.left_out += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that was answered; `route` is one of the application's own, None where none is."""

    trace: Trace
    timeline: Timeline
    method: str
    scheme: str
    route: str | None
    status: int


_CURRENT: ContextVar[Timeline | None] = ContextVar("timeline", default=None)


def keep(timeline: Timeline | None) -> None:
    """Note the stages of this thread in a timeline from now on; None notes them nowhere."""
    _CURRENT.set(timeline)


def stage(name: str) -> AbstractContextManager[Tell]:
    """Note a stage of the request that this thread answers, if a timeline of it is kept."""
    timeline = _CURRENT.get()
    return _UNNOTED if timeline is None else timeline.stage(name)


def _ignore(_: Attributes) -> None:
    pass


_UNNOTED = nullcontext[Tell](_ignore)
