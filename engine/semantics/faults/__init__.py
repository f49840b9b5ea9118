"""The catalogue of what the checker says: a function for each fault, by what it is about."""

from . import facts, lists, names, profiles, tables, values, waivers

__all__ = ["facts", "lists", "names", "profiles", "tables", "values", "waivers"]
