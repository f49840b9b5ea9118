"""Reading the files of a bundle from a directory."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.bundle import load
from engine.bundle.bundle import build
from engine.bundle.load import (
    UnreadableError,
    read_directory,
    read_lists,
    read_text,
    shipped_directory,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.policy").write_text("# a\n")
    return tmp_path


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        read_directory(path)
    assert str(caught.value) == f"{caught.value.path}: {caught.value.reason}"
    return caught.value.reason


def test_policy_and_data_files_are_read_by_their_path_in_the_directory(folder: Path) -> None:
    (folder / "b" / "c").mkdir(parents=True)
    (folder / "b" / "c" / "d.json").write_text("{}")
    (folder / "b" / "e.policy").write_text("# e\n")
    (folder / "notes.md").write_text("not read")
    assert read_directory(folder) == {
        "a.policy": "# a\n",
        "b/c/d.json": "{}",
        "b/e.policy": "# e\n",
    }


def test_hidden_files_and_folders_are_left_out(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "x.policy").write_text("x")
    (folder / ".hidden.policy").write_text("x")
    assert list(read_directory(folder)) == ["a.policy"]


def test_line_ends_and_byte_order_marks_are_not_part_of_a_text(folder: Path) -> None:
    (folder / "a.policy").write_bytes(b"\xef\xbb\xbf# a\r\n# \r b\r\n")
    assert read_directory(folder) == {"a.policy": "# a\n# \r b\n"}


@pytest.mark.parametrize("name", ["missing", "x" * 5000, "nul\0"])
def test_what_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / name).startswith("this is not a directory")


def test_a_file_is_no_directory(folder: Path) -> None:
    assert refusal(folder / "a.policy").startswith("this is not a directory")


def test_a_directory_without_policies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    assert refusal(tmp_path) == "there is no `.policy` file in it"


def test_a_file_that_is_not_utf8_is_refused_with_the_place(folder: Path) -> None:
    (folder / "a.policy").write_bytes(b"# caf\xe9\n")
    assert refusal(folder) == "it is not UTF-8 text (byte 5); save it as UTF-8"


@pytest.mark.parametrize(("size", "accepted"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_file_has_at_most_one_mebibyte(folder: Path, size: int, accepted: bool) -> None:  # noqa: FBT001 - a table's last column.
    (folder / "a.policy").write_bytes(b"#" * size)
    if accepted:
        assert len(read_directory(folder)["a.policy"]) == size
    else:
        assert refusal(folder) == "it is larger than 1 MiB; split it"


def test_a_directory_has_at_most_so_many_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_MOST_FILES", 2)
    (folder / "b.policy").write_text("# b\n")
    assert len(read_directory(folder)) == 2
    (folder / "c.json").write_text("{}")
    assert refusal(folder) == "it holds more than 2 files"


def test_a_link_that_leads_nowhere_is_not_passed_over(folder: Path) -> None:
    (folder / "b.policy").symlink_to(folder / "gone.policy")
    assert refusal(folder) == "it leads to no file; mend or remove it"


def test_a_link_to_a_file_is_read(folder: Path) -> None:
    (folder / "b.policy").symlink_to(folder / "a.policy")
    assert list(read_directory(folder)) == ["a.policy", "b.policy"]


def test_a_link_out_of_the_directory_is_refused(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "a.policy").symlink_to(folder / "a.policy")
    assert refusal(inner) == "it leads out of the directory; put the file itself in its place"
    linked = folder / "linked"
    linked.symlink_to(inner, target_is_directory=True)
    assert refusal(linked) == "it leads out of the directory; put the file itself in its place"


# --- lists ------------------------------------------------------------------------------------


def named(*files: str) -> str:
    """Return a policy that reads lists."""
    editions = (f'  is column "code" of "{file}"\n' for file in files)
    return f"set A of place\n{''.join(editions)}end set\n"


def put(file: Path, text: str = "code\nDE\n") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_lists_that_policies_name_are_read_and_no_others(folder: Path) -> None:
    put(folder / "law" / "p.policy", named("lists/a.csv", "lists/a.csv", "gone.csv"))
    put(folder / "q.policy", named("law/lists/a.csv", "b.csv"))
    put(folder / "law" / "lists" / "a.csv")
    put(folder / "b.csv", "")
    (folder / "b.csv").write_bytes(b"\xef\xbb\xbfcode\r\nDE\r\n")
    put(folder / "export.csv", "1" * (1 << 21))
    found = read_directory(folder)
    assert list(found) == ["a.policy", "q.policy", "law/p.policy", "b.csv", "law/lists/a.csv"]
    assert found["b.csv"] == "code\nDE\n"


def test_a_list_is_found_however_its_accents_are_written(folder: Path) -> None:
    put(folder / "cafe\u0301.csv", "code\nFR\n")
    for written in ("caf\u00e9.csv", "cafe\u0301.csv"):
        assert read_lists(folder, "a.policy", named(written)) == {"caf\u00e9.csv": "code\nFR\n"}


def test_no_list_is_read_from_elsewhere(folder: Path) -> None:
    put(folder / "secret.csv")
    put(folder / "inner" / ".hidden.csv")
    put(folder / "inner" / "data.json", "{}")
    text = named("../secret.csv", f"{folder}/secret.csv", ".hidden.csv", "data.json", "x" * 999)
    long = f"{'x' * 999}.csv"
    assert read_lists(folder / "inner", "a.policy", text + named(long)) == {}


@pytest.mark.parametrize("linked", ["link.csv", "folder/secret.csv"])
def test_a_list_behind_a_link_out_of_the_directory_is_refused(folder: Path, linked: str) -> None:
    inner = folder / "inner"
    put(folder / "outer" / "secret.csv")
    put(inner / "p.policy", named(linked))
    (inner / "link.csv").symlink_to(folder / "outer" / "secret.csv")
    (inner / "folder").symlink_to(folder / "outer", target_is_directory=True)
    assert refusal(inner) == "it leads out of the directory; put the file itself in its place"


def test_a_list_behind_a_link_within_the_directory_is_read(folder: Path) -> None:
    put(folder / "a.csv")
    (folder / "link.csv").symlink_to(folder / "a.csv")
    assert read_lists(folder, "a.policy", named("link.csv")) == {"link.csv": "code\nDE\n"}


def test_a_list_that_cannot_be_read_is_refused(folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"code\n\xff\n")
    put(folder / "a.policy", named("a.csv"))
    assert refusal(folder) == "it is not UTF-8 text (byte 5); save it as UTF-8"


# --- names ------------------------------------------------------------------------------------


def test_two_names_that_differ_only_in_how_accents_are_written_are_refused(folder: Path) -> None:
    (folder / "caf\u00e9.policy").write_text("# one\n")
    (folder / "cafe\u0301.policy").write_text("# other\n")
    if len(list(folder.iterdir())) == 2:
        pytest.skip("this file system takes the two names for one")
    assert refusal(folder) == "another file has this name, with its accents written otherwise"


def test_a_name_is_normalised(folder: Path) -> None:
    (folder / "cafe\u0301.policy").write_text("# one\n")
    assert "caf\u00e9.policy" in read_directory(folder)


def test_a_folder_that_cannot_be_listed_is_not_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir()
    listing = os.scandir

    def refusing(path: Any) -> Iterator[os.DirEntry[str]]:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert refusal(folder) == "permission denied"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "permission denied"),
        (OSError(), "it cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    def refusing(_: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refusing)
    assert refusal(folder) == reason


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no such file or directory"):
        read_text(tmp_path / "gone.policy")


# --- what is shipped ---------------------------------------------------------------------------


def test_a_checkout_ships_the_policies_beside_the_engine() -> None:
    bundle, found = build("shipped", read_directory(shipped_directory()))
    assert found == ()
    assert bundle is not None
    assert bundle.cases


def test_an_installed_engine_ships_the_policies_within_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "package_files", lambda _: tmp_path)
    (tmp_path / "shipped").mkdir()
    assert shipped_directory() == tmp_path / "shipped"
