"""Real records in the README: what somebody who knows no law is told of them.

`ASSENT_REGENERATE=1` writes the gallery anew, where the folder of records is.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from textwrap import wrap
from typing import Any

from api.adapters import SubmittedRecord, read_records
from api.deciding.submission import Decided, Terms, submit
from engine import Engine, load_bundle
from tests.conftest import shared

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- gallery -->\n```text\n).*?(?=```)", re.DOTALL)
DAY = date(2026, 11, 24)
TITLES = (
    ("an ad on Snapchat, in the library of 2020", "snapchat-ads-2020", "ads.csv", "snapchat", 67),
    (
        "another, aimed by an audience of which nothing is said",
        "snapchat-ads-2020",
        "ads.csv",
        "snapchat",
        4,
    ),
    (
        "a request of an ad exchange",
        "openrtb-privacy-requests",
        "prebid_server.jsonl",
        "openrtb",
        68,
    ),
)
RULES = ("minors/no_profiled_ads", "audience_data/lawful_basis", "consent_string/disclosed_vendors")


def record(folder: str, name: str, number: int) -> Any:
    records = read_records(shared("data", folder, name))
    (found,) = islice(records, number - 1, number)
    assert isinstance(found, SubmittedRecord)
    return found.value.get("body", found.value)


def gallery() -> Iterator[str]:
    engine = Engine(load_bundle(ROOT / "policies"))
    as_of = datetime(2026, 11, 24, tzinfo=UTC)
    for (title, folder, name, form, number), rule in zip(TITLES, RULES, strict=True):
        terms = Terms(format=form, as_of=as_of, as_if_launched=DAY)
        outcome = submit(engine, record(folder, name, number), terms=terms, id="")
        assert isinstance(outcome, Decided)
        assert outcome.document["decision"] == "deny"
        findings: Any = outcome.document["findings"]
        (finding,) = [each for each in findings if each["rule"] == rule]
        assert finding["status"] == "violated"
        yield f"DENY  {title}"
        yield f"✗ {finding['title']}"
        yield from wrap(finding["message"], 98, initial_indent="  ", subsequent_indent="  ")
        to_pass = f"to pass: {finding['remedy']}"
        yield from wrap(to_pass, 98, initial_indent="  ", subsequent_indent="  ")
        yield ""


def test_the_gallery_tells_real_records_as_they_are_told() -> None:
    told = "\n".join(gallery()).rstrip() + "\n"
    text = README.read_text(encoding="utf-8")
    if os.environ.get("ASSENT_REGENERATE") == "1":
        README.write_text(BLOCK.sub(lambda _: told, text, count=1), encoding="utf-8")
    (shown,) = BLOCK.findall(README.read_text(encoding="utf-8"))
    assert shown == told
