"""The law of replaying: what is decided again from the log is what was recorded, to the byte."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from api.deciding.drafts import input_of
from api.deciding.impact import assess
from api.deciding.replay import Identical, NotReplayable, Replayer
from api.deciding.submission import NATIVE, Decided, Terms, submit
from engine import Bundle, Engine, bundle_from_files
from engine.audit.canonical import canonical
from engine.audit.entries.record import DecisionRecord, LogEntry, seal
from engine.bundle.load import read_directory
from engine.source.json_text import read_json
from engine.storage.errors import NotFound
from engine.storage.governance.policies import PolicyVersion
from tests.strategies import consent_strings
from tests.strategies.campaigns import descriptors
from tests.strategies.policy_texts import policy_files
from tests.strategies.vocabulary import DAYS, VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN
from tests.unit.test_public_surface import RULE

POLICIES = Path(__file__).parents[2] / "policies"
ID = "7d9f43f0-1f0e-4c5e-9f0a-2b8d4f6a1c3e"


@dataclass(frozen=True, slots=True)
class Kept:
    """The files of one bundle, as they are kept."""

    bundle: Bundle

    def get(self, digest: str) -> PolicyVersion:
        if digest != self.bundle.digest:
            raise NotFound("there is no other")
        files = canonical(dict(self.bundle.files))
        return PolicyVersion(digest=digest, name=self.bundle.name, version="1", files=files)

    def tombstone(self, _decision_id: str) -> None:
        return None


def logged(bundle: Bundle, descriptor: dict[str, Any], terms: Terms) -> LogEntry:
    """Return the entry of a decision as the service makes it, its submission read from JSON."""
    submitted = read_json(input_of(descriptor, terms))
    assert isinstance(submitted, dict)
    made = submit(Engine(bundle), submitted["campaign"], terms=terms, id=ID)
    assert isinstance(made, Decided), made
    record = DecisionRecord(
        decision_id=ID,
        decided_at=terms.as_of,
        input=input_of(submitted["campaign"], terms),
        result=made.write(),
        actor="cli",
    )
    return seal(record).entry(0, terms.as_of)


@settings(max_examples=15)  # Each builds three bundles.
@given(policy_files(), descriptors(), DAYS, st.none() | DAYS)
def test_what_is_replayed_is_what_was_recorded(
    files: dict[str, str], descriptor: dict[str, Any], day: date, launched: date | None
) -> None:
    bundle = bundle_from_files(files, name="generated")
    as_of = datetime.combine(day, time(12), tzinfo=UTC)
    terms = Terms(format=NATIVE, as_of=as_of, as_if_launched=launched)
    entry = logged(bundle, descriptor, terms)
    kept = Kept(bundle)
    replayer = Replayer(kept, kept)
    assert replayer.replay(entry).outcome == Identical()
    payload = entry.payload
    assert payload is not None
    altered = structs.replace(payload, input=payload.input.replace(b'"assent"', b'"meta"'))
    told = replayer.replay(structs.replace(entry, payload=altered)).outcome
    assert told == NotReplayable(why="what is stored of it is not what was logged")


def test_what_consent_strings_say_is_replayed_from_the_strings() -> None:
    """What is logged is the string; what it says is read again, and the same."""
    bundle = bundle_from_files(read_directory(POLICIES), name="shipped")
    strings = {"tcf": consent_strings.tc_string(), "gpp": consent_strings.california(sale=1)}
    descriptor = {
        "id": "c-1",
        "markets": ["DE", "US-CA"],
        "platforms": [{"name": "openrtb"}],
        "flight": {"start": "2026-10-01", "end": "2026-10-31"},
        "targeting": {"profiling": True},
        "consent": strings,
    }
    terms = Terms(format=NATIVE, as_of=datetime(2026, 9, 15, tzinfo=UTC))
    entry = logged(bundle, descriptor, terms)
    assert entry.payload is not None
    assert b"tcf_string" not in entry.payload.input
    assert b"/consent/gpp" in entry.payload.result
    kept = Kept(bundle)
    assert Replayer(kept, kept).replay(entry).outcome == Identical()


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (b"5", "its record cannot be read: its standing facts are no list of objects"),
        (b"[5]", "its record cannot be read: its standing facts are no list of objects"),
        (b"[{}]", "its record cannot be read: this is no standing fact"),
    ],
)
def test_what_is_no_standing_fact_is_not_replayed(standing: bytes, why: str) -> None:
    bundle = bundle_from_files({"p.policy": VOCABULARY + RULE}, name="small")
    terms = Terms(format=NATIVE, as_of=datetime(2026, 9, 15, tzinfo=UTC))
    entry = logged(bundle, CAMPAIGN, terms)
    made = submit(Engine(bundle), CAMPAIGN, terms=terms, id=ID)
    assert isinstance(made, Decided)
    spoiled = DecisionRecord(
        decision_id=ID,
        decided_at=terms.as_of,
        input=input_of(CAMPAIGN, terms)[:-1] + b',"standing_facts":' + standing + b"}",
        result=made.write(),
        actor="cli",
    )
    kept = Kept(bundle)
    told = Replayer(kept, kept).replay(seal(spoiled).entry(0, terms.as_of)).outcome
    assert isinstance(told, NotReplayable)
    assert told.why.startswith(why)
    assessed = assess(seal(spoiled).entry(0, terms.as_of), Engine(bundle), kept).outcome
    assert isinstance(assessed, NotReplayable)
    assert assessed.why == told.why
    assert Replayer(kept, kept).replay(entry).outcome == Identical()
