"""What changed in meaning between two versions of policies.

Layout, order, comments, labels of lists, names of bound elements and the division into files have
no meaning. Every other difference is told, so that policies without a change decide alike.
"""

from collections.abc import Iterator
from functools import partial

from ..semantics.tree import Policies
from .change import Change, Kind
from .declarations import (
    fact_changes,
    facts_of,
    instrument_changes,
    renamed_facts,
    set_changes,
)
from .definitions import definition_changes, written_out
from .meaning import Reader
from .pairs import paired_by_name
from .parameters import parameter_changes
from .rules import content, lean_of_existence, rule_changes, subject_of
from .table_changes import table_changes
from .timelines import timeline
from .waivers import waiver_changes


def changes(old: Policies, new: Policies) -> tuple[Change, ...]:
    """Return what changed from the old version to the new: rules by their id, then declarations."""
    common = old.definitions.keys() & new.definitions.keys()
    old, new = written_out(old, common), written_out(new, common)
    before, after = facts_of(old), facts_of(new)
    renamed = renamed_facts(before, after)
    shared = frozenset(
        name
        for name in old.sets.keys() & new.sets.keys()
        if timeline(old.sets[name]) != timeline(new.sets[name])
    )
    shared |= old.parameters.keys() & new.parameters.keys()
    shared |= old.tables.keys() & new.tables.keys()
    readers = (
        Reader(policies=old, renamed=renamed, shared=shared, bound={}),
        Reader(policies=new, renamed={}, shared=shared, bound={}),
    )
    return (
        *_rules(*readers),
        *waiver_changes(*readers),
        *definition_changes(*readers),
        *parameter_changes(*readers),
        *table_changes(old, new),
        *set_changes(old, new),
        *instrument_changes(old, new),
        *fact_changes(before, after, renamed),
    )


def _rules(before: Reader, now: Reader) -> Iterator[Change]:
    old = {rule.id: rule for rule in before.policies.rules}
    new = {rule.id: rule for rule in now.policies.rules}
    present, gone = paired_by_name(
        old, new, partial(content, reader=before), partial(content, reader=now)
    )
    for was, rule in present:
        if was is not None:
            yield from rule_changes(was, rule, before, now)
            continue
        yield subject_of(rule).change(Kind.ADDED, lean_of_existence(rule, exists=True))
    for rule in gone:
        yield subject_of(rule).change(Kind.REMOVED, lean_of_existence(rule, exists=False))
