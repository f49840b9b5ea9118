"""The log itself: its signed checkpoint, and all of it as a file."""

from pathlib import Path

from .asking import Asking


class Log:
    """The log. `Client.log` is it."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint, which `assent verify` reads."""
        return self._asking.text("/log/checkpoint")

    def export(self, to: Path) -> Path:
        """Write the whole log into a file, which `assent verify` checks offline; return its path.

        Memory stays flat. It has the campaigns and the names of keys in plaintext.
        """
        self._asking.save("/v1/log/export", to, "application/x-ndjson")
        return to
