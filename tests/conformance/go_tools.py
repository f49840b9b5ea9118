"""Programs that others wrote in Go, built from pinned versions.

What is built is kept in pytest's cache; what it took is where Go keeps it for all that is built on
this machine, since to compile it again would cost minutes in each checkout. Where Go is absent, or
neither its caches nor its module proxy has what is needed, the test is skipped and says so.
"""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_BUILD_SECONDS = 480
_DOWNLOAD_SECONDS = 60
_UNOPTIMISED = "all=-N -l -dwarf=false"
"""How to compile in less time: the programs run for seconds."""


class GoTools:
    """Builds programs below a directory."""

    def __init__(self, directory: Path) -> None:
        found = shutil.which("go")
        if found is None:
            pytest.skip("there is no Go here to build foreign clients with")
        self._go = found
        self._directory = directory
        self._environment = os.environ | {
            "GOBIN": str(directory / "bin"),
            "GOFLAGS": f'-buildvcs=false -ldflags=-s "-gcflags={_UNOPTIMISED}"',
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
        }

    def installed(self, module: str, version: str, package: str) -> Path:
        """Return the program of a package, as `go install` builds it. Skips where it cannot be."""
        name = package.rpartition("/")[2]
        made = self._directory / f"{name}-{version}"
        with (self._directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # Of several processes of pytest, one builds it.
            if not made.exists():
                self._run(["mod", "download", f"{module}@{version}"], _DOWNLOAD_SECONDS)
                self._run(["install", f"{module}/{package}@{version}"], _BUILD_SECONDS)
                (self._directory / "bin" / name).rename(made)
        return made

    def built(self, source: Path) -> Path:
        """Return the program of a directory of ours. Skips where it cannot be built."""
        made = self._directory / "bin" / source.name
        self._run(["mod", "download"], _DOWNLOAD_SECONDS, source)
        build = [self._go, "build", "-o", str(made), "."]
        done = subprocess.run(  # noqa: S603 - Go, as it was found.
            build, cwd=source, env=self._environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()  # Ours has to compile.
        return made

    def _run(self, arguments: list[str], seconds: int, directory: Path | None = None) -> None:
        told = " ".join(arguments)
        try:
            done = subprocess.run(  # noqa: S603 - Go, as it was found.
                [self._go, *arguments],
                cwd=directory or self._directory,
                env=self._environment,
                capture_output=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"`go {told}` has not ended in {seconds} seconds")
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            pytest.skip(f"`go {told}` cannot be had here: {' '.join(reason)[:200]}")
