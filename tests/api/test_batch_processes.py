"""Batches that several processes decide: with the outcome of one, whatever becomes of them."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import Client

from api.deciders.engine_recipe import Basis, EngineRecipe, OtherEngine
from api.deciders.part_decider import ENGINES_KEPT, Lacking, PartDecider, Work
from api.deciders.pool import DeciderPool, Elsewhere
from api.deciders.worker_processes import WorkerDied
from api.deciding.drafts import Part, decide_part
from api.deciding.replay import Identical, Replayer
from api.deciding.submission import NATIVE, Terms
from api.http import batches
from api.http.requests.streamed_body import StreamedBody
from api.installation.contents import open_database
from api.installation.settings import load_settings
from api.installation.setup import initialise
from api.wsgi import start
from engine import Engine, bundle_from_files
from engine.bundle.grants import Grant, Grants
from engine.storage.governance.policies import PolicyVersions
from engine.storage.lifecycle.erasures import Erasures
from engine.storage.log.tile_log import TileLog
from engine.storage.search.decisions import Decisions
from tests.api.foreseen import without_chance
from tests.api.installation import (
    NDJSON,
    Caller,
    Document,
    Installation,
    Served,
    allowed,
    campaign,
    free_port,
    install,
    ndjson,
    serving,
)
from tests.api.publishing import policies, publish
from tests.api.test_http_facts import asking, recorded, refresh, statement
from tests.api.waiving import dear, rules
from tests.waiting import until

STRANGERS = Path(__file__).parent / "strangers"
TERMS = Terms(format=NATIVE, as_of=datetime(2026, 11, 23, tzinfo=UTC))
PATIENCE = 60


class Asked:
    """What other processes were asked: every part that may be, as soon as one is ready.

    Bodies are whole before they are sent, so that each group is as full as it may be.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts: list[Future[Elsewhere | None]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        decide = DeciderPool.decide

        def waiting(pool: DeciderPool, basis: Basis, part: Part) -> Future[Elsewhere | None]:
            self.before()
            until = time.monotonic() + PATIENCE
            while (made := decide(pool, basis, part)) is None:
                assert time.monotonic() < until, "no process became ready"
                time.sleep(0.01)
            self.parts.append(made)
            self.after()
            return made

        monkeypatch.setattr(DeciderPool, "decide", waiting)
        monkeypatch.setattr(StreamedBody, "has_line", lambda _: True)

    def decided(self) -> int:
        """How many records were decided elsewhere."""
        made = [each.result() for each in self.parts]
        return sum(len(each.outcomes) for each in made if each is not None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(monkeypatch)


@contextmanager
def started(installation: Installation) -> Iterator[Caller]:
    """A service in this process."""
    process = start(installation.settings)
    try:
        yield Caller(app=cast(Flask, process.wsgi), installation=installation)
    finally:
        process.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Caller]:
    """A service of its own with two processes for batches."""
    with started(install(tmp_path, log_level="error", batch_processes="2")) as api:
        yield api


def deciders(of: int | str = "self") -> list[int]:
    """Return the processes for batches that a process has started, in whichever of its threads."""
    found: list[int] = []
    for file in Path(f"/proc/{of}/task").glob("*/children"):
        with suppress(OSError):  # A thread may end meanwhile.
            found += [int(each) for each in file.read_text().split()]
    return [each for each in found if b"part_decider" in command(each)]


def command(process: int) -> bytes:
    """Return what a process runs; nothing of one that runs no more, and was waited for or not."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


# --- the outcome --------------------------------------------------------------------------------


def told(lines: list[Document]) -> list[str]:
    """Return answers as text, without what is each one's own."""
    for line in lines:
        line.get("error", {}).pop("request_id", None)
        for name in ("id", "receipt", "line"):
            line.pop(name, None)
    return [json.dumps(line) for line in lines]


@pytest.mark.no_cover  # The smaller batches show it line by line.
def test_what_comes_of_it_is_the_same(
    tmp_path: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By all shipped policies, over what strangers send, and lines that are none."""
    monkeypatch.setattr(batches, "PART_RECORDS", 16)
    chosen = {"ASSENT_DATA_DIRECTORY": str(tmp_path), "ASSENT_LOG_LEVEL": "error"}
    settings = load_settings(chosen | {"ASSENT_BATCH_PROCESSES": "1"})
    trial = next(key for key in initialise(settings).keys if key.key.name == "trial")
    broken = [b'{"id": "cut', b"[]", b"7", b'{"id": 1, "id": 2}', b"\xff"]
    with started(Installation(settings=settings, tokens={"both": trial.token})) as api:
        for form, more in (("snapchat", ""), ("meta", "&view=full&dry_run=true")):
            texts = (STRANGERS / f"{form}.jsonl").read_text(encoding="utf-8").splitlines()
            records = [json.dumps(json.loads(text)["record"]).encode() for text in texts]
            lines = records + broken
            monkeypatch.setattr(batches, "BATCH_LIMIT", 2 * len(lines))
            query = f"?format={form}&as_of=2026-11-23T00:00:00Z{more}"
            alone = told(api.batch(b"\n".join(lines), query))
            before = asked.decided()
            together = told(api.batch(b"\n".join(lines * 2), query))
            assert asked.decided() - before == 2 * len(lines)
            assert together == alone * 2
            assert {"decision", "error"} <= {name for each in alone for name in json.loads(each)}
        assert_replayed(api, 30)


def assert_replayed(api: Caller, least: int) -> None:
    """What was recorded is what this process makes of it again, to the byte."""
    database = open_database(api.installation.settings)
    log = Decisions(database)
    replayer = Replayer(PolicyVersions(database), Erasures(database))
    made = [
        replayer.replay(each).outcome for each in log.entries(size=TileLog(database).head().size)
    ]
    database.close()
    assert len(made) >= least
    assert set(map(type, made)) == {Identical}


def test_waivers_facts_and_terms_are_known_there_too() -> None:
    engine = Engine(bundle_from_files(rules(), name="house"))
    waiver = """waiver summer
  of            spending/dear
  for           campaign.id is "cmp-7"
  in force from 2026-01-01 until 2027-01-01
  approved by   "Ben" as "Ethics Board" on 2026-01-01
  ticket        "LEG-991"
  reason        "the anniversary"
end waiver
"""
    basis = Basis(
        recipe=EngineRecipe.of(engine),
        number=7,
        grants=(Grant(text=waiver, campaign="cmp-7"),),
        facts=(statement("Acme"),),
    )
    records: tuple[Any, ...] = (
        dear(),
        dear(id="other"),
        dear(targeting={"age": {"min": 18}}),
        b"{",
        {"x": 1},
    )
    part = _part(*records)
    decider = PartDecider()
    work = Work(identity=engine.identity, number=7, part=part)
    assert decider.answer(work) == Lacking()
    assert decider.answer(basis.sent()) is None
    there: Any = decider.answer(work)
    here = decide_part(
        engine.with_grants(Grants(basis.grants)), engine.standing_facts(basis.facts), part
    )
    assert list(map(without_chance, there)) == list(map(without_chance, here))
    assert there[0].draft.record.waivers == ("summer",)
    assert b'"standing_facts"' in there[2].draft.record.payload.input
    assert decider.answer(replace(work, number=8)) == Lacking()
    for number in range(ENGINES_KEPT):
        decider.answer(_basis(number))
    assert decider.answer(work) == Lacking()


def _part(*records: Any, dry_run: bool = False) -> Part:
    return Part(
        records=records,
        terms=TERMS,
        actor="pipeline",
        decided_at=TERMS.as_of,
        in_full=False,
        dry_run=dry_run,
    )


def _basis(number: int = 0) -> Basis:
    engine = Engine(bundle_from_files(policies(number), name="assent"))
    return Basis(recipe=EngineRecipe.of(engine), number=number, grants=(), facts=())


# --- what changes meanwhile ---------------------------------------------------------------------


def test_only_what_is_in_force_is_recorded(own: Caller, asked: Asked) -> None:
    """What others decided before a fact was known, or by policies of before, counts no more."""
    body = ndjson([asking("Acme", id=f"c{n}") for n in range(1100)])
    headers = {"Authorization": f"Bearer {own.installation.tokens['both']}"}
    answer = Client(own.app).post(
        "/v1/decisions/batch", data=body, content_type=NDJSON, headers=headers
    )
    pieces = answer.iter_encoded()
    first = answers(next(pieces))
    assert {each["decision"] for each in first} == {"deny"}
    wait(asked.parts)
    assert asked.decided() > len(first)
    recorded(own, statement("Acme"))
    second = answers(next(pieces))
    assert {each["decision"] for each in second} == {"allow"}
    wait(asked.parts)
    publish(own, policies(1))
    refresh(own)
    rest = [each for piece in pieces for each in answers(piece)]
    answer.close()
    assert {each["error"]["type"] for each in rest} == {"/problems/not-fresh"}
    assert [each["line"] for each in (*first, *second, *rest)] == list(range(1, 1101))
    logged = json.loads(own.get("/v1/decisions/statistics").data)
    assert logged["decisions"] == len(first) + len(second)


def answers(piece: bytes) -> list[Document]:
    return [json.loads(line) for line in piece.splitlines()]


# --- processes that end -------------------------------------------------------------------------


def test_part_of_a_process_that_dies_is_decided_all_the_same(
    tmp_path: Path, asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(install(tmp_path, log_level="error", batch_processes="2")) as own:
        _kill_two(own, asked)
        assert "\nassent_batch_parts_lost_total 2.0\n" in metrics(own)
        assert "\nassent_batch_processes 0.0\n" in metrics(own)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(each["reason"], each["records"]) for each in lines] == [("SIGKILL", 64)] * 2


def _kill_two(own: Caller, asked: Asked) -> None:
    """Have both processes killed while they decide."""
    own.batch([allowed()] * 256, "?dry_run=true")
    assert asked.decided() == 256
    until(lambda: "\nassent_batch_processes 2.0\n" in metrics(own))
    processes = deciders()
    assert len(processes) == 2

    def stop() -> None:
        asked.before = lambda: None
        for each in processes:
            os.kill(each, signal.SIGSTOP)

    def kill() -> None:
        if len(asked.parts) == 8:
            for each in processes:
                os.kill(each, signal.SIGKILL)

    asked.before, asked.after = stop, kill
    made = own.batch([allowed(id=f"c{n}") if n % 2 else campaign(id=f"c{n}") for n in range(256)])
    assert [each["campaign"] for each in made] == [f"c{n}" for n in range(256)]
    assert [each["decision"] for each in made] == ["deny", "allow"] * 128
    assert all(each["recorded"] for each in made)
    assert asked.decided() == 256


def metrics(api: Caller) -> str:
    with api.get("/metrics", role="monitor") as answer:
        return answer.get_data(as_text=True)


def test_process_that_is_not_what_was_meant_or_does_not_answer() -> None:
    lost: list[tuple[Exception, int]] = []
    pool = DeciderPool(
        1,
        on_loss=lambda error, records: lost.append((error, records)),
        on_count=lambda _: None,
        patience=1,
        rest=0,
    )
    part = _part(allowed(), dry_run=True)
    basis = _basis()
    identity = replace(basis.identity, digest="sha256:0")
    other = replace(basis, recipe=replace(basis.recipe, identity=identity))
    try:
        assert pool.decide(other, part) is None
        until(lambda: lost)
        assert (type(lost[0][0]), lost[0][1]) == (OtherEngine, 0)
        assert pool.decide(other, part) is None
        made = _soon(pool, basis, part)
        assert made is not None
        assert len(made.outcomes) == 1
        newer = replace(basis, number=8)
        made = _soon(pool, newer, part)
        assert made is not None
        assert made.number == 8
        (process,) = deciders()
        os.kill(process, signal.SIGSTOP)
        longer_than_a_pipe = replace(part, records=(allowed(name="x" * 1_000_000),))
        assert _soon(pool, basis, longer_than_a_pipe) is None
        assert isinstance(lost[1][0], WorkerDied)
        assert (lost[1][0].how, lost[1][1]) == ("no answer for 1 seconds", 1)
        assert len(lost) == 2
        assert _soon(pool, basis, part) is not None
        assert deciders() != [process]
    finally:
        pool.close()
    assert deciders() == []


def _soon(pool: DeciderPool, basis: Basis, part: Part) -> Elsewhere | None:
    """Return what comes of a part, once a process is ready for it."""
    until(lambda: pool.decide(basis, part) is not None)
    made = pool.decide(basis, part)
    return None if made is None else made.result()


def test_processes_end_with_their_parent(tmp_path: Path) -> None:
    """Whether it is stopped or killed."""
    chosen = {"workers": "1", "batch_processes": "2", "log_level": "error"}
    with serving(install(tmp_path, port=free_port(), **chosen)) as served:
        (worker,) = served.workers()
        before = _with_processes(served, worker)
        os.kill(worker, signal.SIGKILL)
        until(lambda: not any(map(command, before)))
        until(lambda: served.workers() not in ([], [worker]))
        after = _with_processes(served, served.workers()[0])
        served.process.terminate()
        served.process.wait(PATIENCE)
        until(lambda: not any(map(command, after)))


def _with_processes(served: Served, worker: int) -> list[int]:
    """Return the processes of a worker, once a batch has made it start them."""
    body = json.dumps([allowed()] * 256).encode()
    status, _, text = served.request("POST", "/v1/decisions/batch?dry_run=true", body)
    assert (status, len(json.loads(text))) == (200, 256)
    until(lambda: len(deciders(worker)) == 2)
    return deciders(worker)
