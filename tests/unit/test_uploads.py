"""Uploads of policies by friends and strangers: what is read, and how little a stranger can do."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.problems import ProblemRaised
from api.http.requests import uploads
from api.http.requests.uploads import files_of_archive, files_of_document

POLICY = "# Nothing yet.\n"
Add = Callable[[zipfile.ZipFile], None]


def archive(*steps: Add) -> bytes:
    """Return an archive with a policy file and whatever else is added to it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.policy", POLICY)
        for step in steps:
            step(made)
    return body.getvalue()


def member(name: str, content: bytes = b"{}", **more: Any) -> Add:
    """Return what adds a file whose header says something of its own."""

    def add(made: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for attribute, value in more.items():
            setattr(info, attribute, value)
        made.writestr(info, content)

    return add


def faults(body: object) -> list[str]:
    """Return what is wrong with an upload."""
    with pytest.raises(ProblemRaised) as caught:
        files_of_archive(body) if isinstance(body, bytes) else files_of_document(body)
    problem = caught.value.problem
    assert (problem.kind.status, problem.kind.name) == (422, "malformed-policies")
    return [error.message for error in problem.errors]


def test_archive_is_read_as_a_directory_is() -> None:
    body = archive(
        member("folder/", b""),
        member("folder/b.policy", b"\xef\xbb\xbfone\r\ntwo\r\n"),
        member("lists/cafe\u0301.csv", b"code\n"),
    )
    assert files_of_archive(body) == {
        "a.policy": POLICY,
        "folder/b.policy": "one\ntwo\n",
        "lists/caf\u00e9.csv": "code\n",
    }
    assert files_of_document({"files": {"a.policy": "\ufeff" + POLICY}}) == {"a.policy": POLICY}


def test_name_in_utf_8_that_is_not_said_to_be() -> None:
    body = _without_flag(archive(member("lists/\u00e9.csv")))
    assert "lists/\u00e9.csv" in files_of_archive(body)


def _without_flag(body: bytes) -> bytes:
    """Return an archive whose headers do not say that names are UTF-8."""
    made = bytearray(body)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", made, at + offset)
            struct.pack_into("<H", made, at + offset, flags & ~0x800)
            at = made.find(mark, at + 4)
    return bytes(made)


def test_name_that_is_none_in_utf_8() -> None:
    body = _without_flag(archive(member("\u00e9.csv"))).replace("\u00e9".encode(), b"\xff\xfe")
    (told,) = faults(body)
    assert "its name is not UTF-8" in told
    assert faults(archive(member("\u00e9.csv")).replace("\u00e9".encode(), b"\xff\xfe")) == [
        "the body is no zip archive that can be read"
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../a.json", "no path within the policies"),
        ("/etc/a.json", "no path within the policies"),
        ("x/../../a.json", "no path within the policies"),
        ("./a.json", "no path within the policies"),
        ("x//a.json", "no path within the policies"),
        ("x /a.json", "no path within the policies"),
        ("C:/a.json", "characters that a path should not have"),
        ("x\\..\\a.json", "characters that a path should not have"),
        ("a\u202e.json", "characters that a path should not have"),
        ("a\n.json", "characters that a path should not have"),
        (".git/a.json", "it is hidden"),
        ("__MACOSX/._a.json", "it is hidden"),
        ("a.exe", "it is not a policy"),
        ("a.POLICY", "it is not a policy"),
        (f"{'a' * 300}.json", "more than 240 characters"),
        ("a.policy", "another file has this name"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_is_none_of_a_bundle(name: str, words: str) -> None:
    assert words in faults(archive(member(name)))[0]
    if name != "a.policy":
        assert words in faults({"files": {"a.policy": POLICY, name: "{}"}})[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "no file but a link"),
        ({"external_attr": (stat.S_IFIFO | 0o600) << 16}, "no file but a link"),
        ({"compress_type": zipfile.ZIP_BZIP2}, "compressed in a way"),
        ({"compress_type": zipfile.ZIP_LZMA}, "compressed in a way"),
    ],
)
def test_member_that_is_no_plain_file(more: dict[str, Any], words: str) -> None:
    (told,) = faults(archive(member("b.json", **more)))
    assert words in told
    assert told.startswith("`b.json`")


def test_encrypted_member() -> None:
    made = bytearray(archive())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.find(mark) + offset] |= 1
    assert "it is encrypted" in faults(bytes(made))[0]


def test_bombs_are_small() -> None:
    bomb = member("b.json", b" " * (uploads.LARGEST_FILE + 1))
    assert "larger than" in faults(archive(bomb))[0]
    lying = bytearray(archive(bomb))
    at = lying.rfind(b"PK\x01\x02")
    struct.pack_into("<L", lying, at + 24, 10)  # The size that the directory says.
    assert "cannot be read" in faults(bytes(lying))[0]
    many = [member(f"{number}.json", b" " * uploads.LARGEST_FILE) for number in range(17)]
    assert "larger than 16,777,216 characters together" in faults(archive(*many))[0]


def test_archive_is_read_no_further_than_it_may_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = list[str]()
    read = zipfile.ZipFile.open

    def noted(self: zipfile.ZipFile, name: zipfile.ZipInfo) -> IO[bytes]:
        opened.append(name.filename)
        return read(self, name)

    monkeypatch.setattr(uploads, "LARGEST_WHOLE", 1_000)
    body = archive(*(member(f"{number}.json", b" " * 200) for number in range(50)))
    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    assert "larger than 1,000 characters together" in faults(body)[0]
    assert len(opened) == 6  # The policy, and five more.


def test_more_files_than_a_bundle_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    many = {f"{number}.policy": "" for number in range(4)}
    assert "more than 3 files" in faults({"files": many})[0]
    assert "more than 3 files" in faults(archive(*(member(f"{n}.json") for n in range(4))))[0]


def test_only_so_many_faults_are_told() -> None:
    assert len(faults(archive(*(member(f"{n}.exe") for n in range(50))))) == 20


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "there are no files"),
        ({}, "there are no files"),
        ({"files": []}, "there are no files"),
        ({"files": {}, "more": 1}, "unknown name `more`"),
        ({"file": {"a.policy": ""}}, "unknown name `file`"),
        ({"files": {}}, "there is no `.policy` file in it"),
        ({"files": {"a.policy": 1}}, "should be a text"),
        ({"files": {"a.policy": "\ud800"}}, "it is not UTF-8 text (byte 0)"),
        ({"files": {"a.policy": "x" * (1 << 20) + "x"}}, "larger than"),
        (b"", "no zip archive"),
        (b"PK\x05\x06" + bytes(18), "there is no `.policy` file in it"),
    ],
)
def test_body_without_policies(body: object, words: str) -> None:
    assert words in faults(body)[0]


def test_broken_content_is_a_fault() -> None:
    made = bytearray(archive())
    made[40] ^= 0xFF
    assert "cannot be read from the archive" in faults(bytes(made))[0]


@given(st.data())
def test_whatever_is_sent_is_files_or_a_problem(data: st.DataObject) -> None:
    made = bytearray(archive(member("b.json")))
    for _ in range(data.draw(st.integers(0, 6))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(made)))
    body = bytes(made[:cut]) if data.draw(st.booleans()) else bytes(made)
    files = {"none.policy": ""}
    with suppress(ProblemRaised):
        files = files_of_archive(body)
    assert any(name.endswith(".policy") for name in files)
