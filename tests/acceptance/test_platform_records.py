"""Every real record through its adapter and all shipped packs: `docs/adapters/records.md`.

The records were written by others; each ends in a decision or in a refusal that says where and why.
The page is renewed with `ASSENT_REGENERATE=1`, where the folder of records is.
"""

import csv
import gzip
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from api.adapters import RecordFault, read_records
from api.cli.sound_policies import build_policies
from api.deciding.submission import Refused, Terms, submit
from api.examination.policy_files import read_policies
from engine import Engine
from engine.evaluation.result import Status
from engine.source.json_text import JSONValue
from tests.conftest import shared

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

PAGE = Path(__file__).parents[2] / "docs" / "adapters" / "records.md"
BEGIN, END = "<!-- records -->\n\n", "<!-- end of records -->"
DAY = date(2026, 11, 23)
_BEGINNING = re.compile(r"^`[^`]*`(?! should| is missing)|(?<=^the call )`[^`]*`")
Members = dict[str, JSONValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of records: its title, how its records are read, and which adapter reads one."""

    title: str
    path: tuple[str, str]
    form: str
    chosen: Callable[[Members], bool] = lambda _: True
    inner: str | None = None


def _of(platform: str) -> Callable[[Members], bool]:
    return lambda members: members["platform"] == platform


_API = ("platform-api-records", "records.jsonl")
_OPENRTB = "openrtb-privacy-requests"
SOURCES = (
    Source(title="Snapchat library 2020", path=("snapchat-ads-2020", "ads.csv"), form="snapchat"),
    Source(title="Meta SDK examples", path=("meta-sdk-payloads", "payloads.jsonl"), form="meta"),
    Source(title="Meta API", path=_API, form="meta", chosen=_of("meta"), inner="record"),
    Source(title="Meta Ad Library 2019", path=("meta-adlib-eu-2019", "ads.jsonl"), form="meta"),
    Source(
        title="Meta page targeting 2024",
        path=("meta-page-targeting-2024", "targeting.csv.gz"),
        form="meta",
    ),
    Source(
        title="LinkedIn API", path=_API, form="linkedin", chosen=_of("linkedin"), inner="record"
    ),
    Source(title="TikTok API", path=_API, form="tiktok", chosen=_of("tiktok"), inner="record"),
    Source(
        title="Prebid Server", path=(_OPENRTB, "prebid_server.jsonl"), form="openrtb", inner="body"
    ),
    Source(title="IAB DSA sample", path=(_OPENRTB, "iab_dsa_sample_request.json"), form="openrtb"),
)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of the records of a source."""

    read: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    violated: Counter[str] = field(default_factory=Counter)
    asking: Counter[str] = field(default_factory=Counter)


@cache
def outcomes() -> dict[str, Outcome]:
    """What came of all records: no fixture, whose coverage would be measured."""
    engine = Engine(build_policies(read_policies(None)))
    return {source.title: _outcome(engine, source) for source in SOURCES}


def _outcome(engine: Engine, source: Source) -> Outcome:
    made = Outcome()
    moment = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    terms = Terms(format=source.form, as_of=moment, as_if_launched=DAY)
    for members in _records(source):
        made.read += 1
        answer = submit(engine, members, terms=terms, id="")
        if isinstance(answer, Refused):
            made.refused[_kind(answer.faults[0].message)] += 1
            continue
        made.effects[answer.decision.effect.value] += 1
        for result in answer.decision.results:
            if result.status is Status.VIOLATED:
                made.violated[result.rule.id] += 1
            elif result.status is Status.UNDETERMINED:
                made.asking[result.rule.id] += 1
    return made


def _records(source: Source) -> Iterator[JSONValue]:
    file = shared("data", *source.path)
    if file.suffix == ".gz":
        with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
            yield from (dict(row) for row in csv.DictReader(text))
        return
    for submitted in read_records(file):
        assert not isinstance(submitted, RecordFault)
        if source.chosen(submitted.value):
            yield submitted.value[source.inner] if source.inner else submitted.value


def _kind(reason: str) -> str:
    """Return a reason without the words of the record, which stand at its beginning."""
    return _BEGINNING.sub("`…`", reason)


def _table(outcomes: dict[str, Outcome]) -> str:
    out = io.StringIO()
    out.write("| records | format | read | refused | decided | allowed | denied |\n")
    out.write("|---|---|--:|--:|--:|--:|--:|\n")
    for source in SOURCES:
        made = outcomes[source.title]
        decided, refused = made.effects.total(), made.refused.total()
        counts = (made.read, refused, decided, made.effects["allow"], made.effects["deny"])
        shown = " | ".join(f"{count:,}" for count in counts)
        out.write(f"| {source.title} | `{source.form}` | {shown} |\n")
    out.write("\n## Why records are refused\n\n| records | reason | number |\n|---|---|--:|\n")
    for title, made in outcomes.items():
        for reason, count in sorted(made.refused.items(), key=lambda each: (-each[1], each[0])):
            out.write(f"| {title} | {reason} | {count:,} |\n")
    out.write("\n## Which rules they meet\n\n")
    met = {title: made for title, made in outcomes.items() if made.effects}
    out.write(f"| rule | {' | '.join(met)} |\n|---|{'--:|' * len(met)}\n")
    for rule in sorted({rule for made in met.values() for rule in made.violated | made.asking}):
        cells = " | ".join(_cell(made, rule) for made in met.values())
        out.write(f"| `{rule}` | {cells} |\n")
    return out.getvalue()


def _cell(made: Outcome, rule: str) -> str:
    """Return how many records break a rule, and in brackets how many it cannot judge."""
    counts = (f"{made.violated[rule]:,}", f"({made.asking[rule]:,})")
    return " ".join(count for count in counts if count not in ("0", "(0)"))


def test_every_record_ends_in_an_answer() -> None:
    for made in outcomes().values():
        assert made.read == made.refused.total() + made.effects.total() > 0


def test_page_says_what_came_of_every_record() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    written, end, after = rest.partition(END)
    assert begin
    assert end
    expected = _table(outcomes()) + "\n"
    if os.environ.get("ASSENT_REGENERATE") == "1":
        PAGE.write_text(before + begin + expected + end + after, encoding="utf-8")
        return
    assert written == expected


def test_malformed_sample_is_a_fault_with_its_place() -> None:
    """The sample of the specification has typographic quotes: it says so, and where."""
    file = shared("data", _OPENRTB, "iab_dsa_sample_response.invalid.json")
    with pytest.raises(ValueError, match="line 18, column 20"):
        list(read_records(file))
