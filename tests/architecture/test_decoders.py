"""What is read by its type is read by a decoder that was made when its module was imported.

`msgspec` describes a type once, when it is first read, and lets other threads see the description
before it is whole (version 0.22): the process then ends by SIGSEGV.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESCRIBED_BY_ONE_THREAD = {
    "engine/evaluation/descriptor/plain_decode.py": "of types that nobody else has",
    "engine/evaluation/standing_facts/book.py": "of a type that is described at import",
    "api/client/bodies.py": "under a lock",
}


def test_no_type_is_described_on_the_way() -> None:
    assert set(_found()) == DESCRIBED_BY_ONE_THREAD.keys()


def _found() -> Iterator[str]:
    for path in sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("api/**/*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
        if any(_describes(each) for function in functions for each in ast.walk(function)):
            yield str(path.relative_to(ROOT))


def _describes(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("msgspec."):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    is_typed = len(node.args) > 1 or any(each.arg == "type" for each in node.keywords)
    return name in {"Decoder", "convert"} or (name == "decode" and is_typed)
