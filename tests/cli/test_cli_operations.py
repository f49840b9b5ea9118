"""`assent doctor` and `assent migrate` as an operator meets them."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from click.testing import Result

from engine.storage.migrate import migrate

Run = Callable[..., Result]


def _made_at(tmp_path: Path, revision: str) -> None:
    """Make a database as an earlier version had it."""
    (tmp_path / "var").mkdir()
    upgrade = command.upgrade
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, revision))
        migrate(f"sqlite:///{tmp_path}/var/assent.db")


def test_doctor_tells_a_newcomer_to_begin(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 1
    assert "FAIL  data directory       there is none at" in result.stdout
    assert "`assent init` makes it" in result.stdout
    made = json.loads(run("doctor", "--json").stdout)
    assert made["is_well"] is False
    assert {"check", "status", "found", "advice"} == set(made["findings"][0])


def test_doctor_after_init(run: Run) -> None:
    assert run("init").exit_code == 0
    result = run("doctor")
    assert (result.exit_code, result.stderr) == (0, ""), result.stdout
    lines = result.stdout.splitlines()
    assert lines[0].startswith("OK    settings             all are known")
    assert not any(line.startswith("FAIL") for line in lines)
    assert json.loads(run("doctor", "--json").stdout)["is_well"] is True


def test_doctor_of_settings_that_cannot_be_read(
    run: Run, one_line: Callable[[Result], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_PROT", "1")
    assert "did you mean `ASSENT_PORT`?" in one_line(run("doctor"))


def test_nothing_to_migrate(run: Run, one_line: Callable[[Result], str], tmp_path: Path) -> None:
    assert "`assent init` prepares one" in one_line(run("migrate"))
    (tmp_path / "var").mkdir()
    sqlite3.connect(tmp_path / "var" / "assent.db").close()
    (tmp_path / "var" / "assent.db").touch()
    assert "`assent init` prepares one" in one_line(run("migrate", "--check"))


def test_database_of_an_earlier_version(
    run: Run, one_line: Callable[[Result], str], tmp_path: Path
) -> None:
    _made_at(tmp_path, "0005")
    line = one_line(run("serve"))
    assert "make a backup, then `assent migrate` brings it there" in line
    assert "init" not in line
    check = run("migrate", "--check")
    assert check.exit_code == 1
    assert check.stdout.startswith("the database is at revision 0005; pending: 0006")
    told = json.loads(run("migrate", "--check", "--json").stdout)
    assert (told["revision"], told["is_current"]) == ("0005", False)
    done = run("migrate")
    assert done.stdout.startswith("brought from revision 0005 to 0"), done.stderr
    assert run("migrate").stdout.startswith("the database is up to date")
    told = json.loads(run("migrate", "--json").stdout)
    assert (told["is_current"], told["revisions"]) == (True, [])
    assert run("migrate", "--check").stdout.startswith("the database is up to date, at revision")


def test_database_of_a_later_version(
    run: Run, one_line: Callable[[Result], str], tmp_path: Path
) -> None:
    assert run("init").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "var" / "assent.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for asked in (("migrate",), ("migrate", "--check"), ("serve",), ("init",)):
        line = one_line(run(*asked))
        assert "of a later version of Assent (revision 9999" in line
        assert line.endswith("; use an `assent` of that version, or put back a backup of before\n")
