"""The VS Code extension: its archive, its colours, and its connection to the real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest

from editors.vscode.build import FILES, GRAMMAR, HERE, build, grammar, grammar_text
from engine import __version__
from engine.syntax.glossary import MEANINGS

ROOT = Path(__file__).parents[2]
PACKAGE = json.loads((HERE / "package.json").read_text(encoding="utf-8"))
VSIX = "{http://schemas.microsoft.com/developer/vsx-schema/2011}"

node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


# --- the archive --------------------------------------------------------------------------------


def test_the_archive_holds_what_vs_code_reads(tmp_path: Path) -> None:
    made = build(tmp_path / "dist")
    assert made.name == f"assent-{__version__}.vsix"
    with ZipFile(made) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            *("[Content_Types].xml", "extension.vsixmanifest", "extension/LICENSE.txt"),
            *(f"extension/{name}" for name in FILES),
        }
        for name in archive.namelist():
            if name.endswith(".json"):
                json.loads(archive.read(name))
        types = ET.fromstring(archive.read("[Content_Types].xml"))  # noqa: S314 - our own.
        manifest = ET.fromstring(archive.read("extension.vsixmanifest"))  # noqa: S314 - our own.
    known = {each.attrib["Extension"] for each in types}
    assert {f".{name.rpartition('.')[2]}" for name in FILES} <= known
    identity = manifest.find(f"{VSIX}Metadata/{VSIX}Identity")
    assert identity is not None
    assert identity.attrib["Id"] == PACKAGE["name"]
    assert identity.attrib["Version"] == __version__
    assets = {each.attrib["Path"] for each in manifest.iter(f"{VSIX}Asset")}
    assert assets == {"extension/package.json", "extension/README.md", "extension/LICENSE.txt"}


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    assert build(tmp_path / "a").read_bytes() == build(tmp_path / "b").read_bytes()


def test_the_package_names_files_that_it_has() -> None:
    contributes = PACKAGE["contributes"]
    named = [
        PACKAGE["main"],
        *(each["configuration"] for each in contributes["languages"]),
        *(each["path"] for each in contributes["grammars"]),
    ]
    assert {name.removeprefix("./") for name in named} <= set(FILES)
    assert contributes["grammars"][0]["scopeName"] == grammar()["scopeName"]
    assert PACKAGE["version"] == __version__


def test_the_script_says_where_the_archive_is(tmp_path: Path) -> None:
    result = subprocess.run(  # noqa: S603 - our own script.
        [sys.executable, HERE / "build.py", tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(result.stdout.strip()).is_file()


# --- colours ------------------------------------------------------------------------------------


def test_the_grammar_is_that_of_the_language() -> None:
    if os.environ.get("ASSENT_REGENERATE") == "1":
        GRAMMAR.write_text(grammar_text(), encoding="utf-8")
    assert GRAMMAR.read_text(encoding="utf-8") == grammar_text()


@pytest.mark.parametrize("word", MEANINGS)
def test_every_word_of_the_language_has_a_colour(word: str) -> None:
    patterns = [re.compile(each["match"]) for each in grammar()["patterns"] if "match" in each]
    assert any(pattern.fullmatch(word) for pattern in patterns)


# --- the connection -----------------------------------------------------------------------------


@node
@pytest.mark.parametrize("script", ["extension.js", "connection.js"])
def test_the_scripts_are_whole(script: str) -> None:
    subprocess.run(["node", "--check", HERE / script], check=True)  # noqa: S603, S607 - our own.


@node
def test_the_connection_speaks_with_the_server(tmp_path: Path) -> None:
    file = (tmp_path / "new.policy").as_uri()
    server = [sys.executable, "-c", "from api.cli.main import main; main()", "lsp"]
    result = subprocess.run(  # noqa: S603 - our own scripts.
        ["node", Path(__file__).parent / "session.js", HERE / "connection.js", file, *server],  # noqa: S607 - whichever is installed.
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = json.loads(result.stdout)
    assert [each["label"] for each in told["answers"]["completion"]["items"]] == ["prohibit when"]
    assert told["answers"]["refusal"] == "there is no name here that policies declare"
    assert told["reason"] == "it ended with status 0"
    methods = [each["method"] for each in told["heard"]]
    assert set(methods) == {"client/registerCapability", "textDocument/publishDiagnostics"}


@node
def test_a_server_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    script = "const { Connection } = require(process.argv[1]); new Connection(['no-such-command'], "
    script += "{ onEnd: (reason) => console.log(reason) }).request('x').catch(() => {});"
    result = subprocess.run(  # noqa: S603 - our own script.
        ["node", "-e", script, HERE / "connection.js"],  # noqa: S607 - whichever is installed.
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert "ENOENT" in result.stdout
