"""What all tests share: how long hypothesis may look, and where real records and vectors lie."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "assent",
    deadline=None,  # no test depends on the clock
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("assent")

SHARED = Path(__file__).parents[2] / "shared"


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
