"""How a worker process, or another machine, rebuilds the engine of this process.

It is sent a recipe: the files of the policies, and the identity (digest, version of Assent) that
the engine must have. Compiled rules are closures, which could only be pickled by value; another
version of Assent would then run its own modules under the name of ours.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from api.deciding.builders import BUILDERS
from engine import CampaignError, Engine, bundle_from_files
from engine.bundle.grants import Grant
from engine.evaluation.document import Identity
from engine.evaluation.record_writer import write


class OtherEngine(Exception):  # noqa: N818 - the house names what happened.
    """Another process has another engine, which may decide otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRecipe:
    """The files of policies by their paths, and the engine that they have to come to."""

    identity: Identity
    files: Mapping[str, str]

    @classmethod
    def of(cls, engine: Engine) -> "EngineRecipe":
        """Return how to build an engine again; waivers that were granted by request are no part."""
        return cls(identity=engine.identity, files=engine.bundle.files)

    def build(self) -> Engine:
        """Return the engine. Raises `OtherEngine` where that is not what was meant."""
        name = self.identity.name
        engine = Engine(bundle_from_files(dict(self.files), name=name, builder=BUILDERS.of(name)))
        there, here = engine.identity, self.identity
        if there.engine != here.engine:
            raise OtherEngine(f"there Assent {there.engine} would decide, and here {here.engine}")
        if there != here:
            raise OtherEngine(f"there {there.digest} would decide, and here {here.digest}")
        return engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """By what is decided: an engine, the waivers that were granted, the standing facts.

    `number` is that of the plan that has them (`engine.storage.governance.policy_set_rows.Plan`).
    """

    recipe: EngineRecipe
    number: int
    grants: tuple[Grant, ...]
    facts: tuple[Mapping[str, object], ...]

    @property
    def identity(self) -> Identity:
        """The policies and the version of the engine."""
        return self.recipe.identity

    def sent(self) -> "Basis":
        """Return the same, fit to be sent to another process."""
        return replace(self, facts=tuple(dict(each) for each in self.facts))


def compile_ahead(engine: Engine, now: datetime) -> None:
    """Decide once, so that what is compiled for the first decision is there before a request.

    That is a second for 2,000 rules. Nearly nothing is known of the campaign, so that nearly every
    rule has something to say.
    """
    day = now.date().isoformat()
    with suppress(CampaignError):  # By another vocabulary, the first request waits for it.
        decision = engine.decide({"flight": {"start": day, "end": day}}, as_of=now)
        write(decision, engine.summarise(decision, id=""))
