"""Counts calls of functions: work that is the same on a busy machine."""

import sys
from collections.abc import Callable
from types import FrameType


def calls_in(files: tuple[str, ...], action: Callable[[], object]) -> int:
    """Return how many functions of some files an action calls."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.endswith(files)

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls
