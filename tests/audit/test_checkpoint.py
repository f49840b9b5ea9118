"""Checkpoints: three lines, signed under the log's own name."""

import json
from pathlib import Path

import pytest

from engine.audit.checkpoints.checkpoint import (
    Checkpoint,
    CheckpointError,
    open_checkpoint,
    sign_checkpoint,
)
from engine.audit.checkpoints.note import NoteError, SignerKey, VerifierKey, read_note, sign_note
from engine.audit.merkle.tree import TreeHead
from tests.audit.published import KEY, ORIGIN, OTHER_KEY

HEAD = TreeHead(size=7, root=bytes(range(32)))
ROOT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_text_is_three_lines() -> None:
    signed = sign_checkpoint(HEAD, [KEY])
    assert read_note(signed.note).text == f"{ORIGIN}\n7\n{ROOT}\n"
    assert open_checkpoint(signed.note, [KEY.verifier]) == signed
    assert signed.head == HEAD


def test_production_checkpoint_of_another_log(vectors: Path) -> None:
    published = json.loads((vectors / "signed-note" / "vectors.json").read_text())
    (case,) = [case for case in published["good"] if "checkpoint" in case]
    checkpoint = Checkpoint.read(read_note(case["note"].encode()).text)
    assert checkpoint.origin == case["checkpoint"]["origin"]
    assert checkpoint.head.size == case["checkpoint"]["size"]
    assert case["checkpoint"]["root"] in checkpoint.text()
    with pytest.raises(CheckpointError, match="another origin"):  # Its key has not its name.
        open_checkpoint(case["note"].encode(), [VerifierKey.read(case["vkey"])])


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n7\n{ROOT}\nextension\n",
        f"{ORIGIN}\n07\n{ROOT}\n",
        f"{ORIGIN}\n-7\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n\u0667\n{ROOT}\n",
        f"{ORIGIN}\n7\n{ROOT[:-2]}9=\n",
        f"{ORIGIN}\n7\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n7\n",
        f"\n7\n{ROOT}\n",
    ],
)
def test_texts_that_are_no_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint.read(text)
    with pytest.raises(CheckpointError):
        open_checkpoint(sign_note(text, [KEY]), [KEY.verifier])


def test_key_of_another_name_signs_nothing() -> None:
    stranger = SignerKey(name="other.example", seed=KEY.seed)
    note = sign_note(sign_checkpoint(HEAD, [KEY]).checkpoint.text(), [stranger])
    with pytest.raises(CheckpointError, match="another origin"):
        open_checkpoint(note, [stranger.verifier])


def test_both_keys_of_a_rotation() -> None:
    signed = sign_checkpoint(HEAD, [KEY, OTHER_KEY])
    for key in (KEY, OTHER_KEY):
        assert open_checkpoint(signed.note, [key.verifier]).signers == (key.verifier,)
    with pytest.raises(NoteError, match="no known key"):
        open_checkpoint(sign_checkpoint(HEAD, [KEY]).note, [OTHER_KEY.verifier])
