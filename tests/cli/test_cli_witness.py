"""`assent verify` with witnesses: who cosigned, who did not, and what they were asked of."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from engine.audit.checkpoints.note import read_note
from engine.audit.export import write_export
from engine.audit.merkle.tree import TreeHead, leaf_hash, tree_root
from tests.audit.conftest import NOON
from tests.audit.loopback_witness import LoopbackWitness
from tests.audit.published import KEY, MemorySource, leaf, published

Run = Callable[..., Result]
OneLine = Callable[[Result], str]

ONE = LoopbackWitness(name="one.example", seed=bytes([1]) * 32)
TWO = LoopbackWitness(name="two.example", seed=bytes([2]) * 32)
VKEY = str(KEY.verifier)


def written(source: MemorySource, directory: Path) -> Path:
    for path, content in source.files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return directory


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A log that one witness has cosigned."""
    source = published([leaf(number) for number in range(3)])
    note = source.files["checkpoint"]
    source.files["checkpoint"] = note + ONE.cosign(read_note(note).text)
    return written(source, tmp_path / "tree")


def test_witnesses_that_cosigned_are_named_with_their_time(run: Run, tree: Path) -> None:
    result = run("verify", tree, "--vkey", VKEY, "--witness", ONE.vkey)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "VERIFIED  3 entries, nothing is wrong"
    assert lines[2] == "  cosigned   one.example, at 2026-09-21T14:13:20Z"
    document = json.loads(
        run("verify", tree, "--vkey", VKEY, "--witness", ONE.vkey, "--json").stdout
    )
    assert document["cosigned_by"] == [{"vkey": ONE.vkey, "time": "2026-09-21T14:13:20Z"}]


def test_quorum_that_is_not_met_says_who_is_missing(run: Run, tree: Path, tmp_path: Path) -> None:
    file = tmp_path / "witnesses.vkey"
    file.write_text(f"{ONE.vkey}\n{TWO.vkey}\n")
    result = run("verify", tree, "--vkey", VKEY, "--witness", file)
    assert result.exit_code == 1
    assert (
        "the export: 2 of 2 witnesses must have cosigned the checkpoint, and 1 did; missing:"
        " `two.example` (quorum_missing)"
    ) in result.stdout
    assert run("verify", tree, "--vkey", VKEY, "--witness", file, "--quorum", "1").exit_code == 0


def test_nobody_asks_for_witnesses_unasked(run: Run, tree: Path) -> None:
    result = run("verify", tree, "--vkey", VKEY)
    assert "cosigned" not in result.stdout
    assert json.loads(run("verify", tree, "--vkey", VKEY, "--json").stdout)["cosigned_by"] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--quorum", "1"], "it counts witnesses, and none is given"),
        (["--witness", ONE.vkey, "--quorum", "2"], "a quorum of 1 witness is a number from 1 to 1"),
        (["--witness", ONE.vkey, "--quorum", "0"], "no whole number from 1 up"),
        (["--witness", ONE.vkey, "--witness", ONE.vkey], "is given twice"),
        (["--witness", VKEY], "is no public key of a witness: it is the key of a log"),
        (["--vkey", ONE.vkey], "is no public key of a log: it is the key of a witness"),
        (["--witness", "none.vkey"], "none.vkey: no such file"),
    ],
)
def test_options_that_cannot_be_used(
    run: Run, one_line: OneLine, tree: Path, options: list[str], words: str
) -> None:
    assert words in one_line(run("verify", tree, "--vkey", VKEY, *options))


def test_export_is_vouched_for_by_a_cosigned_checkpoint(
    run: Run, one_line: OneLine, tree: Path, tmp_path: Path
) -> None:
    file = tmp_path / "log.ndjson"
    leaves = [leaf(number) for number in range(3)]
    with file.open("wb") as stream:
        write_export(
            stream,
            head=TreeHead(size=3, root=tree_root(map(leaf_hash, leaves))),
            entries=(),
            exported_at=NOON,
        )
    options = ["--vkey", VKEY, "--witness", ONE.vkey]
    unsigned = one_line(run("verify", file, *options))
    assert "give a cosigned checkpoint as `--trusted`" in unsigned
    cosigned = run("verify", file, *options, "--trusted", tree / "checkpoint")
    assert "cosigned   one.example" in cosigned.stdout
    assert "quorum_missing" not in cosigned.stdout
    two = run("verify", file, *options, "--witness", TWO.vkey, "--trusted", tree / "checkpoint")
    assert two.exit_code == 1
    assert "missing: `two.example` (quorum_missing)" in two.stdout
