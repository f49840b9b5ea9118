"""The checks that reason: what some policies mean that nobody can have meant.

Pure functions from the typed core, and from what was written, to diagnostics. Every error and every
doubt about a condition rests on a proof (`proof`); what is not understood, or takes too long, is
passed over in silence.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from ...source.diagnostic import Diagnostic
from ...source.memory import Memory
from ...syntax.tree import File
from ..tree import Policies, Window
from .denials import half_denied
from .editions import uncovered
from .ends import left_out
from .firing import examine, examine_definition
from .law import Law
from .names import unnamed_elements, unused
from .opposites import opposites
from .proof import Budget, Prover
from .proved import Proved
from .upkeep import outdated, untested

MOST_STEPS = 30_000
"""The most steps of reasoning for all rules together, and as many for pairs of them."""


def lint(
    policies: Policies, files: Iterable[File], memory: Memory | None = None
) -> Iterator[Diagnostic]:
    """Yield what is to be said against policies without other faults; `files` declare them.

    With the `memory` of an earlier time, nothing is proved again of the same rules by the same law.
    What it comes to is the same, because what was proved then costs as many steps as it did.
    """
    files = tuple(files)
    memory = Memory() if memory is None else memory
    dated = policies.dated
    known = Proved.by(dated, memory)
    budget = Budget(steps=MOST_STEPS)
    for rule in policies.rules:
        prover = Prover(law=Law(dated=dated, window=rule.window), budget=budget)
        yield from known.of((rule,), budget, partial(examine, rule, prover))
    for definition in policies.definitions.values():
        prover = Prover(law=Law(dated=dated, window=Window()), budget=budget)
        yield from known.of((definition,), budget, partial(examine_definition, definition, prover))
    yield from opposites(policies, Budget(steps=MOST_STEPS), known)
    yield from uncovered(policies)
    yield from half_denied(files)
    yield from left_out(files)
    yield from unused(policies, files)
    yield from unnamed_elements(files)
    yield from untested(files)
    memory.forget_rest()


__all__ = ["MOST_STEPS", "lint", "outdated"]
