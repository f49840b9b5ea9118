"""The files of policies that somebody uploads: a JSON object of texts by name, or a zip archive.

What is read here is exactly what `engine.bundle.load` reads from a directory: UTF-8 texts under
relative paths, without a byte order mark and with line feeds. Whatever else is in it is a fault,
and nothing of it is passed over, so that the digest is of what the author sees.

An archive is bounded before it is opened, by the number of its headers, and while it is read, by
what comes out of it: once that is more than all files together may be, it is read no further.
Nothing is ever written to a file system.
"""

import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from unicodedata import category, normalize
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from werkzeug.wrappers import Request

from api.http.problems import MALFORMED_POLICIES, Problem, ProblemError, ProblemRaised
from engine.bundle.load import is_policy
from engine.source.quoting import escaped, excerpt

from .bodies import JSON, ZIP, body_type, read_bytes, read_document

MOST_FILES = 2_000
LARGEST_FILE = 1 << 20
LARGEST_WHOLE = 16 << 20
LONGEST_NAME = 240
SUFFIXES = (".policy", ".json", ".csv")

_CENTRAL_HEADER = b"PK\x01\x02"
_ENCRYPTED, _UTF8 = 0x1, 0x800
_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)
_MOST_FAULTS = 20


class _Fault(Exception):  # noqa: N818 - the house calls what is wrong with an input a fault.
    """What is wrong with a file, or with the whole, and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


FILES = ("files",)
"""The members of a body in JSON."""


def read_files(request: Request, limit: int) -> dict[str, str]:
    """Return the files in the body of a request. Raises `ProblemRaised` with every fault."""
    if body_type(request, JSON, ZIP) == ZIP:
        return files_of_archive(read_bytes(request, limit))
    return files_of_document(read_document(request, limit, longest=LARGEST_FILE))


def files_of_document(body: object) -> dict[str, str]:
    """Return the files of `{"files": {name: text}}`. Raises `ProblemRaised` with every fault."""
    files = _files_in(body)
    found: dict[str, str] = {}
    faults: list[ProblemError] = []
    for name, text in files.items():
        try:
            _add(found, name, _encoded(text))
        except _Fault as fault:
            pointer = f"/files/{escaped(name)}"
            error = ProblemError(message=str(fault), pointer=pointer, help=fault.advice)
            faults.append(error)
    return _checked(found, faults)


def _files_in(body: object) -> dict[str, object]:
    members = body if isinstance(body, dict) else {}
    wrong = {
        f"/{escaped(name)}": f"unknown name {excerpt(name)}"
        for name in members
        if name not in FILES
    }
    files = members.get("files")
    if isinstance(files, dict) and not wrong:
        return files
    if not isinstance(files, dict):
        wrong["/files"] = "there are no files"
    errors = [
        ProblemError(message=message, pointer=pointer, help=_DOCUMENT_HELP)
        for pointer, message in wrong.items()
    ]
    raise ProblemRaised(_malformed(errors[:_MOST_FAULTS]))


def _encoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise _Fault("the text of a file should be a text", "write it as a string")
    return text.encode(errors="surrogatepass")


def files_of_archive(body: bytes) -> dict[str, str]:
    """Return the files of a zip archive. Raises `ProblemRaised` with every fault of it."""
    found: dict[str, str] = {}
    faults: list[ProblemError] = []
    size = 0
    try:
        for info, archive in _members(body):
            try:
                _check_member(info)
                size += _add(found, _name_of(info), _content(archive, info))
            except _Fault as fault:
                faults.append(_named(info, fault))
            if len(faults) >= _MOST_FAULTS or size > LARGEST_WHOLE:
                break
    except _Fault as fault:
        raise ProblemRaised(
            _malformed([ProblemError(message=str(fault), help=fault.advice)])
        ) from None
    return _checked(found, faults)


# --- archives ---------------------------------------------------------------------------------


def _members(body: bytes) -> Iterator[tuple[ZipInfo, ZipFile]]:
    """Yield what an archive holds, without its folders."""
    if body.count(_CENTRAL_HEADER) > MOST_FILES:
        raise _Fault(f"the archive holds more than {MOST_FILES:,} files", "divide the policies")
    try:
        archive = ZipFile(BytesIO(body))
    except (*_BROKEN, ValueError, struct.error, IndexError) as error:
        raise _Fault("the body is no zip archive that can be read", "make it anew") from error
    with archive:
        for info in archive.infolist():
            if not info.is_dir() or info.file_size:
                yield info, archive


def _check_member(info: ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _Fault("it is no file but a link, or of another kind", "put the file in its place")
    if info.flag_bits & _ENCRYPTED:
        raise _Fault("it is encrypted", "make the archive without a password")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _Fault("it is compressed in a way that is not read here", "use deflate, or none")
    if info.file_size > LARGEST_FILE:
        raise _Fault(*_TOO_LARGE)


def _name_of(info: ZipInfo) -> str:
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    try:  # Archives of some systems have UTF-8 there, and do not say so.
        return name.encode("cp437").decode()
    except UnicodeError:
        raise _Fault("its name is not UTF-8", "make the archive with UTF-8 names") from None


def _content(archive: ZipFile, info: ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            content = file.read(LARGEST_FILE + 1)
    except (*_BROKEN, ValueError, struct.error) as error:
        raise _Fault("it cannot be read from the archive", "make the archive anew") from error
    return content


def _named(info: ZipInfo, fault: _Fault) -> ProblemError:
    message = f"{excerpt(info.orig_filename)}: {fault}"
    return ProblemError(message=message, help=fault.advice)


# --- names and texts --------------------------------------------------------------------------

_TOO_LARGE = f"it is larger than {LARGEST_FILE:,} bytes", "divide it"
_DOCUMENT_HELP = 'write `{"files": {"minors.policy": "…"}}`'


def _add(found: dict[str, str], name: str, content: bytes) -> int:
    """Add a file, and return how many characters it has.

    Raises `_Fault` where it is none of a bundle, or there is one of its name.
    """
    made = normalize("NFC", name)
    _check_name(made)
    if made in found:
        raise _Fault("another file has this name", "leave one of them out")
    if len(content) > LARGEST_FILE:
        raise _Fault(*_TOO_LARGE)
    try:
        found[made] = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _Fault(f"it is not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    return len(found[made])


def _check_name(name: str) -> None:
    parts = name.split("/")
    if len(name) > LONGEST_NAME:
        raise _Fault(f"its name has more than {LONGEST_NAME} characters", "shorten it")
    if "\\" in name or ":" in name or any(category(each)[0] == "C" for each in name):
        advice = "name it with letters, digits, `-`, `_` and `.`"
        raise _Fault("its name has characters that a path should not have", advice)
    if any(part.strip() != part or part in ("", ".", "..") for part in parts):
        advice = "name it by its path below the folder of the policies"
        raise _Fault("its name is no path within the policies", advice)
    if any(part.startswith(".") for part in parts):
        raise _Fault("it is hidden", "leave it out")
    if not name.endswith(SUFFIXES):
        kinds = "a policy, a campaign of its tests, or a list"
        raise _Fault(f"it is not {kinds}", "leave it out: `.policy`, `.json` and `.csv` are read")


def _checked(found: Mapping[str, str], faults: list[ProblemError]) -> dict[str, str]:
    if faults:
        raise ProblemRaised(_malformed(faults[:_MOST_FAULTS]))
    problems = (
        (not any(map(is_policy, found)), "there is no `.policy` file in it"),
        (len(found) > MOST_FILES, f"there are more than {MOST_FILES:,} files"),
        (
            sum(map(len, found.values())) > LARGEST_WHOLE,
            f"the files are larger than {LARGEST_WHOLE:,} characters together",
        ),
    )
    wrong = [ProblemError(message=message) for is_wrong, message in problems if is_wrong]
    if wrong:
        raise ProblemRaised(_malformed(wrong))
    return dict(found)


def _malformed(errors: list[ProblemError]) -> Problem:
    count = "1 fault was found" if len(errors) == 1 else f"{len(errors)} faults were found"
    return Problem(kind=MALFORMED_POLICIES, detail=count, errors=tuple(errors))
