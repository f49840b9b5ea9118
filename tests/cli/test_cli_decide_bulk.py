"""`assent decide` on files of any size: by several processes, and going on where it was cut off."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.cli import deciding, resuming
from api.cli.deciding import Part
from api.cli.resuming import ResumableOutput, listing_digest, state_of
from api.cli.submissions import Record
from api.cli.tally import MOST_REASONS, Tally
from api.deciders.worker_processes import WorkerDied, serve, working
from tests.conftest import measured_environment

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
OneLine = Callable[[Result], str]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def many(write: Write, campaign: dict[str, Any], denied: dict[str, Any]) -> Path:
    """Forty records: allowed, denied, wanting, refused, broken and blank ones."""
    lines: list[str] = []
    for number in range(8):
        wants = {**campaign, "age": None, "profiling": True}
        lines += [
            json.dumps({**each, "id": f"n{number} äöü"}, ensure_ascii=False)
            for each in (campaign, denied, wants, {**campaign, f"unknown{number}": 1})
        ]
        lines += ['{"id": "x", "id": "y"}', ""]
    return write("many.ndjson", "\r\n".join(lines))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "PART_RECORDS", 3)


# --- several processes ------------------------------------------------------------------------


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("form", [["--json"], []], ids=["json", "text"])
def test_what_comes_of_it_is_the_same(decide: Run, many: Path, form: list[str]) -> None:
    alone, together = (decide(many, *form, "--workers", count) for count in (1, 3))
    assert alone.stdout.count("\n") >= 40
    assert {"allow", "deny", "refused"} <= set(re.findall(r"allow|deny|refused", alone.stdout))
    assert (together.exit_code, together.stdout, together.stderr) == (
        alone.exit_code,
        alone.stdout,
        alone.stderr,
    )


@pytest.mark.usefixtures("small_parts")
def test_records_of_a_list_are_spread_too(decide: Run, write: Write, campaign: object) -> None:
    file = write("c.json", [campaign, {"idd": 1}, 2] * 5)
    alone, together = (decide(file, "--json", "--workers", count) for count in (1, 2))
    assert together.stdout == alone.stdout
    assert together.stdout.count("\n") == 15


@pytest.mark.usefixtures("small_parts")
def test_process_that_dies_is_told_with_its_records(
    decide: Run, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, part = tmp_path / "out.ndjson", deciding.Deciding.part

    def killed(self: deciding.Deciding, records: list[Record]) -> Part:
        if records[0].number == 31:
            os.kill(os.getpid(), signal.SIGKILL)
        return part(self, records)

    monkeypatch.setattr(deciding.Deciding, "part", killed)
    result = decide(many, "-o", output, "--workers", 2)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "assent decide: a process ended (SIGKILL) while it decided the records 31 to 33; look at"
        " the memory, or take fewer --workers; what was written is right\n"
    )
    monkeypatch.setattr(deciding.Deciding, "part", part)
    assert decide(many, "-o", output, "--resume").exit_code == 1
    assert output.read_text() == decide(many, "--json").stdout


def _squared(number: int) -> int:
    if number == 13:
        raise ValueError("unlucky")
    return number * number


def test_work_is_put_together_in_order_and_faults_are_raised() -> None:
    with working(_squared, 3) as workers:
        assert list(workers.run(iter(range(13)))) == [each * each for each in range(13)]
        assert list(workers.run(iter([]))) == []
    with working(_squared, 2) as workers, pytest.raises(ValueError, match="unlucky"):
        list(workers.run(iter(range(10, 20))))


def test_process_that_has_died_before_is_noticed() -> None:
    with working(os._exit, 1) as workers:
        with pytest.raises(WorkerDied, match="a process ended: status 7"):
            list(workers.run(iter([7])))
        with pytest.raises(WorkerDied):
            list(workers.run(iter([8])))


def test_worker_serves_until_nothing_more_comes() -> None:
    """What a process does, in this one."""
    handler = signal.getsignal(signal.SIGINT)
    ours, theirs = Pipe()
    other, closed = Pipe()
    ours.send(3)
    ours.send(13)

    def work(number: int) -> int:
        if number == 13:
            ours.close()
        return _squared(number)

    try:
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            serve(work, theirs, (other,))
    finally:
        signal.signal(signal.SIGINT, handler)
    with pytest.raises(OSError, match="closed"):
        other.send(1)
    closed.close()


def test_reasons_of_refusals_add_up_as_in_one_tally() -> None:
    parts = [Tally() for _ in range(2)]
    for number, part in enumerate(parts):
        for each in range(MOST_REASONS):
            part._because(f"reason {number} {each}", 1)  # noqa: SLF001 - as many as there can be.
    whole = Tally()
    for part in parts:
        whole.add_all(part)
    assert Tally.of_document(whole.document()).document() == whole.document()
    assert whole.document().reasons["other reasons"] == MOST_REASONS


# --- going on ---------------------------------------------------------------------------------


class Interrupted:
    """Cuts a run off after some of its parts, as a key does, and as a fault in the midst of one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch, self._add = monkeypatch, ResumableOutput.add

    def after(self, parts: int) -> None:
        left = iter(range(parts))

        def add(output: ResumableOutput, part: Part) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            self._add(output, part)

        self._patch.setattr(ResumableOutput, "add", add)

    def no_more(self) -> None:
        self._patch.setattr(ResumableOutput, "add", self._add)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    return Interrupted(monkeypatch)


@pytest.fixture
def left(decide: Run, many: Path, tmp_path: Path, cut: Interrupted) -> Path:
    """The output of a run that was interrupted after nine records."""
    output = tmp_path / "out.ndjson"
    deciding.PART_RECORDS, before = 3, deciding.PART_RECORDS
    cut.after(3)
    assert decide(many, "-o", output).exit_code == 130
    cut.no_more()
    deciding.PART_RECORDS = before
    assert len(output.read_text().splitlines()) == 9
    return output


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("tail", ["", '{"id":null,"deci', '{"id": 1}\n{"id'])
def test_interrupted_run_goes_on_exactly(
    decide: Run, many: Path, tmp_path: Path, cut: Interrupted, tail: str
) -> None:
    whole = decide(many, "--json")
    output = tmp_path / "out.ndjson"
    for parts in (0, 2, 1, 5):
        cut.after(parts)
        assert (
            decide(many, "-o", output, *(["--resume"] if output.exists() else [])).exit_code == 130
        )
        with output.open("a") as file:
            file.write(tail)
    cut.no_more()
    result = decide(many, "-o", output, "--resume", "--workers", 2)
    assert result.exit_code == 1
    assert output.read_text() == whole.stdout
    assert not state_of(output).exists()
    first, _, rest = result.stdout.partition("\n")
    assert first == "24 were answered before, and are counted here"
    assert rest == whole.stderr


def test_whole_run_leaves_no_state(decide: Run, many: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.ndjson"
    result = decide(many, "-o", output, "--resume")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.startswith("40 records\n")
    assert sorted(each.name for each in tmp_path.glob("out*")) == ["out.ndjson"]


def test_killed_run_goes_on_as_of_its_own_instant(
    run: Run, policies: str, tmp_path: Path, campaign: dict[str, Any]
) -> None:
    """Without --as-of the instant is that of the beginning, in every record."""
    file, output = tmp_path / "big.ndjson", tmp_path / "out.ndjson"
    file.write_text("".join(json.dumps({**campaign, "id": f"c{n}"}) + "\n" for n in range(6_000)))
    asked = ["decide", str(file), "--policies", policies, "-o", str(output), "--workers", "2"]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, "-m", "api.cli", *asked],
        cwd=ROOT,
        env=measured_environment(),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not output.exists() or not output.stat().st_size:
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _wait_for_group(process.pid)  # Its workers hold the lock of the output until they are gone.
    assert state_of(output).exists()
    assert run(*asked, "--resume").exit_code == 0
    answers = [json.loads(line) for line in output.read_text().splitlines()]
    assert [each["campaign"] for each in answers] == [f"c{n}" for n in range(6_000)]
    assert len({each["as_of"] for each in answers}) == 1


def _wait_for_group(group: int) -> None:
    with suppress(ProcessLookupError):
        for _ in range(1_000):
            os.killpg(group, 0)
            time.sleep(0.01)


def _other_policies(policies: str, tmp_path: Path) -> str:
    other = Path(shutil.copytree(policies, tmp_path / "other"))
    file = other / "ads.policy"
    file.write_text(file.read_text().replace("exceeds EUR 5000", "exceeds EUR 6000"))
    return str(other)


def test_another_run_is_refused_and_says_what_differs(  # noqa: PLR0917 - fixtures are arguments.
    decide: Run, run: Run, one_line: OneLine, many: Path, left: Path, policies: str, tmp_path: Path
) -> None:
    terms = ("-o", left, "--resume")
    other = one_line(decide(many, *terms, "--as-if-launched", "2026-12-01"))
    assert f"{left}: it was begun with other --as-if-launched; resume it" in other
    assert "other --as-of" in one_line(
        run("decide", many, "--policies", policies, "--as-of", "2026-11-24", *terms)
    )
    changed = _other_policies(policies, tmp_path)
    assert "other policies; " in one_line(
        run("decide", many, "--policies", changed, "--as-of", "2026-11-23", *terms)
    )
    (facts := tmp_path / "facts.json").write_text("[]")
    assert "other --facts; " in one_line(decide(many, *terms, "--facts", facts))
    (assets := tmp_path / "assets").mkdir()
    assert "other --assets; " in one_line(decide(many, *terms, "--assets", assets))
    many.write_bytes(many.read_bytes() + b"\n")
    assert "other input; " in one_line(decide(many, *terms))


def test_listing_changes_with_the_files_of_a_folder(tmp_path: Path) -> None:
    before = listing_digest(tmp_path)
    (tmp_path / "ads").mkdir()
    assert listing_digest(tmp_path) == before
    (tmp_path / "ads" / "a.jpg").write_bytes(b"1")
    first = listing_digest(tmp_path)
    assert listing_digest(tmp_path) == first
    (tmp_path / "ads" / "a.jpg").write_bytes(b"12")
    assert len({before, first, listing_digest(tmp_path)}) == 3


def test_output_that_is_another_is_refused(
    decide: Run, one_line: OneLine, many: Path, left: Path
) -> None:
    written = left.read_bytes()
    for other in (written[:-20], written.replace(b"deny", b"none", 1)):
        left.write_bytes(other)
        line = one_line(decide(many, "-o", left, "--resume"))
        assert "it is not what the interrupted run wrote; remove it and" in line
    left.unlink()
    assert "not what the interrupted run wrote" in one_line(decide(many, "-o", left, "--resume"))


def test_output_is_never_written_over(
    decide: Run, one_line: OneLine, many: Path, left: Path, tmp_path: Path
) -> None:
    assert "it was interrupted; continue it with --resume" in one_line(decide(many, "-o", left))
    state_of(left).write_text("{}")
    assert "this is no state of a run" in one_line(decide(many, "-o", left, "--resume"))
    state_of(left).unlink()
    for resume in ([], ["--resume"]):
        line = one_line(decide(many, "-o", left, *resume))
        assert line.startswith(f"assent: {left}: it is there already; ")
    assert one_line(decide(many, "-o", tmp_path / "no" / "out")).startswith("assent: ")
    assert "/dev/null: this is no file; " in one_line(decide(many, "-o", "/dev/null"))


def test_two_runs_do_not_write_to_one_file(
    decide: Run, one_line: OneLine, many: Path, left: Path
) -> None:
    with left.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another run writes to it" in one_line(decide(many, "-o", left, "--resume"))
    assert decide(many, "-o", left, "--resume").exit_code == 1


def test_options_that_do_not_go_together(
    decide: Run, one_line: OneLine, many: Path, tmp_path: Path
) -> None:
    assert "--resume goes with --output" in one_line(decide(many, "--resume"))
    line = one_line(decide("-", "-o", tmp_path / "out", stdin="{}"))
    assert "--output wants a file that can be read again" in line


def test_state_is_whole_whenever_it_is_read(left: Path) -> None:
    state = resuming.interrupted(left)
    assert state is not None
    assert (state.records, state.bytes) == (9, left.stat().st_size)
    assert state.tally.allowed + state.tally.denied + state.tally.refused == 9
