"""`add-checkpoint`: published requests, and every answer that a witness may give."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.audit.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from engine.audit.checkpoints.cosignature import WitnessKey
from engine.audit.checkpoints.note import VerifierKey
from engine.audit.checkpoints.witness import (
    Answer,
    Cosigned,
    Forked,
    Refused,
    Stale,
    Submission,
    Witness,
    read_answer,
)
from tests.audit.loopback_witness import LoopbackWitness
from tests.audit.published import KEY, leaf, published

SIGSUM_KEY = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
GO_SUMS = "go.sum database tree"
GO_SUMS_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

WITNESS = LoopbackWitness(name="witness.example/one", seed=bytes([1]) * 32)
WITNESS_KEY = WitnessKey.read(WITNESS.vkey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    body: bytes
    status: int
    said: str


def exchanges(vectors: Path, name: str) -> list[Exchange]:
    """Return the requests of a hurl script, with the status and the body that it expects."""
    folder = vectors / "witness-litewitness" / "cmd" / "litewitness" / "testdata"
    script = (folder / f"{name}.txt").read_text().partition("-- add-checkpoint.hurl --")[2]
    found = re.findall(
        r"```\n(.*?)```\nHTTP (\d+)\n\[Asserts\]\nbody (?:contains|==) (\".*?\")\n",
        script,
        re.DOTALL,
    )
    return [Exchange(body=b.encode(), status=int(s), said=eval(t)) for b, s, t in found]  # noqa: S307 - a literal of the vectors.


@pytest.fixture
def litewitness() -> LoopbackWitness:
    sums = VerifierKey.read(GO_SUMS_KEY)
    return LoopbackWitness(
        name="example.com/witness", logs={SIGSUM: [SIGSUM_KEY], GO_SUMS: [sums.public]}
    )


@pytest.mark.parametrize(("name", "count"), [("litewitness", 9), ("sumdb", 1)])
def test_published_exchanges(
    vectors: Path, litewitness: LoopbackWitness, name: str, count: int
) -> None:
    """Our witness of the tests does as another's; of an unknown log it says what the protocol does.

    That makes it fit to test our client with. litewitness says 403 there, C2SP tlog-witness 404.
    """
    found = exchanges(vectors, name)
    assert len(found) == count
    for exchange in found:
        status, body = litewitness.answer(exchange.body)
        unknown = exchange.said == "unknown log"
        assert (status, exchange.status) == ((404, 403) if unknown else (exchange.status,) * 2)
        assert exchange.said in body.decode()


def test_requests_are_written_as_published(vectors: Path) -> None:
    """Of the nine, seven are of a known log and rightly signed: ours are theirs, byte by byte."""
    known = [VerifierKey(name=SIGSUM, public=SIGSUM_KEY)]
    written = 0
    for exchange in exchanges(vectors, "litewitness"):
        if exchange.status == 403:
            continue
        head, _, note = exchange.body.partition(b"\n\n")
        old, *proof = head.decode().split("\n")
        submission = Submission(
            old_size=int(old.split(" ")[1]),
            proof=tuple(map(base64.b64decode, proof)),
            checkpoint=open_checkpoint(note, known),
        )
        assert submission.encode() == exchange.body
        written += 1
    assert written == 7


# --- answers ----------------------------------------------------------------------------------


def checkpoint(size: int) -> SignedCheckpoint:
    note = published([leaf(number) for number in range(size)]).files["checkpoint"]
    return open_checkpoint(note, [KEY.verifier])


SENT = Submission(old_size=3, proof=(bytes(32),), checkpoint=checkpoint(5))
SAME = Submission(old_size=5, proof=(), checkpoint=checkpoint(5))
FIRST = Submission(old_size=0, proof=(), checkpoint=checkpoint(5))
COSIGNATURE = WITNESS.cosign(SENT.checkpoint.checkpoint.text())


def answer(sent: Submission, status: int, body: bytes = b"") -> Answer:
    return read_answer(sent, WITNESS_KEY, status, body)


def test_cosignature_is_taken_among_those_of_others() -> None:
    stranger = LoopbackWitness(name="witness.example/other", seed=bytes([7]) * 32)
    body = stranger.cosign(SENT.checkpoint.checkpoint.text()) + COSIGNATURE
    found = answer(SENT, 200, body)
    assert isinstance(found, Cosigned)
    assert (found.cosignature.witness, found.cosignature.time) == (WITNESS_KEY, WITNESS.time)
    assert f"{found.cosignature.line}\n".encode() == COSIGNATURE


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no cosignature by the key that is believed"),
        (b"OK", "its answer is no cosignature: a note ends"),
        (b"OK\n", "its answer is no cosignature: a signature line"),
        (COSIGNATURE[:-1], "its answer is no cosignature"),
        (b"\n" + COSIGNATURE, "its answer is no cosignature"),
        (WITNESS.cosign("another\n1\n"), "the cosignature of `witness.example/one` is wrong"),
    ],
)
def test_answers_that_are_no_cosignature(body: bytes, reason: str) -> None:
    found = answer(SENT, 200, body)
    assert isinstance(found, Refused)
    assert reason in found.reason


@pytest.mark.parametrize("size", [0, 1, 4, 5])
def test_witness_that_is_elsewhere(size: int) -> None:
    assert answer(SENT, 409, b"%d\n" % size) == Stale(size=size)


@pytest.mark.parametrize(
    ("sent", "status", "body", "reason"),
    [
        (SENT, 422, b"", "refuses the proof from 3 to 5 entries"),
        (SAME, 422, b"", "refuses the proof from 5 to 5 entries"),
        (SAME, 409, b"5\n", "has another root for the 5 entries"),
        (SAME, 409, b"", "has another root for the 5 entries"),
        (SENT, 409, b"6\n", "has cosigned 6 entries, and 5 are signed here"),
    ],
)
def test_witness_that_has_another_history(
    sent: Submission, status: int, body: bytes, reason: str
) -> None:
    found = answer(sent, status, body)
    assert isinstance(found, Forked)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("sent", "status", "body", "reason"),
    [
        (SENT, 404, b"", "does not know the log `log.example/test`"),
        (SENT, 403, b"", "does not know the key that signs the log"),
        (SENT, 400, b"", "answers 400"),
        (SENT, 302, b"", "answers 302"),
        (SENT, 429, b"", "answers 429"),
        (SENT, 500, b"", "answers 500"),
        (FIRST, 422, b"", "answers 422"),  # Nothing was proved that it could refuse.
        (SENT, 409, b"3\n", "at 3 entries, and refuses a proof from there"),
        (SENT, 409, b"", "says neither its size"),
        (SENT, 409, b"03\n", "says neither its size"),
        (SENT, 409, b"3", "says neither its size"),
        (SENT, 409, b"99999999999999999999\n", "says neither its size"),
    ],
)
def test_witness_that_refuses(sent: Submission, status: int, body: bytes, reason: str) -> None:
    found = answer(sent, status, body)
    assert isinstance(found, Refused)
    assert reason in found.reason


@pytest.mark.parametrize("url", ["https://w.example/x", "https://w.example/x/"])
def test_address_is_below_the_prefix(url: str) -> None:
    witness = Witness(key=WITNESS_KEY, url=url)
    assert witness.address == "https://w.example/x/add-checkpoint"
    assert str(witness) == f"{WITNESS.vkey} {url}"
