"""Records as texts: with the outcome, and the input in the log, of the values that they are."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.deciding.drafts import (
    InvalidJSON,
    Part,
    PartDecision,
    decide_part,
    input_of,
    is_input_of,
)
from api.deciding.submission import NATIVE, Refused, Terms
from engine import Engine, bundle_from_files
from engine.audit.merkle.tiles import LEAF_LIMIT
from engine.source.json_text import JSONLimits, compact, read_json
from tests.api.foreseen import Foreseen, without_chance
from tests.api.installation import allowed
from tests.shipped import shipped_engine

TERMS = Terms(format=NATIVE, as_of=datetime(2026, 11, 23, tzinfo=UTC))
ENGINE = shipped_engine()
STYLES: tuple[dict[str, Any], ...] = (
    {},
    {"indent": 2, "ensure_ascii": False},
    {"separators": (",", ":"), "ensure_ascii": False},
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | TEXTS
CONSENT = {"us_privacy": "1YNN"}
MANIFESTS: dict[str, Any] = {"credentials": {"manifests": {"manifests": {}}}}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"name": 'Größe: "42"\n'},
        {"name": None},
        {"consent": CONSENT},
        {"creatives": [MANIFESTS]},
        {"flight": {"start": "2026-12-01", "end": "9999-12-31"}},
        {"flight": {"start": "2026-12-02", "end": "2026-12-01"}},
        {"budgt": 1},
    ],
    ids=lambda facts: next(iter(facts), "allowed"),
)
def test_a_text_has_the_outcome_of_its_value(facts: dict[str, Any], style: dict[str, Any]) -> None:
    record: Any = allowed() | facts
    text = json.dumps(record, **style).encode()
    by_text, by_value = (outcome(each) for each in (text, record))
    assert by_text == by_value


def test_a_text_that_is_no_json_is_unread() -> None:
    assert outcome(b'{"id":"a","id":"b"}') == outcome(b"{") == InvalidJSON()


def test_what_cannot_be_launched_is_refused_alike() -> None:
    terms = replace(TERMS, as_if_launched=date.max)
    record: Any = allowed() | {"flight": {"start": "2026-12-01", "end": "2026-12-31"}}
    by_text, by_value = (outcome(each, terms) for each in (json.dumps(record).encode(), record))
    assert isinstance(by_text, Refused)
    assert by_text == by_value


def test_a_value_may_be_longer_than_what_is_read_of_a_text() -> None:
    record: Any = allowed() | {"name": "n" * (JSONLimits().string + 1)}
    assert isinstance(outcome(record), Foreseen)
    assert outcome(json.dumps(record).encode()) == InvalidJSON()


def test_what_the_log_cannot_hold_is_an_error_of_its_own() -> None:
    """It is carried to whoever logs, who answers it; the process that decided goes on."""
    bundle = bundle_from_files(dict(ENGINE.bundle.files), name="n" * LEAF_LIMIT)
    (made,) = decide_part(Engine(bundle), None, part_of(allowed()))
    assert isinstance(made, PartDecision)
    assert made.draft is not None
    assert str(made.draft.record).endswith("at most 65,535 can be logged")
    assert made.draft.size == 0


@given(st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXTS, v)))
def test_a_text_without_its_blanks_is_of_the_same_value(value: Any) -> None:
    for style in STYLES:
        text = json.dumps(value, **style).encode()
        assert read_json(compact(text)) == read_json(text)


def test_a_text_is_logged_without_its_blanks() -> None:
    text = b'{ "id" : "a b",\n "size": 1.50, "name": "\xc3\xa9: \\"" }\r\n'
    assert input_of(text, TERMS) == input_of(read_json(text), TERMS)


def test_a_logged_input_is_of_its_record_however_large_it_is() -> None:
    large = json.dumps({"id": "a", "notes": ["n" * 60_000] * 150}).encode()
    assert len(large) > JSONLimits().document
    logged = input_of(large, TERMS)
    assert is_input_of(logged, large, NATIVE)
    assert is_input_of(logged, read_json(large, limits=JSONLimits(document=len(large))), NATIVE)
    assert not is_input_of(logged, large.replace(b'"a"', b'"b"'), NATIVE)
    assert not is_input_of(logged, large, "meta")


def outcome(record: Any, terms: Terms = TERMS) -> object:
    """Return what comes of a record, without what is different each time."""
    (made,) = decide_part(ENGINE, None, part_of(record, terms))
    return without_chance(made)


def part_of(record: Any, terms: Terms = TERMS) -> Part:
    return Part(
        records=(record,),
        terms=terms,
        actor="pipeline",
        decided_at=TERMS.as_of,
        in_full=False,
        dry_run=False,
    )
