"""System calls that fail, or end the process: strace's fault injection (strace(1), `inject=`)."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest


@cache
def _refusal() -> str | None:
    """Return why no process can be traced here, None where it can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], check=False)  # noqa: S603 - our own.
    return None if tried.returncode == 0 else "no process may be traced here"


def need_strace() -> None:
    """Skip the test where no process can be traced."""
    refusal = _refusal()
    if refusal is not None:
        pytest.skip(refusal)


def faulty(
    call: str, fault: str, when: str, trace: Path, *, place: Path | None = None
) -> list[str]:
    """Return the command under which some calls have a fault; what happens is traced in a file.

    A fault is `error=EIO` or `signal=KILL`. Calls are counted in each thread, from 1: `3` is the
    third, `3+7` that and every seventh from there. With a `place` only those that concern it count.
    """
    at = () if place is None else ("-P", str(place))
    return [*_traced(call, trace), *at, "-e", f"inject={call}:{fault}:when={when}"]


def has_struck(trace: Path) -> bool:
    """Whether the fault occurred."""
    text = trace.read_text(errors="replace")
    return "(INJECTED)" in text or "killed by SIGKILL" in text


def positions(
    command: Sequence[str], calls: Sequence[str], place: str, trace: Path
) -> dict[str, list[int]]:
    """Run a command, and return the numbers of those of its calls that concern a place."""
    subprocess.run([*_traced(",".join(calls), trace), *command], check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own.
    counted, found = Counter[tuple[str, str]](), dict[str, list[int]]()
    for line in trace.read_text(errors="replace").splitlines():
        begun = re.match(r"(\d+) +(\w+)\(", line)
        if begun is None:
            continue
        thread, call = begun.groups()
        counted[thread, call] += 1
        if place in line:
            found.setdefault(call, []).append(counted[thread, call])
    return found


def _traced(call: str, trace: Path) -> list[str]:
    return ["strace", "-f", "-y", "-o", str(trace), "-e", f"trace={call}"]
