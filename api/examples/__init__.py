"""Two requests to try a new installation with: one that is denied, one that is allowed."""

from importlib.resources import files
from pathlib import Path

NAMES = ("denied.json", "allowed.json")
"""The requests, in the order in which to try them."""


def write_examples(directory: Path) -> tuple[Path, ...]:
    """Write the requests into a directory, made if need be; return their paths.

    Raises `OSError`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in NAMES:
        path = directory / name
        path.write_bytes(files(__name__).joinpath(name).read_bytes())
        written.append(path)
    return tuple(written)
