"""What changed in statutory definitions.

A rule that names a definition of both versions says the same in both; what its words mean now is a
change of the definition, told once. A definition of one version only is read as what it means.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial

from ..semantics.tree import (
    Condition,
    DefinedCondition,
    Definition,
    Policies,
    choices_of,
    conditions_within,
    rewritten,
    with_conditions,
)
from .change import Change, Kind, Lean, Part, Realm, Subject
from .conditions import ConditionComparison
from .declarations import signed
from .meaning import Key, Reader, meaning
from .normal import normal_form
from .pairs import citation_changes, declaration_changes


def written_out(policies: Policies, kept: Collection[str]) -> Policies:
    """Return policies in which only the definitions of some names are used by name."""

    def meant(condition: Condition) -> Condition:
        if isinstance(condition, DefinedCondition) and condition.name not in kept:
            return condition.condition
        return condition

    def whole(condition: Condition) -> Condition:
        return rewritten(condition, meant)

    return replace(
        policies,
        rules=tuple(with_conditions(rule, whole) for rule in policies.rules),
        definitions={
            name: replace(each, clause=replace(each.clause, condition=whole(each.clause.condition)))
            for name, each in policies.definitions.items()
        },
    )


def definition_changes(before: Reader, now: Reader) -> Iterator[Change]:
    """Yield what changed in definitions; one that means the same by another name is renamed."""
    old, new = before.policies.definitions, now.policies.definitions
    said = partial(_meant, reader=before), partial(_meant, reader=now)
    changed = partial(_changed, before=before, now=now)
    return declaration_changes(old, new, said, _subject, changed)


def _meant(definition: Definition, reader: Reader) -> Key:
    return meaning(reader, definition.clause.condition)


def _subject(definition: Definition) -> Subject:
    return Subject(
        realm=Realm.DEFINITION,
        name=definition.name,
        title=definition.label,
        place=definition.clause.location,
    )


def _changed(old: Definition, new: Definition, before: Reader, now: Reader) -> Iterator[Change]:
    subject = _subject(new)
    yield from subject.compared(Kind.LABEL, old.label, new.label)
    yield from citation_changes(subject, old.sources, new.sources)
    signs = {*_signs(new.name, before.policies), *_signs(new.name, now.policies)}
    comparing = ConditionComparison(
        old=before,
        new=now,
        sign=min(signs) if len(signs) == 1 else 1,
        subject=subject,
        part=Part.DEFINITION,
    )
    conditions = normal_form(old.clause.condition), normal_form(new.clause.condition)
    for change in comparing.conditions(*conditions):
        if len(signs) == 1:
            yield change
        else:
            # What no rule uses changes nothing; what is used both ways leans both ways.
            yield replace(change, lean=Lean.UNCLEAR if signs else Lean.NEUTRAL)


def _signs(name: str, policies: Policies) -> Iterator[int]:
    """Yield, for each use in a rule, whether its truth leads towards denial (1) or away (-1).

    Where it chooses among the elements of an aggregate, that may be either (0).
    """
    for rule in policies.rules:
        for condition, sign in signed(rule):
            if _is_named(condition, name):
                yield sign
            chosen_by = (part for each in choices_of(condition) for part in conditions_within(each))
            yield from (0 for part in chosen_by if _is_named(part, name))


def _is_named(condition: Condition, name: str) -> bool:
    return isinstance(condition, DefinedCondition) and condition.name == name
