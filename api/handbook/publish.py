"""Writing a handbook into a folder: whole, or not at all, and never over what others put there.

A folder that was made here holds a mark with the names of its files. Such a folder is replaced by
one rename; any other that is not empty is left alone, or with `force` gets each file by a rename
and keeps what else it holds.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

MARK = ".assent-handbook.json"
"""The file by which a folder is known to have been made here."""


class OccupiedError(Exception):
    """The folder holds what was not made here; the reason says what."""

    def __init__(self, *, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.folder = folder
        self.reason = reason


def publish(pages: Mapping[str, str], folder: Path, *, force: bool = False) -> None:
    """Write pages into a folder, which is made where there is none. Raises `OccupiedError`."""
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise OccupiedError(folder=folder, reason="this is a file, not a folder")
    foreign = _foreign(target)
    if foreign and not force:
        reason = f"it holds `{foreign[0]}`, which is no part of a handbook"
        raise OccupiedError(folder=folder, reason=reason)
    target.parent.mkdir(parents=True, exist_ok=True)
    # INVARIANT: beside the target, so that the rename stays within one file system.
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        made = Path(scratch, "new")
        _write(pages, made)
        if foreign:
            _merge(made, target)
        else:
            _swap(made, target, Path(scratch, "old"))


def _foreign(target: Path) -> list[str]:
    """Return the names in a folder that no earlier handbook put there, in their order."""
    if not target.is_dir():
        return []
    own = _own(target)
    return sorted(path.name for path in target.iterdir() if path.name not in own)


def _own(target: Path) -> frozenset[str]:
    try:
        listed = json.loads((target / MARK).read_text(encoding="utf-8"))["files"]
        return frozenset((MARK, *map(str, listed)))
    except (OSError, ValueError, LookupError, TypeError):
        return frozenset()


def _write(pages: Mapping[str, str], folder: Path) -> None:
    folder.mkdir()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    listed = json.dumps({"files": sorted(pages)}, indent=2)
    (folder / MARK).write_text(f"{listed}\n", encoding="utf-8", newline="\n")


def _merge(made: Path, target: Path) -> None:
    for path in sorted(made.iterdir()):
        path.replace(target / path.name)


def _swap(made: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        made.rename(target)
    except OSError:
        if old.exists():
            shutil.move(old, target)
        raise
