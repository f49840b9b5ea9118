"""`docs/auditing.md`, from beginning to end: every command runs, and says what the page says."""

import json
import re
import shlex
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from flask import Flask

from api.cli.main import assent
from api.wsgi import start
from tests.api.installation import Caller, allowed, campaign, install

PAGE = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text()
BLOCK = re.compile(r"<!-- audit: (\w+) -->\n```console\n(.*?)```", re.DOTALL)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "auditor"
    directory.mkdir()
    monkeypatch.chdir(directory)
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(tmp_path / "var"))
    return directory


def run(block: str) -> None:
    """Run the commands of a block; each says what the page shows, line for line from the first."""
    for part in block.split("$ ")[1:]:
        line, _, shown = part.partition("\n")
        program, *arguments = shlex.split(line)
        if program == "cp":
            shutil.copy(*arguments)
            continue
        assert program == "assent"
        target = arguments[arguments.index(">") + 1] if ">" in arguments else None
        asked = arguments[: arguments.index(">")] if target is not None else arguments
        result = CliRunner(env={"ASSENT_REGENERATE": None}).invoke(assent, asked)
        assert result.exit_code == ("NOT VERIFIED" in shown), result.output
        said = result.stdout.splitlines()
        for expected, found in zip(shown.splitlines(), said, strict=False):
            assert found.startswith(expected), line
        assert len(said) >= len(shown.splitlines())
        if target is not None:
            Path(target).write_text(result.stdout)


def test_the_audit_of_the_page(work: Path, tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    for number in range(12):
        api.decide((campaign if number % 2 else allowed)(id=f"c{number}"))
    blocks = dict(BLOCK.findall(PAGE))
    assert len(blocks) == PAGE.count("```console")
    for name, block in blocks.items():
        if name == "return":
            for number in (12, 13):
                api.decide(allowed(id=f"c{number}"))
        if name == "altered":
            with closing(sqlite3.connect(tmp_path / "var" / "assent.db")) as connection:
                connection.execute("UPDATE log_entry SET outcome = 'allow' WHERE \"index\" = 12")
                connection.commit()
        run(block)
    drawn = json.loads((work / "sample.json").read_text())
    assert (drawn["population"], len(drawn["items"])) == (12, 3)
    started.close()
