"""The service's own log: one JSON object a line, and nothing in it that was sent."""

import errno
import io
import json
import logging
import os
import select
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest

from api import journal
from engine.storage.errors import StorageUnavailable
from tests.api.installation import Caller, campaign


def test_request_is_one_line_without_what_was_sent(api: Caller, written: io.StringIO) -> None:
    descriptor = campaign(id="secret-campaign")
    with api.post({"campaign": descriptor}, headers={"X-Request-ID": "r1"}) as answer:
        assert answer.status_code == 200
    (line,) = written.getvalue().splitlines()
    assert (
        json.loads(line).items()
        >= {
            "level": "info",
            "event": "request",
            "request_id": "r1",
            "method": "POST",
            "route": "/v1/decisions",
            "status": 200,
            "actor": "trial",
        }.items()
    )
    assert "secret-campaign" not in line
    assert api.installation.tokens["both"] not in line


def test_warning_of_a_library_is_a_line_without_what_was_sent(api: Caller) -> None:
    del api  # It is running.
    said = {"msg": "ignored %r: %s", "args": ("secret", "secret"), "levelno": logging.WARNING}
    record = logging.makeLogRecord({"name": "psycopg", "levelname": "WARNING", **said})
    assert logging.lastResort is not None
    line = json.loads(logging.lastResort.format(record))
    assert (line["logger"], line["level"], line["event"]) == (
        "psycopg",
        "warning",
        "ignored %r: %s",
    )


def test_path_and_method_of_a_stranger_are_not_repeated(api: Caller, written: io.StringIO) -> None:
    with api.call("X" * 40, "/v1/decisions/secret?campaign=secret"):
        pass
    (line,) = written.getvalue().splitlines()
    assert "secret" not in line
    assert json.loads(line)["method"] == "?"


def test_exception_is_told_without_its_message(written: io.StringIO) -> None:
    try:
        int("secret")
    except ValueError as error:
        journal.ERRORS.error("internal-error", exc_info=error)
    line = json.loads(written.getvalue())
    assert line["error"] == "ValueError"
    assert "test_journal.py" in line["places"][0]
    assert "secret" not in written.getvalue()


def test_what_caused_an_exception_is_told_by_its_codes(written: io.StringIO) -> None:
    full, answered = psycopg.errors.DiskFull("secret"), StorageUnavailable("secret")
    answered.__cause__, full.__cause__ = full, OSError(errno.ENOSPC, "secret")
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect("/nowhere/secret.db")
    full.__cause__.__cause__ = caught.value
    caught.value.__cause__ = ValueError("secret")
    journal.ERRORS.error("unavailable", exc_info=answered)
    line = json.loads(written.getvalue())
    assert line["error"] == "StorageUnavailable"
    of_sqlite = "OperationalError SQLITE_CANTOPEN"
    assert line["causes"] == ["DiskFull 53100", "OSError ENOSPC", of_sqlite, "ValueError"]
    assert "secret" not in written.getvalue()


def test_line_breaks_do_not_break_the_line() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, "one\ntwo", (), None)
    assert json.loads(journal.JSONFormatter().format(record))["event"] == "one\ntwo"
    assert "\n" not in journal.JSONFormatter().format(record)


def test_level_decides_what_is_written(written: io.StringIO) -> None:
    journal.configure("warning")
    journal.ACCESS.info("request")
    assert written.getvalue() == ""


def _fill(pipe: int) -> None:
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):
        while os.write(pipe, bytes(4_096)):
            pass
    os.set_blocking(pipe, True)


def test_lines_that_nobody_takes_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PATIENCE_SECONDS", 0)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as read, os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        outlet = journal.Outlet(journal.JSONFormatter())
        record = logging.makeLogRecord({"msg": "said"})
        assert outlet.handle(record)
        _fill(writing)
        assert not outlet.handle(record)
        with outlet.lock, ThreadPoolExecutor(1) as pool:  # type: ignore[union-attr] # It has one.
            assert not pool.submit(outlet.handle, record).result()
        first, _, _ = read.read(1 << 20).partition(b"\n")
        assert outlet.handle(record)
        assert outlet.handle(record)
        lost, *rest = map(json.loads, read.read(1 << 20).splitlines())
    assert [each["event"] for each in (json.loads(first), *rest)] == 3 * ["said"]
    assert (lost["event"], lost["lost"]) == ("lines of the log were lost", 2)


def test_line_has_no_more_bytes_than_a_pipe_takes_at_once(written: io.StringIO) -> None:
    def fail(depth: int) -> None:
        if depth:
            fail(depth - 1)
        raise ValueError("deep")

    with pytest.raises(ValueError, match="deep") as caught:
        fail(200)
    journal.ERRORS.error("internal-error", exc_info=caught.value)
    assert len(written.getvalue().encode()) <= select.PIPE_BUF
    assert json.loads(written.getvalue())["places"][-1].endswith(" fail")


def test_warning_of_a_library_is_dropped_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody handles, `logging` writes, and waits for whoever reads it."""
    monkeypatch.setattr(journal, "_PATIENCE_SECONDS", 0)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"), os.fdopen(writing, "w") as stream:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stderr", stream)
            patched.setattr(logging, "lastResort", logging.lastResort)
            journal.configure("error")
            _fill(writing)
            assert logging.lastResort is not None
            assert not logging.lastResort.handle(logging.makeLogRecord({"msg": "said"}))
            assert logging.lastResort.level == logging.WARNING
        journal.configure("error")


def test_each_of_two_lines_waits_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PATIENCE_SECONDS", 0)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as read, os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        outlet = journal.Outlet(journal.JSONFormatter())
        long = logging.makeLogRecord({"msg": "x" * 3_900})
        _fill(writing)
        assert not outlet.handle(long)
        for _ in range(2):
            read.read(4_096)  # There is room for one of them.
            assert not outlet.handle(long)
            assert read.read(1 << 20).count(b'"lost": 1') == 1
            _fill(writing)


def test_log_without_a_file_of_the_system_is_written(written: io.StringIO) -> None:
    journal.ERRORS.error("said")
    assert json.loads(written.getvalue())["event"] == "said"
