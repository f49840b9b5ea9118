"""The vocabulary as JSON Schema: every fact is there, with its label and its type."""

import json
from fractions import Fraction
from typing import Any

import jsonschema_rs
import pytest

from api.http.campaign_schema import campaign_schema
from engine.bundle.bundle import build
from engine.semantics.tree import Money
from engine.semantics.types import EnumerationType, ListType, Scalar
from engine.semantics.vocabulary import Fact, RecordShape, Vocabulary
from engine.source.text import Span
from tests.api.installation import Caller
from tests.strategies.vocabulary import VOCABULARY


@pytest.fixture(scope="module")
def schema(api: Caller) -> dict[str, Any]:
    return json.loads(api.get("/v1/vocabulary").data)  # type: ignore[no-any-return] # JSON is any.


def test_campaign_is_an_object_of_known_facts(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["id", "markets", "flight"]


def test_unknown_is_null(schema: dict[str, Any]) -> None:
    for record in (schema, *schema["$defs"].values()):
        for fact in record["properties"].values():
            assert {"type": "null"} in fact["anyOf"]
            assert fact["title"]
            assert fact["description"]


def test_every_reference_leads_somewhere(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)
    names = {part.partition('"')[0] for part in text.split("#/$defs/")[1:]}
    assert names <= set(schema["$defs"])
    assert "age_range" in names


def test_words_are_listed(schema: dict[str, Any]) -> None:
    period = schema["$defs"]["budget"]["properties"]["period"]["anyOf"][0]
    assert period == {"type": "string", "enum": ["daily", "lifetime"]}


@pytest.mark.parametrize("kind", list(Scalar))
def test_every_type_has_a_schema(kind: Scalar) -> None:
    fact = Fact(
        name="x",
        type=ListType(element=kind),
        required=False,
        label="an x",
        span=Span(source="", start=0, end=0),
    )
    other = Fact(
        name="y",
        type=EnumerationType(name="y", members=("a",)),
        required=True,
        label="a y",
        span=fact.span,
    )
    shape = RecordShape(name="campaign", label="a campaign", facts={"x": fact, "y": other})
    made: Any = campaign_schema(
        Vocabulary(root="campaign", records={"campaign": shape}), digest="sha256:0"
    )
    (array, _null) = made["properties"]["x"]["anyOf"]
    assert array["items"]["type"]
    assert made["required"] == ["y"]


def test_what_is_presumed_is_the_default_and_what_is_sensitive_is_never_read_back() -> None:
    span = Span(source="", start=0, end=0)
    kinds: dict[str, Any] = {
        "minors": (Scalar.YES_NO, True),
        "share": (Scalar.PERCENTAGE, Fraction(1, 8)),
        "price": (Scalar.MONEY, Money(amount=Fraction(5), currency="EUR")),
        "secret": (Scalar.TEXT, None),
    }
    facts = {
        name: Fact(
            name=name,
            type=kind,
            required=False,
            label=name,
            span=span,
            presumed=presumed,
            sensitive=presumed is None,
        )
        for name, (kind, presumed) in kinds.items()
    }
    shape = RecordShape(name="campaign", label="a campaign", facts=facts)
    made: Any = campaign_schema(
        Vocabulary(root="campaign", records={"campaign": shape}), digest="sha256:0"
    )
    told = {name: fact.get("default") for name, fact in made["properties"].items()}
    price = {"amount": "5", "currency": "EUR"}
    assert told == {"minors": True, "share": "12.5%", "price": price, "secret": None}
    written = {name for name, fact in made["properties"].items() if fact.get("writeOnly")}
    assert written == {"secret"}


ODD_TEXTS = (
    *("", " ", "a", "a\0b", "yes", "1", "01", "-1", "+1", "1,5", "1e3", "1 ", "1.", ".5"),
    *("1" * 18, "1" * 19, "5%", "-5%", "5 %", "5%%", "%", "5e1%", "\u0665%", "5%\n"),
    *("2026-01-01", "2026-1-1", "20260101", "2026-W01-1", "\u0662026-01-01", "2026-01-01\n"),
    *("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00Z", "2026-01-01T00:00:00,5Z"),
    *("2026-01-01T00:00:00.123456Z", "2026-01-01T00:00:00.1234567Z", "2026-01-01t00:00:00z"),
    *("2026-01-01 00:00:00+02:00", "2026-01-01T00:00:00+0200", "P1D", "P2W", "P1M", "P1Y2M", "P"),
    *("P1.5D", "-P1D", "P1000000000D", "DE", "de", "US-CA", "EUR", "EUr", "en", "En", "en-GB"),
)
AMOUNTS = (10, -1, 10.5, "10", "-1", "1e3", "10 ", "", None, True, "1" * 18, "1" * 19)
ODD_VALUES = (
    *(None, True, 0, 1, -1, 1.0, 1.5, 10**18, {}, [], [None], ["a"], [""], [" "], [1]),
    *ODD_TEXTS,
    *({"amount": each, "currency": "EUR"} for each in AMOUNTS),
    *({"amount": each, "unit": "km"} for each in AMOUNTS),
    *({"amount": 1}, {"amount": 1, "unit": "yd"}, {"amount": 1, "currency": "euro"}),
)


@pytest.mark.parametrize("kind", [*(each.value for each in Scalar), "list of text"])
def test_what_is_read_is_valid_and_what_is_refused_is_not(kind: str) -> None:
    declared = f'  odd : {kind} "what is tried"\nend vocabulary'
    files = {"vocabulary.policy": VOCABULARY.replace("end vocabulary", declared)}
    bundle, faults = build("odd", files)
    assert bundle is not None, faults
    schema = campaign_schema(bundle.policies.vocabulary, digest=bundle.digest)
    validator = jsonschema_rs.Draft202012Validator(schema)
    flight = {"start": "2026-01-01", "end": "2026-01-01"}
    for value in ODD_VALUES:
        descriptor = {"id": "c-1", "markets": ["DE"], "flight": flight, "odd": value}
        campaign, _ = bundle.decoder.decode(descriptor)
        assert validator.is_valid(descriptor) is (campaign is not None), value
