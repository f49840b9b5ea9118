"""Pairs of policies, as counsel edits them, beside the sentences that say what changed.

`ASSENT_REGENERATE=1` rewrites the expectations; a change of them is justified in its commit.
"""

import os
from pathlib import Path

import pytest

from engine.analysis.change import Kind
from engine.analysis.changes import changes
from engine.analysis.report import sentences, summary
from engine.bundle.bundle import build
from engine.bundle.load import read_directory
from engine.semantics.tree import Policies

PAIRS = sorted(path for path in (Path(__file__).parent / "diff").iterdir() if path.is_dir())
SILENT = {
    *("moved_between_files", "layout", "bound_names"),
    *("set_by_hand_same", "table_reordered", "table_input_renamed"),
    "same_prohibition_as_requirement",
}

VARIED = {
    *("alternative_added", "alternative_dropped", "definition_in_exception", "duty"),
    *("enforcement_lowered", "exception_added", "exception_gone", "exception_renamed"),
    *("facts", "facts_presumed", "instrument", "parameter_editions", "parameter_retyped"),
    *("permission", "places_listed_by_hand", "quantifier_if_any", "severity_and_unknown"),
    *("table_edition_added", "table_edition_ends", "table_factored_out"),
    *("table_input_added", "table_input_removed", "table_input_retyped"),
    *("table_inputs_order", "texts", "waivers"),
}
"""Pairs that show every kind of change between them."""


def policies_of(directory: Path) -> Policies:
    bundle, diagnostics = build("golden", read_directory(directory))
    assert bundle is not None, diagnostics
    return bundle.policies


def told(pair: Path) -> str:
    found = sentences(changes(policies_of(pair / "old"), policies_of(pair / "new")))
    lines = []
    for each in found:
        lines.append(f"{each.subject.realm.value} {each.subject.name}: {each.lean.value}")
        changed = zip(each.changes, each.sentences, strict=True)
        lines += [f"  {change.lean.value}: {words}" for change, words in changed]
    return "\n".join([*lines, summary(found)]) + "\n"


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_what_changed_reads_as_expected(pair: Path) -> None:
    expected = pair / "expected.txt"
    if os.environ.get("ASSENT_REGENERATE") == "1":
        expected.write_text(told(pair))
    assert told(pair) == expected.read_text()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_only_what_has_no_meaning_is_silent(pair: Path) -> None:
    """What is told is what is expected, as above."""
    silent = (pair / "expected.txt").read_text() == summary(()) + "\n"
    assert silent == (pair.name in SILENT)


@pytest.mark.no_cover  # Each pair is measured by itself.
def test_every_kind_is_shown_by_some_pair() -> None:
    shown = {
        change.kind
        for pair in PAIRS
        if pair.name in VARIED
        for change in changes(policies_of(pair / "old"), policies_of(pair / "new"))
    }
    assert set(Kind) - shown == set()
