"""`assent credentials`: the facts of a file, to paste into a descriptor."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from engine import Engine, bundle_from_files
from engine.bundle.load import read_directory

Run = Callable[..., Result]
OneLine = Callable[[Result], str]
ROOT = Path(__file__).parents[2]


def manifests(tmp_path: Path, state: str) -> Path:
    path = tmp_path / "manifests.json"
    made = {"actions": [{"digitalSourceType": "http://example.org/made"}]}
    manifest = {"assertions": [{"label": "c2pa.actions", "data": made}]}
    store = {"active_manifest": "a", "manifests": {"a": manifest}, "validation_state": state}
    path.write_text(json.dumps(store))
    return path


def test_facts_are_printed_as_they_are_pasted(run: Run, tmp_path: Path) -> None:
    result = run("credentials", str(manifests(tmp_path, "Valid")))
    assert result.exit_code == 0
    provenance = json.loads(result.stdout)
    assert provenance == {
        "c2pa_present": True,
        "c2pa_state": "valid",
        "digital_source_types": ["http://example.org/made"],
    }
    engine = Engine(bundle_from_files(read_directory(ROOT / "policies"), name="shipped"))
    engine.read(
        {
            "id": "c-1",
            "markets": ["DE"],
            "flight": {"start": "2026-10-01", "end": "2026-10-31"},
            "creatives": [{"id": "a", "provenance": provenance}],
        }
    )


def test_invalid_credentials_end_with_1(run: Run, tmp_path: Path) -> None:
    result = run("credentials", str(manifests(tmp_path, "Invalid")), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["c2pa_state"] == "invalid"
    assert result.stdout.count("\n") == 1


def test_file_that_is_not_there_is_a_failure(run: Run, one_line: OneLine, tmp_path: Path) -> None:
    line = one_line(run("credentials", str(tmp_path / "none.jpg")))
    assert line.endswith("none.jpg: no such file or directory; check the name\n")


def test_json_without_manifests_is_a_failure(run: Run, one_line: OneLine, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}")
    line = one_line(run("credentials", str(path)))
    assert "it holds no manifest store of the C2PA; name a media file, or the JSON" in line


def test_without_the_library_the_extra_is_named(
    run: Run, one_line: OneLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    path = tmp_path / "image.jpg"
    path.write_bytes(b"")
    assert "install it with `pip install 'assent[c2pa]'`" in one_line(run("credentials", str(path)))
