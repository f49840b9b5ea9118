"""An end says the same by its last day and by the first day after it."""

import re
from datetime import date, timedelta

from hypothesis import given, settings

from engine.bundle.bundle import build
from engine.bundle.load import read_directory, shipped_directory
from engine.semantics.tree import Policies
from tests.strategies.policy_texts import bundle_of, policy_files

_DAY = timedelta(days=1)
_END = re.compile(r"(?<=\d )(until|through) (\d{4}-\d\d-\d\d)(?= is |\n)")


def otherwise(text: str) -> str:
    """Return a policy text with each end in the other spelling."""

    def other(found: re.Match[str]) -> str:
        day = date.fromisoformat(found[2])
        return f"through {day - _DAY}" if found[1] == "until" else f"until {day + _DAY}"

    return _END.sub(other, text)


@settings(max_examples=40)
@given(policy_files())
def test_both_spellings_of_an_end_are_the_same_law(files: dict[str, str]) -> None:
    changed = {name: otherwise(text) for name, text in files.items()}
    assert changed != files
    assert bundle_of(changed).policies == bundle_of(files).policies


def test_so_they_are_in_the_shipped_policies() -> None:
    files = read_directory(shipped_directory())
    changed = {
        name: otherwise(text) if name.endswith(".policy") else text for name, text in files.items()
    }
    assert sum(text != changed[name] for name, text in files.items()) > 5
    assert policies_of(changed) == policies_of(files)


def policies_of(files: dict[str, str]) -> Policies:
    bundle, faults = build("p", files)
    assert bundle is not None, faults
    return bundle.policies
