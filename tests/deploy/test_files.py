"""What lies in `deploy/`, as far as it can be tried without an engine for containers."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # It has no types.

from api.cli.main import COMMANDS
from api.installation.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
IMAGE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "assent.service").read_text(encoding="utf-8")


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_image_copies_what_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", IMAGE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert {"engine", "api", "policies", "pyproject.toml"} <= set(names)
    for name in names:
        assert (ROOT / name).exists(), name
    for name in re.findall(r"-r (\S+)", IMAGE):
        assert (ROOT / name).is_file()


def test_image_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^USER 10001:10001$", IMAGE, re.MULTILINE)
    assert IMAGE.index("USER 10001") < IMAGE.index("ENTRYPOINT")
    assert 'ENTRYPOINT ["assent"]' in IMAGE
    assert 'CMD ["serve"]' in IMAGE


def test_settings_named_are_settings(compose: dict[str, Any]) -> None:
    """Unknown ones are refused by the very reader that the service has."""
    of_image = dict(re.findall(r"(ASSENT_[A-Z_]+)=(\S+)", IMAGE))
    assert set(of_image) == {"ASSENT_DATA_DIRECTORY", "ASSENT_HOST"}
    of_unit = dict(re.findall(r"^Environment=(ASSENT_[A-Z_]+)=(\S+)$", UNIT, re.MULTILINE))
    del of_unit["ASSENT_CONFIG"]
    for service in ("init", "assent"):
        load_settings(of_image | of_unit | compose["services"][service]["environment"])


def test_page_prepares_what_the_unit_reads() -> None:
    """Other settings would prepare another installation; without the file nothing starts."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (init,) = re.findall(r"^\$ (sudo .*) init$", page, re.MULTILINE)
    of_unit = dict(re.findall(r"^Environment=(ASSENT_[A-Z_]+)=(\S+)$", UNIT, re.MULTILINE))
    assert dict(re.findall(r"(ASSENT_[A-Z_]+)=(\S+)", init)) == of_unit
    assert re.search(rf"^\$ sudo install .* {of_unit['ASSENT_CONFIG']}$", page, re.MULTILINE)


def test_compose_starts_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"database", "init", "assent"}
    for name in ("init", "assent"):
        service = services[name]
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        (command,) = service["command"]
        assert command in COMMANDS
        assert service["read_only"] is True
        assert {each.partition(":")[0] for each in service["volumes"]} <= set(compose["volumes"])
    assert services["init"]["depends_on"]["database"]["condition"] == "service_healthy"
    awaited = services["assent"]["depends_on"]["init"]["condition"]
    assert awaited == "service_completed_successfully"
    assert all(port.startswith("127.0.0.1:") for port in services["assent"]["ports"])
    urls = services["assent"]["environment"]
    assert urls["ASSENT_DATABASE_URL"] != urls["ASSENT_CONTENT_KEYS_URL"]


def test_graceful_stop_is_waited_for(compose: dict[str, Any]) -> None:
    patience = load_settings({}).graceful_timeout
    assert int(compose["services"]["assent"]["stop_grace_period"].rstrip("s")) > patience
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert int(stop) > patience


def test_unit_is_one(tmp_path: Path) -> None:
    (start,) = re.findall(r"^ExecStart=\S+/assent (\w+)$", UNIT, re.MULTILINE)
    assert start in COMMANDS
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not here")
    unit = tmp_path / "assent.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT, flags=re.MULTILINE))
    done = subprocess.run(  # noqa: S603 - the system's own.
        [verify, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if "assent.service" in line]
    assert told == []


def test_copy_that_broke_off_is_taken_for_none(tmp_path: Path) -> None:
    data, copy = tmp_path / "var", tmp_path / "copy"
    data.mkdir()
    (data / "checkpoint").write_text("signed")
    for _ in range(2):
        done = subprocess.run(  # noqa: S603 - our own script.
            [DEPLOY / "backup.sh", f"{copy}/"],
            env=os.environ | {"ASSENT_DATA_DIRECTORY": str(data)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert "unable to open database file" in done.stderr
        assert not copy.exists()


def test_scripts_are_sound() -> None:
    for name in ("backup.sh", "restore.sh"):
        done = subprocess.run(["/bin/sh", "-n", DEPLOY / name], check=False)  # noqa: S603 - ours.
        assert done.returncode == 0
