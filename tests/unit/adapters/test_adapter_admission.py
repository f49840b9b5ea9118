"""What is admitted as a record, and how its members are read."""

from decimal import Decimal

import pytest

from api.adapters import admission
from api.adapters.adaptation import Adaptation, Draft
from api.adapters.admission import admitted
from api.adapters.reading import AdapterRefusal, Found, Record, whole_record
from engine.source.json_text import JSONValue
from engine.source.quoting import described


def refused(value: object) -> AdapterRefusal:
    with pytest.raises(AdapterRefusal) as raised:
        whole_record({"a": [value]})
    assert raised.value.help
    return raised.value


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "a number is not finite, or has too many digits"),
        (float("inf"), "a number is not finite, or has too many digits"),
        (Decimal("sNaN"), "a number is not finite, or has too many digits"),
        (Decimal("1e-40"), "a number is not finite, or has too many digits"),
        (Decimal("1" * 35), "a number is not finite, or has too many digits"),
        (Decimal("1e19"), "a number is beyond 1,000,000,000,000,000,000"),
        (10**4000, "a number is beyond 1,000,000,000,000,000,000"),
        (1e300, "a number is not finite, or has too many digits"),
        ("\ud800", "a text holds a character that is none"),
        ("a\0", "a text holds a character that is none"),
        ("x" * 65_537, "a text is longer than 65,536 characters"),
        ((1, 2), "a value is of a kind that JSON does not have"),
        (b"x", "a value is of a kind that JSON does not have"),
        ([0] * 100_001, "a list or an object has more than 100,000 members"),
        ({1: 2}, "the name of a member is not a text"),
        ({"\0": 2}, "a text holds a character that is none"),
    ],
)
def test_what_is_no_measured_json_is_refused(value: object, reason: str) -> None:
    refusal = refused(value)
    assert refusal.reason == reason
    assert refusal.pointer == "/a/0"


def test_number_too_long_to_be_written_is_refused_all_the_same() -> None:
    huge = 10**5000
    assert refused(huge).reason == "a number is beyond 1,000,000,000,000,000,000"
    assert described(huge) == "a number beyond all measure"


def test_depth_is_bounded_even_where_a_list_holds_itself() -> None:
    circle: list[object] = []
    circle.append(circle)
    for value in (circle, nested(70)):
        assert refused(value).reason == "lists and objects are nested deeper than 64"
    assert admitted(nested(64)) == nested(64)


def test_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "MOST_VALUES", 1_000)
    assert admitted([0] * 999) == [0] * 999
    assert refused([0] * 1_000).reason == "the record holds more than 1,000 values"
    assert refused([[0] * 99] * 10).reason == "the record holds more than 1,000 values"


def test_floats_become_what_was_written() -> None:
    assert admitted({"a": [0.1, -0.0, 5]}) == {"a": [Decimal("0.1"), Decimal("-0.0"), 5]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        ([], "a list"),
        ("x", "the text `x`"),
        (7, "the number `7`"),
        (Decimal("0.5"), "the number `0.5`"),
        (Decimal("NaN"), "the number `NaN`"),
        (0.5, "the number `0.5`"),
        (10**4000, "a number beyond all measure"),
    ],
)
def test_what_is_no_object_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(AdapterRefusal) as raised:
        whole_record(value)
    assert raised.value.reason == f"the record should be an object, and is {words}"
    assert described({}) == "an object"


# --- reading members ------------------------------------------------------------------------------


def record(**members: JSONValue) -> Record:
    return whole_record(members)


def test_absent_and_null_are_unknown() -> None:
    silent = record(a=None)
    for name in ("a", "b"):
        assert name not in silent
        assert silent.text(name) is None
        assert silent.filled(name) is None
        assert silent.identifier(name) is None
        assert silent.yes_no(name) is None
        assert silent.number(name) is None
        assert silent.whole_number(name) is None
        assert silent.record(name) is None
        assert silent.records(name) is None
        assert silent.elements(name) is None
        assert silent.texts(name) is None
    assert not list(silent)
    assert not dict(silent.remaining())


def test_values_are_read_as_platforms_write_them() -> None:
    held = record(a=" x ", b="", c=12, d="12", e=0, f="true", g=Decimal("2.0"), h=["x "])
    assert held.text("a") == Found(value="x", pointer="/a")
    assert held.text("b") == Found(value="", pointer="/b")
    assert held.filled("b") is None
    assert held.number("b") is None
    assert held.identifier("c") == Found(value="12", pointer="/c")
    assert held.whole_number("d") == Found(value=12, pointer="/d")
    assert held.yes_no("e") == Found(value=False, pointer="/e")
    assert held.yes_no("f") == Found(value=True, pointer="/f")
    assert held.whole_number("g") == Found(value=2, pointer="/g")
    assert held.texts("h") == (Found(value="x", pointer="/h/0"),)


@pytest.mark.parametrize(
    ("read", "value", "reason", "pointer"),
    [
        (Record.text, 1, "`a` should be a text, and is the number `1`", "/a"),
        (Record.text, "x\x1b[", "`a` holds a control character", "/a"),
        (Record.identifier, True, "`a` should be a text, and is `true`", "/a"),
        (Record.yes_no, 2, "`a` should be yes or no, and is the number `2`", "/a"),
        (Record.yes_no, [], "`a` should be yes or no, and is a list", "/a"),
        (Record.number, True, "`a` should be a number, and is `true`", "/a"),
        (Record.number, "1e3", "`a` should be a number, and is the text `1e3`", "/a"),
        (Record.number, "9" * 19, "`a` should be a number, and is the text", "/a"),
        (Record.whole_number, Decimal("0.5"), "`a` should be a whole number, and is", "/a"),
        (Record.record, [], "`a` should be an object, and is a list", "/a"),
        (Record.records, {}, "`a` should be a list, and is an object", "/a"),
        (Record.records, [{}, 1], "`a` should be a list of objects, and is the number", "/a/1"),
        (Record.texts, ["x", None], "`a` should be a list of texts, and is null", "/a/1"),
    ],
)
def test_wrong_type_is_refused_with_its_place(
    read: object, value: JSONValue, reason: str, pointer: str
) -> None:
    assert callable(read)
    with pytest.raises(AdapterRefusal) as raised:
        read(record(a=value), "a")
    assert raised.value.reason.startswith(reason)
    assert raised.value.pointer == pointer


def test_what_nobody_takes_remains() -> None:
    held = record(a=1, b={"c": 1, "~/": 2}, d=[{"e": 1}, {"f": 1}], g=["x", "y"], h=1)
    inner = held.record("b")
    assert inner is not None
    inner.number("c")
    first, _ = held.records("d") or ()
    first.number("e")
    elements = held.elements("g") or ()
    held.keep(elements[1])
    held.number("h")
    held.leave("h")
    assert held.unread("a") == 1
    assert dict(held.remaining()) == {"/a": 1, "/b/~0~1": 2, "/d/1/f": 1, "/g/1": "y", "/h": 1}
    assert held.resolve("/b/~0~1") == 2
    assert held.resolve("/d/1/f") == 1


def test_required_member_is_named() -> None:
    held = record(a="")
    with pytest.raises(AdapterRefusal) as raised:
        held.require("a", held.filled, "send it")
    assert (raised.value.reason, raised.value.pointer) == ("`a` is missing", "/a")


# --- drafting -------------------------------------------------------------------------------------


def test_origin_is_of_the_fact_or_of_what_holds_it() -> None:
    draft = Draft()
    draft.put("a.b", 1, "/x")
    draft.element("c", "/y").put("d", 2, "/y/d")
    adaptation: Adaptation = draft.finish({})
    assert adaptation.origin_of("/c/0/d") == "/y/d"
    assert adaptation.origin_of("/c/0/e") == "/y"
    assert adaptation.origin_of("/a/b") == "/x"
    assert adaptation.origin_of("/z/z") is None
