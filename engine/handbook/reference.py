"""The reference part: the facts of a campaign by group, and the lists that rules share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from ..english.amounts import constant, day, words_of
from ..english.consequences import in_force
from ..english.sentences import Writer
from ..evaluation.values import show_typed
from ..semantics.tree import (
    Definition,
    Edition,
    Members,
    Parameter,
    Policies,
    Row,
    SetDefinition,
    Table,
)
from ..semantics.types import EnumerationType, ListType, RecordType, Type, describe
from ..semantics.vocabulary import Fact, RecordShape, Vocabulary
from .chapters import authority
from .values import (
    DefinitionEntry,
    FactEntry,
    Group,
    ListEdition,
    NamedList,
    ParameterEdition,
    ParameterEntry,
    RuleEntry,
    TableEdition,
    TableEntry,
)

Labelled = TypeVar("Labelled", Definition, Parameter, Table, SetDefinition)

_MOST_MEMBERS = 100
"""How many members of a list are told that a file states; the file has them all."""


def groups(vocabulary: Vocabulary) -> tuple[Group, ...]:
    """Return the groups of facts, the campaign first, in the order of their declaration."""
    places: dict[tuple[str, str], list[str]] = {}
    for path, owner, fact in _placed(vocabulary):
        places.setdefault((owner, fact.name), []).append(path)
    names = sorted(vocabulary.records, key=lambda name: name != vocabulary.root)
    return tuple(_group(vocabulary.records[name], places) for name in names)


def _placed(vocabulary: Vocabulary) -> Iterator[tuple[str, str, Fact]]:
    """Yield every fact with its path and the group that declares it."""
    for path, fact in vocabulary.paths():
        above = vocabulary.find(path.split(".")[1:-1])
        owner = above.record if above is not None else None
        yield path, owner or vocabulary.root, fact


def _group(shape: RecordShape, places: dict[tuple[str, str], list[str]]) -> Group:
    entries = (
        FactEntry(
            name=fact.name,
            label=fact.label,
            kind=kind(fact.type),
            group=fact.record,
            choices=_choices(fact.type),
            required=fact.required,
            presumed=_presumed(fact),
            sensitive=fact.sensitive,
            paths=tuple(places.get((shape.name, fact.name), ())),
        )
        for fact in shape.facts.values()
    )
    return Group(name=shape.name, label=shape.label, facts=tuple(entries))


def _presumed(fact: Fact) -> str:
    """Return what is presumed of a fact, in words; empty where nothing is."""
    if fact.presumed is None:
        return ""
    words = show_typed(fact.presumed, fact.type)
    return words.replace("_", " ") if isinstance(fact.type, EnumerationType) else words


def kind(declared: Type) -> str:
    """Return a type in words, without the names that a vocabulary gives to types."""
    match declared:
        case EnumerationType():
            return "one of a list"
        case RecordType():
            return "a group of facts"
        case ListType(element=RecordType()):
            return "several groups of facts"
        case ListType(element=EnumerationType()):
            return "any of a list"
        case _:
            return describe(declared)


def _choices(declared: Type) -> tuple[str, ...]:
    match declared:
        case ListType(element=EnumerationType() as element) | (EnumerationType() as element):
            return tuple(member.replace("_", " ") for member in element.members)
        case _:
            return ()


def _by_label(declared: Mapping[str, Labelled]) -> list[Labelled]:
    return sorted(declared.values(), key=lambda each: (each.label.lower(), each.name))


def definitions(policies: Policies, entries: Iterable[RuleEntry]) -> tuple[DefinitionEntry, ...]:
    """Return the definitions by label, each with the rules that rest on it."""
    known, writer = tuple(entries), Writer(policies=policies)
    return tuple(
        DefinitionEntry(
            name=each.name,
            label=each.label,
            meaning=writer.sentence(each.clause.condition),
            authorities=tuple(map(authority, each.sources)),
            rules=tuple(entry.reference for entry in known if each.name in entry.definitions),
        )
        for each in _by_label(policies.definitions)
    )


def parameters(policies: Policies, entries: Iterable[RuleEntry]) -> tuple[ParameterEntry, ...]:
    """Return the parameters by label, each with the rules that refer to it."""
    known = tuple(entries)
    return tuple(_parameter(each, known) for each in _by_label(policies.parameters))


def _parameter(declared: Parameter, entries: tuple[RuleEntry, ...]) -> ParameterEntry:
    return ParameterEntry(
        name=declared.name,
        label=declared.label,
        editions=tuple(
            ParameterEdition(
                in_force=in_force(edition.window),
                value=constant(edition.content).strip("“”"),
                authorities=tuple(map(authority, edition.sources)),
            )
            for edition in declared.editions
        ),
        authorities=tuple(map(authority, declared.sources)),
        reviewed="" if declared.reviewed is None else day(declared.reviewed),
        rules=tuple(entry.reference for entry in entries if declared.name in entry.parameters),
    )


def tables(policies: Policies, entries: Iterable[RuleEntry]) -> tuple[TableEntry, ...]:
    """Return the tables by label, each with the rules that look it up."""
    known = tuple(entries)
    return tuple(_table(each, known) for each in _by_label(policies.tables))


def _table(declared: Table, entries: tuple[RuleEntry, ...]) -> TableEntry:
    width = len(declared.inputs)
    return TableEntry(
        name=declared.name,
        label=declared.label,
        inputs=tuple(each.name.replace("_", " ") for each in declared.inputs),
        editions=tuple(
            TableEdition(
                in_force=in_force(edition.window),
                cases=tuple((_cells(row, width), constant(row.value)) for row in edition.content),
            )
            for edition in declared.editions
        ),
        authorities=tuple(map(authority, declared.sources)),
        rules=tuple(entry.reference for entry in entries if declared.name in entry.tables),
    )


def _cells(row: Row, width: int) -> tuple[str, ...]:
    """Return the words of a case, one for each input."""
    words = tuple(word.strip("{}").replace("_", " ") for word in row.words)
    return (*words, *("" for _ in range(width - len(words))))


def lists(policies: Policies, entries: Iterable[RuleEntry]) -> tuple[NamedList, ...]:
    """Return the lists by label, each with the rules that refer to it."""
    known = tuple(entries)
    return tuple(_named_list(each, known) for each in _by_label(policies.sets))


def _named_list(definition: SetDefinition, entries: tuple[RuleEntry, ...]) -> NamedList:
    return NamedList(
        name=definition.name,
        label=definition.label,
        editions=tuple(_list_edition(each, definition.type) for each in definition.editions),
        rules=tuple(entry.reference for entry in entries if definition.name in entry.lists),
    )


def _list_edition(edition: Edition[Members], kind: Type) -> ListEdition:
    words = words_of(edition.content, kind)
    shown = words[:_MOST_MEMBERS] if edition.file else words
    return ListEdition(
        in_force=in_force(edition.window),
        members=shown,
        more=len(words) - len(shown),
        file=edition.file,
    )
