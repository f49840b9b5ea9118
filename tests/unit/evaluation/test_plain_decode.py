"""The straight way of the decoder: it reads a text as the other way reads it, or gives up."""

import json
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import CampaignError, Engine
from engine.bundle.bundle import build
from engine.evaluation.descriptor.decode import Decoder
from engine.evaluation.descriptor.plain_decode import is_bounded
from engine.source.json_text import JSONFault, JSONLimits, read_json
from tests.strategies.campaigns import descriptors
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, court, rule

DECODER = court().decoder
PARTS = '  record part "a part"\n    parts : list of part "parts"\n  end record\n\n'
RECURSIVE = VOCABULARY.replace("  record part", f"{PARTS}  record bit")


PIECES = (
    *(b'"', b":", b",", b" ", b"\n", b"{}", b"[]", b"[", b"}", b"null", b"0", b"-", b".5", b"1e2"),
    *(b'"id":"c-2",', b'"flag":null,', b'"flag" : true,', b'"note":":",', b'"note":"\\":",'),
    *(b"\\u0041", b"\\/", b"\\", b"\0", "é".encode(), "e\u0301".encode(), b"\xff"),
)
"""What is put into texts, or in the place of something in them."""


def both_ways(text: bytes) -> None:
    """See that the straight way reads what the other reads, or gives up."""
    plain = DECODER.decode_plainly(text)
    if plain is not None:
        assert DECODER.decode_fully(read_json(text)) == (plain, ())


def text_of(descriptor: object, **style: Any) -> bytes:
    written = json.dumps(descriptor, ensure_ascii=False, default=float, **style)
    return written.encode(errors="surrogatepass")


def with_members(members: str) -> bytes:
    """Return the text of a campaign with further members, as they are written."""
    return f'{{"id":"c-1","markets":["DE"],{members}}}'.encode()


STYLES: list[dict[str, Any]] = [{}, {"indent": 2}, {"separators": (",", ":")}]


@given(descriptors(), st.sampled_from(STYLES))
def test_what_has_no_fault_is_read_the_straight_way(
    descriptor: dict[str, Any], style: dict[str, Any]
) -> None:
    text = text_of(descriptor, **style)
    full, faults = DECODER.decode_fully(read_json(text))
    assert not faults
    if b"\\u" not in text and unicodedata.is_normalized("NFC", text.decode()):
        assert DECODER.decode_plainly(text) == full
    assert DECODER.decode(text) == (full, ())


@given(descriptors(), st.data())
def test_both_ways_agree_on_any_text(descriptor: dict[str, Any], data: st.DataObject) -> None:
    text = bytearray(text_of(descriptor, separators=(",", ":")))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text[start:end] = data.draw(st.sampled_from(PIECES))
    both_ways(bytes(text))


@pytest.mark.parametrize(
    "members",
    [
        '"id":"c-1"',
        '"id" : "c-1"',
        '"id"\n:"c-1","note":":"',
        '"note":"a","note":"b"',
        '"flag":null,"flag":true',
        '"flag":true,"flag":null',
        '"price":{"amount":"5","amount":"5","currency":"EUR"}',
        '"person":{"age":3,"age":4}',
        '"items":[{"colour":"red","colour":"red"}]',
        '"note":"\\":","flag":true,"flag":true',
    ],
)
def test_a_name_that_stands_twice_is_not_read(members: str) -> None:
    text = with_members(members)
    assert DECODER.decode_plainly(text) is None
    with pytest.raises(JSONFault, match="two members named"):
        DECODER.decode(text)


@pytest.mark.parametrize(
    "members",
    [
        '"note":":"',
        '"note":"a\\":b:"',
        '"note" : "a" , "flag" : true',
        '"flag":null,"note":"null"',
        '"moment":"2026-01-01T00:00:00Z"',
        '"whole":-0,"amount":1.0000000000000000000000001',
        '"whole":1.0',
        '"note":"\\/\\n"',
        '"note":"Größe"',
    ],
)
def test_odd_ways_to_write_what_has_no_fault(members: str) -> None:
    text = with_members(members)
    plain = DECODER.decode_plainly(text)
    assert plain is not None
    assert DECODER.decode_fully(read_json(text)) == (plain, ())


def test_numbers_are_exact() -> None:
    text = b'{"amount":0.1,"whole":9007199254740993}'
    plain = DECODER.decode_plainly(text)
    assert plain is not None
    assert plain.at("whole") == 9007199254740993
    assert plain.at("amount") == Decimal("0.1")


def test_a_text_beyond_the_limits_is_left_to_the_strict_reader() -> None:
    note = "a" * (JSONLimits().string + 1)
    text = text_of({**CAMPAIGN, "note": note})
    assert DECODER.decode_plainly(text) is None
    with pytest.raises(JSONFault, match="longer"):
        DECODER.decode(text)


def test_a_text_that_is_no_json_is_a_fault_of_the_campaign() -> None:
    with pytest.raises(CampaignError) as caught:
        Engine(court(rule("prohibit when campaign.flag"))).read(b'{"id":"c-1",\n "markets":[DE]}')
    (fault,) = caught.value.faults
    assert fault.pointer == "/markets/0"
    assert fault.message == "expected a value, found `DE`, in line 2, column 13"


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
    both_ways(text_of({**CAMPAIGN, **facts}))


def test_a_whole_descriptor_may_be_faulty() -> None:
    for text in (b"null", b"[]", b'"campaign"', b"", b"{", b"[" * 10_000):
        assert DECODER.decode_plainly(text) is None


def test_groups_that_lead_to_themselves_are_read_the_full_way_alone() -> None:
    bundle, diagnostics = build("recursive", {"vocabulary.policy": RECURSIVE})
    assert bundle is not None, diagnostics
    vocabulary = bundle.policies.vocabulary
    assert not is_bounded(vocabulary)
    text = text_of({**CAMPAIGN, "items": [{"parts": [{"parts": []}]}]})
    campaign, faults = Decoder(vocabulary).decode(text)
    assert (campaign is None, faults) == (False, ())
