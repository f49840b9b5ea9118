"""The Snapchat library of 2020 through the front doors: 5,757 records that nobody here wrote.

As if launched on 2026-11-23, the rule on profiled ads for minors denies exactly 143 of them: those
in an EU country that reach people under 18 and were aimed by interests, segments or demographics.
On their own dates it denies none of the first three hundred, since it was not in force. The
service takes those that could be among them, and every twentieth of the others.
"""

import csv
import io
import json
import re
import subprocess
import sys
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from api.installation.settings import load_settings
from api.installation.setup import initialise
from engine.audit.verification.verify import verify_export
from engine.storage.keys import Role
from tests.api.installation import Installation, Served, free_port, serving

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

ROWS = 5757
RULE = "minors/no_profiled_ads"
DENIED = 143
Document = dict[str, Any]


def violated_on_the_command_line(file: Path, rows: int, *options: str) -> dict[str, int]:
    """Return how many records break each rule, by the summary below a line for each record."""
    command = [sys.executable, "-m", "api.cli", "decide", str(file), "--format", "snapchat"]
    made = subprocess.run(  # noqa: S603 - our own command.
        [*command, *options], capture_output=True, text=True, check=False
    )
    assert made.returncode == 1, made.stderr
    lines, _, summary = made.stdout.partition(f"\n{rows:,} records\n")
    assert len(lines.splitlines()) == rows
    assert re.search(r"^ +0  refused$", summary, re.MULTILINE)
    counts = re.findall(r"^ +([\d,]+) +[\d,]+  (\w+/\w+)", summary, re.MULTILINE)
    return {rule: int(count.replace(",", "")) for count, rule in counts}


def test_the_command_line_denies_143_as_if_launched_now(snapchat_csv: Path) -> None:
    terms = ("--as-of", "2026-11-23", "--as-if-launched", "2026-11-23")
    assert violated_on_the_command_line(snapchat_csv, ROWS, *terms)[RULE] == DENIED


def test_the_rule_denies_none_on_their_own_dates(snapchat_csv: Path, tmp_path: Path) -> None:
    file, rows = tmp_path / "rows.csv", 300
    with snapchat_csv.open(newline="", encoding="utf-8-sig") as given, file.open("w") as chosen:
        csv.writer(chosen).writerows(islice(csv.reader(given), rows + 1))
    found = violated_on_the_command_line(file, rows, "--as-of", "2020-12-31")
    assert RULE not in found
    assert len(found) > 1


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The service as it ships, with the shipped policies and two workers."""
    folder = tmp_path_factory.mktemp("service")
    chosen = {"data_directory": str(folder / "var"), "port": free_port(), "log_level": "error"}
    settings = load_settings({f"ASSENT_{name.upper()}": value for name, value in chosen.items()})
    trial = next(key for key in initialise(settings).keys if Role.SUBMITTER in key.key.roles)
    with serving(Installation(settings=settings, tokens={"both": trial.token})) as running:
        yield running


def test_the_service_finds_the_same_143_among_every_twentieth(
    served: Served, snapchat_csv: Path
) -> None:
    with snapchat_csv.open(newline="", encoding="utf-8-sig") as file:
        given = enumerate(csv.DictReader(file))
        rows = [launched_now(row) for at, row in given if at % 20 == 0 or could_be_denied(row)]
    body = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    path = "/v1/decisions/batch?format=snapchat&as_of=2026-11-23T00:00:00Z"
    status, _, text = served.request(
        "POST", path, body, Content_Type="application/x-ndjson", Accept="application/x-ndjson"
    )
    answers = [json.loads(line) for line in text.splitlines()]
    assert status == 200
    assert [each["line"] for each in answers] == list(range(1, len(rows) + 1))
    assert all("decision" in each or "error" in each for each in answers)
    denied = {each["id"] for each in answers if RULE in violated_in(each)}
    assert len(denied) == DENIED
    assert found(served, rule=RULE) == denied
    assert_log_verifies(served, entries=sum("decision" in each for each in answers))


def could_be_denied(row: dict[str, str]) -> bool:
    """Whether a record reaches people under 18 outside of the United States, and aims at any."""
    youngest = row["AgeBracket"].partition("-")[0].rstrip("+")
    named_to = re.fullmatch(r"\d+-", row["AgeBracket"])
    adult = youngest.isdecimal() and int(youngest) >= 18 and not named_to
    aimed = row["Interests"] or row["Segments"] or row["AdvancedDemographics"]
    return bool(aimed) and not adult and row["CountryCode"] != "united states"


def launched_now(row: dict[str, str]) -> dict[str, str]:
    """Return a record with its flight moved, for what is recorded is decided as it is submitted."""
    form = "%Y/%m/%d %H:%M:%SZ"
    ends = {name: row[name] for name in ("StartDate", "EndDate") if row[name]}
    moments = {name: datetime.strptime(text, form) for name, text in ends.items()}  # noqa: DTZ007 - all are in UTC.
    later = date(2026, 11, 23) - moments["StartDate"].date()
    return row | {name: (moment + later).strftime(form) for name, moment in moments.items()}


def violated_in(answer: Document) -> set[str]:
    findings = answer.get("findings", ())
    return {each["rule"] for each in findings if each["status"] == "violated"}


def found(served: Served, **filters: str) -> set[str]:
    """Return the ids of the decisions that a search finds, page by page."""
    ids: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        query = filters | {"limit": "50"} | ({"cursor": cursor} if cursor else {})
        status, _, text = served.request("GET", f"/v1/decisions?{urlencode(query)}")
        page = json.loads(text)
        assert status == 200, page
        ids |= {each["id"] for each in page["items"]}
        cursor = page["next"]
    return ids


def assert_log_verifies(served: Served, *, entries: int) -> None:
    status, _, text = served.request("GET", "/v1/log/export")
    assert status == 200
    report = verify_export(io.BytesIO(text))
    assert report.faults == ()
    lines = [json.loads(line) for line in text.splitlines()[1:]]
    assert sum(line["columns"] is not None for line in lines) == entries
