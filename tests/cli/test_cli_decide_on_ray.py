"""`assent decide --on ray`: what comes of it is what one process here makes of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.cli.deciding import Deciding
from api.cli.ray_actors import Recipe
from api.cli.sound_policies import build_policies
from api.deciders.engine_recipe import OtherEngine
from api.deciding.submission import NATIVE, Terms
from api.examination.policy_files import read_policies
from engine import Engine
from tests.conftest import measured_environment

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
OneLine = Callable[[Result], str]
ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "the token of a cluster that lives for some tests",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_raylet_start_wait_time_s": "300",  # The machine may be busy.
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Ray cluster with two processors, or a skip where Ray cannot start one."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, str(HERE / "ray_cluster.py")],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        if not (address := process.stdout.readline().strip()):
            pytest.skip("Ray starts no cluster on this machine")
        yield address
        process.stdin.close()


def _on(cluster: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and our own code.
        [sys.executable, *(str(each) for each in arguments)],
        cwd=ROOT,
        env=measured_environment() | ENVIRONMENT | {"RAY_ADDRESS": cluster},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_workers_of_a_cluster_say_what_one_process_says(
    cluster: str,
    decide: Run,
    write: Write,
    policies: str,
    campaign: dict[str, Any],
) -> None:
    minors = {**campaign, "age": {"min": 13}}
    records = [campaign, minors, {**campaign, "age": None}, {**campaign, "unknown": 1}] * 100
    file = write("c.ndjson", "".join(json.dumps(each) + "\n" for each in records))
    facts = write("facts.json", [])
    asked = (file, "--json", "--facts", facts)
    alone = decide(*asked)
    terms = ("--policies", policies, "--as-of", "2026-11-23", "--on", "ray")
    there = _on(cluster, "-m", "api.cli", "decide", *asked, *terms, "--workers", 2)
    assert (there.returncode, there.stdout, there.stderr) == (1, alone.stdout, alone.stderr)
    assert there.stdout.count("\n") == len(records)

    more = _on(cluster, "-m", "api.cli", "decide", *asked, *terms, "--workers", 3)
    assert (more.returncode, more.stdout) == (2, "")
    assert more.stderr == (
        "assent decide: the cluster has 2 processors, and each of 3 workers wants one;"
        " take fewer --workers\n"
    )


def test_actor_that_ends_is_told_with_its_records(
    cluster: str, policies: str, campaign: dict[str, Any]
) -> None:
    made = _on(cluster, HERE / "dying_actor.py", policies, json.dumps(campaign))
    first, told = made.stdout.splitlines()
    assert first == "128"
    assert told.startswith("assent decide: a process ended (")
    assert told.endswith(
        "while it decided the records 129 to 129; look at the memory, or take fewer --workers;"
        " what was written is right"
    )


def test_another_engine_does_not_decide(policies: str) -> None:
    engine = Engine(build_policies(read_policies(Path(policies))))
    terms = Terms(format=NATIVE, as_of=datetime(2026, 11, 23, tzinfo=UTC))
    recipe = Recipe.of(Deciding(engine=engine, terms=terms, as_json=True), None)
    assert recipe.deciding().engine.identity == engine.identity
    for changed, told in (
        ({"engine": "0.0.1"}, "Assent .*"),
        ({"digest": "sha256:0"}, "sha256:.*"),
    ):
        identity = replace(recipe.engine.identity, **changed)
        other = replace(recipe, engine=replace(recipe.engine, identity=identity))
        with pytest.raises(OtherEngine, match=f"there {told} would decide, and here"):
            other.deciding()


def test_what_keeps_it_from_ray_is_told(
    decide: Run, write: Write, campaign: object, one_line: OneLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("c.json", [campaign] * 2)
    told = one_line(decide(file, "--on", "ray", "--assets", file.parent))
    assert told == (
        "assent decide: --assets reads files on this machine, and --on decides on others;"
        " leave out one of them\n"
    )
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    told = one_line(decide(file, "--on", "ray"))
    assert told == (
        "assent: RAY_ADDRESS 127.0.0.1:1: no Ray cluster answers there;"
        " see that the cluster runs, or unset it to decide on this machine\n"
    )
    monkeypatch.setitem(sys.modules, "ray", None)
    told = one_line(decide(file, "--on", "ray"))
    assert told == (
        "assent decide: --on ray wants Ray, which is not here;"
        " install it with `pip install 'assent[ray]'`\n"
    )
