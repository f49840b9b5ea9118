"""What changed in statutory definitions.

A rule that names a definition of both versions says the same in both; what its words mean now is a
change of the definition, told once. A definition of one version only is read as what it means.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from ..semantics.tree import (
    Condition,
    DefinedCondition,
    Definition,
    NegatedCondition,
    Policies,
    QuantifiedCondition,
    choices_of,
    conditions_within,
    inner_conditions,
    rewritten,
    with_conditions,
)
from ..syntax.tree import QuantifierKind
from .change import Change, Kind, Lean, Part, Realm, Shown, Subject
from .conditions import ConditionComparison
from .declarations import signed
from .meaning import Key, Reader, meaning
from .normal import normal_form


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
    gone = {name: each for name, each in old.items() if name not in new}
    for name, after in new.items():
        if name in old:
            yield from _changed(old[name], after, before, now)
            continue
        meant = _meant(after, now)
        former = next((each for each in gone.values() if _meant(each, before) == meant), None)
        if former is None:
            yield _of(after, Kind.ADDED)
        else:
            del gone[former.name]
            yield _of(after, Kind.RENAMED, former.name, name)
    for each in gone.values():
        yield _of(each, Kind.REMOVED)


def _meant(definition: Definition, reader: Reader) -> Key:
    return meaning(reader, definition.clause.condition)


def _subject(definition: Definition) -> Subject:
    return Subject(
        realm=Realm.DEFINITION,
        name=definition.name,
        title=definition.label,
        place=definition.clause.location,
    )


def _of(definition: Definition, kind: Kind, old: Shown = None, new: Shown = None) -> Change:
    return Change(kind=kind, subject=_subject(definition), lean=Lean.NEUTRAL, old=old, new=new)


def _changed(old: Definition, new: Definition, before: Reader, now: Reader) -> Iterator[Change]:
    if old.label != new.label:
        yield _of(new, Kind.LABEL, old.label, new.label)
    one, other = _cited(old), _cited(new)
    for each in (each for each in other if each not in one):
        yield _of(new, Kind.CITATION_ADDED, new=each)
    for each in (each for each in one if each not in other):
        yield _of(new, Kind.CITATION_REMOVED, old=each)
    signs = {*_signs(new.name, before.policies), *_signs(new.name, now.policies)}
    comparing = ConditionComparison(
        old=before,
        new=now,
        sign=min(signs) if len(signs) == 1 else 1,
        subject=_subject(new),
        part=Part.DEFINITION,
    )
    conditions = normal_form(old.clause.condition), normal_form(new.clause.condition)
    for change in comparing.conditions(*conditions):
        if len(signs) == 1:
            yield change
        else:
            # What no rule uses changes nothing; what is used both ways leans both ways.
            yield replace(change, lean=Lean.UNCLEAR if signs else Lean.NEUTRAL)


def _cited(definition: Definition) -> dict[str, None]:
    return dict.fromkeys(f"{each.instrument} {each.provision}" for each in definition.sources)


def _signs(name: str, policies: Policies) -> Iterator[int]:
    """Yield, for each use in a rule, whether its truth leads towards denial (1) or away (-1).

    Where it chooses among the elements of an aggregate, that may be either (0).
    """
    for rule in policies.rules:
        for condition, sign in signed(rule):
            yield from _used(name, condition, sign)


def _used(name: str, condition: Condition, sign: int) -> Iterator[int]:
    if _is_named(condition, name):
        yield sign
    chosen_by = (part for each in choices_of(condition) for part in conditions_within(each))
    yield from (0 for part in chosen_by if _is_named(part, name))
    is_none = isinstance(condition, QuantifiedCondition) and condition.kind is QuantifierKind.NO
    inner_sign = -sign if is_none or isinstance(condition, NegatedCondition) else sign
    for inner in inner_conditions(condition):
        yield from _used(name, inner, inner_sign)


def _is_named(condition: Condition, name: str) -> bool:
    return isinstance(condition, DefinedCondition) and condition.name == name
