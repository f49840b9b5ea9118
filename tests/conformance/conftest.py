"""Foreign programs, built once."""

from pathlib import Path

import pytest

from tests.conformance.go_tools import GoTools


@pytest.fixture(scope="session")
def go(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> GoTools:
    """Builds programs into pytest's cache; without a cache, into a directory of this run."""
    cache = getattr(request.config, "cache", None)
    directory = Path(cache.mkdir("go")) if cache is not None else tmp_path_factory.mktemp("go")
    return GoTools(directory)


@pytest.fixture(scope="session")
def fsck(go: GoTools) -> Path:
    """Tessera's checker of logs."""
    return go.installed("github.com/transparency-dev/tessera", "v1.0.4", "cmd/fsck")


@pytest.fixture(scope="session")
def omniwitness(go: GoTools) -> Path:
    """The witness of transparency-dev."""
    version = "v0.0.0-20260720115447-2e1c6971d19e"
    return go.installed("github.com/transparency-dev/witness", version, "cmd/omniwitness")


@pytest.fixture(scope="session")
def checklog(go: GoTools) -> Path:
    """A program of ours that uses golang.org/x/mod alone."""
    return go.built(Path(__file__).with_name("checklog"))
