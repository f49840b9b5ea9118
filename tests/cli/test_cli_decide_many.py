"""`assent decide` with many records: a line each, the summary, and flat reading."""

import csv
import json
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from api.adapters import records
from api.cli import submissions, tally
from api.cli.submissions import Refusal
from api.cli.tally import OTHER, Tally
from api.deciding.submission import Fault

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def ndjson(campaign: dict[str, Any], denied: dict[str, Any]) -> str:
    """Eight records: two allowed, one of them with a warning; two violate, one wants, three are
    refused."""
    no_age = {**campaign, "id": "no-age", "age": None, "profiling": True}
    advised = {"amount": "2000", "currency": "EUR"}
    warned = {**campaign, "id": "warned", "profiling": True, "budget": advised}
    lines = [
        *(campaign, denied, no_age, warned, {**denied, "id": None}),
        *({**campaign, "profling": True, "ageing": 1}, {**campaign, "proflng": True}),
    ]
    return "".join(json.dumps(line) + "\n" for line in lines) + '{"id": "x", "id": "y"}\n'


def test_each_gets_a_line_and_a_summary_follows(
    decide: Run, write: Write, ndjson: str, golden: Callable[[Path, str], None]
) -> None:
    result = decide(write("c.ndjson", ndjson))
    assert result.exit_code == 1
    assert result.stderr == ""
    golden(GOLDEN / "many.txt", result.stdout)


def test_json_is_a_line_each_and_the_summary_is_elsewhere(
    decide: Run, write: Write, ndjson: str
) -> None:
    result = decide(write("c.ndjson", ndjson), "--json")
    assert result.exit_code == 1
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    outcomes = [answer.get("decision", "refused") for answer in answers]
    assert outcomes == ["allow", "deny", "deny", "allow", "deny", "refused", "refused", "refused"]
    assert [answer["record"] for answer in answers if "refused" in answer] == [6, 7, 8]
    assert result.stderr.startswith("8 records\n")


def test_an_allow_that_rests_on_a_waiver_says_so(
    run: Run, write: Write, policies: str, tmp_path: Path, campaign: dict[str, Any]
) -> None:
    waiver = """
waiver grand_opening
  of            spending/approved
  for           campaign.id is "spring-1"
  in force from 2026-12-01 until 2027-01-01
  approved by   "A. Jansen" as "CFO" on 2026-11-28
  ticket        "FIN-7"
  reason        "The board has approved the whole opening."
end waiver
"""
    waived = Path(shutil.copytree(policies, tmp_path / "waived"))
    (waived / "waivers.policy").write_text(waiver)
    costly = {**campaign, "budget": {"amount": "9000", "currency": "EUR"}}
    file = write("c.json", [costly, {**costly, "id": "spring-9"}])
    result = run("decide", file, "--policies", waived, "--as-of", "2026-11-23")
    assert result.exit_code == 1
    assert "allow    spring-1  with a waiver of spending/approved\n" in result.stdout
    assert "deny     spring-9  violates spending/approved\n" in result.stdout


def test_all_allowed_ends_with_zero(decide: Run, write: Write, campaign: object) -> None:
    result = decide(write("c.json", [campaign, campaign]))
    assert result.exit_code == 0
    assert "2 records\n          2  allowed\n" in result.stdout
    assert "by rule" not in result.stdout
    assert "because" not in result.stdout


def test_csv_is_read_by_its_header(decide: Run, write: Write) -> None:
    result = decide(write("c.csv", "id,markets\nc-1,DE\nc-2\n"))
    assert result.exit_code == 1
    assert "refused  record 1, line 2  /markets: " in result.stdout
    assert "refused  record 2, line 3  the record has 1 cells" in result.stdout


def test_standard_input_of_any_length_takes_flat_memory(
    decide: Run, monkeypatch: pytest.MonkeyPatch, ndjson: str
) -> None:
    monkeypatch.setattr(submissions, "LONGEST_DOCUMENT", 100)
    assert len(ndjson) > 100
    assert decide("-", "--json", stdin=ndjson).stdout.count("\n") == 8
    assert records.LONGEST_DOCUMENT > 100


def test_reasons_are_counted_without_the_words_of_the_submitter() -> None:
    counted = Tally()
    for number in range(tally.MOST_REASONS + 5):
        for reason in (f"unknown fact `f{number}`", f"reason {number}"):
            fault = Fault(pointer="", message=reason, help=None)
            counted.add(Refusal(number=number, line=None, faults=(fault,)))
    shown = "\n".join(line.plain for line in counted.lines())
    assert f"      {tally.MOST_REASONS + 5}  unknown fact `…`" in shown
    assert f"          6  {OTHER}" in shown


def test_every_row_of_a_real_library_ends_in_an_answer(
    run: Run, snapchat_csv: Path, tmp_path: Path
) -> None:
    """Of 100 rows here; `tests/acceptance` decides on all of them."""
    rows = tmp_path / "rows.csv"
    with snapchat_csv.open(newline="") as source, rows.open("w", newline="") as target:
        csv.writer(target).writerows(islice(csv.reader(source), 101))
    terms = ("--format", "snapchat", "--as-of", "2020-09-01", "--json")
    result = run("decide", rows, *terms)
    assert result.exit_code == 1
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == 100
    for answer in answers:
        assert answer.get("decision") in {"allow", "deny"} or answer["refused"]
    assert result.stderr.startswith("100 records\n")


def test_a_refused_element_of_a_list_has_no_line(decide: Run, write: Write) -> None:
    result = decide(write("c.json", [{"idd": 1}, 2]))
    told = "refused  record 1  /idd: unknown fact `idd`; did you mean `id`?\n"
    assert result.stdout.startswith(told)
    assert "refused  record 2  the record should be an object" in result.stdout
