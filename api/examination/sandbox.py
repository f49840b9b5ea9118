"""Runs an examination of untrusted policies in a sandbox: a process with limited time and memory.

So it cannot starve requests for decisions.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from engine.bundle.load import is_policy
from engine.source.render import render_json
from engine.source.text import Source
from engine.syntax.format import format_source

from .examination import Examination, examine_here

SECONDS = 30
"""The processor time of an examination; it is given up soon after, whatever it waits for."""

MEMORY = 2 * 1024**3
"""The address space of an examination, in bytes."""

_COMMAND = (sys.executable, "-m", "api.examination.sandbox")
_TOP = Path(__file__).parents[2]
_READ_EXAMINATION = msgspec.json.Decoder(Examination)


class ExaminationError(Exception):
    """Policies could not be examined within the time and the memory that there is for it."""


def examine_in_sandbox(files: Mapping[str, str], *, name: str, day: date) -> Examination:
    """Examine policies in a process of its own. Raises `ExaminationError` where it takes too much.

    Nothing but the texts goes in, and nothing but the findings comes out.
    """
    asked = {"files": dict(files), "name": name, "day": day.isoformat()}
    return _READ_EXAMINATION.decode(_run(asked))


def format_in_sandbox(files: Mapping[str, str]) -> dict[str, Any]:
    """Return each policy text in the canonical layout, with what is wrong with its syntax.

    Raises `ExaminationError` as `examine_in_sandbox` does.
    """
    made: dict[str, Any] = msgspec.json.decode(_run({"files": dict(files)}))
    return made


def _run(asked: Mapping[str, object]) -> bytes:
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
