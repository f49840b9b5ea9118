"""`assent log ship`: what other systems get of the log, and that no fault makes a gap in it."""

import gzip
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.shipping import destinations, shipper
from api.shipping.shapes import SHAPES
from engine.audit.merkle.tree import EMPTY_TREE
from engine.storage.databases.database import Database
from engine.storage.log.anchor import KeyFile
from engine.storage.search.decisions import Decisions

Run = Callable[..., Result]
Record = Callable[[int], object]
OneLine = Callable[[Result], str]
JSON = dict[str, Any]


@pytest.fixture
def log(database: Database) -> Database:
    """The database of a log that has nothing but the policies and keys, its entries 0 to 2."""
    return database


@pytest.fixture
def record(log_decisions: Callable[..., list[str]], denied: Any) -> Record:
    """Logs so many decisions on a campaign."""
    return lambda count: log_decisions(*[denied] * count)


@dataclass
class Collector:
    """What a collector was sent; it answers with the statuses in turn, then with 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[JSON] = field(default_factory=list)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.requests.append((headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            plain = gzip.decompress(body) if headers.get("content-encoding") else body
            self.taken.extend(json.loads(plain))
        return status


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(made.take(headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/logs"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def not_delivered(result: Result) -> str:
    """Return the one line that a command ends on when it could not deliver."""
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    return line


def events(result: Result) -> list[JSON]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_opa_collector_gets_gzipped_arrays_of_decision_log_events(
    run: Run, record: Record, collector: Collector, log: Database
) -> None:
    record(2)
    run("log", "hold", "--actor", "pipeline", "--ground", "legal-claims")
    result = run("log", "ship", "opa", "--shape", "opa", "--to", collector.url)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"2 events delivered to {collector.url}\n"
    ((headers, _),) = collector.requests
    assert (headers["content-type"], headers["content-encoding"]) == ("application/json", "gzip")
    first, second = Decisions(log).entries(size=5)
    event = collector.taken[0]
    assert [each["decision_id"] for each in collector.taken] == [first.id, second.id]
    assert event["bundles"] == {"assent": {"revision": first.columns.policy_digest}}
    assert event["result"]["decision"] == "deny"
    assert event["erased"] == ["/input"]
    assert "input" not in event
    assert "requested_by" not in event
    assert event["custom"]["log"]["index"] == 3
    run("log", "hold", "--actor", "pipeline", "--ground", "legal-claims")
    again = run("log", "ship", "opa", "--shape", "opa", "--to", collector.url)
    assert again.stderr == f"0 events delivered to {collector.url}\n"
    assert len(collector.requests) == 1


def test_with_contents_an_event_holds_what_was_recorded_byte_by_byte(
    run: Run, record: Record, log: Database
) -> None:
    record(1)
    ship = ("log", "ship", "all", "--to", "-", "--contents")
    (entry,) = Decisions(log).entries(size=4)
    assert entry.payload is not None
    for shape in ("opa", "cloudevents"):
        result = run(*ship[:2], shape, *ship[3:], "--shape", shape)
        assert entry.payload.input.decode() in result.stdout
        assert entry.payload.result.decode() in result.stdout
    *_, event = events(run(*ship, "--shape", "ocsf"))
    assert event["raw_data"] == entry.payload.result.decode()
    assert event["actor"] == {"user": {"name": "pipeline"}}
    assert event["resources"] == [{"type": "campaign", "uid": entry.columns.campaign}]


def test_without_contents_no_event_names_campaign_or_actor(
    run: Run, record: Record, log: Database
) -> None:
    record(1)
    run("log", "hold", "--actor", "pipeline", "--ground", "legal-claims")
    (entry,) = Decisions(log).entries(size=4)
    assert entry.columns.campaign is not None
    for shape in ("opa", "cloudevents", "ocsf"):
        text = run("log", "ship", shape, "--shape", shape, "--to", "-").stdout
        assert text
        assert entry.columns.campaign not in text
        assert "pipeline" not in text
        assert "administrator" not in text


def test_cloudevents_have_every_kind_of_entry(run: Run, record: Record, installed: Path) -> None:
    record(2)
    run("log", "erase", "--actor", "pipeline", "--ground", "objection")
    shipped = events(run("log", "ship", "all", "--shape", "cloudevents", "--to", "-", "--contents"))
    origin = KeyFile(installed / "log.key").read().origin
    assert {event["source"] for event in shipped} == {origin}
    assert [event["type"] for event in shipped] == [
        "assent.policy.v1",
        "assent.key.v1",
        "assent.key.v1",
        "assent.decision.v1",
        "assent.decision.v1",
        "assent.erasure.v1",
    ]
    assert [event["subject"] for event in shipped] == [str(number) for number in range(6)]
    imported, made, _, erased, _, erasure = (event["data"] for event in shipped)
    assert (imported["transition"], imported["actor"]) == ("import", "administrator")
    assert (erased["decision"], erased["rules"]) == ("deny", [])
    assert not {"campaign", "actor", "input", "result"} & erased.keys()
    assert (made["change"], made["actor"]) == ("create", "administrator")
    assert (erasure["ground"], erasure["entries"]) == ("objection", [[3, 5]])
    assert not {"_sd", "_sd_alg", "v"} & erasure.keys()


def test_ocsf_events_are_of_the_class_api_activity(run: Run, record: Record, log: Database) -> None:
    record(1)
    run("log", "erase", "--actor", "pipeline", "--ground", "objection")
    record(1)
    shipped = events(run("log", "ship", "siem", "--shape", "ocsf", "--to", "-"))
    imported, _, _, erased, erasure, decision = shipped
    assert {each["class_uid"] for each in shipped} == {6003}
    assert all(
        each["type_uid"] == each["class_uid"] * 100 + each["activity_id"] for each in shipped
    )
    assert (imported["activity_name"], imported["unmapped"]["transition"]) == ("Policy", "import")
    assert (decision["action_id"], decision["disposition_id"]) == (2, 2)
    assert decision["metadata"]["profiles"] == ["security_control"]
    assert "violated" in decision["message"]
    assert (erased["message"], erased["actor"]) == ("deny", {"app_name": "withheld"})
    assert (erasure["activity_id"], erasure["metadata"]["profiles"]) == (4, [])
    assert "action_id" not in erasure
    *_, entry = Decisions(log).entries(size=6)
    assert decision["time"] == int(entry.columns.decided_at.timestamp() * 1000)


def test_it_goes_on_where_it_ended(run: Run, record: Record, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    ship = ("log", "ship", "archive", "--shape", "cloudevents", "--to", file)
    record(2)
    assert run(*ship).stderr == f"5 events delivered to {file}\n"
    assert run(*ship).stderr == f"0 events delivered to {file}\n"
    record(1)
    assert run(*ship).stderr == f"1 event delivered to {file}\n"
    subjects = [json.loads(line)["subject"] for line in file.read_text().splitlines()]
    assert subjects == [str(number) for number in range(6)]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 40, 10_000])
def test_a_line_that_was_cut_off_is_finished(
    run: Run, record: Record, tmp_path: Path, installed: Path, cut: int
) -> None:
    file, bookmark = tmp_path / "events.ndjson", installed / "shipping" / "archive"
    ship = ("log", "ship", "archive", "--shape", "cloudevents", "--to", file)
    record(1)
    run(*ship)
    whole, before = file.read_bytes(), bookmark.read_bytes()
    record(1)
    run(*ship)
    both = file.read_bytes()
    file.write_bytes(both[: max(len(whole), len(both) - cut)])  # As if killed while writing it.
    bookmark.write_bytes(before)
    assert run(*ship).exit_code == 0
    assert file.read_bytes() == both


def test_what_somebody_else_left_unfinished_spoils_no_event(
    run: Run, record: Record, tmp_path: Path
) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"x" * 100_000)
    record(1)
    assert run("log", "ship", "a", "--shape", "ocsf", "--to", file).exit_code == 0
    rest, *shipped = file.read_bytes().splitlines()
    assert rest == b"x" * 100_000
    assert [json.loads(event)["metadata"]["sequence"] for event in shipped] == [0, 1, 2, 3]


def test_a_collector_that_fails_gets_the_same_again(
    run: Run, record: Record, collector: Collector
) -> None:
    record(3)
    collector.statuses = [503, 429]
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--to", collector.url)
    for status in (503, 429):
        failed = run(*ship)
        assert f"the collector answers {status}; run the command again" in not_delivered(failed)
    assert run(*ship).exit_code == 0
    assert [each["metadata"]["sequence"] for each in collector.taken] == [0, 1, 2, 3, 4, 5]
    assert len({body for _, body in collector.requests}) == 1


def test_a_collector_that_takes_less_at_a_time_gets_less(
    run: Run, record: Record, collector: Collector
) -> None:
    record(3)
    collector.statuses = [413, 413, 200, 413]
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--to", collector.url)
    failed = run(*ship)
    assert len(collector.taken) == 1
    assert "the collector answers 413" in not_delivered(failed)
    assert run(*ship).exit_code == 0
    assert [each["metadata"]["sequence"] for each in collector.taken] == [0, 1, 2, 3, 4, 5]


def test_a_collector_that_refuses_is_told(run: Run, record: Record, collector: Collector) -> None:
    record(1)
    for status in (302, 401):
        collector.statuses = [status]
        failed = run("log", "ship", "siem", "--shape", "ocsf", "--to", collector.url)
        assert f"the collector answers {status}, and takes no events" in not_delivered(failed)


def test_the_token_is_read_for_each_delivery(
    run: Run,
    record: Record,
    collector: Collector,
    tmp_path: Path,
    one_line: OneLine,
) -> None:
    token = tmp_path / "token"
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--token-file", token, "--to")
    for text in ("one\n", "two"):
        token.write_text(text)
        record(1)
        assert run(*ship, collector.url).exit_code == 0
    assert [headers["authorization"] for headers, _ in collector.requests] == [
        "Bearer one",
        "Bearer two",
    ]
    record(1)
    token.write_bytes(b"\xff")
    assert "the token file cannot be read" in not_delivered(run(*ship, collector.url))
    assert "a token is for an HTTP collector" in one_line(run(*ship, "-"))


def test_a_token_is_not_sent_where_others_read_it(
    run: Run, log: Database, tmp_path: Path, one_line: OneLine
) -> None:
    del log
    token = tmp_path / "token"
    token.write_text("secret")
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--token-file", token)
    told = "a token is sent over https:// only, or to this machine"
    assert told in one_line(run(*ship, "--to", "http://siem.example/logs"))


def test_nobody_listens(run: Run, record: Record) -> None:
    record(1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    failed = run("log", "ship", "siem", "--shape", "ocsf", "--to", url)
    assert "the collector does not answer: Connection refused" in not_delivered(failed)


def test_a_file_that_cannot_be_written(run: Run, record: Record, tmp_path: Path) -> None:
    record(1)
    failed = run("log", "ship", "a", "--shape", "ocsf", "--to", tmp_path / "none" / "file")
    assert "no such file or directory" in not_delivered(failed)


def test_another_log_is_not_shipped_under_the_same_name(
    run: Run, record: Record, log: Database, installed: Path, tmp_path: Path
) -> None:
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--to", tmp_path / "events")
    record(1)
    database = sqlite3.connect(installed / "assent.db")
    kept = sqlite3.connect(tmp_path / "kept.db")
    database.backup(kept)
    record(2)
    assert run(*ship).exit_code == 0
    kept.backup(database)
    shorter = run(*ship)
    assert "6 entries of it were shipped, and it has 4; put back the log" in not_delivered(shorter)
    log.known.appended = EMPTY_TREE  # What writes there now has not seen the other one.
    record(2)
    other = run(*ship)
    assert "its first 6 entries are not those that were shipped" in not_delivered(other)
    database.close()
    kept.close()


def test_a_bookmark_that_cannot_be_read_or_written_stops_it(
    run: Run,
    record: Record,
    installed: Path,
    one_line: OneLine,
    tmp_path: Path,
) -> None:
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--to", tmp_path / "events")
    record(1)
    (installed / "shipping").write_text("")
    assert "the directory of bookmarks cannot be made" in one_line(run(*ship))
    (installed / "shipping").unlink()
    (installed / "shipping").mkdir()
    (installed / "shipping" / "siem").write_text('{"size": -1}')
    assert "the bookmark cannot be read" in one_line(run(*ship))
    (installed / "shipping" / "siem").unlink()
    (installed / "shipping" / "siem").mkdir()
    assert "the bookmark cannot be read" in one_line(run(*ship))


def test_a_bookmark_that_cannot_be_kept(
    run: Run,
    record: Record,
    one_line: OneLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    record(1)
    ship = ("log", "ship", "siem", "--shape", "ocsf", "--to", tmp_path / "events")
    monkeypatch.setattr("api.shipping.bookmark.write_durably", full)
    assert "the bookmark cannot be written" in one_line(run(*ship))
    monkeypatch.undo()
    assert run(*ship).exit_code == 0
    assert len((tmp_path / "events").read_text().splitlines()) == 8  # At least once: here twice.


@pytest.mark.parametrize("name", ["", "../up", "UP", "a" * 65])
def test_a_name_is_that_of_a_file(run: Run, log: Database, name: str, one_line: OneLine) -> None:
    del log
    failed = run("log", "ship", "--shape", "ocsf", "--to", "-", "--", name)
    assert failed.exit_code == 2
    assert "write lower-case letters" in one_line(failed)


def test_large_events_are_delivered_in_several_batches(
    run: Run,
    record: Record,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shipper, "MOST_BYTES", 2_000)
    record(4)
    assert run("log", "ship", "a", "--shape", "ocsf", "--to", collector.url).exit_code == 0
    assert len(collector.requests) > 1
    assert [each["metadata"]["sequence"] for each in collector.taken] == [0, 1, 2, 3, 4, 5, 6]


def test_batch_is_taken_once_a_collector_says_so_whatever_follows(
    run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer promises a body that never comes."""
    record(1)
    bounds = replace(destinations.BOUNDS, whole=20.0)
    monkeypatch.setattr(destinations, "BOUNDS", bounds)
    with socket.create_server(("127.0.0.1", 0)) as collector:

        def take() -> None:
            connection, _ = collector.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                while connection.recv(1 << 16):  # Until the other side is done with it.
                    pass

        thread = threading.Thread(target=take)
        thread.start()
        url = f"http://127.0.0.1:{collector.getsockname()[1]}/"
        assert run("log", "ship", "siem", "--shape", "ocsf", "--to", url).exit_code == 0
        thread.join()


def test_collector_that_answers_without_end_is_left(
    run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte is in time; all of them are not."""
    record(1)
    bounds = replace(destinations.BOUNDS, whole=0.05)
    monkeypatch.setattr(destinations, "BOUNDS", bounds)
    with socket.create_server(("127.0.0.1", 0)) as collector:

        def talk() -> None:
            connection, _ = collector.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while True:
                    connection.sendall(b"x")
                    threading.Event().wait(0.001)

        thread = threading.Thread(target=talk)
        thread.start()
        url = f"http://127.0.0.1:{collector.getsockname()[1]}/"
        failed = run("log", "ship", "siem", "--shape", "ocsf", "--to", url)
        thread.join()
    told = "the collector does not answer: its answer takes too long; run the command again"
    assert told in not_delivered(failed)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://[siem/logs", "is no address; write `https://siem.example/ingest`"),
        ("https://", "is no address"),
        ("https://siem.example:port/", "is no address"),
        ("https://siem.example/a b", "is no address"),
        ("https://me:secret@siem.example/", "write no name and no password into an address"),
    ],
)
def test_what_is_no_address_of_a_collector(
    run: Run, log: Database, url: str, told: str, one_line: OneLine
) -> None:
    del log
    assert told in one_line(run("log", "ship", "siem", "--shape", "ocsf", "--to", url))


def test_following_waits_for_a_collector_and_says_so_once(
    run: Run,
    record: Record,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record(1)
    collector.statuses = [503, 503]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            raise KeyboardInterrupt
        if len(waits) == 3:
            record(1)

    monkeypatch.setattr("api.cli.log_ship.time.sleep", sleep)
    result = run("log", "ship", "a", "--shape", "ocsf", "--to", collector.url, "--follow")
    assert result.exit_code == 130
    assert result.stderr.splitlines() == [
        "assent: the collector answers 503; trying again",
        "assent: interrupted",
    ]
    assert waits == [2.0, 4.0, 1.0, 1.0]
    assert len(collector.taken) == 5


def test_killed_again_and_again_it_misses_nothing(
    record: Record, collector: Collector, installed: Path
) -> None:
    record(40)
    command = [sys.executable, "-m", "api.cli", "log", "ship", "siem", "--shape", "ocsf"]
    environment = os.environ | {"ASSENT_DATA_DIRECTORY": str(installed)}
    for _ in range(3):
        seen = len(collector.requests)
        process = subprocess.Popen(  # noqa: S603 - our own command.
            [*command, "--to", collector.url, "--follow"], env=environment, stderr=subprocess.PIPE
        )
        record(5)
        while len(collector.requests) == seen and process.poll() is None:
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    subprocess.run([*command, "--to", collector.url], env=environment, check=True)  # noqa: S603 - our own.
    indexes = [each["metadata"]["sequence"] for each in collector.taken]
    assert sorted(set(indexes)) == list(range(58))


def test_the_page_shows_events_as_they_are(run: Run, record: Record, log: Database) -> None:
    del log
    record(1)
    text = (Path(__file__).parents[2] / "docs" / "shipping.md").read_text()
    shown = re.findall(r"### `(\w+)`.*?```json\n(.*?)```", text, re.DOTALL)
    assert [shape for shape, _ in shown] == list(SHAPES)
    for shape, event in shown:
        *_, made = events(run("log", "ship", shape, "--shape", shape, "--to", "-"))
        assert outline(json.loads(event)) == outline(made)


def outline(value: object) -> object:
    """Return a JSON value with its members and kinds only."""
    match value:
        case dict():
            return {name: outline(each) for name, each in value.items()}
        case list():
            return [outline(each) for each in value[:1]]
        case _:
            return type(value)
