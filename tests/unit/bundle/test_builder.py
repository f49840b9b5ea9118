"""A builder makes nothing twice, and makes what `build` makes."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from engine.bundle import bundle
from engine.bundle.bundle import Builder, build
from engine.source.text import Source
from engine.syntax.parse import parse

VOCABULARY = (Path(__file__).parents[2] / "golden" / "vocabulary.policy").read_text()
POLICY = """\
instrument TEST "A law" "http://d"
policy p "P"
  rule r "R"
    source TEST art 1
    in force from 2024-01-01
    require campaign.flight.start is known
    message "m"
    remedy "r"
end policy
"""
FILES = {"vocabulary.policy": VOCABULARY, "p.policy": POLICY}


def test_unchanged_files_make_the_very_same_bundle() -> None:
    builder = Builder()
    first, faults = builder.build("same", FILES)
    assert first is not None
    assert not any(fault.is_error for fault in faults)
    assert builder.build("same", dict(FILES))[0] is first


def test_another_name_or_another_text_makes_another_bundle() -> None:
    builder = Builder()
    first, _ = builder.build("one", FILES)
    renamed, _ = builder.build("two", FILES)
    changed, _ = builder.build("two", {**FILES, "p.policy": POLICY.replace('"m"', '"n"')})
    assert first is not None
    assert renamed is not None
    assert changed is not None
    assert (first.name, renamed.name) == ("one", "two")
    assert first.digest == renamed.digest != changed.digest


def test_after_any_change_a_builder_makes_what_a_fresh_build_makes() -> None:
    builder = Builder()
    histories = (
        FILES,
        {**FILES, "p.policy": POLICY.replace("require", "reqire")},
        {**FILES, "p.policy": POLICY.replace('"m"', '"n"')},
        {"vocabulary.policy": VOCABULARY, "q.policy": POLICY},
        {"p.policy": POLICY},
        FILES,
    )
    for files in histories:
        made, found = builder.build("same", files)
        fresh, expected = build("same", files)
        assert found == expected
        assert (made and made.digest) == (fresh and fresh.digest)
        assert (made and made.policies.rules) == (fresh and fresh.policies.rules)


def test_a_list_that_changes_is_read_anew() -> None:
    builder = Builder()
    text = 'set S of place "s"\n  is column "x" of "s.csv"\nend set\n'
    files = {**FILES, "s.policy": text, "s.csv": "x\nDE\n"}
    first, _ = builder.build("same", files)
    second, _ = builder.build("same", {**files, "s.csv": "x\nFR\n"})
    assert first is not None
    assert second is not None
    assert second.policies.sets["S"].editions[0].content == frozenset({"FR"})
    assert first.digest != second.digest


def test_files_that_were_changed_in_place_are_seen() -> None:
    builder = Builder()
    files = dict(FILES)
    first, _ = builder.build("same", files)
    files["p.policy"] = POLICY.replace('"m"', '"n"')
    assert builder.build("same", files)[0] is not first


def test_a_copy_parses_only_what_differs_and_goes_its_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []

    def noting(source: Source) -> bundle.Parsed:
        parsed.append(source.name)
        return parse(source)

    monkeypatch.setattr(bundle, "parse", noting)
    one = Builder()
    first, _ = one.build("one", FILES)
    other = one.copy()
    files = {**FILES, "p.policy": POLICY.replace('"m"', '"n"')}
    second, found = other.build("other", files)
    assert parsed == ["p.policy", "vocabulary.policy", "p.policy"]
    again, _ = one.build("renamed", FILES)
    assert parsed[3:] == []
    fresh, expected = build("other", files)
    assert found == expected
    assert second is not None
    assert fresh is not None
    assert (second.digest, second.policies.rules) == (fresh.digest, fresh.policies.rules)
    assert first is not None
    assert again is not None
    assert again.policies.rules == first.policies.rules != second.policies.rules


@pytest.mark.parametrize("is_at_work", [True, False])
def test_the_garbage_collector_is_left_as_it_was(*, is_at_work: bool) -> None:
    was_at_work = gc.isenabled()
    (gc.enable if is_at_work else gc.disable)()
    try:
        build("p", {"broken.policy": "policy"})
        assert gc.isenabled() is is_at_work
    finally:
        (gc.enable if was_at_work else gc.disable)()


def test_what_a_process_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        build("frozen", FILES)
        # Some of it may be let go of by whoever had it; what is thawed is thawed as a whole.
        assert gc.get_freeze_count() > frozen // 2
    finally:
        gc.unfreeze()


PILES = """
import sys
from engine.bundle.collector import Collector

collector, before = Collector(), sys.getallocatedblocks()
for _ in range(12):
    with collector.at_rest():
        cells = [[] for _ in range(before // 8)]
        for cell in cells:
            cell.append(cell)  # The list of one element is a block of its own.
    del cells, cell
print(before, sys.getallocatedblocks())
"""


def test_what_builds_leave_behind_does_not_pile_up() -> None:
    """Twelve times a quarter of all that there is, in cycles: without them it doubles at most.

    A process of its own has little to go through.
    """
    command = [sys.executable, "-c", PILES]
    made = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own.
    before, after = map(int, made.stdout.split())
    assert after < before * 11 // 4
