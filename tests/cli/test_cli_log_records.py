"""`assent log records` and the verification of its manifest, and each way to spoil the two."""

import csv
import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped] # It has no types.
import pytest
from click.testing import Result

from api.exports import formats
from engine.audit.checkpoints.note import SignerKey

Run = Callable[..., Result]
Log = Callable[..., list[str]]
OneLine = Callable[[Result], str]
NAMES = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "'quoted",
    "\uff1d1",
    'plain, "x"\n',
    "Köln",
)
READ = [name.strip() for name in NAMES]
"""What becomes of them: blanks at the ends of a text are no part of it."""

SIZE = 3 + len(NAMES)  # Behind the import of the policies, and the keys.


@pytest.fixture
def filled(run: Run, installed: Path, log_decisions: Log, campaign: dict[str, Any]) -> Path:
    """A log of campaigns with hostile names; the directory of the test, with its public key."""
    named = [campaign | {"id": name} for name in NAMES]
    log_decisions(*named, at=datetime(2026, 11, 5, 12, tzinfo=UTC))
    (installed.parent / "log.vkey").write_text(run("log", "key").stdout)
    return installed.parent


def records(run: Run, file: Path, *options: str) -> dict[str, Any]:
    result = run("log", "records", file, *options, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    manifest = file.with_name(f"{file.name}.manifest.json")
    assert manifest.read_text() == result.stdout
    return json.loads(result.stdout)  # type: ignore[no-any-return] # JSON is any.


def verified(run: Run, file: Path, *options: str) -> Result:
    manifest = file.with_name(f"{file.name}.manifest.json")
    return run("verify", manifest, "--vkey", file.with_name("log.vkey"), *options)


def faults(run: Run, file: Path) -> list[str]:
    result = verified(run, file, "--json")
    assert result.exit_code == 1
    return [each["code"] for each in json.loads(result.stdout)["faults"]]


def test_csv_has_no_formulas_and_can_be_read_back(run: Run, filled: Path) -> None:
    file = filled / "all.csv"
    made = records(run, file)
    text = file.read_bytes().decode()
    assert text.splitlines()[0] == ",".join(each["name"] for each in made["columns"])
    assert "\r\n" in text
    rows = list(csv.DictReader(StringIO(text, newline="")))
    cells = [row["campaign"] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\uff1d")) for cell in cells)
    assert [cell.removeprefix("'") for cell in cells] == READ
    assert [row["index"] for row in rows] == [str(n) for n in range(3, SIZE)]
    assert rows[0]["decided_at"] == "2026-11-05T12:00:00.000000Z"
    assert (rows[0]["erased"], rows[0]["conclusive"]) == ("false", "true")
    assert made["count"] == len(NAMES)
    assert made["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_ndjson_and_parquet_say_the_same(run: Run, filled: Path) -> None:
    records(run, filled / "all.ndjson")
    records(run, filled / "all.parquet")
    lines = [json.loads(line) for line in (filled / "all.ndjson").read_text().splitlines()]
    table = pq.read_table(filled / "all.parquet")
    assert table.schema.field("index").metadata == {
        b"meaning": b"where the decision lies in the log, from 0"
    }
    rows = table.to_pylist()
    assert [row["campaign"] for row in rows] == [line["campaign"] for line in lines] == READ
    for row, line in zip(rows, lines, strict=True):
        assert row["decided_at"] == datetime.fromisoformat(line["decided_at"])
        assert {**row, "decided_at": 0, "logged_at": 0} == {**line, "decided_at": 0, "logged_at": 0}


@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("options", [(), ("--as-of", "6"), ("--as-of", "0"), ("--text", "nothing")])
def test_what_is_written_is_verified(
    run: Run, filled: Path, ending: str, options: tuple[str, ...]
) -> None:
    file = filled / f"some.{ending}"
    made = records(run, file, *options)
    assert made["size"] == (int(options[1]) if "--as-of" in options else SIZE)
    result = verified(run, file)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"VERIFIED  {made['count']} decisions, nothing is wrong"
    assert lines[3] == f"  as of      {made['size']}:{made['root']}"


def test_a_file_is_of_the_trusted_checkpoint_or_refused(
    run: Run, filled: Path, one_line: Callable[[Result], str]
) -> None:
    file = filled / "all.csv"
    made = records(run, file)
    size, root = made["size"], made["root"]
    told = verified(run, file, "--trusted", f"{size}:{root}")
    assert (told.exit_code, told.stdout.splitlines()[-1][:13]) == (0, "  not shown  ")
    other = verified(run, file, "--trusted", f"{size}:{'0' * 64}")
    assert (other.exit_code, "not those of the trusted tree" in other.stdout) == (1, True)
    earlier = one_line(verified(run, file, "--trusted", f"{size - 1}:{root}"))
    assert f"its checkpoint is of {size} entries, and --trusted of {size - 1}" in earlier


def test_a_file_says_what_could_not_be_searched(run: Run, filled: Path, installed: Path) -> None:
    file, told = filled / "some.csv", "some decisions before entry 5 do not say what was asked for"
    with closing(sqlite3.connect(installed / "assent.db")) as connection, connection:
        connection.execute("INSERT INTO log_entry_facet VALUES (4, 'unsaid advertiser')")
    result = run("log", "records", file, "--advertiser", "Acme", "--json")
    made = json.loads(result.stdout)
    assert (made["count"], made["unsearched"]) == (0, 5)
    assert told in result.stderr
    shown = verified(run, file)
    assert (shown.exit_code, shown.stdout.splitlines()[4]) == (
        0,
        f"  unsearched {told}, and may belong here",
    )
    assert json.loads(verified(run, file, "--json").stdout)["unsearched"] == 5
    # A manifest of an earlier version does not say, which is told only where it could have to.
    manifest = file.with_name("some.csv.manifest.json")
    del made["unsearched"]
    for filters, words in ((made["filters"], "does not say"), ({"outcome": "deny"}, "signed by")):
        manifest.write_text(json.dumps(made | {"filters": filters}, indent=2))
        shown = verified(run, file)
        assert (shown.exit_code, words in shown.stdout.splitlines()[4]) == (0, True)
    assert json.loads(verified(run, file, "--json").stdout)["unsearched"] is None


def test_pages_are_joined(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.storage.search.decisions.PAGE_LIMIT", 3)
    monkeypatch.setattr(formats, "_STEP", 2)
    assert records(run, filled / "all.csv")["count"] == len(NAMES)
    text = (filled / "all.csv").read_bytes().decode()
    assert len(list(csv.reader(StringIO(text, newline="")))) == len(NAMES) + 1
    assert records(run, filled / "all.parquet")["count"] == len(NAMES)
    assert pq.read_table(filled / "all.parquet").num_rows == len(NAMES)


def test_the_line_that_is_shown(run: Run, filled: Path) -> None:
    result = run("log", "records", filled / "one.txt", "--format", "csv", "--campaign", "+1")
    size = (filled / "one.txt").stat().st_size
    shown = f"{filled}/one.txt  1 decision; as of size {SIZE}, {size:,} bytes\n"
    assert result.stdout == shown
    lines = verified(run, filled / "one.txt").stdout.splitlines()
    assert lines[1:3] == ["  file       one.txt", "  filters    campaign +1"]


SPOILT: list[tuple[dict[str, Any], list[str]]] = [
    ({"length": 1}, ["file_differs"]),
    ({"sha256": "0" * 64}, ["file_differs"]),
    ({"file": "other.csv"}, ["file_missing"]),
    ({"file": "../all.csv"}, ["manifest_malformed"]),
    ({"file": ".."}, ["manifest_malformed"]),
    ({"file": "a\u0000b"}, ["manifest_malformed"]),
    ({"root": "A" * 43 + "="}, ["root_differs"]),
    ({"root": ""}, ["root_differs"]),
    ({"size": 5}, ["root_differs"]),
    ({"size": 0, "consistency": []}, ["root_differs"]),
    ({"consistency": []}, ["root_differs"]),
    ({"size": -1}, ["manifest_malformed"]),
    ({"format": "xls"}, ["manifest_malformed"]),
    ({"more": 1}, ["manifest_malformed"]),
    ({"checkpoint": "none"}, ["checkpoint_refused"]),
    ({"unsearched": -1}, ["manifest_malformed"]),
    ({"unsearched": 2}, ["unsearched_impossible"]),
    ({"unsearched": 8, "filters": {"market": "DE"}}, ["unsearched_impossible"]),
]


@pytest.mark.parametrize(("changes", "codes"), SPOILT)
def test_a_spoilt_manifest_is_named(
    run: Run, filled: Path, changes: dict[str, Any], codes: list[str]
) -> None:
    file = filled / "all.csv"
    made = records(run, file, "--as-of", "7")
    manifest = file.with_name("all.csv.manifest.json")
    manifest.write_text(json.dumps(made | changes, indent=2))
    assert faults(run, file) == codes


def test_a_spoilt_file_is_named(run: Run, filled: Path) -> None:
    file = filled / "all.csv"
    records(run, file)
    whole = file.read_bytes()
    for spoilt in (whole[:-1], whole + b" ", whole.replace(b"allow", b"deny_", 1), b""):
        file.write_bytes(spoilt)
        assert faults(run, file) == ["file_differs"]
    manifest = file.with_name("all.csv.manifest.json")
    text = manifest.read_text()
    manifest.write_text(text.replace('"count":', '"count": 9,\n  "count":'))
    assert faults(run, file) == ["manifest_malformed"]
    manifest.write_text(text)
    result = verified(run, file)
    told = f"`all.csv` has 0 bytes, and should have {len(whole):,} (file_differs)"
    lines = ["NOT VERIFIED  1 fault in the records", f"  first: the records: {told}"]
    assert result.stdout.splitlines()[:2] == lines


def test_another_key_refuses_it(run: Run, filled: Path) -> None:
    records(run, filled / "all.csv")
    (filled / "log.vkey").write_text(str(SignerKey(name="other", seed=bytes(32)).verifier))
    assert faults(run, filled / "all.csv") == ["checkpoint_refused"]


def test_a_nested_manifest_is_refused(run: Run, filled: Path) -> None:
    manifest = filled / "deep.manifest.json"
    manifest.write_text('{\n  "assent_records": 1, "filters": {"a": ' + "[" * 100_000 + "}")
    result = run("verify", manifest, "--vkey", filled / "log.vkey")
    assert (result.exit_code, "manifest_malformed" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("all.xls",), "add --format"),
        (("all.csv", "--as-of", "99"), "it has 12 entries; name that size or a smaller one"),
        (("absent/all.csv",), "check the name"),
        (("all.csv", "--text", '"'), "no partner"),
    ],
)
def test_what_cannot_be_written(
    run: Run, one_line: OneLine, filled: Path, arguments: tuple[str, ...], words: str
) -> None:
    name, *options = arguments
    assert words in one_line(run("log", "records", filled / name, *options))
    assert not list(filled.glob(".all*"))


def test_what_is_there_is_kept_unless_it_is_said_otherwise(
    run: Run, one_line: OneLine, filled: Path
) -> None:
    file, manifest = filled / "all.csv", filled / "all.csv.manifest.json"
    for there in (manifest, file):
        there.write_text("an exhibit")
        line = one_line(run("log", "records", file))
        advice = "name another, or have it replaced by --force"
        assert line == f"assent: {there}: it is there already; {advice}\n"
    assert file.read_text() == manifest.read_text() == "an exhibit"
    records(run, file, "--force")
    assert verified(run, file).exit_code == 0


def test_a_file_is_replaced_only_when_it_is_whole(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filled / "all.csv"
    file.write_text("before")

    def broken(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(formats, "_csv", broken)
    result = run("log", "records", file, "--force")
    assert (result.exit_code, file.read_text(), list(filled.glob(".all*"))) == (2, "before", [])


def test_parquet_wants_its_library(
    run: Run, one_line: OneLine, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    monkeypatch.delitem(sys.modules, "api.exports.parquet", raising=False)
    line = one_line(run("log", "records", filled / "all.parquet"))
    assert "pip install `assent[parquet]`" in line or "pip install 'assent[parquet]'" in line
