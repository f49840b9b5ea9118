"""The wheel: what it holds, and that it works away from the checkout, with the shipped policies."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command.
    (made,) = folder.glob("*.whl")
    return made


def test_it_holds_two_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "api",
        "assent",
        "engine",
    }
    assert "engine/py.typed" in names
    assert "api/py.typed" in names
    assert "engine/bundle/shipped/vocabulary/campaign.policy" in names
    assert "engine/source/pages/E0301.md" in names


def test_it_decides_by_the_shipped_policies_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import engine\n"
        "from engine.bundle.load import shipped_directory\n"
        "print(engine.__file__)\n"
        "print(len(engine.load_bundle(shipped_directory()).policies.rules))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    made = subprocess.run(  # noqa: S603 - our own interpreter.
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    where, rules = made.stdout.splitlines()
    assert where.startswith(str(tmp_path))
    assert int(rules) >= 12
