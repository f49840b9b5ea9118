"""Deciding on the machines of a Ray cluster, with the outcome of one process.

An actor is sent a recipe: the files of the policies, the terms and the standing facts. It builds
the engine by itself, and refuses where policies or engine are not those of here. Records go out in
parts, and their answers come back in the order of the records.

The cluster is that of `RAY_ADDRESS`, else one that lives on this machine for as long as the run.
"""

import logging
import os
import socket
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from api.cli.deciding import Deciding, Part, in_parts, told
from api.cli.failures import Failure
from api.cli.submissions import Record
from api.deciders.engine_recipe import EngineRecipe
from api.deciders.worker_processes import WorkerDied
from api.deciding.submission import Terms
from api.standing_facts.stated import given_facts
from engine.source.json_text import JSONValue

if TYPE_CHECKING:
    import ray

_AHEAD = 4
"""The most parts that are on their way for each actor."""

_REACH_SECONDS = 10
_ADVICE = "install the same version of Assent on every node of the cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What another machine needs to decide as this process does. `terms` have no standing facts."""

    engine: EngineRecipe
    terms: Terms
    facts: JSONValue | None
    as_json: bool

    @classmethod
    def of(cls, deciding: Deciding, facts: JSONValue | None) -> "Recipe":
        """Return how to decide likewise; `facts` are the standing facts as they are written."""
        return cls(
            engine=EngineRecipe.of(deciding.engine),
            terms=replace(deciding.terms, standing=None),
            facts=facts,
            as_json=deciding.as_json,
        )

    def deciding(self) -> Deciding:
        """Return what decides by it. Raises `OtherEngine` where policies or engine are others."""
        engine = self.engine.build()
        known = None if self.facts is None else given_facts(self.facts, engine)
        standing = None if known is None else engine.standing_facts(known)
        return Deciding(
            engine=engine, terms=replace(self.terms, standing=standing), as_json=self.as_json
        )


class Decider:
    """What an actor does: it builds its engine once, and then decides part after part."""

    def prepare(self, recipe: Recipe) -> None:
        """Build the engine of a recipe. Raises `OtherEngine`."""
        self._deciding = recipe.deciding()

    def part(self, records: Sequence[Record]) -> Part:
        """Return the answers to some records, in order."""
        return self._deciding.part(records)


@contextmanager
def parts_on_ray(
    recipe: Recipe, records: Iterator[Record], *, workers: int
) -> Iterator[Iterator[Part]]:
    """Give the answers to the records, part by part and in order, as `workers` actors make them.

    Raises `Failure` where Ray is not installed or no cluster can be had, and, while it is read,
    where an actor ends.
    """
    try:
        import ray  # noqa: PLC0415 - an extra, which only this command needs.
    except ImportError:
        advice = "install it with `pip install 'assent[ray]'`"
        raise Failure("assent decide", "--on ray wants Ray, which is not here", advice) from None
    # Ray prints what it has to say of a cluster, and standard output has the answers.
    with redirect_stdout(sys.stderr), _cluster(workers):
        actor = ray.remote(num_cpus=1)(Decider)
        actors: list[Any] = [actor.remote() for _ in range(workers)]
        try:
            ray.get([each.prepare.remote(recipe) for each in actors])
        except ray.exceptions.RayError as error:
            raise Failure("assent decide", _why(error), _ADVICE) from error
        yield told(_run(actors, in_parts(records)))


@contextmanager
def _cluster(workers: int) -> Iterator[None]:
    import ray  # noqa: PLC0415 - as above.

    address = os.environ.get("RAY_ADDRESS")
    is_here = not address
    if address:
        _check_reachable(address)
    else:  # What is decided here is told to nobody, and nor is that it was.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if is_here else {}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **own)
    except Exception as error:
        if is_here:
            why, advice = "Ray does not start here", "look at what else this machine does"
        else:
            why, advice = "no Ray cluster can be used", "see RAY_ADDRESS and RAY_AUTH_TOKEN"
        raise Failure("assent decide", f"{why}: {_why(error)}", advice) from error
    try:
        found = int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call] # as Ray has it.
        if found < workers:  # The others would wait for ever.
            why = f"the cluster has {found} processors, and each of {workers} workers wants one"
            raise Failure("assent decide", why, "take fewer --workers")
        yield
    finally:
        ray.shutdown()


def _check_reachable(address: str) -> None:
    """Raise `Failure` where nothing listens at a host and port: Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():  # `auto` and the like: for Ray to say.
        return
    try:
        socket.create_connection((host, int(port)), timeout=_REACH_SECONDS).close()
    except (OSError, OverflowError) as error:
        advice = "see that the cluster runs, or unset it to decide on this machine"
        raise Failure(f"RAY_ADDRESS {address}", "no Ray cluster answers there", advice) from error


def _run(actors: Sequence[Any], tasks: Iterator[list[Record]]) -> Iterator[Part]:
    """Yield the part made of each task, in order. Raises `WorkerDied`, and what a task raises."""
    under_way: deque[tuple[list[Record], ray.ObjectRef[Part]]] = deque()
    for number, task in enumerate(tasks):
        if len(under_way) == _AHEAD * len(actors):
            yield _made(*under_way.popleft())
        under_way.append((task, actors[number % len(actors)].part.remote(task)))
    while under_way:
        yield _made(*under_way.popleft())


def _made(task: list[Record], reference: "ray.ObjectRef[Part]") -> Part:
    import ray  # noqa: PLC0415 - as above.

    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except ray.exceptions.RayError as error:
        raise WorkerDied(task, _why(error)) from error


def _why(error: Exception) -> str:
    """Return what Ray says of an error, on one line."""
    cause = getattr(error, "cause", None) or error
    return " ".join(str(cause).split("\n", 1)[0].split())
