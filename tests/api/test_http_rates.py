"""How often a key may ask: told in every answer, refused beyond, and shared between processes."""

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from api.http.admission import rates as module
from api.http.admission.rates import Rates
from api.wsgi import start
from tests.api.installation import (
    Caller,
    allowed,
    free_port,
    full_disk,
    install,
    problem_of,
    serving,
)


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["own", "shared"])
def rates(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Rates, Clock]:
    clock = Clock()
    return Rates(60, tmp_path / "rates" if request.param == "shared" else None, clock), clock


def test_a_minutes_worth_at_once_and_then_evenly(rates: tuple[Rates, Clock]) -> None:
    made, clock = rates
    standings = [made.take("a") for _ in range(61)]
    assert [each.wait for each in standings] == [None] * 60 + [1]
    assert [each.left for each in standings] == [*range(59, -1, -1), 0]
    assert made.take("b").left == 59
    clock.now += 2
    assert [made.take("a").wait for _ in range(3)] == [None, None, 1]
    clock.now += 3600
    assert made.take("a").left == 59


def test_clock_of_an_earlier_boot_locks_nobody_out(rates: tuple[Rates, Clock]) -> None:
    made, clock = rates
    made.take("a")
    clock.now = 1.0
    assert made.take("a").left == 59


def test_without_room_each_process_counts_for_itself(tmp_path: Path) -> None:
    made = Rates(2, tmp_path / "rates", Clock())
    with full_disk():
        assert [made.take("a").wait for _ in range(3)] == [None, None, 30]
    assert made.take("a").wait is None


def test_headers_follow_the_draft(rates: tuple[Rates, Clock]) -> None:
    made, _ = rates
    assert made.take("a").headers == {
        "RateLimit-Policy": '"key";q=60;w=60',
        "RateLimit": '"key";r=59;t=1',
    }


def test_rare_requests_may_wait_long() -> None:
    clock = Clock()
    made = Rates(1, None, clock)
    assert made.take("a").wait is None
    refused = made.take("a")
    assert (refused.wait, refused.left) == (60, 0)


def test_callers_that_are_full_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    clock = Clock()
    made = Rates(60, None, clock)
    for name in "abc":
        made.take(name)
    clock.now += 1
    made.take("d")
    assert len(made._own._full_at) == 1  # noqa: SLF001 - how much is kept.


def test_buckets_are_those_of_all_processes(tmp_path: Path) -> None:
    """Several makers of one directory are what several processes are: the lock is of the file."""
    made = [Rates(100, tmp_path / "rates", Clock()) for _ in range(4)]
    passed: list[int] = []

    def ask(rates: Rates) -> None:
        passed.append(sum(rates.take("a").wait is None for _ in range(50)))

    threads = [threading.Thread(target=ask, args=(each,)) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 100


# --- over HTTP --------------------------------------------------------------------------------


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Caller]:
    installation = install(tmp_path, log_level="error", rate_limit="3")
    started = start(installation.settings)
    yield Caller(app=cast(Flask, started.wsgi), installation=installation)
    started.close()


def test_key_that_asks_too_often(limited: Caller) -> None:
    for left in (2, 1, 0):
        answer = limited.post({"campaign": allowed(), "dry_run": True})
        assert answer.status_code == 200
        assert answer.headers["RateLimit"].startswith(f'"key";r={left};t=')
        assert answer.headers["RateLimit-Policy"] == '"key";q=3;w=60'
    answer = limited.post({"campaign": allowed()})
    made = problem_of(answer, 429, "too-many-requests")
    assert "3 times a minute" in made["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 20
    assert answer.headers["RateLimit"].startswith('"key";r=0;t=')
    other = limited.get("/v1/vocabulary", role="author")
    assert other.status_code == 200
    assert limited.get("/health/ready", role=None).status_code == 200
    assert "RateLimit" not in limited.get("/health/live", role=None).headers


def test_refusals_count_too(limited: Caller) -> None:
    for _ in range(3):
        problem_of(limited.post({"campaign": {"id": 1}}), 422, "malformed-submission")
    problem_of(limited.post({"campaign": {"id": 1}}), 429, "too-many-requests")


def test_without_a_limit_nothing_is_said(api: Caller) -> None:
    assert "RateLimit" not in api.get("/v1/vocabulary").headers


def test_two_processes_have_one_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So they have where somebody cleans up what is temporary."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    installation = install(tmp_path, port=free_port(), log_level="error", rate_limit="2")
    with serving(installation) as served:
        body = json.dumps({"campaign": allowed(), "dry_run": True}).encode()
        statuses = [served.request("POST", "/v1/decisions", body)[0] for _ in range(10)]
        for each in temporary.iterdir():
            shutil.rmtree(each)
        statuses += [served.request("POST", "/v1/decisions", body)[0] for _ in range(10)]
    assert statuses[:2] == [200] * 2
    assert statuses.count(200) < 4, "each process has a limit of its own"
    assert set(statuses) == {200, 429}
