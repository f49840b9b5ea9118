"""Signed notes: published vectors, the signatures that are demanded, and what is refused."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.checkpoints.note import (
    NOTE_LIMIT,
    NoteError,
    SignerKey,
    VerifierKey,
    open_note,
    read_note,
    sign_note,
)

A = SignerKey(name="example.com/a", seed=bytes(32))
B = SignerKey(name="example.com/b", seed=bytes([1]) * 32)
KNOWN = [A.verifier, B.verifier]


@pytest.fixture
def published(vectors: Path) -> Any:
    return json.loads((vectors / "signed-note" / "vectors.json").read_text())


def test_published_notes_open(published: Any) -> None:
    assert len(published["good"]) == 4
    for case in published["good"]:
        texts = case.get("vkeys") or [case["vkey"]]
        keys = [VerifierKey.read(text) for text in texts]
        assert list(map(str, keys)) == texts
        note, signers = open_note(case["note"].encode(), keys)
        assert list(signers) == keys
        assert case["note"].startswith(note.text + "\n")


def test_published_signature_is_made_again_byte_for_byte(published: Any) -> None:
    (case,) = [case for case in published["good"] if "skey" in case]
    key = SignerKey.read(case["skey"])
    assert (key.secret_text(), str(key.verifier)) == (case["skey"], case["vkey"])
    text = case["note"].partition("\n\n")[0] + "\n"
    assert sign_note(text, [key]) == case["note"].encode()


def test_published_bad_keys_are_refused(published: Any) -> None:
    assert len(published["bad_vkeys"]) == 2
    for case in published["bad_vkeys"]:
        with pytest.raises(NoteError):
            VerifierKey.read(case["vkey"])


def test_published_malformed_notes_are_refused(published: Any) -> None:
    key = VerifierKey.read(published["good"][1]["vkey"])
    assert len(published["malformed_notes"]) == 7
    for note in published["malformed_notes"]:
        with pytest.raises(NoteError):
            open_note(note.encode(), [key])


def test_which_signatures_hold_is_what_go_and_openssl_say(vectors: Path) -> None:
    """Refused: an R in another spelling, and points that only cancel times the cofactor."""
    cases = json.loads((vectors / "cctv-ed25519" / "ed25519" / "ed25519vectors.json").read_text())
    assert len(cases) == 914
    refusing = {"non_canonical_R", "low_order_residue"}
    held = 0
    for case in cases:
        key = VerifierKey(name="x", public=bytes.fromhex(case["key"]))
        is_signed = key.is_signed(case["msg"].encode(), bytes.fromhex(case["sig"]))
        assert is_signed == refusing.isdisjoint(case["flags"] or []), case["number"]
        held += is_signed
    assert held == 208


def test_signatures_of_strangers_are_passed_over() -> None:
    note = sign_note("text\n", [A, B])
    _, signers = open_note(note, [B.verifier])
    assert signers == (B.verifier,)
    with pytest.raises(NoteError, match=r"no known key has signed; the note is of `example.com/a"):
        open_note(note, [SignerKey(name="example.com/a", seed=bytes([2]) * 32).verifier])
    with pytest.raises(NoteError, match="no known key"):
        open_note(note, [])


def test_known_signature_that_is_wrong_refuses_the_note() -> None:
    note = sign_note("text\n", [A, B]).replace(b"text\n\n", b"texts\n\n")
    with pytest.raises(NoteError, match=r"the signature of `example\.com/a` is wrong"):
        open_note(note, KNOWN)
    signature = base64.b64encode(B.verifier.key_id + bytes(64)).decode()
    forged = sign_note("text\n", [A]) + f"— {B.name} {signature}\n".encode()
    assert open_note(forged, [A.verifier])[1] == (A.verifier,)
    with pytest.raises(NoteError, match=r"the signature of `example\.com/b` is wrong"):
        open_note(forged, KNOWN)


def test_signature_of_another_length_is_none() -> None:
    assert not A.verifier.is_signed(b"text\n", b"short")


def test_separator_is_the_last_empty_line() -> None:
    text = "one\n\ntwo\n\n— looks like\n"
    note, _ = open_note(sign_note(text, [A]), KNOWN)
    assert note.text == text


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda note: note.replace(b"\n\n", b"\n"),
        lambda note: note[:-1],
        lambda note: note + b"\n",
        lambda note: note.replace(b"text", b"te\rxt"),
        lambda note: note.replace(b"text", b"te\xffxt"),
        lambda note: note.replace("—".encode(), b"-"),
        lambda note: note.replace(b"example.com/a ", b"example.com/a  "),
        lambda note: note.replace(b"example.com/a ", b"example.com+a "),
        lambda note: note.replace(b"example.com/a ", b""),
        lambda note: note.replace(b"=", b""),
        lambda note: note[:-2] + b"\xc3\xa9=\n",
        lambda _: "text\n\n— a AAAAAA==\n".encode(),
        lambda _: b"x" * NOTE_LIMIT + b"\n",
        lambda _: b"",
    ],
)
def test_what_is_no_note(spoiled: Any) -> None:
    with pytest.raises(NoteError):
        read_note(spoiled(sign_note("text\n", [A])))


def test_base64_has_one_spelling() -> None:
    note = sign_note("text\n", [A])
    last = note[-3:-2]
    stray = bytes([last[0] + 1])
    assert base64.b64decode(b"AAA" + last) != b""  # Still base64, only with bits that say nothing.
    with pytest.raises(NoteError):
        read_note(note[:-3] + stray + note[-2:])


@pytest.mark.parametrize("text", ["", "text", "te\tt\n", "\x00\n"])
def test_texts_that_cannot_be_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, [A])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\x01b", "a\nb"])
def test_names_that_no_key_has(name: str) -> None:
    with pytest.raises(NoteError):
        SignerKey.generate(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+!",
        str(A.verifier).replace("example", "exomple"),
        str(A.verifier).replace(A.verifier.key_id.hex(), A.verifier.key_id.hex().upper()),
        A.secret_text(),
    ],
)
def test_texts_that_are_no_public_key(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.read(text)


def test_keys_have_32_bytes() -> None:
    with pytest.raises(NoteError):
        VerifierKey(name="a", public=bytes(31))


def test_secret_is_neither_shown_nor_quoted() -> None:
    assert "seed" not in repr(A)
    with pytest.raises(NoteError) as caught:
        SignerKey.read(A.secret_text().replace("example", "exomple"))
    assert A.secret_text()[-20:] not in str(caught.value)
    with pytest.raises(NoteError):
        SignerKey.read(str(A.verifier))


def test_new_keys_differ_and_come_back() -> None:
    key = SignerKey.generate("log.example")
    assert key != SignerKey.generate("log.example")
    assert SignerKey.read(key.secret_text()) == key


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])), st.data())
def test_whatever_bit_is_flipped_the_note_is_refused(text: str, data: st.DataObject) -> None:
    """Every one-bit change of a signed note is refused."""
    note = bytearray(sign_note(f"{text}\n", [A]))
    bit = data.draw(st.integers(0, 8 * len(note) - 1))
    note[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NoteError):
        open_note(bytes(note), [A.verifier])
