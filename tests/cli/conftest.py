"""The command line in this process, its small policies, and texts that are regenerated only on
purpose: with `ASSENT_REGENERATE=1`, and a reason in the commit.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import assent
from api.deciding.submission import NATIVE, Terms
from api.installation.contents import open_database
from api.installation.settings import load_settings
from api.installation.setup import initialise
from api.recording import Recorded, Recorder
from engine import Engine, load_bundle
from engine.audit.instants import utc_now
from engine.audit.log import Committer
from engine.storage.databases.database import Database
from engine.storage.log.log_store import SQLLogStore
from tests.api.installation import Served, free_port, install, serving

HERE = Path(__file__).parent


@pytest.fixture
def policies() -> str:
    return str(HERE / "policies")


@pytest.fixture
def sound(tmp_path: Path, policies: str) -> Path:
    """The small policies with a test for every rule: nothing is to be said against them."""
    made = Path(shutil.copytree(policies, tmp_path / "sound"))
    with (made / "ads.policy").open("a", encoding="utf-8") as file:
        file.write((HERE / "further_tests.policy").read_text())
    return made


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Runs a command with the data directory of this test, and never sees a traceback."""

    def invoke(*arguments: object, stdin: str | bytes | None = None, **extra: Any) -> Result:
        result = CliRunner().invoke(
            assent,
            [str(argument) for argument in arguments],
            input=stdin,
            prog_name="assent",
            env={"ASSENT_DATA_DIRECTORY": str(tmp_path / "var"), "ASSENT_REGENERATE": None},
            **extra,
        )
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory as `assent init` leaves it, made once; each test gets a copy."""
    data = tmp_path_factory.mktemp("prepared") / "var"
    chosen = {"ASSENT_DATA_DIRECTORY": str(data), "ASSENT_POLICIES": str(HERE / "policies")}
    initialise(load_settings(chosen))
    return data


@pytest.fixture
def installed(_prepared: Path, tmp_path: Path) -> Path:
    """The data directory of an installation by the small policies, which `run` works on.

    Entry 0 of its log is the import of these policies, and entries 1 and 2 are its keys; decisions
    come after them.
    """
    return Path(shutil.copytree(_prepared, tmp_path / "var"))


@pytest.fixture
def database(installed: Path) -> Iterator[Database]:
    """The database of that installation."""
    opened = open_database(load_settings({"ASSENT_DATA_DIRECTORY": str(installed)}))
    yield opened
    opened.close()


@pytest.fixture
def log_decisions(database: Database, policies: str) -> Callable[..., list[str]]:
    """Logs a decision on each of some campaigns, by the small policies, and returns their ids.

    They are logged at an instant, and decided as of the same or another; now, where none is given.
    """

    def made(
        *campaigns: object,
        at: datetime | None = None,
        as_of: datetime | None = None,
        actor: str = "pipeline",
    ) -> list[str]:
        logged_at = at or utc_now()
        committer = Committer(SQLLogStore(database))
        engine = Engine(load_bundle(policies, name="assent"))
        recorder = Recorder(engine, committer, clock=lambda: logged_at)
        terms = Terms(format=NATIVE, as_of=as_of or logged_at)
        outcomes = [recorder.record(each, terms=terms, actor=actor) for each in campaigns]
        committer.close()
        return [each.decided.id for each in outcomes if isinstance(each, Recorded)]

    return made


@pytest.fixture
def decide(run: Callable[..., Result], policies: str) -> Callable[..., Result]:
    """Runs `assent decide` by the small policies as of a day."""

    def invoke(file: object, *arguments: object, **extra: Any) -> Result:
        terms = ("--policies", policies, "--as-of", "2026-11-23")
        return run("decide", file, *terms, *arguments, **extra)

    return invoke


@pytest.fixture
def campaign() -> dict[str, Any]:
    """A campaign that is allowed."""
    read: dict[str, Any] = json.loads((HERE / "policies" / "allowed.json").read_text())
    return read


@pytest.fixture
def denied(campaign: dict[str, Any]) -> dict[str, Any]:
    """A campaign that breaks every rule there is, one of them twice."""
    ads = [
        {"name": "Dawn", "generated": True, "labelled": False},
        {"name": "Noon", "generated": True},
        {"name": "Dusk", "generated": True, "labelled": False},
    ]
    budget = {"amount": "9000", "currency": "EUR"}
    changes = {"id": "spring-2", "age": {"min": 13}, "profiling": True, "budget": budget}
    return {**campaign, **changes, "ads": ads, "approved": None}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, object], Path]:
    """Writes a file: bytes and texts as they are, all else as JSON."""

    def made(name: str, content: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return made


@pytest.fixture
def golden() -> Callable[[Path, str], None]:
    """Holds a text against the file that keeps it; the digest of policies is no part of either."""

    def check(file: Path, text: str) -> None:
        stable = re.sub(r"version [0-9a-f]{12}", "version 0123456789ab", text)
        if os.environ.get("ASSENT_REGENERATE") == "1":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(stable)
        assert stable == file.read_text()

    return check


@pytest.fixture
def one_line() -> Callable[[Result], str]:
    """Returns the one line that a command ended on, which says where, why and what to do."""

    def read(result: Result) -> str:
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("assent")
        assert result.stderr.count("\n") == 1
        return result.stderr

    return read


@pytest.fixture
def five_mistakes(tmp_path: Path, policies: str) -> Path:
    """The small policies with five mistakes in one file."""
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    (spoiled / "vocabulary.policy").write_text((Path(policies) / "vocabulary.policy").read_text())
    text = (Path(policies) / "ads.policy").read_text()
    for right, wrong in (
        ("campaign.age.min is less than 18", "campaign.age.mni is less than 18"),
        ("{DE, FR}", "{DE, XX}"),
        ("source        HOUSE sec 3", "source        HUOSE sec 3"),
        ("exceeds EUR 5000", "exceeds 5000"),
        ("expect deny by minors/profiling", "expect deny by minors/profling"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    (spoiled / "ads.policy").write_text(text)
    return spoiled


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that runs, for the commands that call one."""
    directory = tmp_path_factory.mktemp("service")
    with serving(install(directory, log_level="error", port=free_port())) as served:
        yield served


@pytest.fixture
def at(service: Served, tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """Return the options by which a role calls the service."""

    def options(role: str) -> tuple[str, ...]:
        file = tmp_path / f"{role}.key"
        file.write_text(service.installation.tokens[role] + "\n")
        return "--url", f"http://127.0.0.1:{service.port}", "--key-file", str(file)

    return options
