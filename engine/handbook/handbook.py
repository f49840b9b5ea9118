"""From a bundle to its handbook. Pure: the same policies give the same handbook."""

from ..bundle.bundle import Bundle
from . import indexes, reference
from .chapters import EVERYWHERE, chapters
from .values import Handbook


def handbook(bundle: Bundle) -> Handbook:
    """Return the handbook of the policies of a bundle."""
    made = chapters(bundle)
    entries = tuple(entry for chapter in made for entry in chapter.rules)
    policies = bundle.policies
    instruments = indexes.instruments(entries)
    return Handbook(
        name=bundle.name,
        version=bundle.version,
        digest=bundle.digest,
        chapters=made,
        everywhere=tuple(entry.reference for entry in entries if entry.markets == EVERYWHERE),
        markets=indexes.markets(policies, entries),
        instruments=instruments,
        coverage=indexes.coverage(instruments, entries),
        facts=indexes.facts(entries),
        definitions=reference.definitions(policies, entries),
        parameters=reference.parameters(policies, entries),
        tables=reference.tables(policies, entries),
        lists=reference.lists(policies, entries),
        groups=reference.groups(policies.vocabulary),
    )
