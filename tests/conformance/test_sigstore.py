"""Sigstore's vectors on our verifier, and sigstore-python's verifier on our log.

Its verification of inclusion and of checkpoints is internal to that library: `pyproject.toml` says
from which version on it is there.
"""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from engine.audit.checkpoints.checkpoint import open_checkpoint, sign_checkpoint
from engine.audit.checkpoints.note import NoteError, SignerKey, VerifierKey
from engine.audit.checkpoints.timestamp import Authority, TimestampError, stamped_at
from engine.audit.merkle.tree import (
    ProofError,
    Subtree,
    TreeHead,
    leaf_hash,
    prove_inclusion,
    tree_root,
    verify_inclusion,
)
from tests.audit.published import leaf
from tests.conftest import shared

CHECKPOINTS = {
    "rekor2-checkpoint-cosigned",
    "rekor2-checkpoint-missing-log-signature_fail",
    "rekor2-checkpoint-missing-origin_fail",
    "rekor2-checkpoint-missing-root-hash_fail",
    "rekor2-checkpoint-missing-size_fail",
    "rekor2-checkpoint-multiple-cosigs",
    "rekor2-checkpoint-no-matching-signature_fail",
    "rekor2-checkpoint-origin-not-first",
    "rekor2-checkpoint-two-sigs-cosigned",
    "rekor2-checkpoint-two-sigs-from-origin",
    "rekor2-happy-path",
}
TIMESTAMPS = {
    # Wrong for a time stamp as such, or right.
    "rekor2-timestamp-outside-tsa-cert-validity_fail": False,
    "rekor2-timestamp-payload-mismatch_fail": False,
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": False,
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": False,
    "rekor2-timestamp-with-embedded-cert": True,
    "rekor2-timestamp-with-expired-cert-chain": True,
    "rekor2-timestamp-without-embedded-cert": True,
    # Right as time stamps; Sigstore refuses them by rules of its own trust root and signers.
    "rekor2-timestamp-outside-trust-root-tsa-validity_fail": True,
    "rekor2-timestamp-with-incorrect-time_fail": True,
}


@pytest.fixture
def read() -> Callable[[str, str], Any]:
    def read_(case: str, name: str) -> Any:
        path = ("vectors", "sigstore-conformance", "test", "assets", "bundle-verify", case, name)
        return json.loads(shared(*path).read_text())

    return read_


def _log_keys(root: Any) -> list[VerifierKey]:
    keys = []
    for log in root["tlogs"]:
        key = load_der_public_key(base64.b64decode(log["publicKey"]["rawBytes"]))
        if log["publicKey"]["keyDetails"] == "PKIX_ED25519":
            name = log["baseUrl"].removeprefix("https://")
            keys.append(VerifierKey(name=name, public=key.public_bytes_raw()))  # type: ignore[union-attr] # It is Ed25519.
    return keys


@pytest.mark.parametrize("case", sorted(CHECKPOINTS))
def test_published_checkpoints_and_inclusion_proofs(read: Any, case: str) -> None:
    (entry,) = read(case, "bundle.sigstore.json")["verificationMaterial"]["tlogEntries"]
    proof, body = entry["inclusionProof"], base64.b64decode(entry["canonicalizedBody"])
    known = _log_keys(read(case, "trusted_root.json"))
    note = proof["checkpoint"]["envelope"].encode()

    def verify(content: bytes) -> None:
        head = open_checkpoint(note, known).head
        verify_inclusion(
            size=head.size,
            root=head.root,
            index=int(proof["logIndex"]),
            leaf=leaf_hash(content),
            proof=[base64.b64decode(each) for each in proof["hashes"]],
        )

    if case.endswith("_fail"):
        with pytest.raises(NoteError):
            verify(body)
        return
    verify(body)
    with pytest.raises(ProofError):
        verify(body + b" ")


@pytest.mark.parametrize(("case", "holds"), sorted(TIMESTAMPS.items()))
def test_published_time_stamps(read: Any, case: str, *, holds: bool) -> None:
    bundle, root = read(case, "bundle.sigstore.json"), read(case, "trusted_root.json")
    stamps = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    response = base64.b64decode(stamps[0]["signedTimestamp"])
    signature = base64.b64decode(bundle["messageSignature"]["signature"])
    found = [_stamps(response, signature, each) for each in root["timestampAuthorities"]]
    assert any(found) == holds


def _stamps(response: bytes, content: bytes, authority: Any) -> bool:
    chain = [
        x509.load_der_x509_certificate(base64.b64decode(each["rawBytes"]))
        for each in authority["certChain"]["certificates"]
    ]
    trusted = Authority.of(chain)
    try:
        stamped_at(response, content, trusted)
    except TimestampError:
        return False
    return True


# --- sigstore-python on a log of ours -----------------------------------------------------------

LEAVES = [leaf(number) for number in range(70)]
KEY = SignerKey(name="log.example/ads", seed=bytes(range(32)))


class Hashes:
    """All hashes of the leaves: `audit.merkle.tree.HashReader`, by the definition."""

    def read_hashes(self, subtrees: list[Subtree]) -> list[bytes]:
        hashes = list(map(leaf_hash, LEAVES))
        return [
            tree_root(hashes[each.index << each.level : (each.index + 1) << each.level])
            for each in subtrees
        ]


def _entry(index: int, size: int, content: bytes) -> Any:
    root = tree_root(map(leaf_hash, LEAVES[:size]))
    note = sign_checkpoint(TreeHead(size=size, root=root), [KEY]).note.decode()
    inner = SimpleNamespace(
        log_id=SimpleNamespace(key_id=KEY.verifier.key_id + bytes(28)),
        canonicalized_body=content,
        inclusion_proof=SimpleNamespace(
            log_index=index,
            tree_size=size,
            root_hash=root,
            hashes=list(prove_inclusion(size=size, index=index, reader=Hashes())),  # type: ignore[arg-type] # Lists will do.
            checkpoint=SimpleNamespace(envelope=note),
        ),
    )
    return SimpleNamespace(_inner=inner)


def _keyring(public: bytes) -> Any:
    trust = pytest.importorskip("sigstore._internal.trust")
    models = pytest.importorskip("sigstore_models.common.v1")
    der = bytes.fromhex("302a300506032b6570032100") + public  # RFC 8410 §4.
    details = models.PublicKeyDetails.PKIX_ED25519
    return trust.Keyring([models.PublicKey(raw_bytes=base64.b64encode(der), key_details=details)])


@pytest.mark.parametrize("size", [1, 2, 3, 8, 33, 64, 70])
def test_sigstore_python_verifies_every_entry(size: int) -> None:
    merkle = pytest.importorskip("sigstore._internal.merkle")
    checkpoint = pytest.importorskip("sigstore._internal.rekor.checkpoint")
    errors = pytest.importorskip("sigstore.errors")
    keyring = _keyring(KEY.verifier.public)
    for index in range(size):
        entry = _entry(index, size, LEAVES[index])
        merkle.verify_merkle_inclusion(entry)
        checkpoint.verify_checkpoint(keyring, entry)
    with pytest.raises(errors.VerificationError):
        merkle.verify_merkle_inclusion(_entry(0, size, LEAVES[0] + b" "))
    with pytest.raises(errors.VerificationError):
        checkpoint.verify_checkpoint(_keyring(bytes(31) + b"\x01"), _entry(0, size, LEAVES[0]))
