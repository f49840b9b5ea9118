"""That a struct is no dataclass to whoever copies it; mypy says so, by `struct_copies`."""

from dataclasses import asdict, replace

import pytest

from engine.evaluation.decision import Effect, Verdict


def test_struct_is_not_copied_as_a_dataclass() -> None:
    verdict = Verdict(effect=Effect.DENY, conclusive=True)
    with pytest.raises(TypeError):
        replace(verdict, conclusive=False)  # type: ignore[misc]  # what this test is about.
    with pytest.raises(TypeError):
        asdict(verdict)  # type: ignore[misc]  # this is refused as well.
