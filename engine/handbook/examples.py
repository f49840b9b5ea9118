"""The tests of policies as examples of their rules.

A test that expects a denial or a warning names its rules. Any other belongs to the one rule of its
file that reads what it changes, and where several do, to the policy as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from ..semantics.cases import Case, Expectation, without_ordinals
from ..semantics.vocabulary import Vocabulary
from ..syntax.tree import Expected
from .values import Example, Outcome

PathsByRule = Mapping[str, frozenset[str]]
"""For each rule of one file, by its id, the facts that it reads."""


def example(case: Case, vocabulary: Vocabulary) -> Example:
    """Return a test as an example."""
    expectations = case.expectations
    return Example(
        title=case.title,
        outcome=_outcome([each.expected for each in expectations]),
        result="; ".join(dict.fromkeys(_result(each, vocabulary) for each in expectations)),
    )


def _outcome(expected: list[Expected]) -> Outcome:
    for kind, outcome in (
        (Expected.DENY_BY, Outcome.DENIED),
        (Expected.DENY_FOR_WANT_OF, Outcome.OPEN),
        (Expected.WARN_BY, Outcome.WARNED),
    ):
        if kind in expected:
            return outcome
    return Outcome.ALLOWED


def _result(expectation: Expectation, vocabulary: Vocabulary) -> str:
    match expectation.expected:
        case Expected.ALLOW:
            return "allowed"
        case Expected.NO_WARNING_BY:
            return "without a warning"
        case Expected.DENY_BY if expectation.paths:
            return _until_stated(expectation, vocabulary)
        case Expected.DENY_BY:
            return "denied"
        case Expected.WARN_BY:
            return "allowed, with a warning"
        case Expected.WAIVED_BY:
            return "waived"
        case Expected.OBLIGE_BY:
            return "a duty is owed"
        case Expected.DENY_FOR_WANT_OF:
            return _until_stated(expectation, vocabulary)
    assert_never(expectation.expected)


def _until_stated(expectation: Expectation, vocabulary: Vocabulary) -> str:
    wanted = (_label(path, vocabulary) for path in expectation.paths)
    return f"denied until stated: {'; '.join(dict.fromkeys(wanted))}"


def _label(path: str, vocabulary: Vocabulary) -> str:
    fact = vocabulary.find(without_ordinals(path).split(".")[1:])
    return fact.label if fact is not None else path


def concerned(case: Case, rules: PathsByRule, root: str) -> frozenset[str]:
    """Return the rules of its file that a test is an example of; none where that is open."""
    named = {rule for each in case.expectations for rule in each.rules} & rules.keys()
    if named:
        return frozenset(named)
    touched = set(_touched(case, root))
    reading = [rule for rule, paths in rules.items() if paths & touched]
    candidates = reading or list(rules)
    return frozenset(candidates) if len(candidates) == 1 else frozenset()


def _touched(case: Case, root: str) -> Iterator[str]:
    for change in case.changes:
        yield ".".join((root, *(name for name, _ in change.steps)))
    for expectation in case.expectations:
        yield from map(without_ordinals, expectation.paths)


def by_file(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return tests by the file that they stand in, in their order there."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.location.source, []).append(case)
    return found
