"""What is found of policies before they may decide: every diagnostic, and what their tests come to.

The findings are those of `assent check` and `assent test`, in the same JSON. What a stranger sent
is examined in a process of its own, with so much time and memory and no more: it then takes neither
from those who wait for decisions.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api.cli import check, trials_document
from api.cli.policy_files import Examined, PolicyFiles, examine
from engine import Engine, EngineError, __version__
from engine.bundle.bundle import Bundle, is_policy
from engine.source.render import render_json
from engine.source.text import Source
from engine.syntax.format import format_source
from engine.testing.runner import run_cases

SECONDS = 30
"""The processor time of an examination; it is given up soon after, whatever it waits for."""

MEMORY = 2 * 1024**3
"""The address space of an examination, in bytes."""

_COMMAND = (sys.executable, "-m", "api.examination")
_TOP = Path(__file__).parents[1]


class ExaminationError(Exception):
    """Policies could not be examined within the time and the memory that there is for it."""


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
    policies = PolicyFiles(name=name, root=Path(), files=files)
    examined = examine(policies, day)
    bundle = examined.bundle
    tests = _tests(policies, bundle) if bundle is not None and runs_tests else None
    return Examination(
        document={
            "engine": __version__,
            "check": check.document([examined]),
            "test": tests,
        },
        obstacle=_obstacle(examined, tests),
    )


def examine_apart(files: Mapping[str, str], *, name: str, day: date) -> Examination:
    """Examine policies in a process of its own. Raises `ExaminationError` where it takes too much.

    Nothing but the texts goes in, and nothing but the findings comes out.
    """
    asked = {"files": dict(files), "name": name, "day": day.isoformat()}
    return msgspec.json.decode(_apart(asked), type=Examination)


def format_apart(files: Mapping[str, str]) -> dict[str, Any]:
    """Return each policy text in the canonical layout, with what is wrong with its syntax.

    Raises `ExaminationError` as `examine_apart` does.
    """
    made: dict[str, Any] = msgspec.json.decode(_apart({"files": dict(files)}))
    return made


def _apart(asked: Mapping[str, object]) -> bytes:
    """Return what a process of its own answers."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code.
            _COMMAND,
            input=json.dumps(asked).encode(),
            capture_output=True,
            cwd=_TOP,
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExaminationError(_TOO_MUCH) from error
    if done.returncode < 0 or b"MemoryError" in done.stderr:  # A signal, or no memory.
        raise ExaminationError(_TOO_MUCH)
    done.check_returncode()
    return done.stdout


_TOO_MUCH = "these policies take more time or memory to check and test than there is; divide them"


def _tests(policies: PolicyFiles, bundle: Bundle) -> dict[str, object]:
    return trials_document.summary(policies, bundle, list(run_cases(bundle)))


def _obstacle(examined: Examined, tests: Mapping[str, Any] | None) -> str | None:
    if examined.bundle is None:
        if not examined.policies:
            return "there is no `.policy` file in it"
        return (
            "its check has 1 error"
            if examined.errors == 1
            else (f"its check has {examined.errors} errors")
        )
    if tests is not None and tests["failed"]:
        return "1 test fails" if tests["failed"] == 1 else f"{tests['failed']} tests fail"
    try:
        Engine(examined.bundle)
    except EngineError:
        return "it holds no rule, and would allow everything"
    return None


def _main() -> None:
    """Examine or lay out what stands on standard input, within the limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.loads(sys.stdin.buffer.read())
    files = asked["files"]
    if "day" in asked:
        day = date.fromisoformat(asked["day"])
        made: object = examine_here(files, name=asked["name"], day=day)
    else:
        made = {name: _formatted(name, files[name]) for name in sorted(filter(is_policy, files))}
    sys.stdout.buffer.write(msgspec.json.encode(made))


def _formatted(name: str, text: str) -> dict[str, object]:
    source = Source(name=name, text=text)
    made, diagnostics = format_source(source)
    return {
        "is_changed": made != text,
        "text": made,
        "diagnostics": render_json(diagnostics, {name: source}),
    }


if __name__ == "__main__":
    _main()
