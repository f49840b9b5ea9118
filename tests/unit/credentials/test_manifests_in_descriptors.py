"""Manifests in a descriptor, and files that it names: facts before the decision."""

import importlib.util
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from api.credentials import AssetFault, with_assets
from api.credentials.facts import LONGEST_STORE, MOST_STORES, attest
from api.deciding.submission import Decided, Refused, Terms, submit
from engine import Engine, load_bundle
from engine.bundle.load import shipped_directory
from engine.source.json_text import JSONValue
from tests.conftest import shared

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAMPAIGN = shipped_directory() / "privacy" / "campaigns" / "eu_running_shoes.json"
TERMS = Terms(format="assent", as_of=datetime(2026, 9, 15, tzinfo=UTC), as_if_launched=None)

needs_library = pytest.mark.skipif(
    importlib.util.find_spec("c2pa") is None, reason="the extra `c2pa` is not installed"
)


@cache
def engine() -> Engine:
    return Engine(load_bundle(shipped_directory()))


def campaign(credentials: JSONValue, **members: JSONValue) -> dict[str, Any]:
    descriptor: dict[str, Any] = json.loads(CAMPAIGN.read_text(encoding="utf-8"))
    creative = descriptor["creatives"][0]
    del creative["provenance"]
    descriptor["creatives"] = [{**creative, "credentials": credentials, **members}]
    return descriptor


def manifests(name: str) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = json.loads(shared("data", "c2pa-assets", name).read_text())
    return found


def decided(descriptor: dict[str, Any]) -> dict[str, Any]:
    outcome = submit(engine(), descriptor, terms=TERMS, id="d-1")
    assert isinstance(outcome, Decided), outcome
    document: dict[str, Any] = json.loads(outcome.write())
    return document


def warned(descriptor: dict[str, Any]) -> set[str]:
    return {each["rule"] for each in decided(descriptor)["warnings"]}


def attested(descriptor: dict[str, Any]) -> dict[str, Any]:
    found = attest(descriptor, engine().bundle.policies.vocabulary)
    assert found.contradictions == ()
    assert isinstance(found.campaign, dict)
    made: dict[str, Any] = found.campaign["creatives"][0]
    return made


STORE: dict[str, JSONValue] = {
    "active_manifest": "b",
    "validation_state": "Invalid",
    "manifests": {
        "a": {"assertions": [{"data": {"actions": [{"digitalSourceType": GENERATED}]}}]},
        "b": {"ingredients": [{"active_manifest": "a"}]},
    },
}


@pytest.mark.parametrize("written", [dict, json.dumps])
def test_a_generated_image_that_is_declared_to_be_made_without_ai_is_a_finding(
    written: type,
) -> None:
    store = written(manifests("Firefly_tabby_cat.json"))
    assert "provenance/contradicted" in warned(campaign({"manifests": store}))
    declared = campaign({"manifests": store}, ai_generated="full")
    assert "provenance/contradicted" not in warned(declared)


def test_a_photograph_contradicts_nothing() -> None:
    descriptor = campaign({"manifests": manifests("crater-lake-cr.json")})
    assert not {each for each in warned(descriptor) if each.startswith("provenance/")}


def test_a_broken_signature_is_reported_and_every_ingredient_is_read() -> None:
    descriptor = campaign({"manifests": STORE})
    assert {"provenance/contradicted", "provenance/broken_credentials"} <= warned(descriptor)
    assert attested(descriptor)["provenance"] == {
        "c2pa_present": True,
        "c2pa_state": "invalid",
        "digital_source_types": [GENERATED],
    }


def test_a_finding_names_the_manifests_from_which_the_fact_was_read() -> None:
    document = decided(campaign({"manifests": STORE}))
    assert "/creatives/0/credentials/manifests" in json.dumps(document)
    assert "/creatives/0/provenance/digital_source_types" in json.dumps(document)


def test_a_decision_on_manifests_comes_out_again() -> None:
    descriptor = campaign({"manifests": STORE})
    assert decided(descriptor) == decided(json.loads(json.dumps(descriptor)))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "they are not proper JSON"),
        ("[" * 100_000, "they are not proper JSON"),
        ("\ud800", "they are not proper JSON"),
        ("{}", "they are no manifest store of the C2PA"),
        (" " * (LONGEST_STORE + 1), "they are longer than 1,048,576 characters"),
    ],
    ids=["cut", "deep", "surrogate", "other", "long"],
)
def test_manifests_that_cannot_be_read_are_a_fact_with_the_reason(text: str, reason: str) -> None:
    creative = attested(campaign({"manifests": text}))
    assert creative["credentials"]["readable"] is False
    assert creative["credentials"]["fault"].startswith(reason)
    assert "manifests" not in creative["credentials"]
    assert "provenance" not in creative


@pytest.mark.parametrize(
    ("declared", "fact"),
    [
        ({"provenance": {"c2pa_state": "valid"}}, "provenance/c2pa_state"),
        ({"provenance": {"c2pa_present": False}}, "provenance/c2pa_present"),
        ({"provenance": {"digital_source_types": []}}, "provenance/digital_source_types"),
    ],
)
def test_a_provenance_that_is_declared_otherwise_is_refused(
    declared: dict[str, JSONValue], fact: str
) -> None:
    outcome = submit(engine(), campaign({"manifests": STORE}, **declared), terms=TERMS, id="d-1")
    assert isinstance(outcome, Refused)
    assert [each.pointer for each in outcome.faults] == [f"/creatives/0/{fact}"]


def test_what_unreadable_manifests_do_not_say_may_not_be_declared() -> None:
    descriptor = campaign(
        {"manifests": "{", "readable": True}, provenance={"c2pa_state": "trusted"}
    )
    outcome = submit(engine(), descriptor, terms=TERMS, id="d-1")
    assert isinstance(outcome, Refused)
    assert [each.pointer for each in outcome.faults] == [
        "/creatives/0/provenance/c2pa_state",
        "/creatives/0/credentials/readable",
    ]


def test_what_is_declared_as_it_is_said_is_no_contradiction() -> None:
    told: dict[str, JSONValue] = {
        "c2pa_state": "invalid",
        "digital_source_types": [GENERATED],
        "asset_sha256": "ab",
    }
    creative = attested(campaign({"manifests": STORE}, provenance=told))
    assert creative["provenance"] == {**told, "c2pa_present": True}


@pytest.mark.parametrize("odd", [5, {}, {"a": 1}, ["a"], None])
def test_what_are_no_manifests_is_left_to_the_decoder(odd: JSONValue) -> None:
    descriptor = campaign({"manifests": odd})
    found = attest(descriptor, engine().bundle.policies.vocabulary)
    assert found.campaign == descriptor
    if odd is not None:
        outcome = submit(engine(), descriptor, terms=TERMS, id="d-1")
        assert isinstance(outcome, Refused)


@pytest.mark.parametrize("odd", [None, [], {}, {"creatives": 1}, {"creatives": [1, {}]}])
def test_what_is_no_descriptor_is_returned_as_it_is(odd: object) -> None:
    assert attest(odd, engine().bundle.policies.vocabulary).campaign is odd


def test_only_so_many_stores_are_read() -> None:
    descriptor = campaign({"manifests": STORE})
    descriptor["creatives"] *= MOST_STORES + 1
    outcome = submit(engine(), descriptor, terms=TERMS, id="d-1")
    assert isinstance(outcome, Refused)
    assert [each.pointer for each in outcome.faults] == [
        f"/creatives/{MOST_STORES}/credentials/manifests"
    ]


# --- files ----------------------------------------------------------------------------------------


def test_the_manifests_beside_a_descriptor_are_read(tmp_path: Path) -> None:
    (tmp_path / "cat.json").write_text(json.dumps(STORE))
    made = with_assets(campaign({"file": "cat.json"}), tmp_path)
    assert "provenance/contradicted" in warned(made)


@needs_library
def test_a_real_image_is_read_with_its_digest() -> None:
    folder = shared("data", "c2pa-assets", "Firefly_tabby_cat.jpg").parent
    made = with_assets(campaign({"file": "Firefly_tabby_cat.jpg"}), folder)
    assert "provenance/contradicted" in warned(made)
    plain = with_assets(campaign({"file": "crater-lake.jpeg"}), folder)
    assert not {each for each in warned(plain) if each.startswith("provenance/")}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.json", "there is no file `none.json` among the assets"),
        ("../outside.json", "there is no file `../outside.json` among the assets"),
        ("link.json", "there is no file `link.json` among the assets"),
        ("odd.json", "the file `odd.json` tells nothing"),
        ("a\0b", "the file `a\0b` cannot be read"),
        ("n" * 300, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_told_of_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (tmp_path / "outside.json").write_text(json.dumps(STORE))
    (folder / "link.json").symlink_to(tmp_path / "outside.json")
    (folder / "odd.json").write_text("{}")
    with pytest.raises(AssetFault) as caught:
        with_assets(campaign({"file": name}), folder)
    assert reason in caught.value.reason
    assert caught.value.pointer == "/creatives/0/credentials/file"


def test_a_file_that_says_something_else_than_is_declared_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat.json").write_text(json.dumps(STORE))
    declared = campaign({"file": "cat.json"}, provenance={"c2pa_state": "valid"})
    with pytest.raises(AssetFault, match="`c2pa_state` is declared") as caught:
        with_assets(declared, tmp_path)
    assert caught.value.pointer == "/creatives/0/provenance/c2pa_state"


@pytest.mark.parametrize("odd", [{}, {"creatives": 1}, {"creatives": [1, {"credentials": {}}]}])
def test_a_descriptor_that_names_no_files_is_left_as_it_is(
    odd: dict[str, JSONValue], tmp_path: Path
) -> None:
    assert with_assets(odd, tmp_path) == odd
