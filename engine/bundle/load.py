"""Reading the files of a bundle from a directory, or one policy file with its neighbours' help.

Names in a bundle are paths relative to its directory, with `/` between their parts, in NFC.
"""

import os
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files as package_files
from pathlib import Path
from unicodedata import normalize

from ..semantics.adopted import ADOPTED, is_adopted, is_within
from ..semantics.declarations.lists import LIST_SUFFIX, lies_beside, name_in_bundle
from ..source.text import Source
from ..syntax.parse import parse
from ..syntax.tree import AdoptsClause, CsvColumn
from ..syntax.visit import walk

_SUFFIXES = (".policy", ".json")
_LARGEST_FILE = 1 << 20
_MOST_FILES = 5_000
_MODULE = re.compile(r"^module[ \t]+([\w.]+)", re.MULTILINE)
_ALWAYS = ("assent.vocabulary", "assent.law")
"""What every module of the shipped policies rests on."""


class UnreadableError(Exception):
    """A file or directory that cannot be read as part of a bundle; the reason says what to do."""

    def __init__(self, *, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def is_policy(name: str) -> bool:
    """Whether a file of a bundle is policy text."""
    return name.endswith(".policy")


def is_list(name: str) -> bool:
    """Whether a file of a bundle may list members of sets."""
    return name.endswith(LIST_SUFFIX)


def read_directory(directory: Path) -> dict[str, str]:
    """Return the policies below a directory, campaigns for their tests, and their lists, by name.

    Hidden files are left out, and so are lists that no policy names. What a profile adopts is
    among them (`adopted_beside`). Raises `UnreadableError` for the first file that cannot be read,
    is not UTF-8, is over 1 MiB, or leads out of the directory.
    """
    if not os.path.isdir(directory):  # noqa: PTH112 - `Path.is_dir` raises for a name too long.
        reason = "this is not a directory; name the one that holds the `.policy` files"
        raise UnreadableError(path=str(directory), reason=reason)
    found: dict[str, str] = {}
    for path in _files_below(directory):
        if not path.is_file():
            raise UnreadableError(path=str(path), reason="it leads to no file; mend or remove it")
        name = normalize("NFC", path.relative_to(directory).as_posix())
        if name in found:
            reason = "another file has this name, with its accents written otherwise"
            raise UnreadableError(path=str(path), reason=reason)
        found[name] = _read_within(directory, path) if path.is_symlink() else read_text(path)
        if len(found) > _MOST_FILES:
            reason = f"it holds more than {_MOST_FILES:,} files"
            raise UnreadableError(path=str(directory), reason=reason)
    policies = {name: text for name, text in found.items() if is_policy(name)}
    if not policies:
        raise UnreadableError(path=str(directory), reason="there is no `.policy` file in it")
    for name, text in policies.items():
        found |= read_lists(directory, name, text)
    return found | adopted_beside(found)


def read_lists(directory: Path, policy: str, text: str) -> dict[str, str]:
    """Return the lists that the text of a policy names, by their path in a directory.

    `policy` is its own path there. What is not there is left out: that is for the checker to say.
    Raises `UnreadableError` as above.
    """
    if LIST_SUFFIX not in text:
        return {}
    file, _ = parse(Source(name=policy, text=text))
    named = (node.file for node in walk(file) if isinstance(node, CsvColumn))
    names = {name_in_bundle(each) for each in named if lies_beside(each.value)}
    found = ((name, _stored(directory, name)) for name in sorted(names))
    return {name: _read_within(directory, path) for name, path in found if path is not None}


def adopted_beside(files: Mapping[str, str]) -> dict[str, str]:
    """Return the shipped files that profiles among some files adopt, below the folder `ADOPTED`.

    Vocabulary and law come with every module. Where the folder is there already it stays as it is:
    so a house keeps to the policies that it has taken, whatever comes with another installation.
    A name that nothing has brings everything, so that the checker can say what was meant.
    """
    names = set(_adopted_names(files))
    if not names or any(map(is_adopted, files)):
        return {}
    shipped = read_directory(shipped_directory())
    modules = {name: _MODULE.search(text) for name, text in shipped.items()}
    named = {name: match[1] for name, match in modules.items() if match is not None}
    wanted = {*names, *_ALWAYS}
    if any(not any(is_within(module, each) for module in named.values()) for each in names):
        wanted = {each.partition(".")[0] for each in named.values()}
    return {
        f"{ADOPTED}{name}": text
        for name, text in shipped.items()
        if name not in named or any(is_within(named[name], each) for each in wanted)
    }


def _adopted_names(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        if is_policy(name) and "adopts" in text:
            file, _ = parse(Source(name=name, text=text))
            for node in walk(file):
                if isinstance(node, AdoptsClause):
                    yield from (each.text for each in node.modules)


def _stored(directory: Path, name: str) -> Path | None:
    """Return where a file of a name lies, however its accents are written there."""
    paths = (directory / normalize(form, name) for form in ("NFC", "NFD"))
    return next(filter(os.path.isfile, paths), None)


def _read_within(directory: Path, path: Path) -> str:
    if not path.resolve().is_relative_to(directory.resolve()):
        reason = "it leads out of the directory; put the file itself in its place"
        raise UnreadableError(path=str(path), reason=reason)
    return read_text(path)


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
