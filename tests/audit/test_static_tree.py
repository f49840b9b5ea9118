"""The log as files: what is served, no more than is new, and whole at whatever moment it ends."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from api.cli.log_sources import DirectorySource
from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.checkpoints.keyring import KeyRing
from engine.audit.checkpoints.signing import CheckpointSigner
from engine.audit.entries.record import seal
from engine.audit.merkle.tiles import paths_of
from engine.audit.merkle.tree import EMPTY_TREE, TreeHead, leaf_hash
from engine.audit.verification.verify_log import verify_log
from engine.storage.databases.database import Database
from engine.storage.errors import Conflict, StorageUnavailable
from engine.storage.log.anchor import AnchorFile, KeyFile
from engine.storage.log.log_store import SQLLogStore
from engine.storage.log.static_tree import TreeExport, export_tree
from engine.storage.log.tile_log import TileLog
from engine.storage.log.tiles import write_full_tiles
from engine.storage.migrate import migrate
from engine.storage.schema import log_entry, log_head
from tests.audit.conftest import NOON, Clock
from tests.audit.exporting_process import main as export_log
from tests.audit.published import KEY, leaf, published
from tests.audit.strace import faulty, has_struck, need_strace, positions

EXPORTER = Path(__file__).with_name("exporting_process.py")
KILLS = 5


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    file = KeyFile(tmp_path / "log.key")
    file.create(KeyRing.generate("log.example"))
    return file


@pytest.fixture
def signer(database: Database, tmp_path: Path, keys: KeyFile, clock: Clock) -> CheckpointSigner:
    return begun(database, tmp_path, keys, clock)


def begun(database: Database, tmp_path: Path, keys: KeyFile, clock: Clock) -> CheckpointSigner:
    made = CheckpointSigner(
        TileLog(database),
        AnchorFile(tmp_path / "checkpoint"),
        keys.read,
        clock=clock,
        on_change=lambda _failure: None,
    )
    made.begin()
    return made


@pytest.fixture
def export(
    signer: CheckpointSigner, database: Database, keys: KeyFile
) -> Callable[[Path], TreeExport]:
    def made(directory: Path) -> TreeExport:
        checkpoint = signer.advance(at_once=True)
        return export_tree(TileLog(database), checkpoint, keys.read().verifiers, directory)

    return made


def fill(database: Database, first: int, size: int) -> None:
    """Append entries that are leaves and nothing else, many at once."""
    leaves = [leaf(number) for number in range(size)]
    hashes = [leaf_hash(each) for each in leaves]
    frontier = EMPTY_TREE.extend(hashes)
    rows = [
        {
            "index": index,
            "kind": "decision",
            "id": str(index),
            "logged_at": NOON,
            "leaf": leaves[index],
            "leaf_hash": hashes[index],
            "decided_at": NOON,
            "outcome": "deny",
            "conclusive": True,
            "policy_set": "acme",
            "policy_digest": "d",
        }
        for index in range(first, size)
    ]
    with database.writing() as connection:
        connection.execute(insert(log_entry), rows)
        write_full_tiles(connection, first, size)
        connection.execute(
            update(log_head).values(size=size, frontier=b"".join(frontier.roots), logged_at=NOON)
        )


def verified(directory: Path, keys: KeyFile) -> int:
    report = verify_log(DirectorySource(directory=directory), keys.read().verifiers)
    assert report.faults == ()
    return report.entries


def test_export_grows_with_the_log(
    export: Callable[[Path], TreeExport],
    store: SQLLogStore,
    make_record: Any,
    keys: KeyFile,
    tmp_path: Path,
) -> None:
    directory = tmp_path / "deep" / "tree"
    sizes = (0, 1, 1, 255, 256, 257, 257, 600)
    written = []
    at = 0
    for size in sizes:
        store.append([seal(make_record()) for _ in range(size - at)])
        done = export(directory)
        assert (done.size_before, done.size) == (at, size)
        assert verified(directory, keys) == size
        written.append(done.files)
        at = size
    # A full bundle and its tile at 256, and above them a tile of one; the last adds the third of
    # each, and the second of the level above.
    assert written == [0, 2, 0, 2, 3, 2, 0, 5]


SIZES = [(kind, size) for kind in ("sqlite", "postgresql") for size in (255, 256, 257)]
LARGE = [
    pytest.param(*case, marks=pytest.mark.no_cover)  # It takes the ways of the small ones.
    for case in (("sqlite", 65_535), ("postgresql", 65_536))
]
"""At which a third level begins: each with one kind of database."""


@pytest.mark.parametrize(("url", "size"), [*SIZES, *LARGE], indirect=["url"])
def test_every_resource_is_what_its_definition_says(database: Database, size: int) -> None:
    fill(database, 0, size)
    log, expected = TileLog(database), published([leaf(number) for number in range(size)])
    made = {path.text(): log.resource(path) for path in paths_of(size)}
    signed = sign_checkpoint(log.head(), [KEY])
    assert made | {"checkpoint": signed.note} == expected.files


def test_directory_of_another_log_is_left_alone(
    export: Callable[[Path], TreeExport],
    keys: KeyFile,
    store: SQLLogStore,
    make_record: Any,
    tmp_path: Path,
) -> None:
    directory = tmp_path / "tree"
    directory.mkdir()
    file = directory / "checkpoint"
    (signer,) = keys.read().signing(NOON)
    for note, expected in (
        (published([]).files["checkpoint"], "is not a checkpoint of this log"),
        (sign_checkpoint(TreeHead(size=9, root=bytes(32)), [signer]).note, "has a log of 9"),
        (sign_checkpoint(TreeHead(size=1, root=bytes(32)), [signer]).note, "does not extend"),
    ):
        store.append([seal(make_record())])
        file.write_bytes(note)
        with pytest.raises(Conflict, match=expected):
            export(directory)
        assert file.read_bytes() == note
        assert list(directory.iterdir()) == [file]


def test_directory_that_cannot_be_written(
    export: Callable[[Path], TreeExport], tmp_path: Path
) -> None:
    (tmp_path / "tree").write_text("a file")
    with pytest.raises(StorageUnavailable, match="directory"):
        export(tmp_path / "tree")


def test_whenever_it_is_killed_the_directory_is_a_whole_log(
    database: Database,
    url: str,
    export: Callable[[Path], TreeExport],
    keys: KeyFile,
    tmp_path: Path,
) -> None:
    """Killed at any moment, an export leaves the log of its last checkpoint."""
    directory = tmp_path / "tree"
    fill(database, 0, 300)
    export(directory)
    fill(database, 300, 4_000)
    sizes = set()
    for step in range(KILLS):
        arguments = [url, tmp_path / "log.key", tmp_path / "checkpoint", directory]
        command = [sys.executable, str(EXPORTER), *map(str, arguments)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own.
            assert process.stdout is not None
            assert process.stdout.readline() == b"exporting\n"
            time.sleep(0.005 * step)
            process.send_signal(signal.SIGKILL)
            process.wait()
        sizes.add(verified(directory, keys))
    assert 300 in sizes
    export(directory)
    assert verified(directory, keys) == 4_000
    # What a killed process left beside its files is hidden, and no resource of the log.
    assert all(path.name.startswith(".") for path in directory.rglob("*.*") if path.is_file())


CALLS = ("mkdir", "openat", "write", "fsync", "rename", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A log in a directory, its keys and anchor, and the log as files."""

    at: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.at}/assent.db"

    @property
    def keys(self) -> KeyFile:
        return KeyFile(self.at / "log.key")

    @property
    def tree(self) -> Path:
        return self.at / "tree"

    @property
    def arguments(self) -> tuple[str, Path, Path, Path]:
        return self.url, self.at / "log.key", self.at / "checkpoint", self.tree

    @property
    def exporting(self) -> list[str]:
        return [sys.executable, str(EXPORTER), *map(str, self.arguments)]

    def copied(self, to: Path) -> "Installed":
        shutil.copytree(self.at, to)
        return Installed(at=to)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A log of 600 entries, of which 300 are exported."""
    made = Installed(at=tmp_path_factory.mktemp("grown"))
    made.keys.create(KeyRing.generate("log.example"))
    migrate(made.url)
    database = Database(made.url)
    begun(database, made.at, made.keys, Clock())
    fill(database, 0, 300)
    export_log(*made.arguments)
    fill(database, 300, 600)
    database.close()
    return made


@pytest.fixture(scope="module")
def touching(grown: Installed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """Which calls of each kind concern the files, as the rest is exported."""
    need_strace()
    directory = tmp_path_factory.mktemp("traced")
    traced = grown.copied(directory / "log")
    return positions(traced.exporting, CALLS, str(traced.tree), directory / "trace")


@pytest.mark.parametrize("fault", ["error=EIO", "signal=KILL"])
@pytest.mark.parametrize("call", CALLS)
def test_whichever_system_call_fails_the_directory_is_a_whole_log(
    grown: Installed, touching: dict[str, list[int]], tmp_path: Path, call: str, fault: str
) -> None:
    """A call in the middle fails, or the last of its kind is where the process ends."""
    tried, found, trace = grown.copied(tmp_path / "log"), touching[call], tmp_path / "trace"
    position = found[-1] if fault == "signal=KILL" else found[len(found) // 2]
    command = [*faulty(call, fault, str(position), trace), *tried.exporting]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own.
    assert has_struck(trace)
    assert verified(tried.tree, tried.keys) in ({300, 600} if done.returncode else {600})
    export_log(*tried.arguments)
    assert verified(tried.tree, tried.keys) == 600
