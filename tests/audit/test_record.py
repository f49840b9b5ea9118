"""Sealing: what a leaf says and does not say, and which records are refused."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.audit.canonical import CanonicalError, canonical
from engine.audit.entries.commitment import Disclosure, base64url, commit, fresh_salt, opens
from engine.audit.entries.record import (
    EngineName,
    Envelope,
    PolicySetName,
    QueryColumns,
    is_uuid,
    read_envelope,
    read_result,
    seal,
)
from engine.audit.errors import RecordError
from engine.audit.instants import instant, rfc3339
from engine.audit.merkle.tiles import LEAF_LIMIT
from engine.audit.merkle.tree import leaf_hash

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def test_leaf_byte_for_byte(make_record: Any) -> None:
    """The leaf recomputed here from the documented format, without the code under test."""
    salts = (bytes([n]) * 16 for n in count(1))
    record = make_record(number=7, actor="Jo")
    sealed = seal(record, salt=lambda: next(salts))

    def digest(content: bytes) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

    def disclosed(salt: bytes, name: str, value: str) -> str:
        text = base64.urlsafe_b64encode(salt).rstrip(b"=").decode()
        document = f'["{text}","{name}","{value}"]'.encode()
        return digest(base64.urlsafe_b64encode(document).rstrip(b"="))

    result = json.dumps(
        record.result, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    leaf = {
        "v": 1,
        "kind": "decision",
        "decision_id": "00000000-0000-0000-0000-000000000007",
        "logged_at": "2026-10-05T12:00:01.500000Z",
        "decided_at": "2026-10-05T12:00:00.000000Z",
        "outcome": "deny",
        "conclusive": True,
        "policy_set": {"name": "acme", "version": "2026.10", "digest": "d" * 64},
        "engine": {"name": "assent", "version": "0.1.0"},
        "input_commitment": digest(b"\x01" * 16 + record.input),
        "result_commitment": digest(b"\x02" * 16 + result),
        "_sd_alg": "sha-256",
        "_sd": sorted(
            [disclosed(b"\x03" * 16, "actor", "Jo"), disclosed(b"\x04" * 16, "campaign", "cmp-7")]
        ),
    }
    expected = json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()
    entry = sealed.entry(9, NOON + timedelta(seconds=1.5))
    assert entry.leaf == expected
    assert entry.leaf_hash == leaf_hash(expected)
    assert entry.index == 9
    assert b"Jo" not in entry.leaf
    assert b"cmp-7" not in entry.leaf


def test_columns_hold_only_rules_worth_finding(make_record: Any) -> None:
    rules = [
        {"rule": "b/two", "status": "violated", "clause": 1},
        {"rule": "a/one", "status": "waived"},
        {"rule": "b/two", "status": "violated"},
        {"rule": "a/one", "status": "satisfied"},
        {"rule": "a/not", "status": "not applicable"},
    ]
    sealed = seal(make_record(number=7, rules=rules, campaign=None, decision="allow"))
    assert sealed.columns == QueryColumns(
        decision_id="00000000-0000-0000-0000-000000000007",
        decided_at=NOON,
        outcome="allow",
        conclusive=True,
        campaign=None,
        policy_set="acme",
        policy_version="2026.10",
        policy_digest="d" * 64,
        actor="pipeline",
        advertiser=None,
        rules=(("a/one", "waived"), ("b/two", "violated")),
    )
    assert [one.name for one in sealed.disclosures] == ["actor", "campaign"]


def test_a_time_in_another_zone_is_written_in_utc(make_record: Any) -> None:
    local = NOON.astimezone(timezone(timedelta(hours=2)))
    sealed = seal(make_record(decided_at=local))
    assert read_envelope(sealed.leaf(NOON)).decided_at == "2026-10-05T12:00:00.000000Z"


def test_two_records_of_one_decision_have_different_leaves(make_record: Any) -> None:
    record = make_record()
    assert seal(record).leaf(NOON) != seal(record).leaf(NOON)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "another"}, "different decisions"),
        ({"decision": "maybe"}, "not that of a decision"),
        ({"conclusive": 1}, "not that of a decision"),
        ({"rules": [{"rule": "a/b", "status": "odd"}]}, "not that of a decision"),
        ({"policy_set": {"name": "acme"}}, "not that of a decision"),
        ({"count": 2**60}, "beyond"),
        ({"decided_at": datetime(2026, 1, 1)}, "offset"),  # noqa: DTZ001 - what is refused.
        ({"policy_set": {"name": "n" * LEAF_LIMIT, "version": None, "digest": ""}}, "65,535"),
        ({"actor": "\ud800"}, "surrogate"),
    ],
)
def test_refuses(make_record: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        seal(make_record(**changes))


def test_a_leaf_of_exactly_65535_bytes_is_taken(make_record: Any) -> None:
    policy_set = {"name": "", "version": None, "digest": ""}
    room = LEAF_LIMIT - len(seal(make_record(policy_set=policy_set)).leaf(NOON))
    sealed = seal(make_record(policy_set=policy_set | {"name": "n" * room}))
    assert len(sealed.leaf(NOON)) == LEAF_LIMIT
    with pytest.raises(RecordError, match="65,536"):
        seal(make_record(policy_set=policy_set | {"name": "n" * (room + 1)}))


@pytest.mark.parametrize("decision_id", ["", "7", "00000000-0000-0000-0000-00000000000A"])
def test_refuses_ids_that_are_no_uuid(make_record: Any, decision_id: str) -> None:
    record = make_record(number=7)
    changed = type(record)(
        decision_id=decision_id,
        decided_at=NOON,
        input=b"",
        result={**record.result, "id": decision_id},
        actor="cli",
    )
    with pytest.raises(RecordError, match="UUID"):
        seal(changed)


def test_reads_only_canonical_envelopes(make_record: Any) -> None:
    leaf = seal(make_record()).leaf(NOON)
    read_envelope(leaf)
    longer = leaf.replace(b'"v":1', b'"v":1,"w":2')
    for other in (
        leaf + b" ",
        leaf.replace(b",", b", ", 1),
        longer,
        leaf.replace(b"deny", b"d\\u0065ny"),
    ):
        with pytest.raises(RecordError, match="canonical"):
            read_envelope(other)
    for other in (b"", b"\xff", b"[" * 100_000, leaf.replace(b'"v":1', b'"v":2'), b"{}"):
        with pytest.raises(RecordError, match="not an envelope"):
            read_envelope(other)
    for other in (b"", b"[" * 100_000, b"null"):
        with pytest.raises(RecordError, match="not that of a decision"):
            read_result(other)


def test_a_result_in_canonical_bytes_is_sealed_as_the_result_itself(make_record: Any) -> None:
    record = make_record(number=7)
    written = replace(record, result=canonical(dict(record.result)))
    one, other = (seal(each, salt=lambda: bytes(16)) for each in (record, written))
    assert one == other


def test_half_of_a_surrogate_pair_has_no_leaf(make_record: Any) -> None:
    read = read_envelope(seal(make_record()).leaf(NOON))
    envelope = msgspec.structs.replace(read, decided_at="\ud800")
    with pytest.raises(CanonicalError, match="a lone surrogate"):
        envelope.encode()


def test_times_have_one_spelling() -> None:
    assert rfc3339(instant("2026-10-05T12:00:00.000001Z")) == "2026-10-05T12:00:00.000001Z"
    for other in ("2026-10-05T12:00:00Z", "2026-10-05 12:00:00.000000Z", "2026-10-05", "noon"):
        with pytest.raises(ValueError, match=r"."):
            instant(other)


EAST = timezone(timedelta(hours=5, minutes=30))
FIRST = datetime(1, 1, 2)  # noqa: DTZ001 - hypothesis takes it without a zone.


@given(st.datetimes(FIRST, timezones=st.sampled_from([UTC, EAST])))
@example(datetime(1, 1, 2, tzinfo=EAST))
@example(datetime(2026, 1, 1, 0, 0, 0, 100_000, tzinfo=UTC))
def test_times_are_written_in_utc_with_six_decimals(moment: datetime) -> None:
    written = moment.astimezone(UTC).isoformat(timespec="microseconds")
    assert rfc3339(moment) == written.removesuffix("+00:00") + "Z"


def test_commitments_open_with_their_salt_only() -> None:
    salt = fresh_salt()
    made = commit(salt, b"content")
    assert len(made) == 43
    assert opens(made, salt, b"content")
    assert not opens(made, salt, b"other")
    assert not opens(made, fresh_salt(), b"content")
    assert not opens(made, salt + b"c", b"ontent")
    with pytest.raises(ValueError, match="16 bytes"):
        commit(b"short", b"")


def test_disclosure_of_rfc_9901() -> None:
    """RFC 9901 §4.2.1 and §4.2.3: the family name, and the digest of its disclosure."""
    document = '["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]'.encode()
    disclosure = Disclosure.read(base64url(document))
    assert (disclosure.name, disclosure.value) == ("family_name", "Möbius")
    assert disclosure.digest() == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_sd_jwt_vector_source_names_the_same_digest(vectors: Path) -> None:
    source = (vectors / "sd-jwt-rfc9901" / "SOURCE").read_text()
    document = '["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]'.encode()
    assert f"has digest {Disclosure.read(base64url(document)).digest()}" in source


@pytest.mark.parametrize(
    "text", ["", "é", "a", "W10", base64url(b'["a","b"]'), base64url(b"[" * 9999)]
)
def test_refuses_texts_that_are_no_disclosure(text: str) -> None:
    with pytest.raises(ValueError, match="not a disclosure"):
        Disclosure.read(text)


def test_disclosures_are_read_as_they_were_made() -> None:
    made = Disclosure.make("actor", 'a "quoted" name, ü', fresh_salt())
    assert Disclosure.read(made.text) == made


# --- what is written without the general rule ---------------------------------------------------

_TEXT = st.text(st.characters(codec="utf-8"))


@given(
    st.builds(
        Envelope,
        v=st.just(1),
        kind=st.just("decision"),
        decision_id=_TEXT,
        logged_at=_TEXT,
        decided_at=_TEXT,
        outcome=st.sampled_from(["allow", "deny"]),
        conclusive=st.booleans(),
        policy_set=st.builds(PolicySetName, name=_TEXT, version=st.none() | _TEXT, digest=_TEXT),
        engine=st.builds(EngineName, name=_TEXT, version=_TEXT),
        input_commitment=_TEXT,
        result_commitment=_TEXT,
        sd_alg=st.just("sha-256"),
        sd=st.tuples(_TEXT, _TEXT),
    )
)
def test_leaf_of_any_envelope_is_canonical(envelope: Envelope) -> None:
    assert envelope.encode() == canonical(msgspec.json.decode(msgspec.json.encode(envelope)))


def test_time_is_put_where_it_belongs_whatever_the_texts_say(make_record: Any) -> None:
    mimicry = '"logged_at":"0000-00-00T00:00:00.000000Z"'
    names = {"name": mimicry, "version": mimicry, "digest": mimicry}
    sealed = seal(make_record(number=7, policy_set=names))
    read = read_envelope(sealed.leaf(NOON))
    assert read.logged_at == rfc3339(NOON)
    assert read.policy_set.name == mimicry


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05T08:15:00.000000+00:00",
        "2026-10-05T08:15:00Z",
        "2026-10-05 08:15:00.000000Z",
        "2026-13-05T08:15:00.000000Z",
        "2026-10-05T24:00:00.000000Z",
        "2026-10-05T08:15:60.000000Z",
        "0000-10-05T08:15:00.000000Z",
        "\u0662026-10-05T08:15:00.000000Z",
        "2026-10-05T08:15:00.000000Z\n",
    ],
)
def test_other_spellings_of_a_time_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        instant(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e", True),
        ("7D9F43F0-1f0e-4c5e-9f0a-2b8d4f6a1c3e", False),
        ("7d9f43f01f0e4c5e9f0a2b8d4f6a1c3e", False),
        ("{7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e}", False),
        ("7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e\n", False),
        ("", False),
    ],
)
def test_uuid_has_one_spelling(text: str, is_one: bool) -> None:  # noqa: FBT001 - a parameter of the test.
    assert is_uuid(text) is is_one
