"""Reading the files of a bundle from a directory, or one policy file with its neighbours' help.

Names in a bundle are paths relative to its directory, with `/` between their parts, in NFC.
"""

import os
from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path
from unicodedata import normalize

from ..semantics.lists import lies_beside
from ..source.text import Source
from ..syntax.parse import parse
from ..syntax.tree import CsvColumn
from ..syntax.visit import walk

_SUFFIXES = (".policy", ".json", ".csv")
_LARGEST_FILE = 1 << 20
_MOST_FILES = 5_000


class UnreadableError(Exception):
    """A file or directory that cannot be read as part of a bundle; the reason says what to do."""

    def __init__(self, *, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def read_directory(directory: Path) -> dict[str, str]:
    """Return the policy, list and data files below a directory, by name, without hidden ones.

    Raises `UnreadableError` for the first that cannot be read, is not UTF-8, or is over 1 MiB.
    """
    if not os.path.isdir(directory):  # noqa: PTH112 - `Path.is_dir` raises for a name too long.
        reason = "this is not a directory; name the one that holds the `.policy` files"
        raise UnreadableError(path=str(directory), reason=reason)
    found: dict[str, str] = {}
    for path in _files_below(directory):
        if not path.is_file():
            raise UnreadableError(path=str(path), reason="it leads to no file; mend or remove it")
        if path.is_symlink() and not lies_in(path, directory):
            reason = "it leads out of the directory; put the file itself in its place"
            raise UnreadableError(path=str(path), reason=reason)
        name = normalize("NFC", path.relative_to(directory).as_posix())
        if name in found:
            reason = "another file has this name, with its accents written otherwise"
            raise UnreadableError(path=str(path), reason=reason)
        found[name] = read_text(path)
        if len(found) > _MOST_FILES:
            reason = f"it holds more than {_MOST_FILES:,} files"
            raise UnreadableError(path=str(directory), reason=reason)
    if not any(name.endswith(".policy") for name in found):
        raise UnreadableError(path=str(directory), reason="there is no `.policy` file in it")
    return found


def read_lists(directory: Path, policy: str, text: str) -> dict[str, str]:
    """Return the lists that the text of one policy names, by their path in its directory.

    It is for a policy that stands by itself, of whose directory nothing else is known. What is not
    there, or leads out of the directory, is left out. Raises `UnreadableError` as above.
    """
    file, _ = parse(Source(name=policy, text=text))
    columns = (node for node in walk(file) if isinstance(node, CsvColumn))
    named = sorted({node.file.value for node in columns if lies_beside(node.file.value)})
    found = {normalize("NFC", name): directory / name for name in named}
    return {name: read_text(path) for name, path in found.items() if _is_file_in(path, directory)}


def _is_file_in(path: Path, directory: Path) -> bool:
    is_file = os.path.isfile(path)  # noqa: PTH113 - `Path.is_file` raises for a name too long.
    return is_file and lies_in(path, directory)


def lies_in(path: Path, directory: Path) -> bool:
    """Whether a path leads to something in a directory, links followed."""
    return path.resolve().is_relative_to(directory.resolve())


def _files_below(directory: Path) -> Iterator[Path]:
    # INVARIANT: a folder that cannot be listed is a fault. To pass over it would lose its rules.
    for folder, inner, names in os.walk(directory, onerror=_refuse):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in _SUFFIXES and not name.startswith("."):
                yield path


def _refuse(error: OSError) -> None:
    reason = error.strerror or "it cannot be read"
    raise UnreadableError(path=str(error.filename), reason=reason.lower())


def read_text(path: Path) -> str:
    """Return the text of one file of a bundle."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise UnreadableError(path=str(path), reason=reason) from None
    if len(data) > _LARGEST_FILE:
        raise UnreadableError(path=str(path), reason="it is larger than 1 MiB; split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise UnreadableError(path=str(path), reason=reason) from None


def shipped_directory() -> Path:
    """Return where the shipped policies are: within the package, or in a checkout beside it."""
    package = Path(str(package_files(__package__)))
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parents[1] / "policies"
