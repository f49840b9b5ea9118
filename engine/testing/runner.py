"""Runs the tests of a bundle: each is a descriptor, a day, and what must come of it."""

import posixpath
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import assert_never

from ..bundle.bundle import Bundle
from ..evaluation.decide import decide
from ..evaluation.decision import Decision, Effect
from ..evaluation.encode import encode
from ..evaluation.prose import explain
from ..evaluation.result import Status
from ..semantics.cases import Case, Expectation, Given, Steps, Without
from ..source.json_text import JSONFault, JSONValue, read_json
from ..syntax.tree import Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of a test: `failures` says what was expected and what came instead."""

    case: Case
    failures: tuple[str, ...]
    decision: Decision | None

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.failures

    @property
    def explanation(self) -> str:
        """The decision that came, as a person reads it; empty where none did."""
        return explain(self.decision) if self.decision is not None else ""


class _CaseError(Exception):
    """The test cannot be run; the message says why."""


def run_cases(bundle: Bundle) -> Iterator[CaseResult]:
    """Yield the result of each test of a bundle, by file and place."""
    for case in bundle.cases:
        yield run_case(bundle, case)


def run_case(bundle: Bundle, case: Case) -> CaseResult:
    """Return the result of one test."""
    try:
        decision = _decision(bundle, case)
    except _CaseError as error:
        return CaseResult(case=case, failures=(str(error),), decision=None)
    failures = [
        failure
        for expectation in case.expectations
        if (failure := _failure(expectation, decision)) is not None
    ]
    return CaseResult(case=case, failures=tuple(failures), decision=decision)


def _decision(bundle: Bundle, case: Case) -> Decision:
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
        raise _CaseError(f"the campaign of this test is malformed: {listed}")
    as_of = datetime.combine(case.day, time(), tzinfo=UTC)
    return decide(bundle.policies, bundle.program.judge_all, campaign, as_of=as_of)


def _base(bundle: Bundle, case: Case) -> dict[str, JSONValue]:
    if case.file is None:
        return {}
    folder = posixpath.dirname(case.location.source)
    name = posixpath.normpath(posixpath.join(folder, case.file))
    text = bundle.files.get(name)
    if text is None:
        raise _CaseError(f"there is no file `{name}` in the bundle")
    try:
        value = read_json(text)
    except JSONFault as fault:
        raise _CaseError(f"`{name}` is not JSON: {fault}") from None
    if not isinstance(value, dict):
        raise _CaseError(f"`{name}` does not hold a campaign: it is not an object")
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
        raise _CaseError(f"`{name}[{ordinal}]` skips elements: the list has {len(elements)}")
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
        raise _CaseError(f"`without` takes away `{shown}`, which this campaign does not state")
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


# --- what was expected ------------------------------------------------------------------------


def _failure(expectation: Expectation, decision: Decision) -> str | None:
    """Return how the decision differs from an expectation, or None where it does not."""
    violated = {r.rule.id: r for r in decision.with_status(Status.VIOLATED)}
    match expectation.expected:
        case Expected.ALLOW:
            met = decision.effect is Effect.ALLOW
        case Expected.DENY_BY:
            met = decision.effect is Effect.DENY and all(
                name in violated and violated[name].is_enforced for name in expectation.rules
            )
        case Expected.WARN_BY:
            met = all(
                name in violated and not violated[name].is_enforced for name in expectation.rules
            )
        case Expected.DENY_FOR_WANT_OF:
            missing = {_without_ordinals(fact.path) for fact in decision.missing}
            wanted = {_without_ordinals(path) for path in expectation.paths}
            met = decision.effect is Effect.DENY and wanted <= missing
        case _:
            assert_never(expectation.expected)
    said = expectation.text.removeprefix("expect ")
    return None if met else f"expected {said}, got {_got(decision)}"


def _without_ordinals(path: str) -> str:
    return ".".join(step.partition("[")[0] for step in path.split("."))


def _got(decision: Decision) -> str:
    if decision.effect is Effect.ALLOW:
        warned = [r.rule.id for r in decision.with_status(Status.VIOLATED)]
        return f"allow, with a warning by {', '.join(warned)}" if warned else "allow"
    violated = [r.rule.id for r in decision.with_status(Status.VIOLATED) if r.is_enforced]
    if violated:
        return f"deny by {', '.join(violated)}"
    return f"deny for want of {', '.join(fact.path for fact in decision.missing)}"
