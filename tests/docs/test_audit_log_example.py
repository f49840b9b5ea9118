"""`docs/audit-log-example.md`: whoever follows the page makes the bytes that the log makes."""

import base64
import hashlib
import json
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.audit.checkpoints.checkpoint import sign_checkpoint
from engine.audit.entries.acts import Hold, HoldGround
from engine.audit.entries.commitment import commit
from engine.audit.entries.record import DecisionRecord, SealedRecord, seal
from engine.audit.entries.retention import Period, RetentionClass
from engine.audit.entries.sealed_acts import seal_act
from engine.audit.merkle.tree import TreeHead, tree_root
from engine.storage.sealed.wrapping import decrypt
from tests.audit.published import KEY

PAGE = (Path(__file__).parents[2] / "docs" / "audit-log-example.md").read_text()
AT = datetime(2026, 10, 5, 8, 15, tzinfo=UTC)


def block(name: str) -> str:
    """Return what a block of the page has, without its last line feed."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)\n```\n", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def committed(salt: int, content: bytes) -> str:
    return base64url(hashlib.sha256(bytes([salt]) * 16 + content).digest())


def disclosed(salt: int, name: str, value: str) -> list[str]:
    text = base64url(f'["{base64url(bytes([salt]) * 16)}","{name}","{value}"]'.encode())
    return [text, base64url(hashlib.sha256(text.encode()).digest())]


def sealed() -> SealedRecord:
    salts = iter(bytes([n]) * 16 for n in range(1, 5))
    record = DecisionRecord(
        decision_id=json.loads(block("result"))["id"],
        decided_at=AT,
        input=block("input").encode(),
        result=block("result").encode(),
        actor="pipeline",
    )
    return seal(record, salt=lambda: next(salts))


def test_log_makes_the_decision() -> None:
    made = sealed().entry(0, AT + timedelta(seconds=1))
    assert made.leaf.decode() == block("decision")
    assert made.leaf_hash.hex() == block("decision_hash")
    assert made.words == block("words")
    assert list(made.facets) == json.loads(block("facets"))
    assert [list(each) for each in made.columns.rules] == json.loads(block("rules"))
    assert made.columns.advertiser == json.loads(block("advertiser"))


def test_log_makes_the_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = json.loads(block("hold"))
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(leaf["id"]))
    subject = commit(bytes([5]) * 16, b'{"campaign":"spring-1"}')
    hold = Hold(entries=((0, 1),), ground=HoldGround.LEGAL_CLAIMS, actor="legal", subject=subject)
    made = seal_act(hold, salt=lambda: bytes([6]) * 16).entry(1, AT + timedelta(seconds=2))
    assert made.leaf.decode() == block("hold")


def test_log_makes_the_checkpoint() -> None:
    hashes = [bytes.fromhex(block(name)) for name in ("decision_hash", "hold_hash")]
    signed = sign_checkpoint(TreeHead(size=2, root=tree_root(hashes)), [KEY])
    assert signed.note.decode() == block("checkpoint") + "\n"
    assert str(KEY.verifier) == block("vkey")


def test_commitments_and_disclosures_by_hand() -> None:
    for name, salt in (("input", 1), ("result", 2)):
        assert committed(salt, block(name).encode()) == block(f"{name}_commitment")
        assert json.loads(block("decision"))[f"{name}_commitment"] == block(f"{name}_commitment")
    lines = [*disclosed(3, "actor", "pipeline"), *disclosed(4, "campaign", "spring-1")]
    assert lines == block("disclosures").splitlines()
    assert json.loads(block("decision"))["_sd"] == sorted(lines[1::2])
    hold = json.loads(block("hold"))
    assert hold["subject_commitment"] == committed(5, b'{"campaign":"spring-1"}')
    assert disclosed(6, "actor", "legal") == block("hold_disclosure").splitlines()
    assert hold["_sd"] == disclosed(6, "actor", "legal")[1:]


def test_tree_and_signature_by_hand() -> None:
    for name in ("decision", "hold"):
        leaf = block(name).encode()
        assert hashlib.sha256(b"\0" + leaf).hexdigest() == block(f"{name}_hash")
    pair = bytes.fromhex(block("decision_hash") + block("hold_hash"))
    root = base64.b64encode(hashlib.sha256(b"\1" + pair).digest()).decode()
    text, _, line = block("checkpoint").rpartition("\n\n")
    assert text == f"log.example/test\n2\n{root}"
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"log.example/test\n\1" + public).digest()[:4]
    signature = base64.b64encode(key_id + private.sign(f"{text}\n".encode())).decode()
    assert line == f"— log.example/test {signature}"
    key = base64.b64encode(b"\1" + public).decode()
    assert block("vkey") == f"log.example/test+{key_id.hex()}+{key}"


def test_days_of_retention() -> None:
    rows = re.findall(r"\| (\S+) \| `(.+)` \| (\d\S+) \|", PAGE)
    assert len(rows) == 4
    for decided, period, erased in rows:
        kept = RetentionClass(policy_set=None, outcome=None, period=Period.read(period))
        assert str(kept.due_on(date.fromisoformat(decided))) == erased


def test_sealed_names_open_as_the_page_says() -> None:
    associated = f"assent names 1 {json.loads(block('result'))['id']}".encode()
    content = decrypt(bytes([7]) * 32, bytes.fromhex(block("sealed")), associated)
    assert msgspec.msgpack.decode(content) == block("disclosures").splitlines()[::2]
