"""The campaign of a test: a file of the bundle, with facts set and taken away one after another."""

import posixpath
from copy import deepcopy
from typing import assert_never

from ..bundle.bundle import Bundle
from ..evaluation.descriptor.encode import encode
from ..evaluation.values import Campaign
from ..semantics.cases import Case, Given, Steps, Without
from ..source.json_text import JSONFault, JSONValue, read_json


class CaseError(Exception):
    """The test cannot be run; the message says why."""


def file_of(case: Case) -> str:
    """Return the name in the bundle of the file that a test names; empty where it names none."""
    if case.file is None:
        return ""
    folder = posixpath.dirname(case.location.source)
    return posixpath.normpath(posixpath.join(folder, case.file))


def campaign_of(bundle: Bundle, case: Case) -> Campaign:
    """Return the campaign that a test is about. Raises `CaseError` where there is none."""
    descriptor = _base(bundle, case)
    for change in case.changes:
        match change:
            case Given(steps=steps, type=kind, value=value):
                _put(descriptor, steps, encode(value, kind))
            case Without(steps=steps):
                _remove(descriptor, steps)
            case _:
                assert_never(change)
    campaign, faults = bundle.decoder.decode(descriptor)
    if campaign is None:
        listed = "; ".join(f"{fault.pointer}: {fault.message}" for fault in faults)
        raise CaseError(f"the campaign of this test is malformed: {listed}")
    return campaign


def _base(bundle: Bundle, case: Case) -> dict[str, JSONValue]:
    name = file_of(case)
    if not name:
        return {}
    text = bundle.files.get(name)
    if text is None:
        raise CaseError(f"there is no file `{name}` in the bundle")
    try:
        value = read_json(text)
    except JSONFault as fault:
        raise CaseError(f"`{name}` is not JSON: {fault}") from None
    if not isinstance(value, dict):
        raise CaseError(f"`{name}` does not hold a campaign: it is not an object")
    return deepcopy(value)


# --- changing a descriptor --------------------------------------------------------------------


def _put(descriptor: dict[str, JSONValue], steps: Steps, value: JSONValue) -> None:
    *above, (name, ordinal) = steps
    holder = descriptor
    for step in above:
        holder = _below(holder, step)
    if ordinal is None:
        holder[name] = value
    else:
        elements = _elements(holder, name, ordinal)
        elements[ordinal - 1] = value


def _below(holder: dict[str, JSONValue], step: tuple[str, int | None]) -> dict[str, JSONValue]:
    """Return the group of facts that a step leads into, made where there is none."""
    name, ordinal = step
    if ordinal is None:
        found = holder.get(name)
        inner = found if isinstance(found, dict) else {}
        holder[name] = inner
        return inner
    elements = _elements(holder, name, ordinal)
    found = elements[ordinal - 1]
    inner = found if isinstance(found, dict) else {}
    elements[ordinal - 1] = inner
    return inner


def _elements(holder: dict[str, JSONValue], name: str, ordinal: int) -> list[JSONValue]:
    """Return a list that has an element of that ordinal; one more than there are may be added."""
    found = holder.get(name)
    elements = found if isinstance(found, list) else []
    if not 1 <= ordinal <= len(elements) + 1:
        raise CaseError(f"`{name}[{ordinal}]` skips elements: the list has {len(elements)}")
    if ordinal == len(elements) + 1:
        elements.append(None)
    holder[name] = elements
    return elements


def _remove(descriptor: dict[str, JSONValue], steps: Steps) -> None:
    if not steps:
        descriptor.clear()  # `without campaign` takes away everything.
        return
    *above, (name, ordinal) = steps
    holder: JSONValue = descriptor
    for step in above:
        holder = _at(holder, step)
    if not isinstance(holder, dict) or _at(holder, (name, ordinal)) is None:
        shown = ".".join(step if n is None else f"{step}[{n}]" for step, n in steps)
        raise CaseError(f"`without` takes away `{shown}`, which this campaign does not state")
    if ordinal is None:
        del holder[name]
    else:
        del _elements(holder, name, ordinal)[ordinal - 1]


def _at(holder: JSONValue, step: tuple[str, int | None]) -> JSONValue:
    """Return what stands at a step below a value, or None where nothing does."""
    name, ordinal = step
    found = holder.get(name) if isinstance(holder, dict) else None
    if ordinal is None:
        return found
    if isinstance(found, list) and 1 <= ordinal <= len(found):
        return found[ordinal - 1]
    return None
