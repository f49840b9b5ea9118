"""Mutants of parameters and tables: without one edition or one case, in all rules that read them.

What it settled is unknown then, or is what `otherwise` gives.
"""

from collections.abc import Iterator
from dataclasses import replace

from ..semantics.tree import (
    Constant,
    LookupTerm,
    Parameter,
    ParameterTerm,
    Policies,
    Row,
    Rows,
    Rule,
    Table,
    clauses_read,
)
from ..source.text import Span
from .mutants import Mutant
from .parts import Words, short


def mutants_of_declarations(policies: Policies, words: Words) -> Iterator[Mutant]:
    """Yield the mutants of the parameters and tables that some rule reads."""
    owners: list[Parameter | Table] = [*policies.parameters.values(), *policies.tables.values()]
    for owner in owners:
        rules = tuple(rule for rule in policies.rules if _reads(rule, owner))
        for changed, change, given in _changes(owner) if rules else ():
            yield Mutant(
                owner=owner,
                rules=rules,
                changed=rules,
                change=change,
                location=words.place(given.span),
                in_clause=True,
                policies=_declaring(policies, changed),
            )


def _reads(rule: Rule, owner: Parameter | Table) -> bool:
    kind = ParameterTerm if isinstance(owner, Parameter) else LookupTerm
    terms = (term for clause in clauses_read(rule) for term in clause.terms)
    return any(isinstance(term, kind) and term.name == owner.name for term in terms)


def _declaring(policies: Policies, changed: Parameter | Table) -> Policies:
    if isinstance(changed, Parameter):
        return replace(policies, parameters={**policies.parameters, changed.name: changed})
    return replace(policies, tables={**policies.tables, changed.name: changed})


def _changes(owner: Parameter | Table) -> Iterator[tuple[Parameter | Table, str, Constant]]:
    """Yield the declaration with something left out, what that is, and the value that it gave."""
    if isinstance(owner, Parameter):
        for index, edition in enumerate(owner.editions):
            rest = (*owner.editions[:index], *owner.editions[index + 1 :])
            start = edition.window.start
            since = f" from {start} on" if start else ""
            change = f"`{edition.content.text}` is left out{since}"
            yield replace(owner, editions=rest), change, edition.content
        return
    seen: set[Span] = set()  # An edition is taken apart where a set that its cases name changes.
    for row in (row for each in owner.editions for row in each.content):
        if row.value.span not in seen:
            seen.add(row.value.span)
            case = short(f"{', '.join(row.words)} gives {row.value.text}")
            yield _without(owner, row), f"`{case}` is left out", row.value


def _without(table: Table, row: Row) -> Table:
    def rest(rows: Rows) -> Rows:
        return tuple(each for each in rows if each.value.span != row.value.span)

    editions = (replace(each, content=rest(each.content)) for each in table.editions)
    return replace(table, editions=tuple(editions))
