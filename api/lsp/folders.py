"""The sets of policies that are being edited: the files of a folder, as an editor has them.

A file belongs to the set that the command line would take it with (`root_of`); where there is none
it stands by itself, beside the lists that it names and the vocabulary that comes with Assent.
What an editor holds open counts, not what lies on disk.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from pygls.uris import to_fs_path

from api.examination.policy_files import root_of, shipped_vocabulary
from engine.bundle.load import UnreadableError, read_directory, read_lists, shipped_directory
from engine.ide.snapshot import Snapshot, take

_BORROWED = "assent/"
_NEVER_SAVED = "text.policy"

Tell = Callable[[str], None]
"""Where a person is told what cannot be read."""


@dataclass(slots=True, kw_only=True, eq=False)
class Folder:
    """One set of policies; or one file that stands by itself, in the directory `root`."""

    root: Path
    is_alone: bool
    tell: Tell
    _stored: dict[str, str] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)
    _has_windows_line_ends: dict[str, bool] = field(default_factory=dict)
    _uris: dict[str, str] = field(default_factory=dict)
    _snapshot: Snapshot | None = None
    _is_current: bool = False

    @property
    def snapshot(self) -> Snapshot:
        """The files as they are now."""
        if self._snapshot is None or not self._is_current:
            files = {**self._stored, **self._open}
            self._snapshot = take(files, earlier=self._snapshot)
            self._is_current = True
        return self._snapshot

    @property
    def is_in_use(self) -> bool:
        """Whether an editor holds one of its files open."""
        return bool(self._open)

    def names(self) -> Iterator[str]:
        """Yield the files that are edited here, without those that are borrowed."""
        return (name for name in self.snapshot.sources if not is_borrowed(name))

    def load(self) -> None:
        """Read from disk what no editor has open."""
        self._is_current = False
        if self.is_alone:
            shipped = shipped_vocabulary()
            self._stored = {f"{_BORROWED}{name}": text for name, text in shipped.items()}
        else:
            try:
                self._stored = read_directory(self.root)
            except UnreadableError as error:
                self.tell(str(error))
        for name in self._open:
            self._take_lists(name)

    def edit(self, name: str, uri: str, text: str) -> None:
        """Take the text that an editor has of a file."""
        self._open[name] = text.replace("\r\n", "\n")
        self._take_lists(name)
        self._has_windows_line_ends[name] = "\r\n" in text
        self._uris[name] = uri
        self._is_current = False

    def _take_lists(self, name: str) -> None:
        """Read the lists that an open file names."""
        try:
            self._stored |= read_lists(self.root, name, self._open[name])
        except UnreadableError as error:
            self.tell(str(error))

    def line_end(self, name: str) -> str:
        """Return how the lines of a file end in the editor."""
        return "\r\n" if self._has_windows_line_ends.get(name) else "\n"

    def close(self, name: str) -> None:
        """Go back to what lies on disk of a file."""
        self._open.pop(name, None)
        self.load()

    def uri(self, name: str) -> str:
        """Return the address of a file."""
        if name in self._uris:
            return self._uris[name]
        if is_borrowed(name):
            return (shipped_directory() / name.removeprefix(_BORROWED)).resolve().as_uri()
        return (self.root / name).as_uri()


def is_borrowed(name: str) -> bool:
    """Whether a file is part of what comes with Assent."""
    return name.startswith(_BORROWED)


@dataclass(slots=True, kw_only=True)
class Folders:
    """The sets of policies by their root, and by address what stands by itself."""

    tell: Tell
    _folders: dict[Path | str, Folder] = field(default_factory=dict)
    _homes: dict[str, tuple[Folder, str]] = field(default_factory=dict)

    def find(self, uri: str) -> tuple[Folder, str] | None:
        """Return the folder of an open file and its name there."""
        return self._homes.get(uri)

    def open(self, uri: str, text: str) -> Folder:
        """Take a file that an editor opens, or its text as it is now."""
        if uri not in self._homes:
            self._homes[uri] = self._home(uri)
        folder, name = self._homes[uri]
        folder.edit(name, uri, text)
        return folder

    def close(self, uri: str) -> Folder | None:
        """Let go of a file; return its folder."""
        home = self._homes.pop(uri, None)
        if home is None:
            return None
        folder, name = home
        folder.close(name)
        if not folder.is_in_use:
            self._folders = {key: each for key, each in self._folders.items() if each is not folder}
        return folder

    def reload(self) -> tuple[Folder, ...]:
        """Read again what lies on disk; return every folder."""
        for folder in self._folders.values():
            folder.load()
        return tuple(self._folders.values())

    def _home(self, uri: str) -> tuple[Folder, str]:
        path = to_fs_path(uri)
        file = Path(path or _NEVER_SAVED).resolve()
        root = self._root(file) if path is not None else None
        folder = self._folder(root or uri, root or file.parent, is_alone=root is None)
        return folder, normalize("NFC", file.relative_to(folder.root).as_posix())

    def _folder(self, key: Path | str, root: Path, *, is_alone: bool) -> Folder:
        if key not in self._folders:
            self._folders[key] = Folder(root=root, is_alone=is_alone, tell=self.tell)
            self._folders[key].load()
        return self._folders[key]

    def _root(self, file: Path) -> Path | None:
        known = next((each for each in file.parents if each in self._folders), None)
        try:
            return known or root_of(file)
        except UnreadableError as error:
            self.tell(str(error))
            return None
