"""Streams and ends: colour where it is asked for, progress where it can be seen, every failure."""

import io
import os
import sys
from collections.abc import Callable

import click
import pytest
from click.testing import Result

from api.cli import main as entry
from api.cli.failures import CANNOT, INTERRUPTED, PIPE_CLOSED, Failure, told
from api.cli.remote import Document
from api.cli.terminal import Output, answer, counting, reading
from api.client.bodies import decoded

Run = Callable[..., Result]


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_colour_is_the_same_text(run: Run, policies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = ("decide", f"{policies}/allowed.json", "--policies", policies, "--as-of", "2026-11-23")
    bare = run(*terms).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = run(*terms, color=True).stdout
    assert "\x1b[1;32mALLOW\x1b[0m" in coloured
    assert click.unstyle(coloured) == bare


@pytest.mark.parametrize("is_seen", [True, False])
def test_counting_is_seen_on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, is_seen: bool) -> None:
    shown = Terminal() if is_seen else io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with counting("records decided") as count:
        count()
    assert ("1 records decided" in shown.getvalue()) is is_seen


def test_rate_is_that_of_this_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with counting("records decided", done=1_000_000, elsewhere=True) as count:
        count(500)
    assert "1,000,500 records decided" in shown.getvalue()
    assert "/s" in shown.getvalue()


def test_json_lines_are_escaped_where_the_stream_is_no_unicode(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    Output().json_lines('{"id":"ä"}\n{"id":"b"}\n'.encode())
    sys.stdout.flush()
    assert written.getvalue() == b'{"id":"\\u00e4"}\n{"id":"b"}\n'


def test_name_of_a_file_that_is_no_unicode_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    Output().json({"file": os.fsdecode(b"\xff.policy"), "é": 1})
    assert capsys.readouterr().out == '{"file": "\\udcff.policy", "\\u00e9": 1}\n'


def test_reading_is_seen_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    with reading(io.BytesIO(b"one\ntwo\n"), 8) as stream:
        assert stream.readline() == b"one\n"
    assert "/8 bytes" in shown.getvalue()


def status(error: BaseException) -> int:
    with pytest.raises(click.exceptions.Exit) as caught, told():
        raise error
    return caught.value.exit_code


def failure(error: BaseException) -> str:
    with pytest.raises(Failure) as caught, told():
        raise error
    assert caught.value.exit_code == CANNOT
    return caught.value.message


def test_an_interrupt_and_a_closed_pipe_have_their_statuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(KeyboardInterrupt()) == INTERRUPTED
    assert capsys.readouterr().err == "assent: interrupted\n"
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert status(BrokenPipeError()) == PIPE_CLOSED


def test_a_failure_to_write_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    line = failure(OSError(28, "No space left on device"))
    assert line == "the output: no space left on device; make room"


def test_a_defect_is_told_on_a_line_with_its_place() -> None:
    line = failure(ZeroDivisionError("by\nzero"))
    assert line.startswith(
        "this is a defect of Assent: an internal error, ZeroDivisionError in test_cli_terminal.py:"
    )
    assert line.endswith(": by zero; please report this line")


def test_a_usage_error_without_a_command() -> None:
    line = failure(click.UsageError("That Is Wrong."))
    assert line == "assent: that Is Wrong; `assent --help` says how to use it"


@pytest.mark.parametrize("stream", [io.TextIOWrapper(io.BytesIO(), "ascii"), io.StringIO()])
def test_main_runs_on_any_stream(monkeypatch: pytest.MonkeyPatch, stream: io.TextIOBase) -> None:
    monkeypatch.setattr(sys, "argv", ["assent", "--version"])
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == 0
    if isinstance(stream, io.TextIOWrapper):
        assert stream.errors == "backslashreplace"


def test_document_of_a_service_is_shown_as_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    came = '{"a": [1.10, 0.12345678901234567890, 12345678901234567890], "b": "é"}'
    answer(decoded(came.encode(), Document), (), as_json=True)
    assert capsys.readouterr().out == f"{came}\n"
