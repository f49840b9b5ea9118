"""The page of an adapter names every fact that the adapter tells, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.adapters import FORMATS
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import ARCHIVED, COMPLETE, EXPORTED, SMART_PLUS, SQUADS

PAGES = Path(__file__).parents[3] / "docs/adapters"
_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def facts(value: JSONValue, path: str) -> Iterator[str]:
    match value:
        case {"amount": _, "currency": _}:
            yield path
        case dict():
            for name, inner in value.items():
                yield from facts(inner, f"{path}.{name}" if path else name)
        case [dict(), *_]:
            for element in value:
                yield from facts(element, f"{path}[]")
        case _:
            yield path


def documented(name: str) -> set[str]:
    return set(_ROW.findall((PAGES / f"{name}.md").read_text(encoding="utf-8")))


def test_every_format_has_a_page() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} >= FORMATS.keys()


def test_page_of_snapchat_names_every_fact(row: dict[str, JSONValue]) -> None:
    sides = ("Regions", "Electoral Districts", "Radius Targeting", "Postal Codes")
    excluded = {f"{side} (Excluded)": row[f"{side} (Included)"] for side in sides}
    told = [FORMATS["snapchat"](record).campaign for record in (row | excluded, SQUADS)]
    assert {fact for one in told for fact in facts(one, "")} == documented("snapchat")


def test_page_of_meta_names_every_fact(joined: dict[str, JSONValue]) -> None:
    told = [FORMATS["meta"](record).campaign for record in (joined, ARCHIVED, EXPORTED)]
    assert {fact for one in told for fact in facts(one, "")} == documented("meta")


@pytest.mark.parametrize("name", COMPLETE)
def test_page_names_every_fact(name: str) -> None:
    records = [COMPLETE[name], *([SMART_PLUS] if name == "tiktok" else [])]
    told = [FORMATS[name](record).campaign for record in records]
    assert {fact for one in told for fact in facts(one, "")} == documented(name)


@pytest.mark.parametrize("name", FORMATS)
def test_page_names_no_fact_twice(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert len(_ROW.findall(page)) == len(documented(name))
