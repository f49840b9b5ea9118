"""What changed in meaning between two versions of policies.

Layout, order, comments, labels of lists, names of bound elements and the division into files have
no meaning. Every other difference is told, so that policies without a change decide alike.
"""

from collections.abc import Iterator

from ..semantics.tree import Policies, Rule
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
    former = _former(
        [(rule, content(rule, before)) for rule in old.values() if rule.id not in new],
        [(rule, content(rule, now)) for rule in new.values() if rule.id not in old],
    )
    for rule in new.values():
        was = old.get(rule.id) or former.get(rule.id)
        if was is not None:
            yield from rule_changes(was, rule, before, now)
            continue
        lean = lean_of_existence(rule, exists=True)
        yield Change(kind=Kind.ADDED, subject=subject_of(rule), lean=lean)
    renamed = {rule.id for rule in former.values()}
    for rule in old.values():
        if rule.id not in new and rule.id not in renamed:
            lean = lean_of_existence(rule, exists=False)
            yield Change(kind=Kind.REMOVED, subject=subject_of(rule), lean=lean)


def _former(gone: list[tuple[Rule, object]], come: list[tuple[Rule, object]]) -> dict[str, Rule]:
    """Return what a rule of a new name was before: the rule that said all of the same."""
    found: dict[str, Rule] = {}
    for rule, said in come:
        same = next((each for each in gone if each[1] == said), None)
        if same is not None:
            gone.remove(same)
            found[rule.id] = same[0]
    return found
