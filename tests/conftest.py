"""What all tests share: how long hypothesis may look, and where real records and vectors lie."""

import gc
import os
import re
from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.syntax.parse import parse
from tests.postgresql import PostgreSQLServer, serving_postgresql

settings.register_profile(
    "assent",
    deadline=None,  # no test depends on the clock
    max_examples=30,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("assent")

SHARED = Path(__file__).parents[2] / "shared"


_MEASURED = "COVERAGE_PROCESS_CONFIG"

_UNMEASURED = (
    *("acceptance", "conformance", "deploy", "fuzz", "property", "spec"),
    "api.*postgresql",
    r"audit/(?!test_(?:database|postgresql)\.).*postgresql",
)
"""Whose tests run again what others show line by line, at a third of their speed if measured."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let no worker be measured as any other process is: pytest-cov measures it."""
    os.environ.pop(_MEASURED, None)


def pytest_configure(config: pytest.Config) -> None:
    """End what pytest-cov has begun in a worker, since it begins anew when the session starts.

    Whatever measured before goes on whenever what measures now is paused (`no_cover`).
    """
    measuring = config.pluginmanager.getplugin("_cov")
    if hasattr(config, "workerinput") and measuring is not None and measuring.cov_controller:
        measuring.cov_controller.cov.stop()
    # What all tests share is large, and never garbage: to search it takes long, and finds nothing.
    gc.set_threshold(50_000, 20, 20)
    _parse_once(config)


def _parse_once(config: pytest.Config) -> None:
    """Parse each file once in this process, from the collection on: most tests build on the same.

    Parsing is pure.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr("engine.bundle.bundle.parse", lru_cache(maxsize=1_000)(parse))
    config.add_cleanup(patch.undo)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage in tests that run again what others show."""
    unmeasured = re.compile(rf"tests/({'|'.join(_UNMEASURED)})\b")
    for item in items:
        if unmeasured.match(item.nodeid):
            item.add_marker(pytest.mark.no_cover)


_SERVER_MEASURED = "LANGUAGE_SERVER_COVERAGE"


@pytest.fixture(scope="session", autouse=True)
def _processes_at_full_speed() -> Iterator[None]:
    """Measure the coverage of no process but the language server: the others must be fast."""
    if (measured := os.environ.pop(_MEASURED, None)) is not None:
        os.environ[_SERVER_MEASURED] = measured
    yield
    if measured is not None:
        os.environ[_MEASURED] = measured


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Keep it so: measuring that goes on after a pause asks for all processes again.

    And let go of what a test has frozen: every build would count all that there is.
    """
    try:
        return (yield)
    finally:
        os.environ.pop(_MEASURED, None)
        gc.unfreeze()


def measured_environment() -> dict[str, str]:
    """Return the environment of a process whose coverage is measured where ours is."""
    measured = os.environ.get(_SERVER_MEASURED)
    return {**os.environ, **({_MEASURED: measured} if measured else {})}


def shared(*parts: str) -> Path:
    """Return a path among the shared records and vectors, or skip the test, saying so."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the shared folder has no {'/'.join(parts)} here")
    return path


@pytest.fixture(scope="session")
def snapchat_csv() -> Path:
    """The Snapchat political ads library of 2020, 5,757 rows."""
    return shared("data", "snapchat-ads-2020", "ads.csv")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server."""
    with serving_postgresql() as server:
        yield server
