"""The page of rooms names every room of the interfaces, from the top down, as they are held."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_shows_the_rooms_in_their_layers() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = next(each for each in told["contracts"] if each.get("containers") == ["api"])
    layers = [set(layer.split(" | ")) for layer in held["layers"]]
    page = (ROOT / "docs/contributing/architecture.md").read_text()
    told_of = page.partition("## The floors of `api/`")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", told_of, re.MULTILINE)
    rows = [set(re.findall(r"`(\w+)`", cell)) for cell in cells]
    above, below = rows[: len(layers) - 1], rows[len(layers) - 1 :]
    assert [*above, set().union(*below)] == layers
