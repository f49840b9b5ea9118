"""`assent adapt`: what records of a platform tell, as descriptors that are decided alike."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.unit.adapters.complete import COMPLETE

Run = Callable[..., Result]
Write = Callable[..., Path]


@pytest.mark.parametrize("form", ["openrtb", "tiktok"])
def test_the_descriptor_is_decided_as_the_record_is(run: Run, write: Write, form: str) -> None:
    record = write("record.json", json.dumps(COMPLETE[form], default=float))
    told = run("adapt", record, "--format", form)
    assert told.exit_code == 0
    assert "not read from the record: /" in told.stderr
    terms = ("--as-of", "2026-11-23", "--json")
    of_record = json.loads(run("decide", record, "--format", form, *terms).stdout)
    completed = json.loads(run("decide", write("c.json", told.stdout), *terms).stdout)
    assert completed["rules"] == of_record["rules"]
    missing = [{**each, "submitted_pointer": None} for each in completed["missing"]]
    assert missing == [{**each, "submitted_pointer": None} for each in of_record["missing"]]
    assert missing
    one_line = run("adapt", record, "--format", form, "--json")
    assert json.loads(one_line.stdout) == json.loads(told.stdout)
    assert one_line.stdout.count("\n") == 1


def test_of_many_the_refused_are_said_beside(run: Run, write: Write) -> None:
    good = {"campaign_id": "1", "objective_type": "TRAFFIC"}
    lines = "\n".join([json.dumps(good), '{"imp": []}', "{", json.dumps(good)])
    told = run("adapt", write("many.ndjson", lines), "--format", "tiktok")
    assert told.exit_code == 1
    assert [json.loads(line)["id"] for line in told.stdout.splitlines()] == ["1", "1"]
    first, second = told.stderr.splitlines()
    assert first.startswith("refused  record 2, line 2  this looks like OpenRTB (format openrtb)")
    assert second.startswith("refused  record 3, line 3  the document ends before it is complete")
