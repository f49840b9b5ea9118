"""Names that nothing uses: of what policies declare, of types, and of the elements of lists.

The facts of a vocabulary are used by whoever describes campaigns, and are never reported.
"""

from collections.abc import Iterable, Iterator

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.visit import walk
from ..adopted import is_adopted
from ..tree import (
    DefinedCondition,
    LookupTerm,
    ParameterTerm,
    Policies,
    SetTerm,
    Table,
    clauses_read,
    conditions_within,
)
from ..types import EnumerationType, RecordType, Type, element_type
from . import faults


def unused(policies: Policies, files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each declared name that no rule, fact or set of the policies uses.

    What was adopted may be used by more than is adopted here.
    """
    if not policies.rules:
        return  # A vocabulary and its law may be shared by policies that stand elsewhere.
    items = [item for file in files for item in file.items if not is_adopted(item.span.source)]
    types, names = _types(policies), _named_in(policies)
    cited = {each.instrument for each in policies.citations} | _cited_in_profiles(items)
    for item in items:
        match item:
            case syntax.Instrument(name=name) if name.text not in cited:
                yield faults.unused(name.span, "instrument", name.text)
            case syntax.SetDeclaration(name=name) if name.text not in names:
                yield faults.unused(name.span, "set", name.text)
            case syntax.Parameter(name=name) if name.text not in names:
                yield faults.unused(name.span, "parameter", name.text)
            case syntax.Table(name=name) if name.text not in names:
                yield faults.unused(name.span, "table", name.text)
            case syntax.Definition(name=name) if name.text not in names:
                yield faults.unused(name.span, "definition", name.text)
            case syntax.Vocabulary(parts=parts):
                yield from _unused_types(parts, types)
            case _:
                pass


def unnamed_elements(files: Iterable[syntax.File]) -> Iterator[Diagnostic]:
    """Yield a warning for each condition of elements that is the same of all, as it names none."""
    for item in (item for file in files for item in file.items):
        is_own = not is_adopted(item.span.source)
        if is_own and isinstance(item, syntax.Policy | syntax.Definition | syntax.Waiver):
            for part in walk(item):
                if isinstance(part, syntax.Quantified) and not _speaks_of_it(part):
                    yield faults.unnamed_element(part.variable.span, part.variable.text)


def _speaks_of_it(quantified: syntax.Quantified) -> bool:
    # INVARIANT: no other name within it is the same.
    paths = (part for part in walk(quantified.condition) if isinstance(part, syntax.Path))
    return any(path.steps[0].name == quantified.variable.text for path in paths)


def _unused_types(
    parts: Iterable[syntax.VocabularyPart | syntax.Broken], used: frozenset[str]
) -> Iterator[Diagnostic]:
    for part in parts:
        match part:
            case syntax.RecordDeclaration(name=name) if name.text not in used:
                yield faults.unused(name.span, "group of facts", name.text)
            case syntax.EnumerationDeclaration(name=name) if name.text not in used:
                yield faults.unused(name.span, "type", name.text)
            case _:
                pass


def _cited_in_profiles(items: Iterable[syntax.Item | syntax.Broken]) -> frozenset[str]:
    """Return the instruments on which profiles rest."""
    return frozenset(
        each.instrument.text
        for item in items
        if isinstance(item, syntax.Profile)
        for clause in item.clauses
        if isinstance(clause, syntax.SourceClause)
        for each in clause.citations
    )


def _named_in(policies: Policies) -> frozenset[str]:
    """Return what rules, definitions, tables and sets name of what is declared."""
    rules = (clause for rule in policies.rules for clause in clauses_read(rule))
    clauses = (*rules, *(each.clause for each in policies.definitions.values()))
    terms = (term for each in clauses for term in each.terms)
    places = (rule.places for rule in policies.rules)
    parts = (part for each in clauses for part in conditions_within(each.condition))
    in_tables = (name for table in policies.tables.values() for name in table.sets)
    in_sets = (name for each in policies.sets.values() for name in each.sets)
    return frozenset(
        each.name
        for each in (*terms, *places, *parts)
        if isinstance(each, SetTerm | ParameterTerm | LookupTerm | DefinedCondition)
    ).union(in_tables, in_sets)


def _types(policies: Policies) -> frozenset[str]:
    shapes = policies.vocabulary.records.values()
    facts: list[Type] = [fact.type for shape in shapes for fact in shape.facts.values()]
    sets: list[Type] = [each.type for each in policies.sets.values()]
    tables = [kind for each in policies.tables.values() for kind in _types_of(each)]
    return frozenset(name for kind in (*facts, *sets, *tables) for name in _named(kind))


def _types_of(table: Table) -> tuple[Type, ...]:
    return (table.type, *(each.type for each in table.inputs))


def _named(kind: Type) -> Iterator[str]:
    inner = element_type(kind)
    if isinstance(inner, EnumerationType | RecordType):
        yield inner.name
