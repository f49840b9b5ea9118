"""Each supported Python that this machine has, beside the one that runs the tests.

Of each minor version the oldest is tried, in an environment of its own, locked as an installation
is: all modules compile, policies are read, campaigns decided and recorded, and a server answers.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = [
    "tests/unit/source",
    "tests/unit/syntax",
    "tests/golden",
    "tests/acceptance/test_ten_policies.py",
    "tests/audit/test_decisions.py",
    "tests/api/test_service_processes.py::test_receipt_holds_against_the_proof",
]
_OF_THIS_RUN = ("COVERAGE_", "PYTEST_")
_UNREACHABLE = "Failed to fetch"
"""What `uv` says where it cannot fetch; it ends alike for a file that it cannot read."""


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_it_reads_decides_records_and_serves(version: str, tmp_path: Path) -> None:
    python = _environment(_oldest(version), tmp_path / "venv")
    _succeeds([python, "-W", "error", "-m", "compileall", "-q", "engine", "api"])
    alone = ["-p", "no:cacheprovider", "-o", "faulthandler_timeout=300", "-k", "not postgresql"]
    _succeeds([python, "-m", "pytest", "-qx", *alone, *PARTS])


def _oldest(version: str) -> str:
    """Return the oldest Python of a minor version, other than that of these tests, or skip."""
    folders = [*os.get_exec_path(), "/usr/local/bin", "/usr/bin"]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    name = f"python{version}"
    found = {Path(each, name) for each in folders} | {*pyenv.glob(f"versions/*/bin/{name}")}
    numbered = {number: str(each) for each in found if (number := _number(each)) is not None}
    numbered.pop(sys.hexversion, None)
    if not numbered:
        pytest.skip(f"there is no other Python {version} here")
    return numbered[min(numbered)]


def _number(python: Path) -> int | None:
    """Return the version of an interpreter as `sys.hexversion`; None where it does not start."""
    if not python.exists():
        return None
    done = _run([str(python), "-I", "-c", "import sys; print(sys.hexversion)"])
    return int(done.stdout) if done.returncode == 0 else None


def _environment(python: str, directory: Path) -> str:
    """Return the interpreter of a new environment; skips where nothing can be fetched."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("there is no `uv` beside this Python to make an environment with")
    _succeeds([str(uv), "venv", "-q", "--python", python, str(directory)])
    made = str(directory / "bin" / "python")
    locked = ["-r", "requirements/runtime.txt", "-r", "requirements/tests.txt"]
    install = [str(uv), "pip", "install", "-q", "--python", made, "--require-hashes", *locked]
    done = _run(install)
    if done.returncode != 0 and _UNREACHABLE in done.stdout:
        pytest.skip(f"packages cannot be had here: {done.stdout.splitlines()[0]}")
    assert done.returncode == 0, done.stdout
    return made


def _succeeds(command: list[str]) -> None:
    done = _run(command)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    # What these tests are told is for their own Python: options of pytest, coverage.
    chosen = {name: os.environ[name] for name in os.environ if not name.startswith(_OF_THIS_RUN)}
    return subprocess.run(  # noqa: S603 - our own commands, and Pythons as they were found.
        command,
        cwd=ROOT,
        env=chosen,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
