"""The decoder of campaign descriptors, compiled from the vocabulary.

A descriptor is the text of a JSON value, or the value itself, be it from `read_json` or from an
embedder's own `json.load`. Every fault is reported with its JSON Pointer (RFC 6901), not the first
alone; null is absent.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import TypeAlias, assert_never

from ...semantics.code_names import CODE_ADVICE, code_advice
from ...semantics.types import (
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    describe,
)
from ...semantics.vocabulary import Fact, RecordShape, Vocabulary
from ...source.characters import says_something
from ...source.json_text import read_json
from ...source.quoting import described, escaped, excerpt, series
from ...source.suggest import did_you_mean, nearest
from ...syntax.lexis import PERIOD
from ..values import Campaign, Datum, Group
from .combinations import Combination
from .plain_decode import DOUBTS, PlainDecoder, is_bounded
from .scalars import SCALARS, read_amount, read_code

LONGEST_ID = 512
"""The most characters of a campaign's id: decisions are found by it, and an index holds it."""

MOST_ELEMENTS = 100_000
"""The most elements that the lists of a campaign have together: each is looked at by every rule."""

_MOST_FAULTS = 100
_DEEPEST = 64
"""Groups nest as deep as the JSON reader lets them (`JSONLimits.depth`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFault:
    """What is wrong with one place of a descriptor, and what to do about it."""

    pointer: str
    message: str
    help: str | None = None


class Faults:
    """The faults found so far; beyond a hundred they are only counted.

    `elements` are those of the lists that were read, of which there may be only so many.
    """

    __slots__ = ("elements", "found", "total")

    def __init__(self, elements: int = 0) -> None:
        self.found: list[CampaignFault] = []
        self.total = 0
        self.elements = elements

    def add(self, pointer: str, message: str, advice: str | None = None) -> None:
        """Note a fault."""
        if not self.is_full:
            self.found.append(CampaignFault(pointer=pointer, message=message, help=advice))
        self.total += 1

    @property
    def is_full(self) -> bool:
        """Whether further faults are only counted, so that no advice is needed for them."""
        return self.total >= _MOST_FAULTS


Decode: TypeAlias = Callable[[object, str, Faults], Datum | None]
"""Reads one JSON value at a pointer; returns None where it is faulty."""


Decoded: TypeAlias = tuple[Campaign | None, tuple[CampaignFault, ...]]
"""A campaign, or None and what is wrong."""


class Decoder:
    """Reads descriptors of one vocabulary, whose lists are no longer than rules can combine."""

    def __init__(self, vocabulary: Vocabulary, combinations: Sequence[Combination] = ()) -> None:
        # Groups may lead into each other: all are there before the first reader of a fact is made.
        readers: dict[str, list[Decode]] = {name: [] for name in vocabulary.records}
        self._shapes = {
            name: _group(shape, readers[name]) for name, shape in vocabulary.records.items()
        }
        for name, shape in vocabulary.records.items():
            readers[name].extend(self._reader(fact) for fact in shape.facts.values())
        self._campaign = self._shapes[vocabulary.root]
        self._vocabulary = vocabulary
        self._combinations = combinations

    def decode(self, descriptor: object) -> Decoded:
        """Return the campaign, or None and every fault of the descriptor, at most a hundred.

        `descriptor` is a JSON value, or as `bytes` the text of one: read in half the time. Raises
        `JSONFault` for a text that is not JSON.
        """
        if not isinstance(descriptor, bytes):
            return self.decode_fully(descriptor)
        plain = self.decode_plainly(descriptor)
        return (plain, ()) if plain is not None else self.decode_fully(read_json(descriptor))

    def decode_plainly(self, text: bytes) -> Campaign | None:
        """Return the campaign where nothing about its text can be doubted."""
        if self._plain is None:
            return None
        try:
            campaign = Campaign(facts=self._plain.read(text))
        except DOUBTS:
            return None
        faults = Faults()
        self._check_whole(campaign, faults)
        return None if faults.total else campaign

    @cached_property
    def _plain(self) -> PlainDecoder | None:
        """The straight way, made when it is first gone: that takes 15 milliseconds."""
        slow = {kind: reader[0] for kind, reader in SCALARS.items()}
        slow[Scalar.LANGUAGE] = partial(read_code, Scalar.LANGUAGE)
        return PlainDecoder(self._vocabulary, slow) if is_bounded(self._vocabulary) else None

    def decode_fully(self, descriptor: object) -> Decoded:
        """Return what `decode` does of a JSON value, keeping the place of everything in it."""
        if self._is_wrapped(descriptor):
            return None, (_wrapped(self._vocabulary.root),)
        faults = Faults()
        made = self._campaign(descriptor, "", faults)
        if isinstance(made, Group):
            campaign = Campaign(facts=made)
            self._check_whole(campaign, faults)
            if faults.total == 0:
                return campaign, ()
        if faults.total > _MOST_FAULTS:
            rest = faults.total - _MOST_FAULTS
            faults.found.append(CampaignFault(pointer="", message=f"and {rest} more"))
        return None, tuple(faults.found)

    def _check_whole(self, campaign: Campaign, faults: Faults) -> None:
        name, flight = campaign.facts.get("id"), campaign.facts.get("flight")
        if isinstance(name, str) and len(name) > LONGEST_ID:
            message = f"the id has {len(name):,} characters, and {LONGEST_ID} at most are kept"
            advice = "give the short one by which your own system knows the campaign"
            faults.add("/id", message, advice)
        if isinstance(flight, Group):
            _check_flight(flight, faults)
        for each in self._combinations:
            if each.is_too_many(campaign):
                faults.add(each.pointer, each.complaint, "shorten the list, or split the campaign")

    def _is_wrapped(self, descriptor: object) -> bool:
        """Whether a campaign stands within what was given, as in a request of the service."""
        root = self._vocabulary.root
        if root in self._vocabulary.records[root].facts or not isinstance(descriptor, dict):
            return False
        return isinstance(descriptor.get(root), dict)

    def read(self, kind: Type, value: object, pointer: str, faults: Faults) -> Datum | None:
        """Return a value of one type, read by itself; None where it is faulty."""
        return self._of_type(kind)(value, pointer, faults)

    def _reader(self, fact: Fact) -> Decode:
        reader = self._of_type(fact.type)
        if fact.sensitive:
            reader = _discreet(reader, fact)
        if isinstance(fact.type, RecordType):
            return _stated(reader)
        if fact.type is Scalar.TEXT:
            return _said(reader)
        if not (fact.required and isinstance(fact.type, ListType)):
            return reader

        def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
            if isinstance(value, list | tuple) and not value:
                faults.add(pointer, f"the list is empty: {fact.label}", "name at least one")
                return None
            return reader(value, pointer, faults)

        return decode

    def _of_type(self, kind: Type) -> Decode:
        match kind:
            case RecordType(name=name):
                shape = self._shapes[name]
                return _in_order(shape) if name == PERIOD else shape
            case ListType(element=element):
                return _list(self._of_type(element), is_of_texts=element is Scalar.TEXT)
            case EnumerationType(members=members):
                return _word(kind, members)
            case Scalar():
                return _scalar(kind)
        assert_never(kind)


def _group(shape: RecordShape, readers: list[Decode]) -> Decode:
    names = {name: position for position, name in enumerate(shape.facts)}
    unknown = (None,) * len(names)

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        if not isinstance(value, dict):
            faults.add(pointer, _mistyped(value, "an object"), _object_help(shape))
            return None
        if pointer.count("/") > _DEEPEST:
            faults.add(pointer, "groups of facts are nested too deep", "leave the innermost out")
            return None
        values: list[Datum | None] = list(unknown)
        for name, inner in value.items():
            position = names.get(name)
            if position is None:
                _unknown_fact(name, pointer, names, faults)
            elif inner is not None:
                where = f"{pointer}/{name}"
                values[position] = readers[position](inner, where, faults)
        return Group(shape=shape, values=tuple(values))

    return decode


def _in_order(reader: Decode) -> Decode:
    """Return a reader of periods, whose days stand in order."""

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        made = reader(value, pointer, faults)
        if isinstance(made, Group):
            start, end = made.get("start"), made.get("end")
            if isinstance(start, date) and isinstance(end, date) and end < start:
                message = f"the period ends on {end}, before it begins on {start}"
                advice = "both days are included; give a last day not before the first"
                faults.add(f"{pointer}/end", message, advice)
        return made

    return decode


def _stated(reader: Decode) -> Decode:
    """Return a reader by which a group is unknown where nothing in it is known, as in `{}`."""

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        made = reader(value, pointer, faults)
        says_something = isinstance(made, Group) and any(each is not None for each in made.values)
        return made if says_something else None

    return decode


def _said(reader: Decode) -> Decode:
    """Return a reader by which a text is unknown that says nothing, as `""`."""

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        made = reader(value, pointer, faults)
        return made if not isinstance(made, str) or says_something(made) else None

    return decode


def _discreet(reader: Decode, fact: Fact) -> Decode:
    """Return a reader that reports a fault without repeating anything of what was written."""
    message = f"what stands here is not {describe(fact.type)}, as the vocabulary declares it"

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        inner = Faults(faults.elements)
        made = reader(value, pointer, inner)
        faults.elements = inner.elements
        if inner.total:
            faults.add(pointer, message, "it is sensitive, and not repeated here")
        return made

    return decode


def _check_flight(flight: Group, faults: Faults) -> None:
    start, end = flight.get("start"), flight.get("end")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        message = f"the flight ends on {end}, before it starts on {start}"
        faults.add(
            "/flight/end", message, "both days are included; give a last day not before the first"
        )
    if end is not None and flight.get("until_stopped") is True:
        message = "the flight has a last day, and runs until someone stops it"
        faults.add("/flight/until_stopped", message, "leave one of the two out")


# --- readers by type --------------------------------------------------------------------------


def _list(element: Decode, *, is_of_texts: bool) -> Decode:
    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        if not isinstance(value, list | tuple):
            faults.add(pointer, _mistyped(value, "a list"), "write it in square brackets: `[…]`")
            return None
        if not _has_room(len(value), pointer, faults):
            return None
        read: list[Datum] = []
        for index, inner in enumerate(value):
            if inner is None:
                faults.add(f"{pointer}/{index}", "an element of a list is null", "leave it out")
                continue
            made = element(inner, f"{pointer}/{index}", faults)
            if is_of_texts and isinstance(made, str) and not says_something(made):
                message = "an element of a list is an empty text"
                faults.add(f"{pointer}/{index}", message, "leave it out")
            elif made is not None:
                read.append(made)
        return tuple(read)

    return decode


def _has_room(count: int, pointer: str, faults: Faults) -> bool:
    """Count the elements of a list; say once that there are too many, where the limit is passed."""
    before = faults.elements
    faults.elements += count
    if before <= MOST_ELEMENTS < faults.elements:
        message = f"the lists of the campaign have more than {MOST_ELEMENTS:,} elements together"
        faults.add(pointer, message, "shorten the list, or split the campaign")
    return faults.elements <= MOST_ELEMENTS


def _word(kind: EnumerationType, members: tuple[str, ...]) -> Decode:
    known = {member: member for member in members}

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        if isinstance(value, str) and value in known:
            return known[value]
        listed = series(members)
        if isinstance(value, str):
            near = None if faults.is_full else nearest(value, members)
            advice = did_you_mean(near, f"it is one of {listed}")
            faults.add(pointer, f"{excerpt(value)} is not {describe(kind)}", advice)
        else:
            faults.add(pointer, _mistyped(value, "a word"), f"it is one of {listed}")
        return None

    return decode


def _scalar(kind: Scalar) -> Decode:
    if kind in CODE_ADVICE:
        return _code(kind)
    read, wanted, advice = SCALARS[kind]

    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        made = read(value)
        if made is None and kind is Scalar.MONEY and isinstance(value, dict):
            _faults_of_money(value, pointer, faults)
        elif made is None:
            faults.add(pointer, _mistyped(value, wanted), advice)
        return made

    return decode


def _code(kind: Scalar) -> Decode:
    def decode(value: object, pointer: str, faults: Faults) -> Datum | None:
        code = read_code(kind, value)
        if code is not None:
            return code
        if isinstance(value, str):
            advice = None if faults.is_full else code_advice(kind, value)
            faults.add(pointer, f"{excerpt(value)} is not {describe(kind)}", advice)
        else:
            faults.add(pointer, _mistyped(value, describe(kind)), CODE_ADVICE[kind])
        return None

    return decode


_CURRENCY = _code(Scalar.CURRENCY)


# --- wording ----------------------------------------------------------------------------------


def _mistyped(value: object, wanted: str) -> str:
    return f"this should be {wanted}, and is {described(value)}"


def _object_help(shape: RecordShape) -> str:
    return f"write its facts in braces, by name: {series(list(shape.facts)[:3])} …"


def _faults_of_money(value: dict[object, object], pointer: str, faults: Faults) -> None:
    """Say what is wrong with an amount and its currency, each at its own place."""
    for name in value:
        if name not in ("amount", "currency"):
            _unknown_fact(name, pointer, ("amount", "currency"), faults)
    amount, currency = value.get("amount"), value.get("currency")
    place = f"{pointer}/amount"
    if amount is None:
        faults.add(place, "the amount is missing", 'write it beside the currency: `"5000.00"`')
    elif read_amount(amount) is None:
        advice = 'write it with a point for decimals and no other mark: `"5000.00"`'
        faults.add(place, _mistyped(amount, "an amount"), advice)
    place = f"{pointer}/currency"
    if currency is None:
        faults.add(place, "the currency is missing", CODE_ADVICE[Scalar.CURRENCY])
    else:
        _CURRENCY(currency, place, faults)


def _wrapped(name: str) -> CampaignFault:
    return CampaignFault(
        pointer=f"/{escaped(name)}",
        message="this is a request of the service, with the campaign in it",
        help=f"give what stands in `{name}`, without what stands around it",
    )


def _unknown_fact(name: object, pointer: str, known: Iterable[str], faults: Faults) -> None:
    if not isinstance(name, str):
        faults.add(pointer, "the name of a fact is not a text", "write names in double quotes")
        return
    word = str.__str__(name)
    near = nearest(word, known) if len(word) <= 64 and not faults.is_full else None
    advice = did_you_mean(near, "leave it out, or declare it in a vocabulary")
    faults.add(f"{pointer}/{escaped(word)}", f"unknown fact {excerpt(word)}", advice)
