"""The keys of a log: one that signs, those before it, and the time in which two do."""

from datetime import timedelta

import pytest

from engine.audit.checkpoints.keyring import KeyRing, LogKey
from engine.audit.checkpoints.note import NoteError, SignerKey
from tests.audit.conftest import NOON

DAY = timedelta(days=1)


def test_new_ring_has_one_key() -> None:
    ring = KeyRing.generate("log.example")
    assert ring.origin == "log.example"
    assert [key.verifier for key in ring.signing(NOON)] == list(ring.verifiers)


def test_both_keys_sign_until_the_time() -> None:
    old = KeyRing.generate("log.example")
    ring = old.rotated(NOON + DAY)
    new = ring.verifiers[0]
    assert ring.verifiers == (new, *old.verifiers)
    assert [key.verifier for key in ring.signing(NOON)] == [new, *old.verifiers]
    assert [key.verifier for key in ring.signing(NOON + DAY)] == [new]
    twice = ring.rotated(NOON + 2 * DAY)
    assert len(twice.signing(NOON)) == 3
    assert twice.verifiers[1:] == ring.verifiers


def test_text_comes_back() -> None:
    ring = KeyRing.generate("log.example").rotated(NOON).rotated(NOON + DAY)
    assert KeyRing.read(ring.secret_text()) == ring
    assert ring.secret_text().count("\n") == 3


def test_what_is_no_ring() -> None:
    text = KeyRing.generate("log.example").secret_text()
    other = KeyRing.generate("other.example").secret_text()
    for wrong in ("", "x\n", text + text, text + other, f"{text[:-1]} until tomorrow\n"):
        with pytest.raises(NoteError) as caught:
            KeyRing.read(wrong)
        assert text[40:60] not in str(caught.value)
    a, b = SignerKey.generate("a"), SignerKey.generate("b")
    with pytest.raises(NoteError, match="one name"):
        KeyRing(keys=(LogKey(signer=a), LogKey(signer=b, until=NOON)))
