"""Cosignatures: what a witness signs, whose count, and what a quorum lacks."""

import base64

import pytest

from engine.audit.checkpoints.cosignature import (
    Cosignature,
    WitnessKey,
    WitnessPolicy,
    open_cosignatures,
    with_lines,
)
from engine.audit.checkpoints.note import NoteError, SignerKey, VerifierKey, read_note
from tests.audit.loopback_witness import LoopbackWitness
from tests.audit.published import KEY, published

NOTE = published([b"{}"]).files["checkpoint"]
TEXT = read_note(NOTE).text
ONE = LoopbackWitness(name="witness.example/one", seed=bytes([1]) * 32)
TWO = LoopbackWitness(name="witness.example/two", seed=bytes([2]) * 32, time=2**63 - 1)
KNOWN = (WitnessKey.read(ONE.vkey), WitnessKey.read(TWO.vkey))


def cosigned_by(*witnesses: LoopbackWitness) -> bytes:
    return NOTE + b"".join(witness.cosign(TEXT) for witness in witnesses)


def test_key_is_read_as_it_is_written() -> None:
    assert list(map(str, KNOWN)) == [ONE.vkey, TWO.vkey]


def test_cosignatures_are_found_in_the_order_of_the_keys() -> None:
    found = open_cosignatures(read_note(cosigned_by(TWO, ONE)), KNOWN)
    assert [(each.witness, each.time) for each in found] == [
        (KNOWN[0], ONE.time),
        (KNOWN[1], TWO.time),
    ]
    assert with_lines(NOTE, [each.line for each in found]) == cosigned_by(ONE, TWO)


def test_cosignatures_of_strangers_are_passed_over_and_those_of_one_count_once() -> None:
    assert open_cosignatures(read_note(cosigned_by(TWO)), KNOWN[:1]) == ()
    twice = read_note(cosigned_by(ONE, ONE))
    assert len(open_cosignatures(twice, KNOWN)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[:4] + (ONE.time + 1).to_bytes(8, "big") + raw[12:],  # Another time.
        lambda raw: raw[:12] + bytes(64),
        lambda raw: raw[:-1],
        lambda raw: raw + b"x",
        lambda raw: raw[:4] + raw[12:],  # A signature without its time, as a log's is.
    ],
)
def test_cosignature_of_a_known_witness_that_is_wrong_refuses_the_checkpoint(spoil: object) -> None:
    name, raw = ONE.cosign(TEXT).decode().split(" ")[1:]
    spoiled = base64.b64encode(spoil(base64.b64decode(raw))).decode()  # type: ignore[operator] # A function.
    note = NOTE + f"— {name} {spoiled}\n".encode()
    with pytest.raises(NoteError, match=r"the cosignature of `witness\.example/one` is wrong"):
        open_cosignatures(read_note(note), KNOWN)
    policy = WitnessPolicy(witnesses=KNOWN, quorum=1)
    (fault,) = policy.review(note).faults
    assert fault.code == "cosignature_refused"


def test_time_beyond_what_the_format_has_is_none() -> None:
    late = LoopbackWitness(name=ONE.name, seed=ONE.seed, time=2**63)
    with pytest.raises(NoteError, match="wrong"):
        open_cosignatures(read_note(cosigned_by(late)), KNOWN)


def test_cosignature_is_of_this_checkpoint_only() -> None:
    other = published([b"{}", b"{}"]).files["checkpoint"]
    moved = NOTE + ONE.cosign(read_note(other).text)
    with pytest.raises(NoteError, match="wrong"):
        open_cosignatures(read_note(moved), KNOWN)


def test_quorum_names_what_is_missing() -> None:
    policy = WitnessPolicy(witnesses=KNOWN, quorum=2)
    assert policy.review(cosigned_by(ONE, TWO)).faults == ()
    found = policy.review(cosigned_by(TWO))
    assert [each.witness for each in found.cosignatures] == [KNOWN[1]]
    (fault,) = found.faults
    assert (fault.index, fault.code) == (None, "quorum_missing")
    assert fault.message == (
        "2 of 2 witnesses must have cosigned the checkpoint, and 1 did; missing:"
        " `witness.example/one`"
    )
    either = WitnessPolicy(witnesses=KNOWN, quorum=1)
    assert either.review(cosigned_by(TWO)).faults == ()
    assert either.review(NOTE).faults != ()


@pytest.mark.parametrize("quorum", [-1, 0, 3])
def test_quorum_that_is_none(quorum: int) -> None:
    with pytest.raises(NoteError, match="a number from 1 to 2"):
        WitnessPolicy(witnesses=KNOWN, quorum=quorum)


def test_one_witness_does_not_count_as_two() -> None:
    """C2SP tlog-cosignature: the message does not name the cosigner, so that a key is one."""
    alias = WitnessKey(name="witness.example/alias", public=KNOWN[0].public)
    with pytest.raises(NoteError, match="given twice"):
        WitnessPolicy(witnesses=(KNOWN[0], alias), quorum=2)


def test_keys_of_logs_and_of_witnesses_are_told_apart() -> None:
    log = str(KEY.verifier)
    with pytest.raises(NoteError, match="the key of a log, and that of a witness belongs here"):
        WitnessKey.read(log)
    with pytest.raises(NoteError, match="the key of a witness, and that of a log belongs here"):
        VerifierKey.read(ONE.vkey)
    with pytest.raises(NoteError, match="the key of a witness"):
        SignerKey.read("PRIVATE+KEY+" + ONE.vkey)
    with pytest.raises(NoteError):
        WitnessKey(name="a b", public=bytes(32))


def test_keys_that_only_later_machines_sign_with_are_refused() -> None:
    other = base64.b64encode(b"\x06" + bytes(1312)).decode()
    with pytest.raises(NoteError, match="only Ed25519"):
        WitnessKey.read(f"witness.example/one+00000000+{other}")


@pytest.mark.parametrize(
    ("time", "shown"), [(1_790_000_000, "2026-09-21T14:13:20Z"), (2**62, f"{2**62} s")]
)
def test_time_is_told_as_far_as_the_calendar_goes(time: int, shown: str) -> None:
    assert Cosignature(witness=KNOWN[0], time=time, line="").moment == shown
