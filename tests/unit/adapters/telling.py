"""What the tests of one adapter ask of a record: a fact in what it tells, or its refusal."""

from copy import deepcopy

import pytest

from api.adapters import FORMATS, Adaptation, AdapterRefusal
from engine.source.json_text import JSONValue
from tests.unit.adapters.complete import COMPLETE

Payload = dict[str, JSONValue]


def at(adaptation: Adaptation, path: str) -> JSONValue:
    """Return the fact at a dotted path, or None where it is not told."""
    value: JSONValue = adaptation.campaign
    for name in path.split("."):
        if isinstance(value, list) and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def refusal(form: str, record: JSONValue) -> AdapterRefusal:
    """Return how a record is refused."""
    with pytest.raises(AdapterRefusal) as raised:
        FORMATS[form](record)
    assert raised.value.help
    return raised.value


def complete(form: str, changes: dict[str, JSONValue] | None = None) -> Payload:
    """Return a complete record, with members at dotted paths exchanged."""
    return edited(COMPLETE[form], changes or {})


def edited(whole: Payload, changes: dict[str, JSONValue]) -> Payload:
    """Return a record with members at dotted paths exchanged."""
    record: JSONValue = deepcopy(whole)
    for path, value in changes.items():
        *way, name = path.split(".")
        holder = record
        for step in way:
            if isinstance(holder, list):
                holder = holder[int(step)]
            else:
                assert isinstance(holder, dict)
                holder = holder[step]
        assert isinstance(holder, dict)
        holder[name] = value
    assert isinstance(record, dict)
    return record
