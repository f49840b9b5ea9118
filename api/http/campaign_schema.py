"""The campaign as JSON Schema (draft 2020-12), derived from the vocabulary.

It accepts what the engine's decoder reads, save what a schema cannot say: code lists are given by
their shape, days need not exist, numbers may have more digits than are kept, the text of an element
may be one that looks empty, and that a flight ends after it starts is not stated. `required`
are the facts without which no campaign is allowed; a descriptor that lacks one is still decided.
"""

from typing import assert_never

from engine.evaluation.descriptor.encode import encode
from engine.semantics.types import (
    EnumerationType,
    ListType,
    RecordType,
    Scalar,
    Type,
    describe,
)
from engine.semantics.vocabulary import Fact, RecordShape, Vocabulary

_Schema = dict[str, object]

_AMOUNT = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"
_GREATEST = 10**18
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6}0*)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
"""After RFC 3339; a format alone is a remark, which validators need not check."""


def campaign_schema(vocabulary: Vocabulary, *, digest: str) -> _Schema:
    """Return the schema of the campaigns that a bundle of this digest reads."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:assent:vocabulary:{digest}",
        **_record(vocabulary.campaign),
        "$defs": {
            name: _record(shape)
            for name, shape in vocabulary.records.items()
            if name != vocabulary.root
        },
    }


def _record(shape: RecordShape) -> _Schema:
    made: _Schema = {
        "title": shape.label,
        "type": "object",
        "properties": {name: _fact(fact) for name, fact in shape.facts.items()},
        "additionalProperties": False,
    }
    required = [name for name, fact in shape.facts.items() if fact.required]
    return made | {"required": required} if required else made


def _fact(fact: Fact) -> _Schema:
    """Return the schema of a fact; null says that it is unknown, as its absence does."""
    kind = _kind(fact.type)
    if fact.required and isinstance(fact.type, ListType):
        kind["minItems"] = 1
    named: _Schema = {"title": fact.label, "description": describe(fact.type)}
    if fact.presumed is not None:
        named["default"] = encode(fact.presumed, fact.type)
    if fact.sensitive:
        named["writeOnly"] = True
    return named | {"anyOf": [kind, {"type": "null"}]}


def _kind(kind: Type) -> _Schema:
    match kind:
        case ListType(element=element):
            items = _SAYING if element is Scalar.TEXT else _kind(element)
            return {"type": "array", "items": items}
        case RecordType(name=name):
            return {"$ref": f"#/$defs/{name}"}
        case EnumerationType(members=members):
            return {"type": "string", "enum": list(members)}
        case Scalar():
            return dict(_SCALARS[kind])
    assert_never(kind)


_NUMBER: _Schema = {"type": "number", "minimum": -_GREATEST, "maximum": _GREATEST}
_WHOLE: _Schema = {"type": "integer", "minimum": -_GREATEST, "maximum": _GREATEST}
_SAYING: _Schema = {"type": "string", "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"}
_SCALARS: dict[Scalar, _Schema] = {
    Scalar.TEXT: {"type": "string", "pattern": r"^[^\u0000]*$"},
    Scalar.YES_NO: {"type": "boolean"},
    Scalar.NUMBER: _NUMBER,
    Scalar.WHOLE_NUMBER: _WHOLE,
    Scalar.PERCENTAGE: {"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,18})?\s*%$"},
    Scalar.MONEY: {
        "type": "object",
        "properties": {
            "amount": {"anyOf": [{"type": "string", "pattern": _AMOUNT}, _NUMBER]},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
        "required": ["amount", "currency"],
        "additionalProperties": False,
    },
    Scalar.DAYS: {"type": "string", "pattern": "^P[0-9]{1,9}[DW]$"},
    Scalar.MONTHS: {"type": "string", "pattern": "^P[0-9]{1,9}[MY]$"},
    Scalar.DISTANCE: {
        "type": "object",
        "properties": {
            "amount": {
                "anyOf": [
                    {"type": "string", "pattern": _AMOUNT.replace("-?", "")},
                    {**_NUMBER, "minimum": 0},
                ]
            },
            "unit": {"type": "string", "enum": ["mi", "km", "m"]},
        },
        "required": ["amount", "unit"],
        "additionalProperties": False,
    },
    Scalar.DATE: {"type": "string", "format": "date", "pattern": f"^{_DAY}$"},
    Scalar.INSTANT: {"type": "string", "format": "date-time", "pattern": f"^{_DAY}[Tt ]{_TIME}$"},
    Scalar.PLACE: {"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"},
    Scalar.COUNTRY: {"type": "string", "pattern": "^[A-Z]{2}$"},
    Scalar.LANGUAGE: {"type": "string", "pattern": "^[a-z]{2,3}(-.*)?$"},
    Scalar.CURRENCY: {"type": "string", "pattern": "^[A-Z]{3}$"},
}
