"""Content credentials of real files: made by AI or not, whole or broken, and never fetched."""

import hashlib
import importlib.util
import json
import re
import socket
import sys
from pathlib import Path

import pytest

from api.credentials import CredentialsFault, NotInstalled, Provenance, provenance_of, read_file
from engine.source.json_text import JSONValue
from tests.conftest import shared

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

needs_library = pytest.mark.skipif(
    importlib.util.find_spec("c2pa") is None, reason="the extra `c2pa` is not installed"
)


def asset(name: str) -> Path:
    return shared("data", "c2pa-assets", name)


def test_manifests_of_a_generated_image_say_so() -> None:
    assert read_file(asset("Firefly_tabby_cat.json")) == Provenance(
        present=True, state="valid", source_types=(GENERATED,)
    )


def test_manifests_of_a_photograph_name_no_origin() -> None:
    found = read_file(asset("crater-lake-cr.json"))
    assert (found.present, found.state, found.source_types) == (True, "valid", ())


@needs_library
def test_generated_image_is_told_with_its_digest() -> None:
    path = asset("Firefly_tabby_cat.jpg")
    assert read_file(path).facts() == {
        "c2pa_present": True,
        "c2pa_state": "valid",
        "digital_source_types": [GENERATED],
        "asset_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


@needs_library
@pytest.mark.parametrize("name", ["crater-lake.jpeg", "adobe-20220124-A.jpg"])
def test_image_without_credentials_is_told_to_have_none(name: str) -> None:
    found = read_file(asset(name))
    assert (found.present, found.state, found.source_types) == (False, "none", ())


@needs_library
def test_edited_photograph_is_not_taken_for_generated() -> None:
    found = read_file(asset("adobe-20220124-CA.jpg"))
    assert (found.present, found.state, found.source_types) == (True, "valid", ())


@needs_library
def test_image_that_was_changed_after_it_was_signed_is_invalid(tmp_path: Path) -> None:
    content = bytearray(asset("Firefly_tabby_cat.jpg").read_bytes())
    content[-2_000] ^= 1
    changed = tmp_path / "changed.jpg"
    changed.write_bytes(content)
    found = read_file(changed)
    assert (found.present, found.state) == (True, "invalid")
    assert found.source_types == (GENERATED,)


@needs_library
def test_credentials_that_are_kept_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/".encode()
        content = asset("crater-lake-cr.jpg").read_bytes()
        (kept,) = set(re.findall(rb"https://cai-manifests[^\"<\s]+", content))
        moved = tmp_path / "moved.jpg"
        moved.write_bytes(content.replace(kept, address.ljust(len(kept), b"a")))
        found = read_file(moved)
        with pytest.raises(TimeoutError):
            server.accept()
    assert (found.present, found.state, found.source_types) == (True, None, None)
    assert found.facts().keys() == {"c2pa_present", "asset_sha256"}


@needs_library
def test_file_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / "odd.jpg"
    odd.write_bytes(b"no image")
    with pytest.raises(CredentialsFault, match="its content credentials cannot be read"):
        read_file(odd)


def test_without_the_library_only_manifests_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    image = tmp_path / "image.jpg"
    image.write_bytes(b"")
    with pytest.raises(NotInstalled):
        read_file(image)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "its manifests are not proper JSON"),
        ("[]", "it holds no manifest store of the C2PA"),
        ("{}", "it holds no manifest store of the C2PA"),
        ('{"manifests": {}}', "it holds no manifest store of the C2PA"),
        ('{"manifests": {"a": {}}}', "it holds no manifest store of the C2PA"),
        ('{"manifests": {"a": {}}, "active_manifest": "b"}', "it holds no manifest store"),
    ],
)
def test_json_that_is_no_manifest_store_is_refused(
    tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "manifests.json"
    path.write_text(content)
    with pytest.raises(CredentialsFault, match=reason):
        read_file(path)


def store(**members: JSONValue) -> JSONValue:
    def made_by(kind: str) -> JSONValue:
        return {"assertions": [{"data": {"actions": [{"digitalSourceType": kind}, 5]}}]}

    return {
        "active_manifest": "b",
        "manifests": {"a": made_by("of an ingredient"), "b": made_by("of its own")},
        **members,
    }


def test_what_an_ingredient_was_made_by_counts_and_comes_after() -> None:
    found = provenance_of(store(validation_state="Trusted"))
    assert found is not None
    assert found.source_types == ("of its own", "of an ingredient")
    assert found.state == "trusted"


@pytest.mark.parametrize("state", [None, "Odd", 5])
def test_state_that_is_not_told_is_unknown(state: JSONValue) -> None:
    found = provenance_of(store(validation_state=state))
    assert found is not None
    assert found.facts() == {
        "c2pa_present": True,
        "digital_source_types": ["of its own", "of an ingredient"],
    }
    assert json.dumps(found.facts())
