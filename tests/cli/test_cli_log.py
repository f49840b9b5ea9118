"""`assent log`, and `assent verify` on what it makes, as an auditor does it."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.cli.log_sources import WebSource
from api.installation.settings import load_settings

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]
Decide = Callable[[int], object]
KEY = "assent_x"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def logged(log_decisions: Log, denied: object) -> Decide:
    """Logs decisions in an installation of its own, from entry 3 on."""
    return lambda count: log_decisions(*[denied] * count)


@pytest.fixture
def vkey(run: Run, logged: Decide, tmp_path: Path) -> Path:
    del logged
    file = tmp_path / "log.vkey"
    file.write_text(run("log", "key").stdout)
    return file


def test_key_is_shown(run: Run, logged: Decide) -> None:
    del logged
    text = run("log", "key").stdout
    assert text.startswith("assent.invalid/log/")
    document = json.loads(run("log", "key", "--json").stdout)
    assert document["keys"] == [{"vkey": text.strip(), "signs_until": None}]
    assert text.startswith(document["origin"])


def test_key_where_there_is_none(run: Run, one_line: OneLine) -> None:
    assert "`assent init` makes them" in one_line(run("log", "key"))
    assert "`assent init`" in one_line(run("log", "export", "tree"))


def test_init_again_keeps_the_key(run: Run, vkey: Path) -> None:
    assert run("init").exit_code == 0
    assert run("log", "key").stdout == vkey.read_text()


def test_rotation(run: Run, one_line: OneLine, vkey: Path) -> None:
    result = run("log", "rotate", "--both-until", "2999-01-31", "--json")
    keys = json.loads(result.stdout)["keys"]
    assert [key["signs_until"] for key in keys] == [None, "2999-01-31T00:00:00.000000Z"]
    assert keys[1]["vkey"] == vkey.read_text().strip()
    assert "the time is past" in one_line(run("log", "rotate", "--both-until", "2020-01-31"))


def test_export_is_written_and_verifies(
    run: Run, logged: Decide, vkey: Path, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    logged(3)
    assert run("log", "export", tree).stdout == f"{tree}  6 entries, 0 before; 2 files written\n"
    result = run("verify", tree, "--vkey", vkey)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("VERIFIED  6 entries, nothing is wrong\n  head       6:")
    logged(1)
    document = json.loads(run("log", "export", tree, "--json").stdout)
    assert document == {"size_before": 6, "size": 7, "files_written": 2}
    assert run("verify", tree, "--vkey", vkey.read_text().strip()).exit_code == 0


def test_export_into_the_directory_of_another_log(
    run: Run, one_line: OneLine, logged: Decide, tmp_path: Path
) -> None:
    logged(1)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "checkpoint").write_text("another\n")
    assert "name another directory" in one_line(run("log", "export", tmp_path / "tree"))


def test_altered_directory(run: Run, logged: Decide, vkey: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    logged(3)
    run("log", "export", tree)
    bundle = tree / "tile" / "entries" / "000.p" / "6"
    bundle.write_bytes(bundle.read_bytes().replace(b'"deny"', b'"fine"', 1))
    result = run("verify", tree, "--vkey", vkey, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert [fault["code"] for fault in document["faults"]] == [
        "leaf_malformed",
        "leaf_hash_differs",
        "root_differs",
    ]
    assert {fault["entry"] for fault in document["faults"]} == {3, None}


def test_log_that_is_not_what_was_signed(
    run: Run, one_line: OneLine, logged: Decide, installed: Path, tmp_path: Path
) -> None:
    logged(1)
    (installed / "checkpoint").unlink()
    line = one_line(run("log", "export", tmp_path / "tree"))
    assert "the anchored checkpoint is gone" in line
    assert "the anchored checkpoint is gone" in one_line(run("init"))


def test_key_that_is_gone(run: Run, one_line: OneLine, installed: Path) -> None:
    (installed / "log.key").unlink()
    assert "are gone; put them back" in one_line(run("init"))


def test_origin_is_chosen_once(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_LOG_ORIGIN", "a b")
    assert "`log_origin` cannot be used" in one_line(run("init"))
    monkeypatch.setenv("ASSENT_LOG_ORIGIN", "ads.example/log")
    assert run("init").exit_code == 0
    assert run("log", "key").stdout.startswith("ads.example/log+")
    monkeypatch.setenv("ASSENT_LOG_ORIGIN", "other.example/log")
    assert "sign as `ads.example/log`" in one_line(run("init"))
    assert "sign as `ads.example/log`" in one_line(run("serve"))


def test_keys_in_a_place_that_cannot_be_made(
    run: Run, one_line: OneLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASSENT_LOG_KEY", str(tmp_path / "file" / "log.key"))
    assert "signing keys" in one_line(run("init"))


# --- heads that are trusted from elsewhere ----------------------------------------------------


def test_trusted_checkpoint(
    run: Run, one_line: OneLine, logged: Decide, vkey: Path, tmp_path: Path
) -> None:
    tree, kept = tmp_path / "tree", tmp_path / "kept"
    logged(2)
    run("log", "export", tree)
    kept.write_bytes((tree / "checkpoint").read_bytes())
    logged(2)
    run("log", "export", tree)
    assert run("verify", tree, "--vkey", vkey, "--trusted", kept).exit_code == 0
    forged = run("verify", tree, "--vkey", vkey, "--trusted", f"3:{'0' * 64}")
    assert "trusted_root_differs" in forged.stdout
    assert "give the log's public key" in one_line(run("verify", tree, "--trusted", kept))
    kept.write_text("nonsense")
    line = one_line(run("verify", tree, "--vkey", vkey, "--trusted", kept))
    assert "name a checkpoint" in line


def test_keys_that_are_none(run: Run, one_line: OneLine, tmp_path: Path) -> None:
    assert "no such file" in one_line(run("verify", "-", "--vkey", "nothing"))
    assert "is no public key" in one_line(run("verify", "-", "--vkey", "a+b+c"))
    (tmp_path / "vkey").write_text("nonsense\n")
    assert "is no public key" in one_line(run("verify", "-", "--vkey", tmp_path / "vkey"))


# --- logs on the web --------------------------------------------------------------------------


@contextmanager
def web(handler: Any) -> Iterator[str]:
    """Serve on an address of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_exported_log_on_any_web_server(
    run: Run, logged: Decide, vkey: Path, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    logged(3)
    run("log", "export", tree)
    with web(partial(_Files, directory=str(tree))) as address:
        result = run("verify", address, "--vkey", vkey)
        assert result.stdout.startswith("VERIFIED  6 entries")
        (tree / "tile" / "0" / "000.p" / "6").unlink()
        assert "`tile/0/000.p/6` is not there" in run("verify", address, "--vkey", vkey).stdout


class _Odd(BaseHTTPRequestHandler):
    """Answers what its path says, and tells the key that it was sent."""

    def do_GET(self) -> None:
        status = int(self.path.split("/")[1])
        if status == 0:
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            return
        text = (self.headers["Authorization"] or "none").encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200/checkpoint")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_answers_of_the_web(run: Run, one_line: OneLine, vkey: Path, tmp_path: Path) -> None:
    with web(_Odd) as address:
        source = WebSource(address=f"{address}/200/", token=KEY)
        assert source.read("checkpoint", 100) == b"Bearer assent_x"
        assert source.read("checkpoint", 3) == b"Bear"
        assert "assent_x" not in repr(source)
        assert WebSource(address=f"{address}/200").read("checkpoint", 100) == b"none"
        assert WebSource(address=f"{address}/404").read("checkpoint", 100) is None
        (tmp_path / "token").write_text("assent_x\n")
        for status, reason in (
            (302, "answers 302"),
            (503, "answers 503"),
            (0, "its answer is none"),
        ):
            arguments = (f"{address}/{status}", "--vkey", vkey, "--key-file", tmp_path / "token")
            assert reason in one_line(run("verify", *arguments))
    assert "does not answer" in one_line(run("verify", address, "--vkey", vkey))


class _Endless(BaseHTTPRequestHandler):
    """Answers a byte at a time, until the caller has enough."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with suppress(ConnectionError):
            while True:
                self.wfile.write(b"x")
                time.sleep(0.01)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_an_answer_byte_by_byte_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.log_sources._WHOLE_SECONDS", 0.1)
    with web(_Endless) as address, pytest.raises(OSError, match="its answer takes too long"):
        WebSource(address=address).read("checkpoint", 1_000_000)


# --- alone ------------------------------------------------------------------------------------


def test_verifying_loads_no_storage_and_no_service() -> None:
    script = (
        "import sys; import api.cli.verify; "
        "print([name for name in sys.modules if name.startswith("
        "('engine.storage', 'sqlalchemy', 'alembic', 'flask', 'gunicorn', 'api.http'))])"
    )
    command = [sys.executable, "-c", script]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - our own.
    assert made.stdout == b"[]\n"


def test_settings_say_where_keys_and_anchor_are(tmp_path: Path) -> None:
    made = load_settings({"ASSENT_DATA_DIRECTORY": str(tmp_path)})
    assert (made.log_key, made.log_anchor) == (tmp_path / "log.key", tmp_path / "checkpoint")
    other = load_settings({"ASSENT_LOG_ANCHOR": "/elsewhere/checkpoint"})
    assert other.log_anchor == Path("/elsewhere/checkpoint")
