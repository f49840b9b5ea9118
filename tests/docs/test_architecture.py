"""`docs/contributing/`: every room of the engine is on its page, and every path leads somewhere.

`ASSENT_REGENERATE=1` writes the table of rooms anew, from what the packages say of themselves.
"""

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "contributing").glob("*.md"))
PATH = re.compile(r"`((?:api|benchmarks|docs|engine|policies|tests)/[\w./-]*)`")
TABLE = re.compile(r"(?<=<!-- rooms -->\n).*?(?=<!-- /rooms -->)", re.DOTALL)
TO_COME = {"tests/golden/bad/syntax/NAME.policy"}


def test_every_room_is_on_the_page() -> None:
    page = ROOT / "docs" / "contributing" / "architecture.md"
    text = page.read_text()
    rows = [f"| `{room}/` | {_about(room)} |\n" for room in _rooms()]
    made = TABLE.sub("".join(["| room | what is in it |\n", "|---|---|\n", *rows]), text)
    if os.environ.get("ASSENT_REGENERATE") == "1":
        page.write_text(made)
    assert made == page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_leads_somewhere(page: Path) -> None:
    paths = set(PATH.findall(page.read_text())) - TO_COME
    assert paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def _rooms() -> list[str]:
    found = (file.parent for file in (ROOT / "engine").rglob("__init__.py"))
    return sorted(str(room.relative_to(ROOT)) for room in found if room.name != "engine")


def _about(room: str) -> str:
    told = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text()))
    assert told, f"{room} does not say what is in it"
    return re.sub(r"^Floor \d: (.)", lambda match: match[1].upper(), told.splitlines()[0])
