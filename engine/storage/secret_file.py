"""A file that keeps a secret: only its owner may read it, and it is replaced as a whole."""

import stat
from pathlib import Path

from .errors import StorageUnavailable
from .files import unavailable, write_durably

_SECRET = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretFile:
    """A secret text in a file; `name` is what messages call it, and `shown` where the file fails.

    Every method raises `StorageUnavailable`, also for a secret that others may read.
    """

    def __init__(self, path: Path, *, name: str, shown: str | None = None) -> None:
        self._path = path
        self._name = name
        self._shown = shown or name

    def exists(self) -> bool:
        """Whether there is a secret."""
        with unavailable(f"{self._shown} cannot be read"):
            return self._path.exists()

    def read(self) -> str:
        """Return the secret. Raises `ValueError` for what is no text."""
        with unavailable(f"{self._shown} cannot be read"):
            if self._path.stat().st_mode & _OTHERS:
                advice = f"others may read {self._name}; `chmod 600 {self._path}`"
                raise StorageUnavailable(advice)
            return self._path.read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Replace the secret, and return once that is durable."""
        with unavailable(f"{self._shown} cannot be written"):
            write_durably(self._path, text.encode(), mode=_SECRET)
