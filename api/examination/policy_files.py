"""Policies by the directory or file that a person names, and their places as that person sees them.

A directory is a set of its own. A single file is taken within the set it belongs to (`root_of`);
where there is none it is taken with the lists that it names and the shipped vocabulary. Names in
diagnostics are paths from where the command runs.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bundle.load import (
    UnreadableError,
    read_directory,
    read_lists,
    read_text,
    shipped_directory,
)
from engine.semantics.adopted import ADOPTED, is_adopted

SHIPPED = "assent"
"""The name of the policies that come with Assent."""

HERE = Path()
"""Where files without a directory of their own are: their names are their places."""

_VOCABULARY = re.compile(r"^\s*vocabulary\s", re.MULTILINE)
_LEVELS = 3
"""How many directories above a file are looked at for a vocabulary."""

_PART = "vocabulary"
"""The directory that holds the vocabulary of the set around it, where it has one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFiles:
    """The files of one set of policies, from where they were read, and which of them are meant.

    `only` are the names of the files that were named; None where all are meant. `is_shipped` says
    that nobody named any, so that they are those that come with Assent, and `is_completed` that
    the vocabulary alone comes with it.
    """

    name: str
    root: Path
    files: Mapping[str, str]
    only: frozenset[str] | None = None
    is_shipped: bool = False
    is_completed: bool = False

    def shown(self, name: str) -> str:
        """Return the name of a file as a path that the person can open."""
        path = self.root / name
        if is_adopted(name) and not path.exists():
            path = shipped_directory() / name.removeprefix(ADOPTED)
        here = Path.cwd()
        return os.fspath(path.relative_to(here) if path.is_relative_to(here) else path)


def read_policies(directory: Path | None) -> PolicyFiles:
    """Return the policies of a directory, or the shipped ones. Raises `UnreadableError`."""
    if directory is None:
        root = shipped_directory()
        return PolicyFiles(name=SHIPPED, root=root, files=read_directory(root), is_shipped=True)
    return PolicyFiles(
        name=directory.resolve().name, root=directory, files=read_directory(directory)
    )


# --- single files -----------------------------------------------------------------------------


def read_named(paths: Sequence[Path]) -> list[PolicyFiles]:
    """Return the policies that some paths name, each set once; the shipped ones for no path.

    Raises `UnreadableError`.
    """
    if not paths:
        return [read_policies(None)]
    found: dict[Path, PolicyFiles] = {}
    for path in paths:
        made = _of_file(path) if path.is_file() else read_policies(path)
        before = found.get(made.root)
        found[made.root] = made if before is None else _both(before, made)
    return list(found.values())


def _both(one: PolicyFiles, other: PolicyFiles) -> PolicyFiles:
    files = {**one.files, **other.files}
    if one.only is None or other.only is None:
        return replace(one, files=files, only=None)
    return replace(one, files=files, only=one.only | other.only)


def _of_file(path: Path) -> PolicyFiles:
    if path.suffix != ".policy":
        reason = "this is no policy file; name a directory or a `.policy` file"
        raise UnreadableError(path=str(path), reason=reason)
    resolved = path.resolve()
    root = root_of(resolved)
    if root is not None:
        only = frozenset({resolved.relative_to(root).as_posix()})
        return PolicyFiles(name=root.name, root=root, files=read_directory(root), only=only)
    text, folder = read_text(path), resolved.parent
    files = {**shipped_vocabulary(), **read_lists(folder, path.name, text), path.name: text}
    only = frozenset({path.name})
    return PolicyFiles(name=path.stem, root=folder, files=files, only=only, is_completed=True)


def root_of(file: Path) -> Path | None:
    """Return the root of the set of policies that a file belongs to, if there is one.

    It is the nearest directory above, at most two levels up, that declares a vocabulary in a file
    of its own, or of its directory `vocabulary`, which is part of it.
    Raises `UnreadableError`.
    """
    return next((each for each in file.parents[:_LEVELS] if _is_root(each)), None)


def _is_root(directory: Path) -> bool:
    if directory.name == _PART:
        return False
    return _declares_vocabulary(directory) or _declares_vocabulary(directory / _PART)


def _declares_vocabulary(directory: Path) -> bool:
    """Whether a file of a directory declares a vocabulary."""
    try:
        near = list(directory.glob("*.policy"))
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        advice = "; ask for the right to it" if isinstance(error, PermissionError) else ""
        raise UnreadableError(path=str(directory), reason=f"{reason}{advice}") from error
    return any(_VOCABULARY.search(read_text(path)) for path in near if path.is_file())


def shipped_vocabulary() -> dict[str, str]:
    """Return the files that declare the vocabulary of the shipped policies."""
    files = read_directory(shipped_directory())
    return {name: text for name, text in files.items() if _VOCABULARY.search(text)}
