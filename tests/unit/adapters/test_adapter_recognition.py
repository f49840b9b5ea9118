"""What a record looks like is said of every platform's, and never of another's."""

import json
from pathlib import Path

import pytest

from api.adapters import FORMATS
from api.adapters.recognition import likeness_of
from api.deciding.submission import Refused, adapted
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import ARCHIVED, COMPLETE

STRANGERS = Path(__file__).parents[2] / "api/strangers"


@pytest.mark.parametrize("form", COMPLETE)
def test_complete_record_is_known(form: str) -> None:
    likeness = likeness_of(COMPLETE[form])
    assert likeness is not None
    assert likeness.format == form


@pytest.mark.parametrize("form", FORMATS)
def test_no_record_is_taken_for_that_of_another_platform(form: str) -> None:
    lines = (STRANGERS / f"{form}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [likeness_of(json.loads(line)["record"]) for line in lines]
    known = {likeness.format for likeness in found if likeness is not None}
    assert known == {form}
    assert found.count(None) < len(found) / 2


@pytest.mark.parametrize(
    ("record", "form"),
    [
        (ARCHIVED, "meta"),
        ({"data": [{"id": "1", "effective_status": "ACTIVE"}], "paging": {}}, "meta"),
        ({"code": 0, "data": {"list": [{"adgroup_id": "1"}]}}, "tiktok"),
        ({"campaign": {"resource_name": "customers/1/campaigns/2"}}, "google-ads"),
        ({"adgroup_id": "1", "adset_id": "2"}, None),
        ({"id": "c-1", "markets": ["DE"], "targeting": {"profiling": True}}, None),
        ([[[[]]]], None),
        ({1: 2}, None),
        ("imp", None),
    ],
)
def test_likeness(record: JSONValue, form: str | None) -> None:
    likeness = likeness_of(record)
    assert (likeness.format if likeness is not None else None) == form


@pytest.mark.parametrize("form", COMPLETE)
def test_record_with_something_around_it_is_told_where_it_stands(form: str) -> None:
    """Whichever advice is followed first, it leads on: to the format, and out of the rest."""
    around: JSONValue = {"platform": form, "n": 7, "at": {}, "record": COMPLETE[form]}
    for said, advice in (
        (form, "send what stands in `record`, by itself"),
        ("snapchat", f"submit what stands in `record`, by itself, with `--format {form}`"),
    ):
        refused = adapted(around, said)
        assert isinstance(refused, Refused)
        (fault,) = refused.faults
        assert (fault.help or "").startswith(advice)
    assert not isinstance(adapted(COMPLETE[form], form), Refused)


@pytest.mark.parametrize(
    "record",
    [
        {"a": COMPLETE["tiktok"], "b": COMPLETE["tiktok"]},
        {str(number): {} for number in range(17)} | {"record": COMPLETE["tiktok"]},
        {"record": "x"},
    ],
)
def test_nothing_is_advised_where_it_is_not_plain_which_is_meant(record: JSONValue) -> None:
    refused = adapted(record, "tiktok")
    assert isinstance(refused, Refused)
    assert "by itself" not in (refused.faults[0].help or "")
