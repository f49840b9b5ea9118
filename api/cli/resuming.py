"""An output file that an interrupted run leaves behind, and that the next one continues exactly.

Beside the file lies its state, `FILE.resume`, until the run is complete: of which run it is, how
many records are answered, how many bytes that are, their digest, and the tally. The output is on
disk before the state that covers it, so that whatever ends a run, a kill or a power cut, at most
there is more in the file than the state says. That much is cut off, and decided again.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from api.cli.deciding import Part
from api.cli.failures import Failure
from api.cli.tally import Tally, TallyDocument

if TYPE_CHECKING:
    from hashlib import _Hash

SUFFIX = ".resume"
_PIECE = 1024 * 1024
_NAMES = {
    "as_of": "--as-of",
    "as_if_launched": "--as-if-launched",
    "format": "--format",
    "facts": "--facts",
    "assets": "--assets",
}


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is. `identity` says of what, by what and on what terms it is."""

    identity: dict[str, str]
    records: int
    bytes: int
    sha256: str
    tally: TallyDocument


_READ_STATE = msgspec.json.Decoder(RunState)


class ResumableOutput:
    """An output file, open to be continued after the records that are answered in it."""

    def __init__(self, file: Path, stream: BinaryIO, state: RunState) -> None:
        self._stream, self._state_file, self._identity = stream, state_of(file), state.identity
        self._digest = hashlib.sha256()
        self.tally = Tally.of_document(state.tally)
        self.records = state.records
        self._size = state.bytes
        _check_start(file, stream, state, self._digest)
        stream.seek(state.bytes)
        stream.truncate()

    def add(self, part: Part) -> None:
        """Append the answers of a part; they are on disk once this returns."""
        self._stream.write(part.json)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._digest.update(part.json)
        self._size += len(part.json)
        self.records += part.tally.records
        self.tally.add_all(part.tally)
        self.save()

    def save(self) -> None:
        """Put the state in the place of the one before."""
        state = RunState(
            identity=self._identity,
            records=self.records,
            bytes=self._size,
            sha256=self._digest.hexdigest(),
            tally=self.tally.document(),
        )
        beside = self._state_file.with_name(f"{self._state_file.name}.new")
        with beside.open("wb") as stream:
            stream.write(msgspec.json.encode(state))
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self._state_file)

    def complete(self) -> None:
        """Say that the run is over: there is nothing to resume."""
        self._state_file.unlink()


def state_of(file: Path) -> Path:
    """Return where the state of an output file lies."""
    return file.with_name(file.name + SUFFIX)


def interrupted(file: Path) -> RunState | None:
    """Return the state of the run that an output file was left by, None where there is none.

    Raises `Failure` where it cannot be read.
    """
    try:
        return _READ_STATE.decode(state_of(file).read_bytes())
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        advice = "remove it and the output, and begin again"
        raise Failure(str(state_of(file)), "this is no state of a run", advice) from error


def check_same(file: Path, before: RunState | None, identity: Mapping[str, str]) -> None:
    """Raise `Failure` unless the run that was interrupted is this one, naming what differs."""
    if before is None or before.identity == identity:
        return
    names = sorted(before.identity.keys() | identity.keys())
    other = [name for name in names if before.identity.get(name) != identity.get(name)]
    why = f"it was begun with other {', '.join(_NAMES.get(name, name) for name in other)}"
    raise Failure(str(file), why, "resume it as it was begun, or begin another file")


@contextmanager
def resumable(
    file: Path, identity: Mapping[str, str], before: RunState | None
) -> Iterator[ResumableOutput]:
    """Give an output file: a new one, or that of a run before, which nobody else may write to."""
    state = before or RunState(
        identity=dict(identity),
        records=0,
        bytes=0,
        sha256=hashlib.sha256().hexdigest(),
        tally=Tally().document(),
    )
    if file.exists() and not file.is_file():
        raise Failure(str(file), "this is no file", "name a new one, or leave it to --json")
    if before is None and file.exists() and file.stat().st_size:
        advice = "remove it, or name another; --resume continues what was interrupted"
        raise Failure(str(file), "it is there already", advice)
    with file.open("ab") as lock, file.open("r+b") as stream:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(str(file), "another run writes to it", "wait for its end") from error
        output = ResumableOutput(file, stream, state)
        output.save()
        yield output


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file. Raises `OSError`."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def listing_digest(folder: Path) -> str:
    """Return a SHA-256 that changes with the names, sizes and times of the files in a folder."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    digest = hashlib.sha256()
    for each in files:
        stat = each.stat()
        line = [str(each.relative_to(folder)), stat.st_size, stat.st_mtime_ns]
        digest.update(msgspec.json.encode(line))
    return digest.hexdigest()


def _check_start(file: Path, stream: BinaryIO, state: RunState, digest: "_Hash") -> None:
    left = state.bytes
    while left and (piece := stream.read(min(_PIECE, left))):
        digest.update(piece)
        left -= len(piece)
    if digest.hexdigest() != state.sha256:
        why = "it is not what the interrupted run wrote"
        raise Failure(str(file), why, f"remove it and {state_of(file)}, and begin again")
