"""`docs/audit-log.md`, as an auditor does it: the commands run, and say what the page says."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from flask import Flask

from api.cli.main import assent
from api.wsgi import start
from engine.audit.checkpoints.note import read_note
from tests.api.installation import Caller, allowed, install
from tests.audit.loopback_witness import LoopbackWitness
from tests.audit.published import KEY, leaf, published

PAGE = (Path(__file__).parents[2] / "docs" / "audit-log.md").read_text()


def commands(name: str) -> list[tuple[list[str], str]]:
    """Return the commands of a block, each with the output that the page shows."""
    found = re.search(rf"<!-- auditor: {name} -->\n```console\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    blocks = found[1].split("$ ")[1:]
    return [
        (shlex.split(line), shown) for line, _, shown in (block.partition("\n") for block in blocks)
    ]


def run(name: str) -> None:
    """Run the commands of a block; the first lines of what they say are those of the page."""
    for (program, *arguments), shown in commands(name):
        if program == "cp":
            shutil.copy(*arguments)
            continue
        assert program == "assent"
        target = arguments[arguments.index(">") + 1] if ">" in arguments else None
        result = CliRunner(env={"ASSENT_REGENERATE": None}).invoke(
            assent, arguments[: arguments.index(">")] if target else arguments
        )
        assert result.exit_code == 0, result.output
        assert result.output.startswith(shown)
        if target is not None:
            Path(target).write_text(result.output)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "auditor"
    directory.mkdir()
    monkeypatch.chdir(directory)
    monkeypatch.setenv("ASSENT_DATA_DIRECTORY", str(tmp_path / "var"))
    return directory


def test_an_auditor_does_as_the_page_says(work: Path, tmp_path: Path) -> None:
    installation = install(tmp_path, log_level="error")
    started = start(installation.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=installation)
    for number in range(3):
        api.decide(allowed(id=f"c{number}"))
    run("operator")
    run("log")
    answer = api.post({"campaign": allowed()}, "/v1/decisions?receipt=wait")
    (work / "decision.tlog-proof").write_text(json.loads(answer.data)["receipt"]["proof"])
    run("later")
    run("receipt")
    export = api.get("/v1/log/export", role="auditor")
    (work / "log.ndjson").write_bytes(export.data)
    run("export")
    run("database")
    run("replay")
    run("erasure")
    export = api.get("/v1/log/export", role="auditor")
    (work / "log.ndjson").write_bytes(export.data)
    run("erased")
    run("hold")
    started.close()


def test_witnesses_are_demanded_as_the_page_says(work: Path) -> None:
    log = published([leaf(number) for number in range(3)])
    witnesses = [LoopbackWitness(name=f"w{n}.example", seed=bytes([n]) * 32) for n in (1, 2, 3)]
    note = log.files["checkpoint"]
    for witness in witnesses[:2]:
        log.files["checkpoint"] += witness.cosign(read_note(note).text)
    for path, content in log.files.items():
        (work / "published" / path).parent.mkdir(parents=True, exist_ok=True)
        (work / "published" / path).write_bytes(content)
    (work / "log.vkey").write_text(str(KEY.verifier))
    (work / "witnesses.vkey").write_text("\n".join(each.vkey for each in witnesses))
    run("witnesses")
