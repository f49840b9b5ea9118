"""The straight way of the decoder: the text of a descriptor without a fault, read in one pass.

A parser that `msgspec` makes from the vocabulary goes over the bytes once, into structs of the
types of the facts; of these, values that JSON has no type for are made, group by group. What is
read here, is read as `decode` reads it. At the first doubt it gives up, and the descriptor is read
again by the decoder that names every fault with its pointer: only who has made a mistake waits for
that.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias, assert_never

import msgspec
from msgspec.structs import astuple

from ...semantics.tree import Money
from ...semantics.types import (
    CODES,
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    codes,
)
from ...semantics.vocabulary import Fact, RecordShape, Vocabulary
from ...source.characters import heaps_marks, says_something, stated
from ...source.json_fault import GREATEST_NUMBER, JSONLimits
from ...source.json_text import read_decimal, read_json
from ...syntax.lexis import PERIOD
from ..values import Datum, Group

Make: TypeAlias = Callable[[Any], Datum | None]
"""Makes a value of what was parsed, of a group that says nothing None; may raise `DOUBTS`."""

_Read: TypeAlias = tuple[Any, Make | None]
"""What a value is parsed as, and what is made of it; None where it is what it will be."""


class DoubtError(ValueError):
    """A text may be faulty."""


DOUBTS = (DoubtError, KeyError, TypeError, ValueError, RecursionError)
"""What reading a faulty text may raise."""

_LIMITS = JSONLimits()
_LONGEST = min(_LIMITS.document, _LIMITS.string, _LIMITS.items)
"""A text of so many bytes is within every limit of size."""

_DEEPEST = 30
"""So many groups within groups, each in a list, nest no deeper than JSON may (`JSONLimits`)."""


def is_bounded(vocabulary: Vocabulary) -> bool:
    """Whether groups of facts nest within measure: none leads back to itself."""
    done: set[str] = set()
    shapes = vocabulary.records
    for _ in range(_DEEPEST):
        done |= {name for name, shape in shapes.items() if shape.inner <= done}
    return done == shapes.keys()


class PlainDecoder:
    """Reads descriptors of one vocabulary, `slow` being how a scalar value is read in full."""

    def __init__(self, vocabulary: Vocabulary, slow: Mapping[Scalar, Make]) -> None:
        parsed, self._make = _Readers(vocabulary, slow).of_group(vocabulary.campaign)
        self._parse = msgspec.json.Decoder(parsed, float_hook=read_decimal).decode

    def read(self, text: bytes) -> Group:
        """Return the facts in the text of a descriptor. Raises one of `DOUBTS`."""
        if len(text) > _LONGEST or _may_hide(text) or not _is_composed(text):
            raise DoubtError
        parsed = self._parse(text)
        if not _has_each_name_once(text, parsed):
            read_json(text)
        return self._make(parsed)


def _may_hide(text: bytes) -> bool:
    """Whether a text may write a character of ASCII that nobody sees, other than white space."""
    return b"\x7f" in text or (b"\\" in text and (b"\\u" in text or b"\\b" in text))


def _is_composed(text: bytes) -> bool:
    """Whether a text and each string in it is in NFC (UAX #15), and heaps no combining marks."""
    if text.isascii():
        return True
    read = text.decode()
    return not heaps_marks(read) and unicodedata.is_normalized("NFC", read)


def _has_each_name_once(text: bytes, parsed: object) -> bool:
    """Whether it is plain that no object of a text has a name twice.

    INVARIANT: a colon stands after a name or in a string. What was parsed, written again, has all
    strings, and one member of each name.
    """
    return text.count(b":") == _WRITER.encode(parsed).count(b":")


_WRITER = msgspec.json.Encoder()


class _Readers:
    """How values of the types of a vocabulary are read."""

    def __init__(self, vocabulary: Vocabulary, slow: Mapping[Scalar, Make]) -> None:
        self._shapes = vocabulary.records
        self._slow = slow
        self._groups: dict[str, tuple[Any, Callable[[Any], Group]]] = {}

    def of_group(self, shape: RecordShape) -> tuple[Any, Callable[[Any], Group]]:
        """Return how a group is read: as a struct of numbered fields, whatever its facts' names."""
        if shape.name not in self._groups:
            names = {f"f{place}": name for place, name in enumerate(shape.facts)}
            read = {field: self._of_fact(shape.facts[name]) for field, name in names.items()}
            parsed = msgspec.defstruct(
                shape.name,
                [(field, kind | None, None) for field, (kind, _) in read.items()],
                rename=names,
                forbid_unknown_fields=True,
                omit_defaults=True,
            )
            makes = [(place, make) for place, (_, make) in enumerate(read.values()) if make]
            facts = enumerate(shape.facts.values())
            texts = [place for place, fact in facts if fact.type is Scalar.TEXT]
            made = _group(shape, makes, texts)
            self._groups[shape.name] = parsed, _in_order(made) if shape.name == PERIOD else made
        return self._groups[shape.name]

    def _of_fact(self, fact: Fact) -> _Read:
        parsed, make = self._of_type(fact.type)
        if isinstance(fact.type, RecordType):
            shape = self._shapes[fact.type.name]
            return parsed, _stated(self.of_group(shape)[1], len(shape.facts))
        if fact.required and isinstance(fact.type, ListType):
            return Annotated[parsed, msgspec.Meta(min_length=1)], make
        return parsed, make

    def _of_type(self, kind: Type) -> _Read:
        match kind:
            case RecordType(name=name):
                return self.of_group(self._shapes[name])
            case ListType(element=element):
                parsed, make = self._of_type(element)
                if element is Scalar.TEXT:
                    return tuple[parsed, ...], _texts  # type: ignore[valid-type]  # it is one.
                return tuple[parsed, ...], make and _list(make)  # type: ignore[valid-type]  # it is one.
            case EnumerationType(members=members):
                return Literal[members], None
            case Scalar():
                return self._of_scalar(kind)
        assert_never(kind)

    def _of_scalar(self, kind: Scalar) -> _Read:
        if kind in CODES and kind is not Scalar.LANGUAGE:
            return _code(kind), None
        if kind in _AS_PARSED:
            return _AS_PARSED[kind], None
        slow = _sure(self._slow[kind])
        return Any, _QUICK[kind](slow) if kind in _QUICK else slow


_AS_PARSED: Mapping[Scalar, Any] = {Scalar.TEXT: str, Scalar.YES_NO: bool, Scalar.DATE: date}


@cache
def _code(kind: Scalar) -> Any:
    return Literal[tuple(codes(kind))]


def _group(
    shape: RecordShape, makes: list[tuple[int, Make]], texts: list[int]
) -> Callable[[Any], Group]:
    def group(parsed: Any) -> Group:
        values = list(astuple(parsed))
        for place in texts:
            text = values[place]
            # Most are so, and nothing of them is cut off: the quickest way to see that they are.
            if text is not None and not (text and text.isascii() and text.strip() is text):
                values[place] = _said(text)
        for place, make in makes:
            value = values[place]
            if value is not None:
                values[place] = make(value)
        return Group(shape, tuple(values))

    return group if makes or texts else lambda parsed: Group(shape, astuple(parsed))


def _stated(make: Callable[[Any], Group], facts: int) -> Make:
    nothing = (None,) * facts

    def stated(parsed: Any) -> Datum | None:
        made = make(parsed)
        return None if made.values == nothing else made

    return stated


def _in_order(make: Callable[[Any], Group]) -> Callable[[Any], Group]:
    def in_order(parsed: Any) -> Group:
        made = make(parsed)
        start, end = made.get("start"), made.get("end")
        if isinstance(start, date) and isinstance(end, date) and end < start:
            raise DoubtError
        return made

    return in_order


def _said(text: str) -> str | None:
    read = stated(text)
    return read if says_something(read) else None


def _texts(parsed: tuple[str, ...]) -> Datum:
    said = tuple(filter(None, map(_said, parsed)))
    if len(said) < len(parsed):
        raise DoubtError
    return said


def _list(make: Make) -> Make:
    return lambda parsed: tuple(map(make, parsed))  # type: ignore[arg-type]  # an element is never None.


def _sure(slow: Make) -> Make:
    def sure(parsed: Any) -> Datum:
        made = slow(parsed)
        if made is None:
            raise DoubtError
        return made

    return sure


# --- what is mostly written so is read quicker --------------------------------------------------


def _language(slow: Make) -> Make:
    known = codes(Scalar.LANGUAGE)

    def language(parsed: Any) -> Datum | None:
        return parsed if type(parsed) is str and parsed in known else slow(parsed)

    return language


def _percentage(slow: Make) -> Make:
    whole = {f"{each}%": Fraction(each, 100) for each in range(101)}

    def percentage(parsed: Any) -> Datum | None:
        made = whole.get(parsed) if type(parsed) is str else None
        return slow(parsed) if made is None else made

    return percentage


def _number(slow: Make) -> Make:
    def number(parsed: Any) -> Datum | None:
        if type(parsed) is int and -GREATEST_NUMBER <= parsed <= GREATEST_NUMBER:
            return parsed
        return slow(parsed)

    return number


def _money(slow: Make) -> Make:
    currencies = codes(Scalar.CURRENCY)

    def money(parsed: Any) -> Datum | None:
        if type(parsed) is dict and len(parsed) == 2:
            amount, currency = parsed["amount"], parsed["currency"]
            if type(amount) is str and currency in currencies and amount.isascii():
                whole, _, rest = amount.partition(".")
                if whole.isdigit() and rest.isdigit() and len(whole) <= 18 and len(rest) <= 18:
                    exact = Fraction(int(whole + rest), 10 ** len(rest))
                    return Money(amount=exact, currency=currency)
        return slow(parsed)

    return money


_QUICK: Mapping[Scalar, Callable[[Make], Make]] = {
    Scalar.LANGUAGE: _language,
    Scalar.PERCENTAGE: _percentage,
    Scalar.NUMBER: _number,
    Scalar.WHOLE_NUMBER: _number,
    Scalar.MONEY: _money,
}
