"""`assent fmt`: files in the canonical layout, and nothing half-written."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from api.cli.fmt import _TONES, _difference, _file

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
OneLine = Callable[[Result], str]

CROOKED = 'module m\npolicy p "t"\n  severity high # why\nend policy\n'
STRAIGHT = 'module m\n\npolicy p "t"\n  severity      high  # why\nend policy\n'
BROKEN = "policy p\n  severity hgih\nend policy\n"


def test_files_are_formatted_in_place(run: Run, write: Write, tmp_path: Path) -> None:
    crooked = write("rules/deep/a.policy", CROOKED.replace("\n", "\r\n").encode())
    straight = write("rules/b.policy", STRAIGHT)
    hidden = write("rules/.c.policy", CROOKED)
    crooked.chmod(0o640)
    result = run("fmt", tmp_path / "rules", straight)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"formatted {crooked}\n1 changed, 1 left as they were\n"
    assert crooked.read_bytes() == STRAIGHT.encode()
    assert stat.S_IMODE(crooked.stat().st_mode) == 0o640
    assert hidden.read_text() == CROOKED
    assert sorted(each.name for each in crooked.parent.iterdir()) == ["a.policy"]


def test_without_a_path_the_directory_one_is_in(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write("here/a.policy", CROOKED).parent)
    assert run("fmt").stdout == "formatted a.policy\n1 changed, 0 left as they were\n"


def test_a_link_stays_a_link(run: Run, write: Write, tmp_path: Path) -> None:
    real = write("real.policy", CROOKED)
    link = tmp_path / "link.policy"
    link.symlink_to(real)
    assert run("fmt", link, real).stdout.startswith(f"formatted {link}\n1 changed, 0 left")
    assert link.is_symlink()
    assert real.read_text() == STRAIGHT


def test_check_lists_what_would_change(run: Run, write: Write) -> None:
    crooked, straight = write("a.policy", CROOKED), write("b.policy", STRAIGHT)
    result = run("fmt", "--check", crooked, straight)
    assert result.exit_code == 1
    assert result.stdout == f"would change {crooked}\n1 would change, 1 left as they were\n"
    assert crooked.read_text() == CROOKED
    assert run("fmt", "--check", straight).exit_code == 0


def test_diff_shows_what_would_change(run: Run, write: Write) -> None:
    crooked = write("a.policy", CROOKED)
    result = run("fmt", "--diff", crooked)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"--- {crooked}",
        f"+++ {crooked} (formatted)",
        "@@ -1,4 +1,5 @@",
        " module m",
        "+",
        ' policy p "t"',
        "-  severity high # why",
        "+  severity      high  # why",
        " end policy",
        "1 would change, 0 left as they were",
    ]
    assert crooked.read_text() == CROOKED


def test_a_difference_is_coloured(write: Write) -> None:
    lines = list(_difference(_file(write("a.policy", CROOKED))))
    assert {line.plain[:1]: line.style for line in lines[2:]}["+"] == "bold green"
    assert set(_TONES) == {"+", "-", "@"}


def test_standard_input_goes_to_standard_output(run: Run) -> None:
    result = run("fmt", "-", stdin="\ufeff" + CROOKED)
    assert (result.exit_code, result.stdout, result.stderr) == (0, STRAIGHT, "")
    assert run("fmt", "-", "--check", stdin=CROOKED).exit_code == 1
    assert run("fmt", "-", "--check", stdin=STRAIGHT).exit_code == 0


def test_mistakes_leave_a_file_as_it_is(run: Run, write: Write) -> None:
    broken, crooked = write("a.policy", BROKEN), write("b.policy", CROOKED)
    result = run("fmt", broken, crooked)
    assert result.exit_code == 2
    assert f"--> {broken}:2:" in result.stderr
    assert result.stdout.endswith("1 changed, 0 left as they were, 1 with mistakes\n")
    assert (broken.read_text(), crooked.read_text()) == (BROKEN, STRAIGHT)
    piped = run("fmt", "-", stdin=BROKEN)
    assert (piped.exit_code, piped.stdout) == (2, "")
    assert "error[" in piped.stderr


def test_fmt_as_json(run: Run, write: Write) -> None:
    crooked, broken = write("a.policy", CROOKED), write("b.policy", BROKEN)
    result = run("fmt", "--json", "--check", crooked, broken)
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    first, second = document["files"]
    assert document["is_dry"]
    assert first == {"file": str(crooked), "is_changed": True, "text": None, "diagnostics": []}
    assert not second["is_changed"]
    assert len(second["diagnostics"]) == 1
    piped = json.loads(run("fmt", "-", "--json", stdin=CROOKED).stdout)
    assert piped["files"][0]["text"] == STRAIGHT


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("notes.txt", "this is no policy file"),
        ("absent.policy", "no such file"),
        ("empty", "there is no `.policy` file in it"),
    ],
)
def test_what_cannot_be_formatted(  # noqa: PLR0917 - fixtures are arguments.
    run: Run, one_line: OneLine, write: Write, tmp_path: Path, name: str, why: str
) -> None:
    write("notes.txt", "")
    (tmp_path / "empty").mkdir()
    assert why in one_line(run("fmt", tmp_path / name))


def test_standard_input_stands_alone_and_is_utf8(run: Run, one_line: OneLine) -> None:
    assert "`-` stands alone" in one_line(run("fmt", "-", "policies"))
    assert "it is not UTF-8 text" in one_line(run("fmt", "-", stdin=b"\xff\xfe"))


def test_a_file_that_cannot_be_replaced_stays_whole(
    run: Run, one_line: OneLine, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        del self
        raise PermissionError(13, "Permission denied", str(target))

    crooked = write("alone/a.policy", CROOKED)
    monkeypatch.setattr(Path, "replace", refuse)
    assert "permission denied" in one_line(run("fmt", crooked))
    assert crooked.read_text() == CROOKED
    assert os.listdir(crooked.parent) == ["a.policy"]  # noqa: PTH208 - names are what is asked.


def test_a_folder_that_may_not_be_listed(
    run: Run, one_line: OneLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    assert "permission denied" in one_line(run("fmt", tmp_path))


@pytest.mark.no_cover  # Each layout is shown by itself.
def test_the_shipped_policies_come_out_unchanged(run: Run) -> None:
    root = Path(__file__).parents[2] / "policies"
    result = run("fmt", "--check", root)
    assert result.exit_code == 0, result.stdout
