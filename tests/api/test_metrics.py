"""Metrics: declared in one place, documented from there, and counted over all processes."""

import json
import os
import re
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
import yaml  # type: ignore[import-untyped] # It has no types.
from flask import Flask
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from api.in_force.policies import NotFresh
from api.installation.publishing import publisher_of
from api.installation.signing import signer_of
from api.metrics.declaration import METRICS, metrics_table
from api.metrics.instruments import Bounded, MeasuredStore, Metrics
from api.metrics.processes import Place
from api.metrics.room import STEP
from api.metrics.state import State
from api.wsgi import start
from engine.audit.checkpoints.signing import LogForked
from engine.audit.entries.sealed_acts import Entry, Sealed
from engine.audit.errors import LogError
from engine.audit.log import Answer
from engine.evaluation.document import Identity
from engine.storage.databases.database import Database
from engine.storage.readiness import probe
from tests.api.installation import (
    Caller,
    Installation,
    Served,
    allowed,
    campaign,
    free_port,
    full_disk,
    install,
    problem_of,
    serving,
)
from tests.audit.loopback_witness import LoopbackWitness

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
BEGIN, END = "<!-- metrics -->\n", "<!-- end of metrics -->"

SURE = {"policy_set": "assent", "conclusive": "true"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: bytes) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def one(found: Samples, name: str, /, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def scraped(api: Caller) -> Samples:
    answer = api.get("/metrics", role="monitor")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return samples(answer.data)


def test_document_has_the_table_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    shown, _, after = rest.partition(END)
    if os.environ.get("ASSENT_REGENERATE") == "1":
        DOCUMENT.write_text(f"{before}{BEGIN}{metrics_table()}{END}{after}", encoding="utf-8")
        return
    assert shown == metrics_table()


def test_rules_of_the_document_name_metrics_that_there_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    (block,) = [part for part in text.split("```") if part.startswith("yaml\ngroups:")]
    rules = yaml.safe_load(block.removeprefix("yaml\n"))["groups"][0]["rules"]
    for rule in rules:
        named = {word for word in rule["expr"].replace("(", " ").split() if "assent_" in word}
        for word in named:
            bare = re.split(r"[\[{]", word.strip("()"))[0].removesuffix("_bucket")
            assert bare in {metric.name for metric in METRICS}, word


def test_decisions_rules_and_refusals_are_counted(fresh: Caller) -> None:
    fresh.decide(campaign())
    fresh.decide(campaign())
    fresh.decide(allowed())
    fresh.post({"campaign": allowed(), "dry_run": True})
    fresh.batch([allowed(), campaign(), {"id": 1}])
    problem_of(fresh.post({"campaign": {"id": 1}}), 422, "malformed-submission")
    with fresh.get("/nowhere") as answer:  # A request is over when its answer is closed.
        problem_of(answer, 404, "not-found")
    with fresh.get("/v1/decisions/statistics") as answer:
        assert answer.status_code == 200
    found = scraped(fresh)
    assert (
        one(found, "assent_decisions_total", policy_set="assent", outcome="deny", conclusive="true")
        == 3
    )
    assert (
        one(
            found, "assent_decisions_total", policy_set="assent", outcome="allow", conclusive="true"
        )
        == 2
    )
    assert one(found, "assent_evaluation_seconds_count") == 6
    hits = {labels: n for (name, labels), n in found.items() if name == "assent_rule_hits_total"}
    assert sum(hits.values()) >= 3
    assert all(dict(labels)["status"] == "violated" for labels in hits)
    assert one(found, "assent_refusals_total", reason="malformed-submission") == 1
    assert one(found, "assent_refusals_total", reason="not-found") == 1
    assert one(found, "assent_request_seconds_count", route="none", status="404") == 1
    assert (
        one(found, "assent_request_seconds_count", route="/v1/decisions/statistics", status="200")
        == 1
    )
    assert one(found, "assent_commit_waiting") == 0
    assert one(found, "assent_commit_failures_total") == 0
    assert one(found, "assent_commit_seconds_count") >= 3


def test_state_is_read_when_it_is_asked_for(fresh: Caller) -> None:
    fresh.decide(allowed())
    identity = json.loads(fresh.get("/health/ready").data)
    who = identity["policy_sets"][0] | {"engine": identity["engine"]["version"]}
    found = scraped(fresh)
    assert one(found, "assent_bundle_info", **who) == 1
    assert one(found, "assent_ready") == 1
    size = identity["log"]["size"]
    assert one(found, "assent_log_size") == size
    assert 0 <= one(found, "assent_checkpoint_size") <= size
    assert 0 <= one(found, "assent_published_size") <= size
    assert one(found, "assent_checkpoint_age_seconds") >= 0
    for act in ("signing", "publishing", "stamping"):
        assert one(found, "assent_log_failing", act=act) == 0
        assert one(found, "assent_log_forked", act=act) == 0


def test_everything_that_is_told_is_declared(fresh: Caller) -> None:
    fresh.decide(campaign())
    text = fresh.get("/metrics", role="admin").data.decode()
    kinds = {metric.name: str(metric.kind).partition(",")[0] for metric in METRICS}
    for family in text_string_to_metric_families(text):
        if family.name.endswith("_created"):
            continue
        name = family.name if family.name in kinds else f"{family.name}_total"
        assert family.type == kinds[name]
        assert family.documentation


def test_open_metrics_where_they_are_asked_for(fresh: Caller) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = fresh.get("/metrics", role="monitor", headers=accept)
    assert answer.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert answer.data.endswith(b"# EOF\n")


def test_unknown_parameter_is_refused(fresh: Caller) -> None:
    problem_of(fresh.get("/metrics?name[]=x", role="monitor"), 400, "invalid-query")


def test_log_that_was_tampered_with_is_an_alarm(fresh: Caller) -> None:
    fresh.installation.settings.log_anchor.write_bytes(b"nothing of the kind\n")
    for _ in range(600):
        found = scraped(fresh)
        if one(found, "assent_log_forked", act="signing"):
            break
        time.sleep(0.05)
    assert one(found, "assent_log_failing", act="signing") == 1
    assert one(found, "assent_log_forked", act="signing") == 1
    assert one(found, "assent_ready") == 0
    assert ("assent_checkpoint_size", frozenset()) not in found


def test_witness_that_does_not_answer_is_told(tmp_path: Path) -> None:
    witness = LoopbackWitness(name="w.example/1", seed=bytes([1]) * 32)
    pair = f"{witness.vkey} http://127.0.0.1:{free_port()}/"
    made = install(tmp_path, log_level="error", log_witnesses=pair)
    started = start(made.settings)
    api = Caller(app=cast(Flask, started.wsgi), installation=made)
    for _ in range(600):
        found = scraped(api)
        if one(found, "assent_witness_failing", witness="w.example/1"):
            break
        time.sleep(0.05)
    started.close()
    assert one(found, "assent_witness_failing", witness="w.example/1") == 1
    assert one(found, "assent_witness_forked", witness="w.example/1") == 0
    assert one(found, "assent_witness_size", witness="w.example/1") == 0
    assert ("assent_published_size", frozenset()) not in found


# --- one process ------------------------------------------------------------------------------


def test_names_beyond_the_limit_are_others() -> None:
    made = Bounded(2)
    assert [made.knows(each) for each in "abcad"] == [True, True, False, True, False]


def test_failure_that_is_no_fork_is_no_fork_alarm() -> None:
    made = Metrics()
    made.acted("publishing", LogError("nobody answers"))
    registry = made.registry()
    assert registry.get_sample_value("assent_log_failing", {"act": "publishing"}) == 1
    assert registry.get_sample_value("assent_log_forked", {"act": "publishing"}) == 0
    made.acted("publishing", LogForked("another history"))
    assert registry.get_sample_value("assent_log_forked", {"act": "publishing"}) == 1
    made.acted("publishing", None)
    assert registry.get_sample_value("assent_log_failing", {"act": "publishing"}) == 0


# --- several processes ------------------------------------------------------------------------


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for counts; what the library keeps for a process is put back afterwards."""
    for name in ("ValueClass", "MmapedDict"):
        monkeypatch.setattr(values, name, getattr(values, name))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    return tmp_path


def test_successor_counts_on(directory: Path) -> None:
    first = Metrics(directory)
    first.refused("busy")
    first.acted("signing", LogForked("another history"))
    second = Metrics(directory)
    second.refused("busy")
    assert second.registry().get_sample_value("assent_refusals_total", {"reason": "busy"}) == 2
    failing = {"act": "signing"}
    assert second.registry().get_sample_value("assent_log_failing", failing) == 1
    first.close()
    assert second.registry().get_sample_value("assent_log_failing", failing) == 0
    third = Metrics(directory)
    third.refused("busy")
    assert third.registry().get_sample_value("assent_refusals_total", {"reason": "busy"}) == 3
    assert {path.name for path in directory.glob("*.lock")} == {"place_0.lock", "place_1.lock"}
    second.close()
    third.close()


def test_place_is_the_lowest_free_one(directory: Path) -> None:
    places = [Place(directory) for _ in range(3)]
    assert [place.number for place in places] == [0, 1, 2]
    places[1].leave()
    assert Place(directory).number == 1


def _sample(metrics: Metrics, reason: str) -> float | None:
    return metrics.registry().get_sample_value("assent_refusals_total", {"reason": reason})


def test_count_without_room_is_told_once_there_is_some(directory: Path) -> None:
    longest = "r" * STEP
    with full_disk():
        made = Metrics(directory)
        made.refused("busy")
        made.acted("signing", None)
        assert made.registry().get_sample_value("assent_commit_seconds_count") is None
        assert not list(directory.glob("*.db*"))
    made.refused("busy")
    assert _sample(made, "busy") == 2
    with full_disk():
        made.refused(longest)  # It has room only in a file that is larger.
        made.refused("busy")
        assert (_sample(made, longest), _sample(made, "busy")) == (None, 3)
    made.refused(longest)
    assert (_sample(made, longest), _sample(made, "busy")) == (2, 3)
    for file in directory.glob("*.db"):  # A page that is not on the disk yet might find no room.
        assert file.stat().st_blocks * 512 >= file.stat().st_size
    made.close()


def _scrape(served: Served) -> Samples:
    token = served.installation.tokens["monitor"]
    status, _, text = served.request("GET", "/metrics", Authorization=f"Bearer {token}")
    assert status == 200, text
    return samples(text)


def _deciders(served: Served) -> set[int]:
    lines = (served.installation.settings.data_directory / "log").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    return {each["process"] for each in told if each.get("route") == "/v1/decisions"}


def _decide_once(served: Served) -> None:
    for _ in range(600):
        try:
            served.decide(campaign())
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nobody decides any more")


def test_two_processes_are_counted_as_one(tmp_path: Path) -> None:
    with serving(install(tmp_path, port=free_port(), log_level="info")) as served:
        count = 0
        while len(_deciders(served)) < 2 and count < 1000:
            served.decide(campaign())
            count += 1
        assert len(_deciders(served)) == 2, "both processes have decided"
        denied = SURE | {"outcome": "deny"}
        for _ in range(6):  # Whichever process answers, all are counted.
            found = _scrape(served)
            assert one(found, "assent_decisions_total", **denied) == count
            assert one(found, "assent_evaluation_seconds_count") == count
            assert one(found, "assent_log_size") >= count
            assert one(found, "assent_commit_waiting") == 0
        for worker in served.workers():
            os.kill(worker, signal.SIGKILL)
        _decide_once(served)
        assert one(_scrape(served), "assent_decisions_total", **denied) == count + 1


def test_size_that_cannot_be_read_is_left_out(installation: Installation) -> None:
    nowhere = Database("sqlite:////nowhere/assent.db")
    signer = signer_of(installation.settings, nowhere)

    def not_fresh() -> tuple[Identity, ...]:
        raise NotFresh("nobody can say")

    state = State(
        probe=lambda: probe(nowhere),
        identities=not_fresh,
        signer=signer,
        publisher=publisher_of(installation.settings, nowhere, signer),
    )
    found = {family.name: family.samples[0].value for family in state.collect()}
    assert "assent_log_size" not in found
    assert "assent_bundle_info" not in found
    assert found["assent_ready"] == 0
    assert found["assent_checkpoint_age_seconds"] >= 0


def test_transactions_are_counted_whatever_becomes_of_them() -> None:
    class Store:
        why = ""

        def append(self, records: Sequence[Sealed]) -> Sequence[Answer]:
            if self.why:
                raise LogError(self.why)
            return [LogError("taken") for _ in records]

        def find(self, ids: Sequence[str]) -> dict[str, Entry]:
            return {each: cast(Entry, None) for each in ids}

    metrics, below, told = Metrics(), Store(), list[str]()
    store = MeasuredStore(below, metrics, on_change=lambda failure: told.append(str(failure)))
    for below.why in ("", "the disk is full", "the disk is full", "it is away", "", ""):
        with suppress(LogError):
            assert store.append([]) == []
    assert told == ["the disk is full", "it is away", "None"]
    assert list(store.find(["a"])) == ["a"]
    registry = metrics.registry()
    assert registry.get_sample_value("assent_commit_failures_total") == 3
    assert registry.get_sample_value("assent_commit_seconds_count") == 6
