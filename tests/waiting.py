"""Waits for what another thread or process brings about."""

import time
from collections.abc import Callable

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


def until(holds: Callable[[], object]) -> None:
    """Return once a condition holds. Fails where it does not within a minute."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(_PAUSE_SECONDS)
