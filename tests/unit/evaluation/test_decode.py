"""Descriptors: every type right and wrong, every fault with its pointer."""

import json
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import pytest

from engine.bundle.bundle import Bundle, build
from engine.evaluation.descriptor.decode import LONGEST_ID
from engine.evaluation.descriptor.encode import encode
from engine.evaluation.values import Datum
from engine.semantics.tree import Money
from engine.semantics.types import RecordType, Scalar
from tests.strategies.vocabulary import VOCABULARY
from tests.unit.evaluation.courtroom import CAMPAIGN, campaign_of, court

BUNDLE = court()


def faults_of(descriptor: object, bundle: Bundle = BUNDLE) -> list[tuple[str, str, str | None]]:
    campaign, faults = bundle.decoder.decode(descriptor)
    assert (campaign is None) is bool(faults)
    return [(fault.pointer, fault.message, fault.help) for fault in faults]


def read(**facts: Any) -> Datum | None:
    (name,) = facts
    return campaign_of(BUNDLE, **facts).at(name)


class Shouting(str):
    """A text that reads otherwise than it compares, as an enumeration of texts does."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.upper() + "!"


class Loud(float):
    """A number whose representation is not a numeral, as with numbers of numeric libraries."""

    def __repr__(self) -> str:
        return "loud(0.5)"


class Ordinal(int, Enum):
    FIRST = 1


@pytest.mark.parametrize(
    ("fact", "written", "value"),
    [
        ("note", "Cafe\u0301", "Caf\u00e9"),
        ("note", Shouting("hush"), "hush"),
        ("flag", True, True),
        ("amount", 3, 3),
        ("amount", Decimal("2.0"), 2),
        ("amount", Decimal("0.1"), Fraction(1, 10)),
        ("amount", 0.1, Fraction(1, 10)),
        ("amount", Loud(0.5), Fraction(1, 2)),
        ("amount", -0.0, 0),
        ("amount", -(10**18), -(10**18)),
        ("amount", 1e18, 10**18),
        ("amount", 5e-324, Fraction("5e-324")),
        ("amount", Ordinal.FIRST, 1),
        ("whole", Decimal("7.00"), 7),
        ("share", "12.5 %", Fraction(1, 8)),
        ("share", "-3%", Fraction(-3, 100)),
        ("price", {"amount": 5, "currency": "EUR"}, Money(amount=Fraction(5), currency="EUR")),
        (
            "price",
            {"amount": "-0.5", "currency": "USD"},
            Money(amount=Fraction(-1, 2), currency="USD"),
        ),
        (
            "price",
            {"amount": Decimal("1.25"), "currency": "EUR"},
            Money(amount=Fraction(5, 4), currency="EUR"),
        ),
        ("colour", "red", "red"),
        ("colour", Shouting("red"), "red"),
        ("home", "DE", "DE"),
        ("home", Shouting("DE"), "DE"),
        ("tongue", "en-GB", "en-GB"),
        ("tongue", "zh-Hant-TW", "zh-Hant-TW"),
        ("tongue", "es-419", "es-419"),
        ("tongue", "en-x-uk", "en-x-uk"),
        ("places", ["US-CA", "DE"], ("US-CA", "DE")),
        ("places", ("DE",), ("DE",)),
        ("colours", [], ()),
        ("note", None, None),
    ],
)
def test_a_value_of_its_type_is_read_exactly(fact: str, written: object, value: object) -> None:
    found = read(**{fact: written})
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("day", ["0001-01-01", "2028-02-29", "9999-12-31"])
def test_every_day_of_the_calendar_is_read(day: str) -> None:
    assert str(read(day=day)) == day


@pytest.mark.parametrize(
    "instant",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01t00:00:00z",
        "2026-01-01T00:00:00.123456000Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_an_instant_is_read_with_its_offset(instant: str) -> None:
    assert read(moment=instant) is not None


@pytest.mark.parametrize(
    ("fact", "written", "shown"),
    [
        ("amount", True, "`true`"),
        ("amount", "5", "the text `5`"),
        ("amount", float("nan"), "the number `nan`"),
        ("amount", float("inf"), "the number `inf`"),
        ("amount", 1e19, "the number `1e+19`"),
        pytest.param("amount", 10**5000, "a number beyond all measure", id="huge"),
        ("amount", -(10**18) - 1, "a number beyond all measure"),
        ("amount", Decimal("NaN"), "the number `NaN`"),
        ("amount", Decimal("1e999999999"), "the number `1E+999999999`"),
        ("amount", Decimal("1e-999999999"), "the number `1E-999999999`"),
        ("amount", {}, "an object"),
        ("whole", 1.5, "the number `1.5`"),
        ("note", 1, "the number `1`"),
        pytest.param("note", "\ud83d", "the text `\\ud83d`", id="surrogate"),
        ("note", "a\0b", "the text `a\\u0000b`"),
        ("flag", 1, "the number `1`"),
        ("flag", "yes", "the text `yes`"),
        ("share", "12.5", "the text `12.5`"),
        ("share", 12, "the number `12`"),
        ("price", 5, "the number `5`"),
        ("day", "2026-02-30", "the text `2026-02-30`"),
        ("day", "2026-1-1", "the text `2026-1-1`"),
        ("day", "20260101", "the text `20260101`"),
        ("day", "2026-W01-1", "the text `2026-W01-1`"),
        ("day", 20260101, "the number `20260101`"),
        ("moment", "2026-01-01T00:00:00", "the text `2026-01-01T00:00:00`"),
        ("moment", "2026-01-01T25:00:00Z", "the text `2026-01-01T25:00:00Z`"),
        ("moment", "2026-01-01T00:00:00.1234567Z", "the text `2026-01-01T00:00:00.1234567Z`"),
        ("moment", "2026-01-01 09+01", "the text `2026-01-01 09+01`"),
        ("moment", 0, "the number `0`"),
        ("colour", 1, "the number `1`"),
        ("home", 49, "the number `49`"),
        ("colours", "red", "the text `red`"),
        ("colours", {"0": "red"}, "an object"),
        ("person", ["Ann"], "a list"),
        ("items", [1], "the number `1`"),
    ],
)
def test_a_value_of_another_type_is_refused_in_the_users_words(
    fact: str, written: object, shown: str
) -> None:
    ((pointer, message, advice),) = faults_of({**CAMPAIGN, fact: written})
    assert pointer.startswith(f"/{fact}")
    assert message.startswith("this should be ")
    assert message.endswith(f"and is {shown}")
    assert advice


_POINT = 'write it with a point for decimals and no other mark: `"5000.00"`'
_CODE = "use a currency code of ISO 4217, such as `EUR`"


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ({"amount": "5"}, [("currency", "the currency is missing", _CODE)]),
        ({"amount": "5", "currency": None}, [("currency", "the currency is missing", _CODE)]),
        (
            {"currency": "EUR"},
            [("amount", "the amount is missing", 'write it beside the currency: `"5000.00"`')],
        ),
        (
            {"amount": True, "currency": "EUR"},
            [("amount", "this should be an amount, and is `true`", _POINT)],
        ),
        (
            {"amount": "1,000.00", "currency": "EURO"},
            [
                ("amount", "this should be an amount, and is the text `1,000.00`", _POINT),
                ("currency", "`EURO` is not a currency", "did you mean `EUR`?"),
            ],
        ),
        (
            {"amount": "5", "currency": "eur"},
            [("currency", "`eur` is not a currency", "did you mean `EUR`?")],
        ),
        (
            {"amount": "5", "currency": 978},
            [("currency", "this should be a currency, and is the number `978`", _CODE)],
        ),
        (
            {"amount": "5", "currancy": "EUR"},
            [
                ("currancy", "unknown fact `currancy`", "did you mean `currency`?"),
                ("currency", "the currency is missing", _CODE),
            ],
        ),
    ],
)
def test_what_is_wrong_with_money_is_told_where_it_is(
    price: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert faults_of({"price": price}) == [
        (f"/price/{name}", message, advice) for name, message, advice in expected
    ]


@pytest.mark.parametrize(
    ("fact", "word", "message", "advice"),
    [
        ("home", "de", "`de` is not a country", "did you mean `DE`?"),
        (
            "home",
            "UK",
            "`UK` is not a country",
            "did you mean `GB`?",
        ),
        (
            "home",
            "",
            "`` is not a country",
            "use a two-letter country code of ISO 3166-1, such as `DE`",
        ),
        (
            "home",
            "Federal Republic",
            "`Federal Republic` is not a country",
            "use a two-letter country code of ISO 3166-1, such as `DE`",
        ),
        ("tongue", "en_GB", "`en_GB` is not a language", None),
        ("tongue", "en-gb", "`en-gb` is not a language", "did you mean `en-GB`?"),
        ("tongue", "EN", "`EN` is not a language", "did you mean `en`?"),
        ("tongue", "en-UK", "`en-UK` is not a language", "did you mean `en-GB`?"),
        ("tongue", "zh-Hans-XX", "`zh-Hans-XX` is not a language", None),
        ("tongue", "zh-Hanz", "`zh-Hanz` is not a language", None),
        ("tongue", f"en{'-a' * 17}", f"`en{'-a' * 17}` is not a language", None),
        ("tongue", "en-", "`en-` is not a language", None),
        ("tongue", "en-\x00", "`en-\\u0000` is not a language", None),
        ("colour", "redd", "`redd` is not one of `colour`", "did you mean `red`?"),
        (
            "colour",
            "mauve",
            "`mauve` is not one of `colour`",
            "it is one of `red`, `green`, `blue`",
        ),
    ],
)
def test_an_unknown_word_is_refused_with_the_near_one(
    fact: str, word: str, message: str, advice: str | None
) -> None:
    ((pointer, found, helped),) = faults_of({**CAMPAIGN, fact: word})
    assert (pointer, found) == (f"/{fact}", message)
    assert helped
    assert advice in (None, helped)


def test_an_unknown_fact_is_refused_with_the_near_one() -> None:
    person = {"agge": 1, "a/b~c": 2, "x" * 70: 3}
    assert faults_of({**CAMPAIGN, "person": person}) == [
        ("/person/agge", "unknown fact `agge`", "did you mean `age`?"),
        ("/person/a~1b~0c", "unknown fact `a/b~c`", "leave it out, or declare it in a vocabulary"),
        (
            f"/person/{'x' * 70}",
            f"unknown fact `{'x' * 39}…`",
            "leave it out, or declare it in a vocabulary",
        ),
    ]


@pytest.mark.parametrize("name", [1, None, 10**5000, ("a",)], ids=lambda name: type(name).__name__)
def test_the_name_of_a_fact_is_a_text(name: object) -> None:
    descriptor: dict[object, object] = {name: 1}
    descriptor.update(CAMPAIGN)
    ((pointer, message, _),) = faults_of(descriptor)
    assert (pointer, message) == ("", "the name of a fact is not a text")


@pytest.mark.parametrize(
    ("descriptor", "shown"),
    [(None, "null"), ([], "a list"), ("{}", "the text `{}`"), (bytearray(), "an object")],
)
def test_a_campaign_is_an_object(descriptor: object, shown: str) -> None:
    ((pointer, message, advice),) = faults_of(descriptor)
    assert (pointer, message) == ("", f"this should be an object, and is {shown}")
    assert advice == "write its facts in braces, by name: `id`, `markets`, `flight` …"


@pytest.mark.parametrize("empty", [[], ()], ids=["list", "tuple"])
def test_a_required_list_names_at_least_one(empty: object) -> None:
    assert faults_of({**CAMPAIGN, "markets": empty}) == [
        ("/markets", "the list is empty: markets", "name at least one")
    ]


def test_an_element_is_never_null() -> None:
    assert faults_of({**CAMPAIGN, "markets": ["DE", None]}) == [
        ("/markets/1", "an element of a list is null", "leave it out")
    ]


BLANK = ("", " ", "\b", "\x7f", "\t\u00a0", "\u200b\ufeff", "\u3164", "\u2800", "\ufe0f\u200d")
"""Texts in which nothing can be seen."""


@pytest.mark.parametrize("blank", BLANK)
def test_a_text_that_says_nothing_is_unknown(blank: str) -> None:
    assert read_texts(blank, blank) == (None, None)


def read_texts(note: str, secret: str) -> tuple[object, object]:
    """Return two texts as they are read of a value, and of its JSON."""
    descriptor = {**CAMPAIGN, "note": note, "secret": secret, "items": []}
    found = set()
    for given in (descriptor, json.dumps(descriptor, ensure_ascii=False).encode()):
        campaign, _ = BUNDLE.decoder.decode(given)
        assert campaign is not None
        found.add((campaign.at("note"), campaign.at("secret")))
    (read,) = found
    return read


@pytest.mark.parametrize("blank", [" ", "\n", "\t\u00a0", "\u200b\ufeff", "\u3164", "\u2800"])
def test_blanks_at_its_ends_are_no_part_of_a_text(blank: str) -> None:
    assert read_texts(f"{blank}Ada  L.{blank}", f"Ada{blank}") == ("Ada  L.", "Ada")
    assert read_texts(f"{blank}.", f"\u2764\ufe0f{blank}") == (".", "\u2764\ufe0f")


@pytest.mark.parametrize("blank", BLANK)
def test_an_element_is_never_a_text_that_says_nothing(blank: str) -> None:
    words = VOCABULARY.replace('"a note"', '"a note"\n  words : list of text "words"')
    descriptor = {**CAMPAIGN, "words": ["hello", blank]}
    bundle, _ = build("words", {"vocabulary.policy": words})
    assert bundle is not None
    text = json.dumps(descriptor, ensure_ascii=False).encode()
    for given in (descriptor, text):
        assert faults_of(given, bundle) == [
            ("/words/1", "an element of a list is an empty text", "leave it out")
        ]


def test_every_fault_is_reported_with_its_pointer_also_beside_those_of_the_flight() -> None:
    flight = {"start": "2026-02-02", "end": "2026-02-01", "until_stopped": True}
    items = [{"amount": "1"}, {"parts": [{"size": 1}, {"size": None, "flag": 0}]}, "x"]
    found = faults_of({"flight": flight, "items": items, "amount": "1"})
    assert [pointer for pointer, _, _ in found] == [
        "/items/0/amount",
        "/items/1/parts/1/flag",
        "/items/2",
        "/amount",
        "/flight/end",
        "/flight/until_stopped",
    ]


def test_a_flight_does_not_end_before_it_starts() -> None:
    flight = {"start": "2026-02-02", "end": "2026-02-01"}
    ((pointer, message, _),) = faults_of({**CAMPAIGN, "flight": flight})
    assert pointer == "/flight/end"
    assert message == "the flight ends on 2026-02-01, before it starts on 2026-02-02"


def test_a_flight_has_a_last_day_or_runs_until_stopped() -> None:
    flight = {"start": "2026-02-02", "end": "2026-02-02", "until_stopped": True}
    ((pointer, message, _),) = faults_of({**CAMPAIGN, "flight": flight})
    assert pointer == "/flight/until_stopped"
    assert message == "the flight has a last day, and runs until someone stops it"


def test_an_id_is_as_long_as_an_index_holds() -> None:
    assert faults_of({**CAMPAIGN, "id": "x" * LONGEST_ID}) == []
    assert faults_of({**CAMPAIGN, "id": "x" * 1025}) == [
        (
            "/id",
            "the id has 1,025 characters, and 512 at most are kept",
            "give the short one by which your own system knows the campaign",
        )
    ]


@pytest.mark.parametrize(("count", "listed"), [(99, 99), (100, 100), (101, 101), (5000, 101)])
def test_more_than_a_hundred_faults_are_counted(count: int, listed: int) -> None:
    found = faults_of({**CAMPAIGN, "markets": ["Xx"] * count, "colours": []})
    assert len(found) == listed
    if count > 100:
        assert found[-1] == ("", f"and {count - 100} more", None)


def test_beyond_a_hundred_faults_no_near_name_is_sought() -> None:
    found = faults_of({f"amountt{n}": 1 for n in range(150)} | {"colour": "redd", "home": "de"})
    assert found[-1] == ("", "and 52 more", None)


RECURSIVE = VOCABULARY.replace("  record part", "  record part", 1).replace(
    'parts  : list of part "parts of the item"',
    'parts  : list of part "parts of the item"\n    inner  : item "an item within"',
)


def nested(depth: int) -> dict[str, Any]:
    item: dict[str, Any] = {"amount": 1}
    for _ in range(depth):
        item = {"inner": item}
    return {**CAMPAIGN, "items": [item]}


def test_groups_may_nest_as_deep_as_json_is_read() -> None:
    assert faults_of(nested(62), court(vocabulary=RECURSIVE)) == []


def test_groups_nested_too_deep_are_refused() -> None:
    ((pointer, message, advice),) = faults_of(nested(5000), court(vocabulary=RECURSIVE))
    assert pointer.count("/inner") == 63
    assert (message, advice) == ("groups of facts are nested too deep", "leave the innermost out")


def test_a_descriptor_that_contains_itself_is_refused() -> None:
    item: dict[str, Any] = {}
    item["inner"] = item
    found = faults_of({**CAMPAIGN, "items": [item]}, court(vocabulary=RECURSIVE))
    assert [message for _, message, _ in found] == ["groups of facts are nested too deep"]


# --- back to JSON ------------------------------------------------------------------------------


def test_encoding_is_the_inverse_of_decoding_for_every_type() -> None:
    facts = {
        **CAMPAIGN,
        "flag": False,
        "amount": Decimal("0.000000000000000001"),
        "whole": 3,
        "share": "33.333333333333333333%",
        "price": {"amount": "-1234.56", "currency": "EUR"},
        "day": "2026-02-03",
        "moment": "2026-01-01T09:00:00+02:00",
        "colour": "red",
        "note": "Café",
        "colours": [],
        "places": ["DE", "US-CA"],
        "items": [{}, {"parts": [{"size": Decimal("0.5")}]}],
        "person": {"age": 17},
    }
    campaign = campaign_of(BUNDLE, **facts)
    encoded = encode(campaign.facts, RecordType(name="campaign"))
    assert encoded == {**facts, "price": {"amount": "-1234.56", "currency": "EUR"}}
    assert BUNDLE.decoder.decode(encoded) == (campaign, ())


def test_what_no_type_holds_is_not_encoded() -> None:
    assert encode(None, Scalar.TEXT) is None
    with pytest.raises(AssertionError):
        encode(object(), Scalar.TEXT)
