"""An examination: every diagnostic of some policies, what their tests come to, what forbids them.

The findings are those of `assent check` and `assent test`, in the same JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Engine, EngineError, __version__
from engine.bundle.bundle import Bundle
from engine.testing.runner import run_cases

from . import check, trials
from .policy_files import HERE, PolicyFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found: as JSON, and in one sentence what forbids to decide by it, if anything."""

    document: Mapping[str, Any]
    obstacle: str | None

    @property
    def is_sound(self) -> bool:
        """Whether nothing forbids to decide by these policies."""
        return self.obstacle is None


def examine_here(
    files: Mapping[str, str], *, name: str, day: date, runs_tests: bool = True
) -> Examination:
    """Examine policies in this process. Waivers and reviews are judged as of a day."""
    policies = PolicyFiles(name=name, root=HERE, files=files)
    checked = check.check(policies, day)
    bundle = checked.bundle
    tests = _tests(policies, bundle) if bundle is not None and runs_tests else None
    return Examination(
        document={
            "engine": __version__,
            "check": check.document([checked]),
            "test": tests,
        },
        obstacle=_obstacle(checked, tests),
    )


def _tests(policies: PolicyFiles, bundle: Bundle) -> dict[str, object]:
    return trials.summary(policies, bundle, list(run_cases(bundle)))


def _obstacle(checked: check.Checked, tests: Mapping[str, Any] | None) -> str | None:
    if checked.bundle is None:
        if not checked.policies:
            return "there is no `.policy` file in it"
        return (
            "its check has 1 error"
            if checked.errors == 1
            else (f"its check has {checked.errors} errors")
        )
    if tests is not None and tests["failed"]:
        return "1 test fails" if tests["failed"] == 1 else f"{tests['failed']} tests fail"
    try:
        Engine(checked.bundle)
    except EngineError:
        return "it holds no rule, and would allow everything"
    return None
