"""The straight way of the decoder: descriptors without a fault, read without keeping their place.

What is read here, is read as `decode` reads it. At the first doubt it gives up, and the descriptor
is read again by the decoder that names every fault with its pointer: only who has made a mistake
waits for that.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import TypeAlias, assert_never

from ..semantics.tree import Money
from ..semantics.types import (
    CODES,
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    codes,
)
from ..semantics.vocabulary import Fact, RecordShape, Vocabulary
from ..source.json_fault import GREATEST_NUMBER
from ..syntax.lexis import PERIOD
from .values import Datum, Group

Read: TypeAlias = Callable[[object], Datum | None]
"""Reads a JSON value, of a group that says nothing None; raises `DOUBTS` where it may be faulty."""


class DoubtError(ValueError):
    """A value may be faulty."""


DOUBTS = (DoubtError, KeyError, TypeError, ValueError)
"""What reading a faulty value may raise."""


def is_bounded(vocabulary: Vocabulary) -> bool:
    """Whether groups of facts never lead back to themselves, so that none nests without end."""
    done: set[str] = set()
    shapes = vocabulary.records
    while more := {name for name, shape in shapes.items() if _leads_to(shape) <= done} - done:
        done |= more
    return done == shapes.keys()


def _leads_to(shape: RecordShape) -> set[str]:
    return {fact.record for fact in shape.facts.values() if fact.record is not None}


class PlainDecoder:
    """Reads descriptors of one vocabulary, `slow` being how a scalar value is read in full."""

    def __init__(self, vocabulary: Vocabulary, slow: Mapping[Scalar, Read]) -> None:
        self._slow = slow
        self._shapes = vocabulary.records
        self._facts: dict[str, dict[str, tuple[int, Read]]] = {
            name: {} for name in vocabulary.records
        }
        self._groups = {
            name: _group(shape, self._facts[name]) for name, shape in vocabulary.records.items()
        }
        for name, shape in vocabulary.records.items():
            for place, fact in enumerate(shape.facts.values()):
                self._facts[name][fact.name] = (place, self._reader(fact))
        self.read = self._groups[vocabulary.root]

    def _reader(self, fact: Fact) -> Read:
        read = self._of_type(fact.type)
        if isinstance(fact.type, RecordType):
            return _stated(read, len(self._shapes[fact.type.name].facts))
        return _some(read) if fact.required and isinstance(fact.type, ListType) else read

    def _of_type(self, kind: Type) -> Read:
        match kind:
            case RecordType(name=name):
                return _in_order(self._groups[name]) if name == PERIOD else self._groups[name]
            case ListType(element=element):
                return _list(self._of_type(element))
            case EnumerationType(members=members):
                return _listed(members)
            case Scalar():
                return self._scalar(kind)
        assert_never(kind)

    def _scalar(self, kind: Scalar) -> Read:
        if kind in CODES and kind is not Scalar.LANGUAGE:
            return _listed(codes(kind))
        slow = _sure(self._slow[kind])
        match kind:
            case Scalar.TEXT:
                return _text(slow)
            case Scalar.NUMBER | Scalar.WHOLE_NUMBER:
                return _number(slow)
            case Scalar.DATE:
                return _date(slow)
            case Scalar.MONEY:
                return _money(slow)
            case Scalar.YES_NO:
                return _yes_no
            case Scalar.PERCENTAGE:
                return _percentage(slow)
            case Scalar.LANGUAGE:
                return _language(slow)
            case _:
                return slow


def _listed(words: Iterable[str]) -> Read:
    return {word: word for word in words}.__getitem__  # type: ignore[return-value]  # or KeyError.


def _group(shape: RecordShape, facts: Mapping[str, tuple[int, Read]]) -> Read:
    blank: list[Datum | None] = [None] * len(shape.facts)

    def group(value: object) -> Group:
        if type(value) is not dict:
            raise DoubtError
        values = blank.copy()
        for name, inner in value.items():
            place, read = facts[name]
            if inner is not None:
                values[place] = read(inner)
        return Group(shape, tuple(values))

    return group


def _stated(read: Read, facts: int) -> Read:
    nothing = (None,) * facts

    def stated(value: object) -> Datum | None:
        made = read(value)
        assert isinstance(made, Group)  # noqa: S101 - as groups are read.
        return None if made.values == nothing else made

    return stated


def _in_order(read: Read) -> Read:
    def in_order(value: object) -> Datum | None:
        made = read(value)
        assert isinstance(made, Group)  # noqa: S101 - as groups are read.
        start, end = made.get("start"), made.get("end")
        if isinstance(start, date) and isinstance(end, date) and end < start:
            raise DoubtError
        return made

    return in_order


def _some(read: Read) -> Read:
    def some(value: object) -> Datum | None:
        if not value:
            raise DoubtError
        return read(value)

    return some


def _list(element: Read) -> Read:
    def elements(value: object) -> Datum:
        if type(value) is not list:
            raise DoubtError
        return tuple(map(element, value))  # type: ignore[arg-type]  # an element is never None.

    return elements


def _sure(slow: Read) -> Read:
    def sure(value: object) -> Datum:
        made = slow(value)
        if made is None:
            raise DoubtError
        return made

    return sure


def _yes_no(value: object) -> bool:
    if value is True or value is False:
        return value
    raise DoubtError


def _language(slow: Read) -> Read:
    known = codes(Scalar.LANGUAGE)

    def language(value: object) -> Datum | None:
        return value if type(value) is str and value in known else slow(value)

    return language


def _percentage(slow: Read) -> Read:
    def percentage(value: object) -> Datum | None:
        if type(value) is str and value.isascii() and value.endswith("%"):
            whole = value[:-1]
            if whole.isdigit() and len(whole) <= 18:
                return Fraction(int(whole), 100)
        return slow(value)

    return percentage


def _text(slow: Read) -> Read:
    def text(value: object) -> Datum | None:
        if type(value) is str and value.isascii() and "\0" not in value:
            return value
        return slow(value)

    return text


def _number(slow: Read) -> Read:
    def number(value: object) -> Datum | None:
        if type(value) is int and -GREATEST_NUMBER <= value <= GREATEST_NUMBER:
            return value
        return slow(value)

    return number


def _date(slow: Read) -> Read:
    def day(value: object) -> Datum | None:
        if type(value) is str and len(value) == 10 and value[4] == value[7] == "-":
            return date.fromisoformat(value)
        return slow(value)

    return day


def _money(slow: Read) -> Read:
    currencies = codes(Scalar.CURRENCY)

    def money(value: object) -> Datum | None:
        if type(value) is dict and len(value) == 2:
            amount, currency = value["amount"], value["currency"]
            if type(amount) is str and currency in currencies and amount.isascii():
                whole, _, rest = amount.partition(".")
                if whole.isdigit() and rest.isdigit() and len(whole) <= 18 and len(rest) <= 18:
                    exact = Fraction(int(whole + rest), 10 ** len(rest))
                    return Money(amount=exact, currency=currency)
        return slow(value)

    return money
