"""Regular expressions mean the same in every version of Python that is supported."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SET = re.compile(r"\[[^\]]*\]")
_POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{+[\d,]+\}+)\+|\(\?>")


def test_no_group_is_repeated_possessively() -> None:
    """Before Python 3.11.5 such groups match wrongly (python/cpython#106052)."""
    assert list(_found()) == []


def _found() -> Iterator[str]:
    for path in sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("api/**/*.py")]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _POSSESSIVE_GROUP.search(_SET.sub("", line)):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
