"""The checks that reason: what some policies mean that nobody can have meant.

Pure functions from the typed core, and from what was written, to diagnostics. Every error and every
doubt about a condition rests on a proof (`proof`); what is not understood, or takes too long, is
passed over in silence.
"""

from collections.abc import Iterable, Iterator

from ...source.diagnostic import Diagnostic
from ...syntax.tree import File
from ..tree import Policies, Window
from .editions import uncovered
from .firing import examine, examine_definition
from .limits import Law
from .names import unused
from .opposites import opposites
from .proof import Budget, Prover
from .upkeep import outdated, untested

MOST_STEPS = 30_000
"""So many steps of reasoning are spent on all rules together, and again on pairs of them."""


def lint(policies: Policies, files: Iterable[File]) -> Iterator[Diagnostic]:
    """Yield what is to be said against policies without other faults; `files` declare them."""
    files = tuple(files)
    dated = policies.dated
    budget = Budget(steps=MOST_STEPS)
    for rule in policies.rules:
        law = Law(dated=dated, window=rule.window)
        yield from examine(rule, Prover(law=law, budget=budget))
    for definition in policies.definitions.values():
        law = Law(dated=dated, window=Window())
        yield from examine_definition(definition, Prover(law=law, budget=budget))
    yield from opposites(policies, Budget(steps=MOST_STEPS))
    yield from uncovered(policies)
    yield from unused(policies, files)
    yield from untested(files)


__all__ = ["MOST_STEPS", "lint", "outdated"]
