"""Mutants of declared sets: without one of their members, in all rules and tables that read them.

A member leaves every edition that has it, whether a policy or a file lists it. Of a set with very
many members some are tried, evenly spread over all of them; `partly_tried` says of which sets.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..evaluation.values import decimal_text
from ..semantics.tree import (
    LookupTerm,
    Policies,
    Row,
    Rule,
    SetDefinition,
    SetTerm,
    Table,
    clauses_read,
)
from .mutants import Mutant
from .parts import Words

MOST_MEMBERS = 60
"""The most members of a set that are left out, one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartlyTried:
    """A set of whose members only some were left out, and how many it has."""

    name: str
    tried: int
    members: int


def mutants_of_sets(policies: Policies, words: Words) -> Iterator[Mutant]:
    """Yield the mutants of the sets that some rule reads."""
    for each, rules in _sets_read(policies):
        for member in _tried(each):
            shown = decimal_text(member) if isinstance(member, Fraction) else member
            yield Mutant(
                owner=each,
                rules=rules,
                changed=rules,
                change=f"`{shown}` leaves the set `{each.name}`",
                location=words.place(each.span),
                in_clause=True,  # Fewer members let no rule apply in a place where it did not.
                policies=_without(policies, each, member),
            )


def partly_tried(policies: Policies) -> Iterator[PartlyTried]:
    """Yield the sets that are too large for each of their members to be left out."""
    for each, _ in _sets_read(policies):
        members = len(_members(each))
        if members > MOST_MEMBERS:
            yield PartlyTried(name=each.name, tried=MOST_MEMBERS, members=members)


def _sets_read(policies: Policies) -> Iterator[tuple[SetDefinition, tuple[Rule, ...]]]:
    """Yield the sets that rules read, by themselves or by a table, each with those rules."""
    for each in policies.sets.values():
        tables = {name for name, table in policies.tables.items() if each.name in table.sets}
        rules = tuple(rule for rule in policies.rules if _reads(rule, each.name, tables))
        if rules:
            yield each, rules


def _reads(rule: Rule, name: str, tables: set[str]) -> bool:
    terms = (term for clause in clauses_read(rule) for term in clause.terms)
    places = (each.places for each in (rule, *rule.permissions))
    return any(
        (isinstance(term, SetTerm) and term.name == name)
        or (isinstance(term, LookupTerm) and term.name in tables)
        for term in (*terms, *places)
    )


def _members(owner: SetDefinition) -> list[str | Fraction]:
    """Return the members of all editions, in order."""
    return sorted({member for edition in owner.editions for member in edition.content}, key=str)


def _tried(owner: SetDefinition) -> list[str | Fraction]:
    members = _members(owner)
    count = min(len(members), MOST_MEMBERS)
    return [members[index * len(members) // count] for index in range(count)]


def _without(policies: Policies, owner: SetDefinition, member: str | Fraction) -> Policies:
    left = frozenset((member,))
    editions = (replace(each, content=each.content - left) for each in owner.editions)
    smaller = replace(owner, editions=tuple(editions))
    tables = {
        name: _looked_up_without(table, owner.name, left) if owner.name in table.sets else table
        for name, table in policies.tables.items()
    }
    return replace(policies, sets={**policies.sets, owner.name: smaller}, tables=tables)


def _looked_up_without(table: Table, name: str, left: frozenset[str | Fraction]) -> Table:
    """Return a table whose cells that name a set stand for fewer members."""

    def smaller(row: Row) -> Row:
        if row.cells is None:
            return row
        cells = (
            cell - left if words == name and isinstance(cell, frozenset) else cell
            for words, cell in zip(row.words, row.cells, strict=True)
        )
        return replace(row, cells=tuple(cells))

    editions = (replace(e, content=tuple(map(smaller, e.content))) for e in table.editions)
    return replace(table, editions=tuple(editions))
