"""What third parties attest, in a directory outside the database: `WitnessMemory`.

    checkpoint            the published checkpoint, with the cosignatures of a quorum
    witnesses.json        the size that each witness has reached, and its last problem
    timestamps/<size>     a stamped checkpoint; the time stamp is beside it (`.tsr`), and `latest`
                          names the newest
    forks/<time>-<name>   the request to a witness that has another history, and its answer

Restoring the database from a backup does not affect it. Every method raises `StorageUnavailable`.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ...audit.checkpoints.panel import WitnessState
from ...audit.checkpoints.timestamp import LATEST_PATH, RESPONSE_SUFFIX, stamp_path
from ...audit.exhibits.evidence_stamp import Stamp
from ..files import locked_at_once, unavailable, write_durably

_FORK_LIMIT = 100
_SIZE = re.compile(rb"[0-9]{1,19}\n")
_STATES = msgspec.json.Decoder(dict[str, WitnessState])


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationStore:
    """The directory, which is made when something is first written."""

    path: Path

    @contextmanager
    def turn(self, of: str = "lock") -> Iterator[bool]:
        """Tell whether it is this process's turn, and keep it while the context lasts."""
        with _translated("written"):
            self.path.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            with _translated("written"):
                is_mine = held.enter_context(locked_at_once(self.path / of))
            yield is_mine

    def stamping(self) -> AbstractContextManager[bool]:
        """Tell whether it is this process's turn to have a checkpoint stamped."""
        return self.turn("stamping")

    def stamp(self) -> tuple[int, float] | None:
        """Return the size that was stamped last, and how many seconds ago; None for none yet.

        What cannot be read is nothing: another stamp takes its place.
        """
        size = self._read(LATEST_PATH)
        if size is None or not _SIZE.fullmatch(size):
            return None
        with _translated("read"):
            age = time.time() - (self.path / LATEST_PATH).stat().st_mtime
        return int(size), age if age >= 0 else float("inf")  # The clock was set back: it is due.

    def newest_stamp(self) -> Stamp | None:
        """Return the newest stamped checkpoint with its time stamp, None where there is none."""
        last = self.stamp()
        if last is None:
            return None
        path = stamp_path(str(last[0]))
        note, response = self._read(path), self._read(f"{path}{RESPONSE_SUFFIX}")
        if note is None or response is None:
            return None
        return Stamp(size=last[0], note=note, response=response)

    def stamp_file(self, name: str) -> bytes | None:
        """Return a file of the time stamps, None where there is none."""
        return self._read(f"timestamps/{name}")

    def keep_stamp(self, size: int, note: bytes, response: bytes) -> None:
        """Keep a stamped checkpoint and its time stamp, then name it as the newest."""
        path = stamp_path(str(size))
        self._write(path, note)
        self._write(f"{path}{RESPONSE_SUFFIX}", response)
        self._write(LATEST_PATH, b"%d\n" % size)

    def copy_stamp(self, directory: Path) -> None:
        """Write the newest stamped checkpoint and its time stamp into another directory."""
        last = self.stamp()
        if last is None:
            return
        path = stamp_path(str(last[0]))
        for name in (path, f"{path}{RESPONSE_SUFFIX}", LATEST_PATH):
            AttestationStore(path=directory)._write(name, self._read(name) or b"")  # noqa: SLF001 - one of its own.

    def published(self) -> bytes | None:
        """Return the cosigned checkpoint, None where there is none."""
        return self._read("checkpoint")

    def publish(self, note: bytes) -> None:
        """Replace the cosigned checkpoint, and return once that is durable."""
        self._write("checkpoint", note)

    def states(self) -> Mapping[str, WitnessState]:
        """Return what is known, by the text of the witness's key.

        What cannot be read is nothing: each witness says itself how far it is.
        """
        try:
            return _STATES.decode(self._read("witnesses.json") or b"{}")
        except msgspec.DecodeError:
            return {}

    def keep(self, states: Mapping[str, WitnessState]) -> None:
        """Replace what is known."""
        self._write("witnesses.json", msgspec.json.encode(states))

    def keep_fork(self, witness: str, content: bytes) -> None:
        """Keep what a witness was sent and its answer; of its first hundred times, at most."""
        directory = self.path / "forks"
        with _translated("written"):
            directory.mkdir(parents=True, exist_ok=True)
            if len(list(directory.iterdir())) < _FORK_LIMIT:
                name = re.sub(r"[^A-Za-z0-9.-]", "_", witness)[:100]
                write_durably(directory / f"{time.time_ns()}-{name}", content)

    def _read(self, name: str) -> bytes | None:
        with _translated("read"):
            try:
                return (self.path / name).read_bytes()
            except FileNotFoundError:
                return None

    def _write(self, name: str, content: bytes) -> None:
        with _translated("written"):
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            write_durably(self.path / name, content)


def _translated(done: str) -> AbstractContextManager[None]:
    return unavailable(f"what witnesses vouch for (`log_vouched`) cannot be {done}")
