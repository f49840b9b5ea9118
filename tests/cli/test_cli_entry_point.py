"""The installed command in a process of its own: streams, pipes, signals, colour."""

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.audit.published import KEY, leaf, published

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]
ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ASSENT_") and name not in {"NO_COLOR", "FORCE_COLOR"}
    }
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def assent(*arguments: object, **extra: Any) -> subprocess.CompletedProcess[bytes]:
    more = extra.pop("more", {})
    return subprocess.run(  # noqa: S603 - our own command.
        [*COMMAND, *map(str, arguments)],
        env=environment(**more),
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
        **extra,
    )


@pytest.fixture
def many(tmp_path: Path, campaign: object) -> Path:
    file = tmp_path / "many.ndjson"
    file.write_text((json.dumps(campaign) + "\n") * 3000)
    return file


def test_piped_output_is_bare(policies: str, tmp_path: Path, denied: object) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(denied))
    result = assent("decide", file, "--policies", policies, "--as-of", "2026-11-23")
    assert result.returncode == 1
    assert result.stderr == b""
    assert b"\x1b" not in result.stdout
    assert result.stdout.decode().startswith("DENY  spring-2  3 rules are violated")


def test_an_encoding_without_marks_does_no_harm(policies: str, denied: object) -> None:
    options = ("--policies", policies, "--as-of", "2026-11-23")
    text = json.dumps({**denied, "id": "früh"}).encode()  # type: ignore[dict-item] # A mapping.
    narrow = {"PYTHONIOENCODING": "ascii"}
    shown = assent("decide", "-", *options, input=text, more=narrow)
    assert b"\\u2717 No profiled ads" in shown.stdout
    told = assent("decide", "-", *options, "--json", input=text, more=narrow)
    assert json.loads(told.stdout)["campaign"] == "früh"


def test_a_closed_pipe_ends_quietly(policies: str, many: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command.
        # JSON is far longer than what a pipe holds, so that the command is still writing.
        [*COMMAND, "decide", str(many), "--policies", policies, "--json"],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_an_interrupt_ends_on_one_line(policies: str) -> None:
    # A shell's background ignores interrupts, and so does whatever it runs.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    python, option, code = COMMAND
    with subprocess.Popen(  # noqa: S603 - our own command.
        [python, option, heeding + code, "decide", "/dev/stdin", "--policies", policies],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        # More than a pipe holds: once it is written, the command is reading, and waits for more.
        process.stdin.write(b" " * 200_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        assert process.stderr.read() == b"assent: interrupted\n"
    assert process.returncode == 130


def test_a_pipe_is_read_as_standard_input_is(policies: str, many: Path) -> None:
    for name in ("-", "/dev/stdin"):
        result = subprocess.run(  # noqa: S603 - our own command.
            [*COMMAND, "decide", name, "--policies", policies],
            env=environment(),
            cwd=ROOT,
            input=many.read_bytes(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert result.stderr == b""
        assert result.stdout.count(b"\n") > 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told(policies: str, many: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(  # noqa: S603 - our own command.
            [*COMMAND, "decide", str(many), "--policies", policies],
            env=environment(),
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    expected = b"assent: the output: no space left on device; make room\n"
    assert (result.returncode, result.stderr) == (2, expected)


def on_a_terminal(*arguments: object, stdout: int | None = None) -> str:
    """Return what a terminal shows of a command; its standard output may go elsewhere."""
    mine, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - our own command.
        [*COMMAND, *map(str, arguments)],
        env=environment(TERM="xterm-256color"),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=theirs if stdout is None else stdout,
        stderr=theirs,
    ):
        os.close(theirs)
        shown = bytearray()
        with suppress(OSError):  # How Linux says that nobody writes any more.
            while piece := os.read(mine, 65_536):
                shown += piece
    os.close(mine)
    return shown.decode()


def test_a_terminal_shows_colour(policies: str) -> None:
    campaign = Path(policies) / "allowed.json"
    shown = on_a_terminal("decide", campaign, "--policies", policies, "--as-of", "2026-11-23")
    assert "\x1b[1;32mALLOW\x1b[0m" in shown


def test_a_terminal_shows_progress_where_the_answers_go_elsewhere(
    policies: str, many: Path, tmp_path: Path
) -> None:
    with (tmp_path / "out.ndjson").open("wb") as answers:
        shown = on_a_terminal(
            *("decide", many, "--policies", policies, "--json"), stdout=answers.fileno()
        )
    assert "records decided" in shown
    assert "3,000 records" in shown
    assert (tmp_path / "out.ndjson").read_bytes().count(b"\n") == 3000
    assert "VERIFIED" in on_a_terminal("verify", many)


def test_a_terminal_shows_how_far_a_log_is_verified(tmp_path: Path) -> None:
    for path, content in published([leaf(number) for number in range(300)]).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    shown = on_a_terminal("verify", tmp_path, "--vkey", str(KEY.verifier))
    assert "300 entries read" in shown
    assert "VERIFIED" in shown
