"""Files that were adopted: policies that others have written, beside those of a house.

They lie in a folder of their own. Their tests say what they decide by themselves, and were passed
where they were written; beside the profile of a house, which tightens them, they would not hold.
"""

from collections.abc import Mapping
from dataclasses import replace

from ..syntax import tree as syntax
from ..syntax.visit import first_of, items_of

ADOPTED = "assent/"
"""The folder of a bundle in which adopted files lie."""


def is_adopted(name: str) -> bool:
    """Whether a file of a bundle was adopted."""
    return name.startswith(ADOPTED)


def without_adopted_tests(files: Mapping[str, syntax.File]) -> dict[str, syntax.File]:
    """Return files, the adopted ones without their tests, where a profile among them adopts."""
    profiles = items_of(syntax.Profile, files.values())
    if not any(first_of(syntax.AdoptsClause, profile.clauses) for profile in profiles):
        return dict(files)
    return {name: _untested(file) if is_adopted(name) else file for name, file in files.items()}


def _untested(file: syntax.File) -> syntax.File:
    return replace(
        file, items=tuple(each for each in file.items if not isinstance(each, syntax.Test))
    )


def is_within(module: str, adopted: str) -> bool:
    """Whether a module is the one that is adopted, or lies below it."""
    return f"{module}.".startswith(f"{adopted}.")
