"""The sizes of the house: no file above 600 lines, no function above 60, and small ones mostly."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((*(ROOT / "engine").rglob("*.py"), *(ROOT / "api").rglob("*.py")))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", length


@pytest.mark.parametrize("file", [*FILES, *TESTS], ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_is_above_600_lines(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 600


def test_no_function_is_above_60_lines() -> None:
    long = [name for file in FILES for name, length in functions(file) if length > 60]
    assert long == []


def test_most_files_and_functions_are_small() -> None:
    lengths = [length for file in FILES for _, length in functions(file)]
    assert median(lengths) <= 10
    assert median(len(file.read_text().splitlines()) for file in FILES) <= 200


def test_no_module_is_an_attic() -> None:
    attics = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools"}
    assert [str(file) for file in FILES if file.stem in attics or file.parent.name in attics] == []
