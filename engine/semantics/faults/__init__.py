"""The catalogue of what the checker says: a function for each fault, by what it is about."""

from . import (
    cases,
    facts,
    lists,
    names,
    overrides,
    profiles,
    sets,
    structure,
    tables,
    values,
    waivers,
)

__all__ = [
    "cases",
    "facts",
    "lists",
    "names",
    "overrides",
    "profiles",
    "sets",
    "structure",
    "tables",
    "values",
    "waivers",
]
