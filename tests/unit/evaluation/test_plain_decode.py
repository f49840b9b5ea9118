"""The straight way of the decoder: it reads what the other way reads, or gives up."""

from typing import Any

import pytest
from hypothesis import given

from engine.bundle.bundle import build
from engine.evaluation.decode import Decoder
from engine.evaluation.plain_decode import is_bounded
from tests.strategies.campaigns import VOCABULARY, descriptors
from tests.unit.evaluation.courtroom import CAMPAIGN, court

DECODER = court().decoder
PARTS = '  record part "a part"\n    parts : list of part "parts"\n  end record\n\n'
RECURSIVE = VOCABULARY.replace("  record part", f"{PARTS}  record bit")


def both_ways(descriptor: object) -> None:
    plain, full = DECODER.decode_plainly(descriptor), DECODER.decode_fully(descriptor)
    assert plain is None or (plain, ()) == full
    assert plain is not None or full[1]


@given(descriptors())
def test_what_has_no_fault_is_read_the_straight_way(descriptor: dict[str, Any]) -> None:
    assert DECODER.decode_plainly(descriptor) == DECODER.decode_fully(descriptor)[0]


@pytest.mark.parametrize(
    "facts",
    [
        {"flag": 1},
        {"flag": "true"},
        {"colour": "purple"},
        {"colour": ["red"]},
        {"colours": ["red", None]},
        {"colours": "red"},
        {"markets": []},
        {"markets": ["XX"]},
        {"note": 5},
        {"note": "a\0b"},
        {"note": "\ud800"},
        {"whole": 10**30},
        {"whole": True},
        {"whole": 1.5},
        {"day": "20260101"},
        {"day": "2026-02-30"},
        {"day": "2026-W01-1"},
        {"price": {"amount": "5", "currency": "XYZ"}},
        {"price": {"amount": "5.", "currency": "EUR"}},
        {"price": {"amount": "5"}},
        {"price": {"amount": "1" * 19, "currency": "EUR"}},
        {"price": {"amount": "5.5", "currency": ["EUR"]}},
        {"price": 5},
        {"share": "5"},
        {"share": "%"},
        {"tongue": "xx"},
        {"tongue": 5},
        {"term": "P5X"},
        {"person": {}},
        {"person": []},
        {"person": {"name": None}},
        {"unknown": None},
        {"unknown": 1},
        {"slot": {"start": "2026-02-01", "end": "2026-01-01"}},
        {"slot": {"start": "2026-01-01", "end": "2026-02-01"}},
        {"flight": {"start": "2026-02-01", "end": "2026-01-01"}},
        {"patient": {"age": "old"}},
        {"price": {"amount": "0.50", "currency": "EUR"}},
        {"price": {"amount": "-7", "currency": "EUR"}},
        {"price": {"amount": 7, "currency": "EUR"}},
        {"note": "e\u0301"},
        {"share": "12.5%"},
        {"share": "7%"},
        {"tongue": "de-AT"},
        {"amount": 2.5},
    ],
)
def test_both_ways_agree_on_what_is_faulty(facts: dict[str, Any]) -> None:
    both_ways({**CAMPAIGN, **facts})


def test_a_whole_descriptor_may_be_faulty() -> None:
    faulty: tuple[object, ...] = (None, [], "campaign", {1: 2})
    for descriptor in faulty:
        both_ways(descriptor)


def test_groups_that_lead_to_themselves_are_read_the_full_way_alone() -> None:
    bundle, diagnostics = build("recursive", {"vocabulary.policy": RECURSIVE})
    assert bundle is not None, diagnostics
    vocabulary = bundle.policies.vocabulary
    assert not is_bounded(vocabulary)
    campaign, faults = Decoder(vocabulary).decode(
        {**CAMPAIGN, "items": [{"parts": [{"parts": []}]}]}
    )
    assert (campaign is None, faults) == (False, ())
